#include "core/attack/sensitivity/pgd.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/image/ball.h"

namespace metamer {
namespace {

constexpr std::int64_t kBatch = 100;

/// A batch under attack: what stands where, in [0, 1].
class Climb {
public:
    Climb(const Classifier &model, const ImageSet &sources, const std::vector<int> &labels, const GradientAttack &attack, std::uint64_t seed)
        : m_model(model), m_sources(sources), m_labels(labels), m_attack(attack), m_size(sources.shape.size()), m_rng(seed) {
        for (const std::uint8_t byte : sources.bytes) {
            m_source.push_back(static_cast<float>(byte) / 255.0f);
        }
    }

    /// Climbs from a random start and returns the images as bytes. `target` is a class, or -1 for the cross-entropy.
    ImageSet run(int target) {
        m_x = m_source;
        for (float &value : m_x) {
            value += static_cast<float>(m_rng.uniform(-1, 1) * m_attack.budget.eps() / (isLinf() ? 1.0 : std::sqrt(static_cast<double>(m_size))));
        }
        project();
        const double length = 2.5 * m_attack.budget.eps() / m_attack.steps;
        for (int step = 0; step < m_attack.steps; ++step) {
            const auto gradients = m_model.gradients(m_x, m_sources.count(), weights(target));
            for (std::int64_t image = 0; image < m_sources.count(); ++image) {
                move(static_cast<std::size_t>(image) * m_size, gradients, length);
            }
            project();
        }
        return rounded();
    }

private:
    bool isLinf() const { return m_attack.budget.norm() == Norm::Linf; }

    /// What is climbed, as weights of the logits [N, classes].
    std::vector<float> weights(int target) const {
        auto weights = m_model.logitsOf(m_x, m_sources.count());
        const std::size_t classes = weights.size() / static_cast<std::size_t>(m_sources.count());
        for (std::size_t image = 0; image < m_labels.size(); ++image) {
            const auto row = weights.begin() + static_cast<std::ptrdiff_t>(image * classes);
            const float highest = *std::max_element(row, row + static_cast<std::ptrdiff_t>(classes));
            float sum = 0;
            for (std::size_t c = 0; c < classes; ++c) {
                row[static_cast<std::ptrdiff_t>(c)] = target >= 0 ? (static_cast<int>(c) == target ? 1.0f : 0.0f) : std::exp(row[static_cast<std::ptrdiff_t>(c)] - highest);
                sum += row[static_cast<std::ptrdiff_t>(c)];
            }
            std::transform(row, row + static_cast<std::ptrdiff_t>(classes), row, [sum](float value) { return value / sum; });
            row[m_labels[image]] -= 1;
        }
        return weights;
    }

    void move(std::size_t start, const std::vector<float> &gradients, double length) {
        double squares = 0;
        for (std::size_t i = start; i < start + m_size; ++i) {
            squares += static_cast<double>(gradients[i]) * static_cast<double>(gradients[i]);
        }
        const double scale = squares > 0 ? length / std::sqrt(squares) : 0;
        for (std::size_t i = start; i < start + m_size; ++i) {
            m_x[i] += static_cast<float>(isLinf() ? length * (gradients[i] > 0 ? 1 : gradients[i] < 0 ? -1 : 0) : scale * static_cast<double>(gradients[i]));
        }
    }

    void project() {
        const auto eps = static_cast<float>(m_attack.budget.eps());
        for (std::size_t start = 0; start < m_x.size(); start += m_size) {
            double squares = 0;
            for (std::size_t i = start; i < start + m_size; ++i) {
                squares += static_cast<double>(m_x[i] - m_source[i]) * static_cast<double>(m_x[i] - m_source[i]);
            }
            const float shrink = !isLinf() && std::sqrt(squares) > m_attack.budget.eps() ? static_cast<float>(m_attack.budget.eps() / std::sqrt(squares)) : 1.0f;
            for (std::size_t i = start; i < start + m_size; ++i) {
                const float away = isLinf() ? std::clamp(m_x[i] - m_source[i], -eps, eps) : shrink * (m_x[i] - m_source[i]);
                m_x[i] = std::clamp(m_source[i] + away, 0.0f, 1.0f);
            }
        }
    }

