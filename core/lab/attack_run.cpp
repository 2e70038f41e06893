#include "core/lab/attack_run.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "core/attack/stop_rules.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/image/norms.h"
#include "core/lab/compute_loader.h"
#include "core/lab/create_study.h"
#include "core/lab/imported_models.h"
#include "core/lab/keep_example.h"
#include "core/lab/kept_options.h"
#include "core/lab/models.h"
#include "core/lab/proxies.h"
#include "core/model/imported.h"
#include "core/study/protocol.h"

namespace metamer {
namespace {

std::vector<std::int64_t> planSources(const AttackRunRequest &request, const Dataset &dataset) {
    const std::int64_t available = request.split == "train" ? dataset.trainCount : dataset.testCount;
    if (!request.indices) {
        if (request.count < 1) {
            throw Error(ErrorCode::Usage, "--count " + std::to_string(request.count) + " is not allowed; use 1 or more");
        }
        Rng rng(static_cast<std::uint64_t>(request.seed));
        return drawWithoutReplacement(available, request.count, rng);
    }
    std::set<std::int64_t> seen;
    for (const auto index : *request.indices) {
        if (index < 0 || index >= available) {
            throw Error(ErrorCode::Usage, "index " + std::to_string(index) + " is outside the " + request.split + " split (0 to " +
                                              std::to_string(available - 1) + ")");
        }
        if (!seen.insert(index).second) {
            throw Error(ErrorCode::Usage, "index " + std::to_string(index) + " is given twice; name each source once");
        }
    }
    return *request.indices;
}

/// Everything checked before the first row is written.
struct Plan {
    Dataset dataset;
    StudyRecord study;
    Run run;
    ParameterValues values;
};

Run makeRun(StudyGate &gate, const AttackRunRequest &request, const Plan &plan) {
    Run run = plan.run;
    gate.with([&](StudyFile &file) {
        RunTable runs(file);
        const auto isTaken = [&](const std::string &name) { return runs.find(name).has_value(); };
        if (!request.name.empty() && isTaken(request.name)) {
            throw Error(ErrorCode::Exists, "a run named '" + request.name + "' is in this study already; choose another name, or go on with --resume");
        }
        if (!request.modelName.empty() && findModel(file, request.modelName).isHidden) {
            throw Error(ErrorCode::Usage, "model '" + request.modelName + "' is hidden; bring it back with 'model show' first");
        }
        if (!request.modelName.empty() && !isTrusted(findModel(file, request.modelName))) {
            throw Error(ErrorCode::BadInput, notTrustedSentence(findModel(file, request.modelName)));
        }
        run.name = request.name.empty() ? freeName(run.attack + "-" + run.norm + "-" + run.epsText, isTaken) : request.name;
        run.id = runs.insert(run);
    });
    return run;
}

Plan planRun(StudyGate &gate, const AttackRunRequest &request) {
    Compute &engine = compute();
    const AttackInfo &info = findByName(engine.attacks(), request.attack, "attack");
    const Norm norm = request.norm.empty() ? info.norms.front() : parseNorm(request.norm);
    const std::string eps = !request.eps.empty() ? request.eps : norm == info.norms.front() ? info.defaultEps : std::string();
    if (eps.empty()) {
        throw Error(ErrorCode::Usage, "--eps is missing; name the budget in " + normName(norm));
    }
    if (std::find(info.norms.begin(), info.norms.end(), norm) == info.norms.end()) {
        throw Error(ErrorCode::Usage, "attack " + info.name + " does not work in " + normName(norm) + "; see 'attack list'");
    }
    Budget::parse(norm, eps);
    if (request.split != "train" && request.split != "test") {
        throw Error(ErrorCode::Usage, "--split '" + request.split + "' is not allowed; use test or train");
    }
    Plan plan;
    plan.values = info.schema.check(request.options);
    gate.with([&](StudyFile &file) {
        plan.dataset = DatasetTable(file).get();
        plan.study = StudyTable(file).get();
    });
    if (info.needsGrey && plan.dataset.shape.channels != 1) {
        throw Error(ErrorCode::Usage, "attack " + info.name + " works with strokes and so with grey images; this data set has " + std::to_string(plan.dataset.shape.channels) +
                                          " channels; use linf-nearest");
    }
    Run &run = plan.run;
    run.targets = !request.targets.empty() ? request.targets : info.defaultTargets.empty() ? Targets::defaultFor(plan.dataset.classNames) : info.defaultTargets;
    Targets::parse(run.targets, static_cast<int>(plan.dataset.classNames.size()));
    run.kind = RunKind::Attack;
    run.attack = info.name;
    run.norm = normName(norm);
    run.epsText = eps;
    run.split = request.split;
    run.indices = planSources(request, plan.dataset);
    run.modelName = request.modelName;
    run.parametersJson = plan.values.toJson();
    run.seed = request.seed;
    run.device = engine.resolveDevice(request.device);
    run.versionsJson = versionsJson();
    run.owner = thisProcess();
    return plan;
}

/// One run in progress: the attack, the models that answer along, and the counts.
class Runner {
public:
    Runner(StudyGate &gate, Plan plan, LoadedDataset data, const JobContext &job, const ExampleHandler &onExample)
        : m_gate(gate), m_plan(std::move(plan)), m_job(job), m_onExample(onExample), m_data(std::move(data)),
          m_budget(Budget::parse(parseNorm(m_plan.run.norm), m_plan.run.epsText)),
          m_keeper(m_data, m_plan.run, m_plan.study.id, Protocol::fromJson(m_plan.study.protocolJson).examplesPerControl()) {}

