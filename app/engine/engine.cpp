#include "app/engine/engine.h"

#include <algorithm>
#include <chrono>

#include "core/attack/compute.h"
#include "core/attack/proxy/ensemble.h"
#include "core/attack/registry.h"
#include "core/attack/stop_rules.h"
#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "core/data/file_bytes.h"
#include "core/data/image_array.h"
#include "core/image/norms.h"
#include "core/model/devices.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

constexpr int kMostClasses = 1000;

struct LabelledArray {
    LabelledImages data;
    std::string layout;
};

LabelledArray readLabelled(const fs::path &images, const fs::path &labels) {
    LabelledArray result;
    const ImageArray array = readImageArray(readNpy(images));
    result.layout = array.reading.layout;
    result.data.images = toBytes(array);
    const NpyArray given = readNpy(labels);
    for (const auto label : given.asIntegers()) {
        if (label < 0 || label >= kMostClasses) {
            throw Error(ErrorCode::BadInput, labels.string() + " has the label " + std::to_string(label) + "; labels count from 0 to at most " +
                                                 std::to_string(kMostClasses - 1));
        }
        result.data.labels.push_back(static_cast<int>(label));
    }
    if (static_cast<std::int64_t>(result.data.labels.size()) != result.data.count()) {
        throw Error(ErrorCode::BadInput, images.string() + " has " + countOf(result.data.count(), "image") + " but " + labels.string() + " has " +
                                             countOf(given.count(), "label") + "; give one for each");
    }
    return result;
}

/// [C, H, W] to [H, W, C] where the sources came so.
Pixels inLayout(const Pixels &pixels, const ImageShape &shape, const std::string &layout) {
    if (layout != "NHWC") {
        return pixels;
    }
    Pixels result(pixels.size());
    const std::size_t plane = static_cast<std::size_t>(shape.height) * shape.width, channels = static_cast<std::size_t>(shape.channels);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        result[i] = pixels[(i % channels) * plane + i / channels];
    }
    return result;
}

std::vector<std::int64_t> shapeInLayout(std::int64_t count, const ImageShape &shape, const std::string &layout) {
    if (layout == "NHW") {
        return {count, shape.height, shape.width};
    }
    return layout == "NCHW" ? std::vector<std::int64_t>{count, shape.channels, shape.height, shape.width}
                            : std::vector<std::int64_t>{count, shape.height, shape.width, shape.channels};
}

std::string lineOf(std::int64_t source, int label, const Candidate &candidate, std::int64_t row, const ByteNorms &norms,
                   const std::string &evaluatorJson) {
    const std::string normsJson = JsonWriter().add("l0", norms.l0).add("l0_binarised", norms.l0Binarised).add("l1", norms.l1()).add("l2", norms.l2())
                                      .add("linf_levels", norms.linfLevels).text();
    return JsonWriter().add("source", source).add("outcome", candidate.isFound ? "found" : "attempt").add("row", row).add("label", label).add("target_class", candidate.targetClass)
        .add("donor_index", candidate.donorIndex).addRaw("transform", candidate.transformJson).addRaw("details", candidate.detailsJson)
        .addRaw("norms", normsJson).addRaw("proxy_evaluator", evaluatorJson).add("why", candidate.why)
        .add("enough", candidate.enough).text();
}

class Engine {
public:
    Engine(const EngineRequest &request, const StopToken &stop, const ProgressHandler &progress, const LineHandler &onLine)
        : m_request(request), m_stop(stop), m_progress(progress), m_onLine(onLine), m_norm(parseNorm(request.norm)),
          m_budget(Budget::parse(m_norm, request.eps)), m_infos(attackInfos()), m_info(findByName(m_infos, request.attack, "attack")) {
        if (std::find(m_info.norms.begin(), m_info.norms.end(), m_norm) == m_info.norms.end()) {
            throw Error(ErrorCode::Usage, "attack " + m_info.name + " does not work in " + normName(m_norm) + "; see --list");
        }
    }

    EngineOutcome run() {
        const ParameterValues values = m_info.schema.check(m_request.options);
        m_outcome.device = resolveTorchDevice(m_request.device);
        m_sources = readLabelled(m_request.sources, m_request.labels);
        m_donors = readLabelled(m_request.donors, m_request.donorLabels);
        const ImageShape &shape = m_sources.data.images.shape;
        if (shape != m_donors.data.images.shape) {
            throw Error(ErrorCode::BadInput, m_request.sources.string() + " and " + m_request.donors.string() + " hold images of different sizes; use one size");
        }
        const int classCount = 1 + std::max(highest(m_sources), highest(m_donors));
        const std::string targets = !m_request.targets.empty() ? m_request.targets : !m_info.defaultTargets.empty() ? m_info.defaultTargets : classCount == 10 ? "published" : "any";
        AttackSetup setup{m_budget, Targets::parse(targets, classCount), values, m_request.seed, m_outcome.device, &m_donors.data, nullptr, {}};
        if (m_info.usesSelector) {
            setup.selector = proxyFor(ProxyRole::Selector, classCount);
            m_evaluator = proxyFor(ProxyRole::Evaluator, classCount);
        }
        const auto start = std::chrono::steady_clock::now();
        const auto attack = makeRegisteredAttack(m_info.name, setup);
        attackAll(*attack);
        m_outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        const NpyArray array{"", 'u', 1, shapeInLayout(m_outcome.examples, shape, m_sources.layout), std::move(m_out)};
        writeFileBytes(m_request.out, formatNpy(array));
        return m_outcome;
    }

private:
    static int highest(const LabelledArray &array) { return *std::max_element(array.data.labels.begin(), array.data.labels.end()); }

