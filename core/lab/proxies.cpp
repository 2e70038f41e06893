#include "core/lab/proxies.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/data/file_bytes.h"
#include "core/lab/compute_loader.h"
#include "core/lab/import_examples.h"
#include "core/lab/models.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

constexpr int kTrainingVersion = 2;   // of the networks and of what they are trained on: another number, other files in the cache
constexpr std::int64_t kScoreBatch = 200;

std::string hashOf(const Pixels &weights) {
    Sha256 hash;
    hash.add(weights);
    return hash.hex();
}

/// What names a training: two with the same key would give the same weights.
std::string keyOf(const Dataset &dataset, ProxyRole role, const ProxyTraining &training) {
    Sha256 hash;
    hash.add(dataset.sha256 + "|" + nameOf(role) + "|" + std::to_string(kTrainingVersion) + "|" + std::to_string(training.steps) + "|" +
             std::to_string(training.members) + "|" + std::to_string(training.seed) + "|" + compute().torchVersion());
    return hash.hex().substr(0, 32);
}

fs::path cacheFolder() {
    if (const char *cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') {
        return fs::path(cache) / "metamer" / "proxies";
    }
    const char *home = std::getenv("HOME");
    return home != nullptr ? fs::path(home) / ".cache" / "metamer" / "proxies" : fs::path();
}

/// A file of the cache: details JSON, a line end, the weights. Empty where there is none or it cannot be read.
ProxyRecord fromCache(const fs::path &file) {
    ProxyRecord proxy;
    std::error_code ignored;
    if (file.empty() || !fs::exists(file, ignored)) {
        return proxy;
    }
    try {
        const Pixels bytes = readFileBytes(file);
        const auto end = std::find(bytes.begin(), bytes.end(), '\n');
        proxy.detailsJson = std::string(bytes.begin(), end);
        if (end != bytes.end() && Json::parse(proxy.detailsJson).contains("weights_sha256")) {
            proxy.weights.assign(end + 1, bytes.end());
            proxy.hash = hashOf(proxy.weights);
            if (Json::parse(proxy.detailsJson).at("weights_sha256") != proxy.hash) {
                proxy.weights.clear();   // cut short
            }
        }
    } catch (const std::exception &) {
        proxy.weights.clear();   // a cache that cannot be read is no cache
    }
    return proxy;
}

void toCache(const fs::path &file, const ProxyRecord &proxy) {
    if (file.empty()) {
        return;
    }
    try {
        fs::create_directories(file.parent_path());
        Pixels bytes(proxy.detailsJson.begin(), proxy.detailsJson.end());
        bytes.push_back('\n');
        bytes.insert(bytes.end(), proxy.weights.begin(), proxy.weights.end());
        writeFileBytes(file, bytes);
    } catch (const std::exception &) {
        return;   // no room, no permission: the study file has it
    }
}

/// An empty record where training was stopped.
ProxyRecord train(const LoadedDataset &data, ProxyRole role, const std::string &device, const ProxyTraining &training, const JobContext &job) {
    const auto start = std::chrono::steady_clock::now();
    const TrainedProxy trained = compute().trainProxy(
        {role, &data.train, static_cast<int>(data.info.classNames.size()), device, training.members, training.steps, training.seed}, job.stop, job.progress);
    ProxyRecord proxy;
    if (trained.end != JobEnd::Finished) {
        return proxy;
    }
    proxy.role = nameOf(role);
    proxy.weights = trained.weights;
    proxy.hash = hashOf(trained.weights);
    proxy.detailsJson = Json({{"training", kTrainingVersion}, {"steps", training.steps}, {"members", training.members}, {"seed", training.seed},
                              {"device", device}, {"versions", Json::parse(versionsJson())}, {"held_out_accuracy", trained.heldOutAccuracy},
                              {"temperature", trained.temperature}, {"weights_sha256", proxy.hash},
                              {"seconds", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()}}).dump();
    return proxy;
}

ProxyTraining settled(ProxyTraining training, const LoadedDataset &data) {
    if (training.steps <= 0) {
        training.steps = std::clamp<std::int64_t>(4 * data.train.count() / 128, 600, 1900);
    }
    return training;
}