    AttackRunOutcome run(double timeLimitSeconds) {
        const auto start = std::chrono::steady_clock::now();
        m_outcome.run = m_plan.run;
        try {
            attackAll(timeLimitSeconds);
            m_outcome.run.state = m_outcome.end == JobEnd::Finished  ? RunState::Finished
                                  : m_outcome.end == JobEnd::Stopped ? RunState::Stopped
                                                                     : RunState::Aborted;
        } catch (const Error &error) {
            m_outcome.run.state = RunState::Failed;
            m_outcome.run.message = error.what();
            close();
            throw;
        }
        close();
        m_outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (!m_distances.empty()) {
            std::nth_element(m_distances.begin(), m_distances.begin() + static_cast<std::ptrdiff_t>(m_distances.size() / 2), m_distances.end());
            m_outcome.medianDonorDistance = m_distances[m_distances.size() / 2];
        }
        return m_outcome;
    }

private:
    void attackAll(double timeLimitSeconds) {
        const Run &run = m_plan.run;
        Compute &engine = compute();
        const auto done = doneIndices();
        StopRules rules;
        rules.add(whenAsked(m_job.stop)).add(afterSeconds(timeLimitSeconds));
        AttackSetup setup{m_budget, Targets::parse(run.targets, static_cast<int>(m_plan.dataset.classNames.size())),
                          m_plan.values, run.seed, run.device, &m_data.train, nullptr, {}};
        loadAllModels();
        if (findByName(engine.attacks(), run.attack, "attack").usesSelector) {
            adjustThreads();
            m_proxies = ensureProxies(m_gate, m_data, run.device, {}, m_job);
            if (!m_proxies.areComplete()) {
                m_outcome.end = m_job.stop.end();
                return;
            }
            setup.selector = m_proxies.selector;
        }
        if (!run.modelName.empty()) {
            setup.keeps = [this](const Pixels &pixels) { return answerOfChosenModel(pixels) == m_label; };
        }
        const auto attack = engine.makeAttack(run.attack, setup);
        EtaClock clock;
        Progress progress{run.name, 0, static_cast<std::int64_t>(run.indices.size()), -1};
        for (const auto index : run.indices) {
            if (done.contains(index)) {
                ++progress.done;
                continue;
            }
            if (rules.shouldStop()) {
                m_outcome.end = m_job.stop.isStopRequested() ? m_job.stop.end() : JobEnd::Stopped;
                return;
            }
            clock.stamp(progress);
            m_job.progress(progress);
            adjustThreads();
            if (!attackOne(*attack, index)) {
                m_outcome.end = JobEnd::Aborted;
                return;
            }
            ++progress.done;
        }
        clock.stamp(progress);
        m_job.progress(progress);
    }

    void loadAllModels() {
        std::vector<ModelTrouble> troubles;
        m_models = loadModels(m_gate, m_plan.dataset, m_plan.run.device, false, &troubles);
        for (const auto &trouble : troubles) {
            doWithout(trouble);
        }
    }

    /// Throws if it is the model that the run is made for.
    void doWithout(const ModelTrouble &trouble) {
        if (trouble.model == m_plan.run.modelName) {
            throw Error(trouble.code, trouble.why);
        }
        m_outcome.modelsNotAsked.push_back(sentenceOf(trouble));
    }

    /// What every model says of the images; an imported one that fails is not asked again in this run.
    std::vector<std::vector<Prediction>> answersOfModels(const std::vector<UnpredictedImage> &images) {
        std::vector<std::vector<Prediction>> predictions;
        for (auto model = m_models.begin(); model != m_models.end();) {
            try {
                predictions.push_back(predict(*model, m_plan.dataset.shape, images));
                ++model;
            } catch (const Error &error) {
                if (!isImported(model->record.architecture)) {
                    throw;
                }
                doWithout({model->record.name, error.code(), error.what()});
                model = m_models.erase(model);
            }
        }
        return predictions;
    }

