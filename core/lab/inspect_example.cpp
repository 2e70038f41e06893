#include "core/lab/inspect_example.h"

#include <algorithm>
#include <iterator>

#include "core/base/error.h"
#include "core/lab/certificates.h"

namespace metamer {

InspectedExample inspectExample(StudyFile &file, ExampleId id) {
    const auto example = ExampleTable(file).find(id);
    const auto source = example ? SourceImageTable(file).find(example->sourceId) : std::nullopt;
    if (!example || !source) {
        throw Error(ErrorCode::NotFound, "this example is not in the study any more; choose another");
    }
    InspectedExample found;
    found.example = *example;
    found.source = *source;
    for (const auto &run : RunTable(file).list()) {
        if (run.id == example->runId) {
            found.run = run;
        }
    }
    if (example->donorId.isValid()) {
        found.donor = SourceImageTable(file).find(example->donorId);
    }
    const auto after = PredictionTable(file).ofExample(id);
    const auto before = PredictionTable(file).ofSource(source->id);
    const auto certificates = CertificateTable(file).ofSource(source->id);
    for (const auto &model : ModelTable(file).list()) {
        if (model.isHidden) {
            continue;
        }
        ModelAnswers answers{model.name, {}, {}, {}};
        std::vector<Certificate> ofModel;
        std::copy_if(certificates.begin(), certificates.end(), std::back_inserter(ofModel), [&](const Certificate &each) { return each.modelHash == model.hash; });
        answers.certificate = certificateFor(example->norms, ofModel);
        for (const auto &prediction : before) {
            answers.before = prediction.modelHash == model.hash ? prediction.logits : answers.before;
        }
        for (const auto &prediction : after) {
            answers.after = prediction.modelHash == model.hash ? prediction.logits : answers.after;
        }
        found.models.push_back(std::move(answers));
    }
    found.proxies = ProxyScoreTable(file).ofExample(id);
    found.people = votesOnExample(file, *example);
    return found;
}

}  // namespace metamer