std::shared_ptr<const OracleProxy> obtain(StudyGate &gate, const LoadedDataset &data, ProxyRole role, const std::string &device, const ProxyTraining &training,
                                          const JobContext &job, bool isAnew) {
    const ImageShape &shape = data.train.images.shape;
    const auto loaded = [&](const ProxyRecord &proxy) {
        return std::shared_ptr<const OracleProxy>(compute().loadProxy(role, proxy.weights, proxy.hash, shape, static_cast<int>(data.info.classNames.size()), device));
    };
    std::optional<ProxyRecord> kept;
    if (!isAnew) {
        gate.with([&](StudyFile &file) { kept = ProxyTable(file).find(nameOf(role)); });
        if (kept) {
            return loaded(*kept);
        }
    }
    const fs::path folder = cacheFolder();
    const fs::path cached = folder.empty() ? fs::path() : folder / (keyOf(data.info, role, training) + ".proxy");
    ProxyRecord proxy = isAnew ? ProxyRecord() : fromCache(cached);
    proxy.role = nameOf(role);
    if (proxy.weights.empty()) {
        proxy = train(data, role, device, training, job);
        if (proxy.weights.empty()) {
            return nullptr;
        }
        toCache(cached, proxy);
    }
    gate.with([&](StudyFile &file) { file.transaction([&] { ProxyTable(file).save(proxy); }); });
    return loaded(proxy);
}

LoadedProxies obtainBoth(StudyGate &gate, const LoadedDataset &data, const std::string &device, const ProxyTraining &training, const JobContext &job, bool isAnew) {
    LoadedProxies proxies;
    proxies.selector = obtain(gate, data, ProxyRole::Selector, device, training, job, isAnew);
    if (proxies.selector != nullptr) {
        proxies.evaluator = obtain(gate, data, ProxyRole::Evaluator, device, training, job, isAnew);
    }
    return proxies;
}

std::vector<ProxyScore> scoresOf(const OracleProxy *proxy, ProxyRole role, const ImageSet &images) {
    std::vector<ProxyScore> scores;
    if (proxy == nullptr) {
        return scores;
    }
    for (const ProxyReading &reading : proxy->read(images)) {
        scores.push_back({{}, nameOf(role), proxy->hash(), reading.label(), {reading.probabilities.begin(), reading.probabilities.end()}, reading.notAClass});
    }
    return scores;
}

}  // namespace

LoadedProxies ensureProxies(StudyGate &gate, const LoadedDataset &data, const std::string &device, const ProxyTraining &training, const JobContext &job) {
    return obtainBoth(gate, data, device, settled(training, data), job, false);
}

LoadedProxies trainProxies(StudyGate &gate, const LoadedDataset &data, const std::string &device, const ProxyTraining &training, const JobContext &job) {
    return obtainBoth(gate, data, device, settled(training, data), job, true);
}

std::vector<std::vector<ProxyScore>> readProxies(const LoadedProxies &proxies, const ImageSet &images) {
    return {scoresOf(proxies.selector.get(), ProxyRole::Selector, images), scoresOf(proxies.evaluator.get(), ProxyRole::Evaluator, images)};
}

std::vector<ScoredRun> scoreRuns(StudyGate &gate, const LoadedProxies &proxies, const std::string &run, const JobContext &job) {
    std::vector<Run> runs;
    ImageShape shape;
    gate.with([&](StudyFile &file) {
        runs = run.empty() ? RunTable(file).list() : std::vector<Run>{findRun(file, run)};
        shape = DatasetTable(file).get().shape;
    });
    std::vector<ScoredRun> scored;
    for (const Run &each : runs) {
        std::vector<Example> examples;
        gate.with([&](StudyFile &file) {
            examples = ExampleTable(file).ofRun(each.id);
            std::set<std::pair<ExampleId, std::string>> done;
            for (const auto &score : ProxyScoreTable(file).ofRun(each.id)) {
                done.insert({score.exampleId, score.hash});
            }
            std::erase_if(examples, [&](const Example &example) {
                return example.pixels.empty() || (done.contains({example.id, proxies.selector->hash()}) && done.contains({example.id, proxies.evaluator->hash()}));
            });
        });
        Progress progress{"reading " + each.name + " by proxy", 0, static_cast<std::int64_t>(examples.size()), -1};
        for (std::size_t start = 0; start < examples.size() && !job.stop.isStopRequested(); start += kScoreBatch) {
            const std::size_t end = std::min(examples.size(), start + kScoreBatch);
            ImageSet images{shape, {}};
            for (std::size_t i = start; i < end; ++i) {
                images.append(examples[i].pixels);
            }
            auto readings = readProxies(proxies, images);
            gate.with([&](StudyFile &file) {
                file.transaction([&] {
                    for (auto &ofProxy : readings) {
                        for (std::size_t i = 0; i < ofProxy.size(); ++i) {
                            ofProxy[i].exampleId = examples[start + i].id;
                            ProxyScoreTable(file).insert(ofProxy[i]);
                        }
                    }
                });
            });
            progress.done = static_cast<std::int64_t>(end);
            job.progress(progress);
        }
        scored.push_back({each.name, progress.done});
    }
    return scored;
}

}  // namespace metamer