    bool attackOne(Attack &attack, std::int64_t index) {
        const LabelledImages &split = m_data.split(m_plan.run.split);
        const auto source = split.images.at(index);
        const int label = split.labels[static_cast<std::size_t>(index)];
        m_label = label;
        auto candidates = attack.perturb(source, label, m_job.stop);
        if (m_job.stop.isAbortRequested()) {
            return false;
        }
        std::vector<Example> examples;
        for (auto &candidate : candidates) {
            examples.push_back(toExample(candidate, source, label));
        }
        if (examples.empty()) {
            Example attempt;
            attempt.outcome = ExampleOutcome::Attempt;
            attempt.detailsJson = R"({"why":"no target class is allowed for this source, or none has a donor"})";
            examples.push_back(attempt);
            candidates.emplace_back();
        }
        keep(examples, candidates, index);
        return true;
    }

    Example toExample(Candidate &candidate, std::span<const std::uint8_t> source, int label) {
        const ImageShape &shape = m_plan.dataset.shape;
        Example example;
        example.norms = measureNorms(shape, source, candidate.pixels);
        if (!isWithin(example.norms, m_budget)) {
            throw Error(ErrorCode::Internal, "attack " + m_plan.run.attack + " left its budget: " + describeExcess(example.norms, m_budget));
        }
        example.pixels = std::move(candidate.pixels);
        example.targetClass = candidate.targetClass;
        example.alignedDonor = std::move(candidate.alignedDonor);
        example.transformJson = candidate.transformJson;
        Json details = Json::parse(candidate.detailsJson);
        if (!example.alignedDonor.empty()) {
            const double distance = measureNorms(shape, source, example.alignedDonor).l2();
            details["donor_distance_l2"] = distance;
            m_distances.push_back(distance);
        }
        example.outcome = candidate.isFound ? ExampleOutcome::Found : ExampleOutcome::Attempt;
        if (!candidate.isFound) {
            details["why"] = candidate.why;
            details["enough"] = candidate.enough.empty() ? Json(nullptr) : Json(candidate.enough);
        }
        if (!m_plan.run.modelName.empty()) {
            const int answer = answerOfChosenModel(example.pixels);
            details["kept_for_model"] = m_plan.run.modelName;
            details["model_answer"] = answer;
            if (candidate.isFound && answer != label) {
                example.outcome = ExampleOutcome::Attempt;
                details["why"] = "model '" + m_plan.run.modelName + "' does not keep its answer";
            }
        }
        example.detailsJson = details.dump();
        return example;
    }

    int answerOfChosenModel(const Pixels &pixels) const {
        const auto chosen = std::find_if(m_models.begin(), m_models.end(),
                                         [&](const LoadedModel &model) { return model.record.name == m_plan.run.modelName; });
        if (chosen == m_models.end()) {
            throw Error(ErrorCode::NotFound, "there is no model '" + m_plan.run.modelName + "' in this study any more");
        }
        return predictedClass(chosen->classifier->logits({m_plan.dataset.shape, pixels})[0]);
    }

    /// Everything of a source in one transaction, so that a source is done or not done.
    void keep(const std::vector<Example> &examples, const std::vector<Candidate> &candidates, std::int64_t index) {
        std::vector<UnpredictedImage> images = {{{}, {}, m_data.split(m_plan.run.split).images.copyOf(index)}};
        for (const auto &example : examples) {
            if (!example.pixels.empty()) {
                images.push_back({{}, {}, example.pixels});
            }
        }
        auto predictions = answersOfModels(images);
        auto scores = proxyScores(examples);
        std::vector<Example> kept;
        m_gate.with([&](StudyFile &file) {
            kept.clear();
            file.transaction([&] {
                for (std::size_t i = 0; i < examples.size(); ++i) {
                    kept.push_back(m_keeper.keep(file, examples[i], index, candidates[i].donorIndex));
                }
                keepPredictions(file, predictions, kept);
                keepProxyScores(file, scores, kept);
            });
        });
        for (const auto &example : kept) {
            example.outcome == ExampleOutcome::Found ? ++m_outcome.found : ++m_outcome.attempts;
            m_onExample(example);
        }
    }

    /// `predictions` holds the source's first, then those of the examples that have pixels.
    static void keepPredictions(StudyFile &file, std::vector<std::vector<Prediction>> &predictions, const std::vector<Example> &kept) {
        for (auto &ofModel : predictions) {
            ofModel[0].sourceId = kept[0].sourceId;
            std::size_t next = 1;
            for (const auto &example : kept) {
                if (!example.pixels.empty()) {
                    ofModel[next++].exampleId = example.id;
                }
            }
            for (const auto &prediction : ofModel) {
                PredictionTable(file).insert(prediction);
            }
        }
    }

