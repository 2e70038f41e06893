#include "core/lab/certificates.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/budget.h"
#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/data/dataset_reader.h"
#include "core/lab/compute_loader.h"
#include "core/lab/models.h"
#include "core/model/imported.h"

namespace metamer {
namespace {

constexpr std::size_t kBatch = 8;   // sources certified and kept at once: where every bound is tried that is half a minute until a stop is heard
constexpr const char *kWrongOnSource = "clean";   // the method of a verdict that needed no bound

/// The sources to certify: those of a run, or test images drawn by seed, which get rows of their own.
std::vector<SourceImage> sourcesOf(StudyGate &gate, const CertifyRequest &request, const Dataset &dataset) {
    std::vector<SourceImage> sources;
    if (!request.run.empty()) {
        gate.with([&](StudyFile &file) {
            const auto run = RunTable(file).find(request.run);
            if (!run) {
                throw Error(ErrorCode::NotFound, "there is no run '" + request.run + "' in this study; see 'study info'");
            }
            std::set<SourceImageId> seen;
            for (const auto &example : ExampleTable(file).ofRun(run->id)) {
                if (seen.insert(example.sourceId).second) {
                    sources.push_back(*SourceImageTable(file).find(example.sourceId));
                }
            }
        });
        return sources;
    }
    const LoadedDataset data = reloadDataset(dataset);
    Rng rng(static_cast<std::uint64_t>(request.seed));
    const auto indices = drawWithoutReplacement(data.test.count(), std::min(request.count, data.test.count()), rng);
    gate.with([&](StudyFile &file) {
        file.transaction([&] {
            for (const std::int64_t index : indices) {
                const auto pixels = data.test.images.at(index);
                SourceImage source{{}, {}, "test", index, data.test.labels[static_cast<std::size_t>(index)], {pixels.begin(), pixels.end()}};
                source.id = SourceImageTable(file).ensure(dataset.id, source);
                sources.push_back(std::move(source));
            }
        });
    });
    return sources;
}

/// Counts certificates as they come.
void count(CertifyOutcome &outcome, const Certificate &certificate) {
    ++outcome.images;
    outcome.certified += certificate.status == CertificateStatus::Certified;
    outcome.notCertified += certificate.status == CertificateStatus::NotCertified;
    outcome.unknown += certificate.status == CertificateStatus::Unknown;
    outcome.right += certificate.method != kWrongOnSource;
}

}  // namespace

CertifyOutcome certifyModel(StudyGate &gate, const CertifyRequest &request, const JobContext &job) {
    const Budget budget = Budget::parse(parseNorm(request.norm), request.epsText);
    ModelRecord model;
    Dataset dataset;
    std::map<SourceImageId, Certificate> known;
    gate.with([&](StudyFile &file) {
        model = findModel(file, request.model);
        dataset = DatasetTable(file).get();
        for (const auto &certificate : CertificateTable(file).ofModel(model.hash)) {
            if (certificate.norm == normName(budget.norm()) && certificate.epsText == request.epsText && certificate.status != CertificateStatus::Unknown) {
                known[certificate.sourceId] = certificate;
            }
        }
    });
    if (isImported(model.architecture)) {
        throw Error(ErrorCode::Usage, "model '" + model.name + "' was imported: bounds are known for networks that were trained here only; train one with 'model train'");
    }
    const auto certifier = compute().makeCertifier(model.architecture, model.weights, dataset.shape, static_cast<int>(dataset.classNames.size()),
                                                   compute().resolveDevice(request.device));
    CertifyOutcome outcome{JobEnd::Finished, model.name, normName(budget.norm()), request.epsText};
    std::vector<SourceImage> open;
    for (auto &source : sourcesOf(gate, request, dataset)) {
        if (const auto found = known.find(source.id); found != known.end()) {
            count(outcome, found->second);
        } else {
            open.push_back(std::move(source));
        }
    }
    EtaClock clock;
    const std::int64_t already = outcome.images;
    for (std::size_t start = 0; start < open.size(); start += kBatch) {
        if (job.stop.isStopRequested()) {
            outcome.end = job.stop.end();
            break;
        }
        const std::vector<SourceImage> batch(open.begin() + static_cast<std::ptrdiff_t>(start), open.begin() + static_cast<std::ptrdiff_t>(std::min(start + kBatch, open.size())));
        ImageSet images{dataset.shape, {}};
        std::vector<int> labels;
        for (const auto &source : batch) {
            images.append(source.pixels);
            labels.push_back(source.label);
        }
        const auto verdicts = certifier->certify(images, labels, budget.norm(), budget.eps());
        gate.with([&](StudyFile &file) {
            file.transaction([&] {
                for (std::size_t i = 0; i < batch.size(); ++i) {
                    const Certificate certificate{model.hash, batch[i].id, outcome.norm, request.epsText, verdicts[i].status, verdicts[i].method, verdicts[i].margin};
                    CertificateTable(file).save(certificate);
                    count(outcome, certificate);
                }
            });
        });
        Progress now{"certifying", outcome.images - already, static_cast<std::int64_t>(open.size()), -1};
        clock.stamp(now);
        job.progress(now);
    }
    return outcome;
}

bool isWithin(const ByteNorms &norms, const Certificate &certificate) {
    const Budget budget = Budget::parse(parseNorm(certificate.norm), certificate.epsText);
    return budget.norm() == Norm::Linf ? norms.linfLevels <= budget.greyLevels() : norms.l2() <= budget.eps();
}

std::optional<Certificate> certificateFor(const ByteNorms &norms, const std::vector<Certificate> &ofSource) {
    std::optional<Certificate> best;
    const auto rank = [](const Certificate &certificate) {
        return std::pair(certificate.status == CertificateStatus::Certified, Budget::parse(parseNorm(certificate.norm), certificate.epsText).eps());
    };
    for (const auto &certificate : ofSource) {
        if (isWithin(norms, certificate) && (!best || rank(certificate) > rank(*best))) {
            best = certificate;
        }
    }
    return best;
}

}  // namespace metamer
