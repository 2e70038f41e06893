#include "core/study/dawid_skene.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace metamer {
namespace {

constexpr int kVotesForConfusion = 50;
constexpr double kConverged = 1e-7;

struct Vote {
    std::size_t item, annotator, label;
};

/// The problem with everything counted from 0.
struct Votes {
    std::vector<int> labels;
    std::vector<AnnotatorId> annotators;
    std::vector<Vote> votes;
    std::size_t items = 0;
};

Votes densify(const std::vector<VotesOfItem> &items) {
    std::set<int> labels;
    std::set<AnnotatorId> annotators;
    for (const auto &item : items) {
        for (const auto &[annotator, label] : item) {
            if (label != kUnsure) {
                labels.insert(label);
                annotators.insert(annotator);
            }
        }
    }
    Votes dense{{labels.begin(), labels.end()}, {annotators.begin(), annotators.end()}, {}, items.size()};
    for (std::size_t i = 0; i < items.size(); ++i) {
        for (const auto &[annotator, label] : items[i]) {
            if (label != kUnsure) {
                const auto who = std::lower_bound(dense.annotators.begin(), dense.annotators.end(), annotator) - dense.annotators.begin();
                const auto what = std::lower_bound(dense.labels.begin(), dense.labels.end(), label) - dense.labels.begin();
                dense.votes.push_back({i, static_cast<std::size_t>(who), static_cast<std::size_t>(what)});
            }
        }
    }
    return dense;
}

using Matrix = std::vector<std::vector<double>>;

class Model {
public:
    explicit Model(const Votes &votes)
        : m_votes(votes), m_classes(votes.labels.size()), m_posteriors(votes.items, std::vector<double>(m_classes, 0)),
          m_confusions(votes.annotators.size(), Matrix(m_classes, std::vector<double>(m_classes))), m_priors(m_classes),
          m_isOneCoin(votes.annotators.size(), true), m_counts(votes.annotators.size(), 0) {
        std::vector<std::vector<int>> perClass(votes.annotators.size(), std::vector<int>(m_classes, 0));
        for (const auto &vote : votes.votes) {
            m_posteriors[vote.item][vote.label] += 1;
            ++perClass[vote.annotator][vote.label];
            ++m_counts[vote.annotator];
        }
        for (auto &item : m_posteriors) {
            normalise(item);
        }
        for (std::size_t i = 0; i < perClass.size(); ++i) {
            m_isOneCoin[i] = *std::min_element(perClass[i].begin(), perClass[i].end()) < kVotesForConfusion;
        }
    }

    /// Annotators and class shares from the posteriors.
    void maximise() {
        std::fill(m_priors.begin(), m_priors.end(), 1.0 / static_cast<double>(m_classes));
        for (const auto &item : m_posteriors) {
            for (std::size_t label = 0; label < m_classes; ++label) {
                m_priors[label] += item[label];
            }
        }
        normalise(m_priors);
        const double smooth = 1.0 / static_cast<double>(m_classes);
        for (auto &confusion : m_confusions) {
            for (auto &row : confusion) {
                std::fill(row.begin(), row.end(), smooth);
            }
        }
        for (const auto &vote : m_votes.votes) {
            for (std::size_t truth = 0; truth < m_classes; ++truth) {
                m_confusions[vote.annotator][truth][vote.label] += m_posteriors[vote.item][truth];
            }
        }
        for (std::size_t i = 0; i < m_confusions.size(); ++i) {
            m_isOneCoin[i] ? makeOneCoin(m_confusions[i]) : normaliseRows(m_confusions[i]);
        }
    }

    /// Posteriors from annotators and class shares; the greatest change.
    double expect() {
        Matrix logs(m_votes.items, std::vector<double>(m_classes));
        for (auto &item : logs) {
            for (std::size_t truth = 0; truth < m_classes; ++truth) {
                item[truth] = std::log(m_priors[truth]);
            }
        }
        for (const auto &vote : m_votes.votes) {
            for (std::size_t truth = 0; truth < m_classes; ++truth) {
                logs[vote.item][truth] += std::log(m_confusions[vote.annotator][truth][vote.label]);
            }
        }
        double change = 0;
        for (std::size_t item = 0; item < logs.size(); ++item) {
            const double top = *std::max_element(logs[item].begin(), logs[item].end());
            for (auto &value : logs[item]) {
                value = std::exp(value - top);
            }
            normalise(logs[item]);
            for (std::size_t label = 0; label < m_classes; ++label) {
                change = std::max(change, std::abs(logs[item][label] - m_posteriors[item][label]));
            }
        }
        m_posteriors = std::move(logs);
        return change;
    }

    void describe(DawidSkene &result) const {
        for (std::size_t label = 0; label < m_classes; ++label) {
            result.classShares[m_votes.labels[label]] = m_priors[label];
        }
        for (const auto &item : m_posteriors) {
            auto &posterior = result.posteriors.emplace_back();
            for (std::size_t label = 0; label < m_classes; ++label) {
                posterior[m_votes.labels[label]] = item[label];
            }
        }
        for (std::size_t i = 0; i < m_votes.annotators.size(); ++i) {
            double accuracy = 0;
            for (std::size_t truth = 0; truth < m_classes; ++truth) {
                accuracy += m_priors[truth] * m_confusions[i][truth][truth];
            }
            result.annotators[m_votes.annotators[i]] = {m_counts[i], accuracy, m_isOneCoin[i]};
        }
    }

private:
    static void normalise(std::vector<double> &values) {
        double sum = 0;
        for (const double value : values) {
            sum += value;
        }
        for (auto &value : values) {
            value = sum > 0 ? value / sum : 1.0 / static_cast<double>(values.size());
        }
    }

    static void normaliseRows(Matrix &confusion) {
        for (auto &row : confusion) {
            normalise(row);
        }
    }

    /// One accuracy for all classes; what is wrong is spread evenly.
    void makeOneCoin(Matrix &confusion) const {
        double right = 0, all = 0;
        for (std::size_t truth = 0; truth < m_classes; ++truth) {
            for (std::size_t label = 0; label < m_classes; ++label) {
                all += confusion[truth][label];
                right += truth == label ? confusion[truth][label] : 0;
            }
        }
        const double accuracy = right / all, other = (1 - accuracy) / static_cast<double>(m_classes - 1);
        for (std::size_t truth = 0; truth < m_classes; ++truth) {
            for (std::size_t label = 0; label < m_classes; ++label) {
                confusion[truth][label] = truth == label ? accuracy : other;
            }
        }
    }

    const Votes &m_votes;
    std::size_t m_classes;
    Matrix m_posteriors;
    std::vector<Matrix> m_confusions;
    std::vector<double> m_priors;
    std::vector<bool> m_isOneCoin;
    std::vector<std::int64_t> m_counts;
};

}  // namespace

DawidSkene dawidSkene(const std::vector<VotesOfItem> &items, int mostRounds) {
    const Votes votes = densify(items);
    DawidSkene result;
    if (votes.annotators.size() < 2) {
        result.whyUndefined = votes.annotators.empty() ? "nobody has voted" : "there is only one rater";
        return result;
    }
    if (votes.labels.size() < 2) {
        result.whyUndefined = "all votes are the same";
        return result;
    }
    Model model(votes);
    double change = 1;
    while (result.rounds < mostRounds && change > kConverged) {
        model.maximise();
        change = model.expect();
        ++result.rounds;
    }
    model.describe(result);
    return result;
}

}  // namespace metamer