    /// What the proxies say of those examples that have pixels, in the order of `examples`; empty where the run uses none.
    std::vector<std::vector<ProxyScore>> proxyScores(const std::vector<Example> &examples) const {
        ImageSet images{m_plan.dataset.shape, {}};
        for (const auto &example : examples) {
            if (m_proxies.areComplete() && !example.pixels.empty()) {
                images.append(example.pixels);
            }
        }
        return images.count() > 0 ? readProxies(m_proxies, images) : std::vector<std::vector<ProxyScore>>();
    }

    static void keepProxyScores(StudyFile &file, std::vector<std::vector<ProxyScore>> &scores, const std::vector<Example> &kept) {
        for (auto &ofProxy : scores) {
            std::size_t next = 0;
            for (const auto &example : kept) {
                if (!example.pixels.empty()) {
                    ofProxy[next].exampleId = example.id;
                    ProxyScoreTable(file).insert(ofProxy[next++]);
                }
            }
        }
    }

    std::set<std::int64_t> doneIndices() {
        std::set<std::int64_t> done;
        m_gate.with([&](StudyFile &file) {
            for (const auto source : ExampleTable(file).sourcesOfRun(m_plan.run.id)) {
                done.insert(SourceImageTable(file).find(source)->index);
            }
        });
        return done;
    }

    void adjustThreads() {
        const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
        const int wanted = m_job.leavesACore() ? std::max(1, cores - 1) : cores;
        if (wanted != m_threads) {
            m_threads = wanted;
            compute().setThreads(wanted);
        }
    }

    void close() {
        m_gate.with([&](StudyFile &file) { RunTable(file).updateState(m_outcome.run); });
    }

    StudyGate &m_gate;
    Plan m_plan;
    const JobContext &m_job;
    const ExampleHandler &m_onExample;
    LoadedDataset m_data;
    Budget m_budget;
    ExampleKeeper m_keeper;
    std::vector<LoadedModel> m_models;
    LoadedProxies m_proxies;
    int m_label = -1;   ///< of the source in hand
    std::vector<double> m_distances;
    AttackRunOutcome m_outcome;
    int m_threads = 0;
};

/// The options that a run was started with. Throws Error(Usage) if its attack does not take them any more.
ParameterValues keptValues(const Run &run) {
    const ParameterSchema &schema = findByName(compute().attacks(), run.attack, "attack").schema;
    const auto kept = optionsFromJson(run.parametersJson), known = optionsFromJson(run.parametersJson, schema);
    for (const auto &[name, text] : kept) {
        if (!known.contains(name)) {
            throw Error(ErrorCode::Usage, "run '" + run.name + "' was started with " + name + " = " + text + ", which " + run.attack +
                                              " of this version does not take; its examples are kept, but only a new run can make the others");
        }
    }
    return schema.check(kept);
}

}  // namespace

AttackRunOutcome runAttack(StudyGate &gate, const AttackRunRequest &request, const JobContext &job, const ExampleHandler &onExample) {
    Plan plan = planRun(gate, request);
    LoadedDataset data = reloadDataset(plan.dataset);   // what can fail comes before the first row
    plan.run = makeRun(gate, request, plan);
    return Runner(gate, std::move(plan), std::move(data), job, onExample).run(request.timeLimitSeconds);
}

AttackRunOutcome resumeAttack(StudyGate &gate, const std::string &runName, double timeLimitSeconds, const JobContext &job,
                              const ExampleHandler &onExample) {
    Plan plan;
    gate.with([&](StudyFile &file) {
        const auto run = RunTable(file).find(runName);
        if (!run || run->kind != RunKind::Attack) {
            throw Error(ErrorCode::NotFound, "there is no attack run '" + runName + "' in this study; see 'study info'");
        }
        if (run->state == RunState::Running && isOwnedElsewhere(run->owner)) {
            throw Error(ErrorCode::Locked, "run '" + runName + "' is being made by process " + run->owner + "; stop it there first");
        }
        plan.run = *run;
        plan.dataset = DatasetTable(file).get();
        plan.study = StudyTable(file).get();
    });
    plan.run.device = compute().resolveDevice(plan.run.device);
    plan.values = keptValues(plan.run);
    LoadedDataset data = reloadDataset(plan.dataset);
    plan.run.state = RunState::Running;
    plan.run.message.clear();
    plan.run.owner = thisProcess();
    gate.with([&](StudyFile &file) { RunTable(file).updateState(plan.run); });
    return Runner(gate, std::move(plan), std::move(data), job, onExample).run(timeLimitSeconds);
}

}  // namespace metamer
