#include <map>

#include "core/data/npy.h"
#include "core/exchange/labelled_set.h"

namespace metamer {
namespace {

void appendUnit(std::vector<float> &values, const Pixels &pixels) {
    for (const auto byte : pixels) {
        values.push_back(static_cast<float>(byte) / 255.0f);
    }
}

}  // namespace

void writeLabelledNpz(const LabelledSet &set, const std::filesystem::path &path) {
    std::vector<float> clean, perturbed;
    std::vector<std::int64_t> original, human, model, votes, index;
    std::vector<std::string> runs, norms, measures;
    std::vector<double> eps;
    for (const auto &example : set.examples) {
        appendUnit(clean, example.clean);
        appendUnit(perturbed, example.perturbed);
        original.push_back(example.originalLabel);
        human.push_back(example.humanLabel);
        model.insert(model.end(), example.modelAnswers.begin(), example.modelAnswers.end());
        std::map<std::string, int> byRater;
        for (const auto &vote : example.votes) {
            if (vote.measure == example.measure) {
                byRater[vote.rater] = vote.label;
            }
        }
        for (const auto &rater : set.raters) {
            votes.push_back(byRater.contains(rater) ? byRater[rater] : -1);
        }
        index.push_back(example.sourceIndex);
        runs.push_back(example.run);
        norms.push_back(example.norm);
        measures.push_back(example.measure);
        eps.push_back(example.eps);
    }
    const auto n = static_cast<std::int64_t>(set.examples.size());
    const std::vector<std::int64_t> images = {n, set.shape.channels, set.shape.height, set.shape.width};
    writeNpz(path, {{"x_clean", npyOf(clean, images)},
                    {"x_adv", npyOf(perturbed, images)},
                    {"y_orig", npyOf(original, {n})},
                    {"y_human", npyOf(human, {n})},
                    {"y_model", npyOf(model, {n, static_cast<std::int64_t>(set.models.size())})},
                    {"models", npyOf(set.models)},
                    {"votes", npyOf(votes, {n, static_cast<std::int64_t>(set.raters.size())})},
                    {"raters", npyOf(set.raters)},
                    {"measure", npyOf(measures)},
                    {"run", npyOf(runs)},
                    {"source_index", npyOf(index, {n})},
                    {"norm", npyOf(norms)},
                    {"eps", npyOf(eps, {n})}});
}

}  // namespace metamer