    /// The proxy from its folder, or trained on the donors and kept there.
    std::shared_ptr<const OracleProxy> proxyFor(ProxyRole role, int classCount) {
        if (m_request.proxies.empty()) {
            throw Error(ErrorCode::Usage, "attack " + m_info.name + " chooses by a proxy; name the folder where it is kept, or is to be, with --proxies");
        }
        const fs::path file = m_request.proxies / (std::string(nameOf(role)) + ".proxy");
        if (!fs::exists(file)) {
            const TrainedProxy trained = trainProxyEnsemble({role, &m_donors.data, classCount, m_outcome.device}, m_stop, m_progress);
            if (trained.end != JobEnd::Finished) {
                throw Error(ErrorCode::Io, std::string("the proxy's ") + nameOf(role) + " was stopped before it was trained; run again");
            }
            fs::create_directories(m_request.proxies);
            writeFileBytes(file, trained.weights);
        }
        return loadProxyEnsemble(role, readFileBytes(file), file.string(), m_donors.data.images.shape, classCount, m_outcome.device);
    }

    void attackAll(Attack &attack) {
        StopRules rules;
        rules.add(whenAsked(m_stop)).add(afterSeconds(m_request.timeLimitSeconds));
        EtaClock clock;
        const std::int64_t count = m_sources.data.count();
        for (std::int64_t i = 0; i < count; ++i) {
            if (rules.shouldStop()) {
                m_outcome.end = JobEnd::Stopped;
                return;
            }
            const int label = m_sources.data.labels[static_cast<std::size_t>(i)];
            keep(i, label, attack.perturb(m_sources.data.images.at(i), label, m_stop));
            Progress now{m_info.name, i + 1, count, -1};
            clock.stamp(now);
            m_progress(now);
        }
    }

    void keep(std::int64_t source, int label, const std::vector<Candidate> &candidates) {
        const ImageShape &shape = m_sources.data.images.shape;
        ++m_outcome.sources;
        if (candidates.empty()) {
            ++m_outcome.attempts;
            m_onLine(JsonWriter().add("source", source).add("outcome", "attempt").add("label", label).text());
        }
        for (const auto &candidate : candidates) {
            const ByteNorms norms = measureNorms(shape, m_sources.data.images.at(source), candidate.pixels);
            if (!isWithin(norms, m_budget)) {
                throw Error(ErrorCode::Internal, "the attack left the ball on source " + std::to_string(source) + " (" + describeExcess(norms, m_budget) + "); please report it");
            }
            const Pixels pixels = inLayout(candidate.pixels, shape, m_sources.layout);
            m_out.insert(m_out.end(), pixels.begin(), pixels.end());
            m_onLine(lineOf(source, label, candidate, m_outcome.examples, norms, evaluation(candidate)));
            ++m_outcome.examples;
            m_outcome.attempts += candidate.isFound ? 0 : 1;
        }
    }

    /// What the proxy's evaluator says of a candidate; null where no proxy was asked for.
    std::string evaluation(const Candidate &candidate) const {
        if (m_evaluator == nullptr) {
            return "null";
        }
        const ProxyReading reading = m_evaluator->read({m_sources.data.images.shape, candidate.pixels}).front();
        return JsonWriter().add("label", reading.label()).add("target_probability", static_cast<double>(reading.probabilityOf(candidate.targetClass)))
            .add("not_a_class", static_cast<double>(reading.notAClass)).text();
    }

    const EngineRequest &m_request;
    const StopToken &m_stop;
    const ProgressHandler &m_progress;
    const LineHandler &m_onLine;
    Norm m_norm;
    Budget m_budget;
    std::vector<AttackInfo> m_infos;
    const AttackInfo &m_info;
    LabelledArray m_sources, m_donors;
    std::shared_ptr<const OracleProxy> m_evaluator;
    Pixels m_out;
    EngineOutcome m_outcome;
};

}  // namespace

EngineOutcome runEngine(const EngineRequest &request, const StopToken &stop, const ProgressHandler &progress, const LineHandler &onLine) {
    return Engine(request, stop, progress, onLine).run();
}

std::string describeAttacks() {
    std::string text;
    for (const auto &attack : attackInfos()) {
        std::vector<std::string> norms;
        for (const Norm norm : attack.norms) {
            norms.push_back(normName(norm));
        }
        text += attack.name + "  (" + attack.family + "; " + join(norms, ", ") + ")  " + attack.summary + "\n";
        for (const auto &parameter : attack.schema.parameters()) {
            text += "    --" + parameter.name + " " + parameter.defaultValue + (parameter.unit.empty() ? "" : " " + parameter.unit) + "  " + parameter.help + "\n";
        }
    }
    return text;
}

}  // namespace metamer