    /// Bytes between the source and where the climb ended, never farther from the source than that.
    ImageSet rounded() const {
        ImageSet images{m_sources.shape, Pixels(m_sources.bytes.size())};
        for (std::size_t i = 0; i < m_x.size(); ++i) {
            const std::uint8_t level = roundTowards(255.0 * static_cast<double>(m_x[i]), m_sources.bytes[i]);
            images.bytes[i] = isLinf() ? clampToBall(level, m_sources.bytes[i], m_attack.budget.greyLevels()) : level;
        }
        return images;
    }

    const Classifier &m_model;
    const ImageSet &m_sources;
    const std::vector<int> &m_labels;
    const GradientAttack &m_attack;
    std::size_t m_size;
    Rng m_rng;
    std::vector<float> m_source, m_x;
};

void requireRight(const Classifier &model, const GradientAttack &attack) {
    const auto &names = gradientAttackNames();
    if (std::find(names.begin(), names.end(), attack.name) == names.end()) {
        throw Error(ErrorCode::Usage, "attack '" + attack.name + "' does not work on a model; use " + join(names, ", "));
    }
    if (attack.budget.norm() != Norm::Linf && attack.budget.norm() != Norm::L2) {
        throw Error(ErrorCode::Usage, attack.name + " has no norm " + normName(attack.budget.norm()) + "; use linf or l2");
    }
    if (!model.hasGradients()) {
        throw Error(ErrorCode::Usage, "the model gives no gradients, so a gradient attack says nothing of it; examples made without a model can be put to it");
    }
}

/// Which images of a batch are named right as they are and after every climb; one that has fallen is not climbed from again.
std::vector<bool> standingIn(const Classifier &model, const LabelledImages &batch, const GradientAttack &attack, std::uint64_t seed) {
    std::vector<bool> isStanding(batch.labels.size(), true);
    int classes = 0;
    const auto keepRight = [&](const ImageSet &images, const std::vector<std::size_t> &rows) {
        const auto logits = model.logits(images);
        classes = static_cast<int>(logits.front().size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            isStanding[rows[i]] = predictedClass(logits[i]) == batch.labels[rows[i]];
        }
    };
    std::vector<std::size_t> all(batch.labels.size());
    std::iota(all.begin(), all.end(), 0);
    keepRight(batch.images, all);
    const bool isTargeted = attack.name == "pgd-margin";
    for (int target = isTargeted ? 0 : -1; target < (isTargeted ? classes : 0); ++target) {
        ImageSet images{batch.images.shape, {}};
        std::vector<int> labels;
        std::vector<std::size_t> rows;
        for (std::size_t row = 0; row < isStanding.size(); ++row) {
            if (isStanding[row] && batch.labels[row] != target) {
                rows.push_back(row);
                images.append(batch.images.at(static_cast<std::int64_t>(row)));
                labels.push_back(batch.labels[row]);
            }
        }
        if (!rows.empty()) {
            keepRight(Climb(model, images, labels, attack, seed + static_cast<std::uint64_t>(target + 1) * 7919ull).run(target), rows);
        }
    }
    return isStanding;
}

}  // namespace

const std::vector<std::string> &gradientAttackNames() {
    static const std::vector<std::string> kNames = {"pgd", "pgd-margin"};
    return kNames;
}

std::vector<bool> withstandsAttack(const Classifier &model, const LabelledImages &images, const GradientAttack &attack, const StopToken &stop, const ProgressHandler &progress) {
    requireRight(model, attack);
    std::vector<bool> withstood;
    EtaClock clock;
    for (std::int64_t start = 0; start < images.count() && !stop.isStopRequested(); start += kBatch) {
        const std::int64_t end = std::min(start + kBatch, images.count());
        LabelledImages batch{{images.images.shape, {}}, {images.labels.begin() + start, images.labels.begin() + end}};
        for (std::int64_t row = start; row < end; ++row) {
            batch.images.append(images.images.at(row));
        }
        const auto standing = standingIn(model, batch, attack, static_cast<std::uint64_t>(attack.seed) * 1000003ull + static_cast<std::uint64_t>(start));
        withstood.insert(withstood.end(), standing.begin(), standing.end());
        Progress now{attack.name, end, images.count(), -1};
        clock.stamp(now);
        progress(now);
    }
    return withstood;
}

}  // namespace metamer
