#include "core/attack/sensitivity/model_attack.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/attack/compute.h"
#include "core/attack/invariance/l2_semantic.h"
#include "core/base/rng.h"
#include "core/image/ball.h"

namespace metamer {
namespace {

constexpr std::int64_t kBatch = 100;
constexpr double kWayOfSteps = 2.5;   // of eps, all steps together, where no step size is given

AttackInfo infoOf(const std::string &name, const std::string &title, const std::string &summary, const std::string &source) {
    return {name, title, "sensitivity", summary, source, {Norm::Linf, Norm::L2},
            ParameterSchema({{"steps", "Steps", ParameterType::Integer, "40", 1, 10000, "", "Gradient steps from each start.", source, {}, false},
                             {"step-size", "Step size", ParameterType::Real, "0", 0, 100, "", "Length of a step in the norm, of the full pixel range; 0 is 2.5 eps / steps.", "Madry et al. 2018, CIFAR-10", {}, true},
                             {"restarts", "Starts", ParameterType::Integer, "1", 1, 1000, "", "Random starts inside the ball.", source, {}, false}}),
            "0.3"};
}

/// The batch under attack: which rows of the sources, where each is now.
struct Front {
    std::vector<std::size_t> rows;
    std::vector<float> x;
};

class ModelAttack {
public:
    ModelAttack(const Classifier &model, const LabelledImages &sources, const ModelAttackSetup &setup, bool isTargeted)
        : m_model(model), m_sources(sources), m_setup(setup), m_isTargeted(isTargeted), m_size(sources.images.shape.size()), m_eps(setup.budget.eps()),
          m_steps(setup.values.integer("steps")) {
        const double given = setup.values.real("step-size");
        m_stepSize = given > 0 ? given : kWayOfSteps * m_eps / static_cast<double>(m_steps);
    }

    /// Rows from `first`, at most kBatch; fewer than all that are due only if it was asked to stop.
    std::vector<AttackedImage> attack(std::int64_t first, const StopToken &stop) {
        const std::int64_t last = std::min(first + kBatch, m_sources.count());
        ImageSet clean{m_sources.images.shape, {}};
        for (std::int64_t i = first; i < last; ++i) {
            clean.append(m_sources.images.at(i));
        }
        const auto logits = m_model.logits(clean);
        std::vector<AttackedImage> images;
        for (std::int64_t i = first; i < last; ++i) {
            const auto &row = logits[static_cast<std::size_t>(i - first)];
            images.push_back({m_sources.images.copyOf(i), predictedClass(row) == m_sources.labels[static_cast<std::size_t>(i)], false});
        }
        const auto classCount = static_cast<int>(logits[0].size());
        for (std::int64_t start = 0; start < m_setup.values.integer("restarts"); ++start) {
            for (int way = 0; way < (m_isTargeted ? classCount : 1); ++way) {
                const auto rows = openRows(images, first, way);
                if (stop.isStopRequested()) {
                    return {};
                }
                if (!rows.empty()) {
                    settle(images, first, climbed(rows, start * classCount + way, way, classCount));
                }
            }
        }
        return images;
    }

private:
    std::vector<std::size_t> openRows(const std::vector<AttackedImage> &images, std::int64_t first, int way) const {
        std::vector<std::size_t> rows;
        for (std::size_t i = 0; i < images.size(); ++i) {
            const std::size_t row = static_cast<std::size_t>(first) + i;
            if (images[i].isRight && !images[i].isFooled && !(m_isTargeted && m_sources.labels[row] == way)) {
                rows.push_back(row);
            }
        }
        return rows;
    }

    Front climbed(const std::vector<std::size_t> &rows, std::int64_t draw, int target, int classCount) const {
        Front front{rows, std::vector<float>(rows.size() * m_size)};
        for (std::size_t i = 0; i < rows.size(); ++i) {
            placeAtRandom(front, i, draw);
        }
        const auto count = static_cast<std::int64_t>(rows.size());
        for (std::int64_t step = 0; step < m_steps; ++step) {
            const auto gradient = m_model.gradients(front.x, count, directions(front, target, classCount));
            for (std::size_t i = 0; i < rows.size(); ++i) {
                move(front, i, {gradient.data() + i * m_size, m_size});
            }
        }
        return front;
    }

    /// What the loss is of the logits' gradient: softmax less the label for cross-entropy, else target less label.
    std::vector<float> directions(const Front &front, int target, int classCount) const {
        const auto classes = static_cast<std::size_t>(classCount);
        std::vector<float> weights(front.rows.size() * classes, 0);
        const auto logits = m_isTargeted ? std::vector<float>() : m_model.logitsOf(front.x, static_cast<std::int64_t>(front.rows.size()));
        for (std::size_t i = 0; i < front.rows.size(); ++i) {
            float *row = weights.data() + i * classes;
            if (m_isTargeted) {
                row[target] = 1;
            } else {
                const float *z = logits.data() + i * classes;
                const float greatest = *std::max_element(z, z + classes);
                std::transform(z, z + classes, row, [&](float value) { return std::exp(value - greatest); });
                const float sum = std::accumulate(row, row + classes, 0.0f);
                std::transform(row, row + classes, row, [&](float value) { return value / sum; });
            }
            row[m_sources.labels[front.rows[i]]] -= 1;
        }
        return weights;
    }

    void placeAtRandom(Front &front, std::size_t i, std::int64_t draw) const {
        const std::size_t row = front.rows[i];
        Rng rng(static_cast<std::uint64_t>(m_setup.seed) * 0x9E3779B97F4A7C15ull + static_cast<std::uint64_t>(row) * 0xBF58476D1CE4E5B9ull + static_cast<std::uint64_t>(draw));
        std::vector<float> shift(m_size);
        if (m_setup.budget.norm() == Norm::Linf) {
            std::generate(shift.begin(), shift.end(), [&] { return static_cast<float>(rng.uniform(-m_eps, m_eps)); });
        } else {
            std::generate(shift.begin(), shift.end(), [&] { return static_cast<float>(std::sqrt(-2 * std::log(1 - rng.uniform())) * std::cos(2 * std::numbers::pi * rng.uniform())); });
            const double radius = m_eps * std::pow(rng.uniform(), 1.0 / static_cast<double>(m_size));
            scale(shift, radius / std::max(1e-12, lengthOf(shift)));
        }
        put(front, i, shift);
    }

    void move(Front &front, std::size_t i, std::span<const float> gradient) const {
        std::vector<float> shift(m_size);
        const auto source = m_sources.images.at(static_cast<std::int64_t>(front.rows[i]));
        const bool isLinf = m_setup.budget.norm() == Norm::Linf;
        const double length = isLinf ? 1 : std::max(1e-12, lengthOf(gradient));
        for (std::size_t p = 0; p < m_size; ++p) {
            const double way = isLinf ? (gradient[p] > 0) - (gradient[p] < 0) : gradient[p] / length;
            shift[p] = front.x[i * m_size + p] - static_cast<float>(source[p]) / 255.0f + static_cast<float>(m_stepSize * way);
        }
        put(front, i, shift);
    }

    /// The source of row i moved by `shift`, cut to the ball and to [0, 1].
    void put(Front &front, std::size_t i, std::vector<float> &shift) const {
        const auto eps = static_cast<float>(m_eps);
        if (m_setup.budget.norm() == Norm::Linf) {
            std::transform(shift.begin(), shift.end(), shift.begin(), [&](float value) { return std::clamp(value, -eps, eps); });
        } else {
            scale(shift, std::min(1.0, m_eps / std::max(1e-12, lengthOf(shift))));
        }
        const auto source = m_sources.images.at(static_cast<std::int64_t>(front.rows[i]));
        for (std::size_t p = 0; p < m_size; ++p) {
            front.x[i * m_size + p] = std::clamp(static_cast<float>(source[p]) / 255.0f + shift[p], 0.0f, 1.0f);
        }
    }

    static double lengthOf(std::span<const float> values) { return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0)); }

    static void scale(std::vector<float> &values, double factor) {
        std::transform(values.begin(), values.end(), values.begin(), [&](float value) { return static_cast<float>(factor * value); });
    }

    /// Rounds what was reached and lets the model judge the bytes.
    void settle(std::vector<AttackedImage> &images, std::int64_t first, const Front &front) const {
        ImageSet moved{m_sources.images.shape, {}};
        for (std::size_t i = 0; i < front.rows.size(); ++i) {
            moved.append(rounded(m_sources.images.at(static_cast<std::int64_t>(front.rows[i])), {front.x.data() + i * m_size, m_size}));
        }
        const auto logits = m_model.logits(moved);
        for (std::size_t i = 0; i < front.rows.size(); ++i) {
            AttackedImage &image = images[front.rows[i] - static_cast<std::size_t>(first)];
            image.pixels = moved.copyOf(static_cast<std::int64_t>(i));
            image.isFooled = predictedClass(logits[i]) != m_sources.labels[front.rows[i]];
        }
    }

    Pixels rounded(std::span<const std::uint8_t> source, std::span<const float> x) const {
        if (m_setup.budget.norm() == Norm::L2) {
            return movedTowards(source, x, m_eps);
        }
        Pixels pixels(m_size);
        for (std::size_t p = 0; p < m_size; ++p) {
            pixels[p] = clampToBall(roundTowards(255.0 * static_cast<double>(x[p]), source[p]), source[p], m_setup.budget.greyLevels());
        }
        return pixels;
    }

    const Classifier &m_model;
    const LabelledImages &m_sources;
    const ModelAttackSetup &m_setup;
    bool m_isTargeted;
    std::size_t m_size;
    double m_eps;
    std::int64_t m_steps;
    double m_stepSize = 0;
};

}  // namespace

const std::vector<AttackInfo> &modelAttackInfos() {
    static const std::vector<AttackInfo> kInfos = {
        infoOf("pgd", "PGD", "Projected gradient ascent of the cross-entropy from random starts.", "Madry et al. 2018, MNIST"),
        infoOf("pgd-margin", "PGD on margins", "Projected gradient ascent of each other class's logit against the label's; the worst counts.", "after Gowal et al. 2019, MultiTargeted"),
    };
    return kInfos;
}

std::vector<AttackedImage> attackModel(const std::string &attack, const Classifier &model, const LabelledImages &sources, const ModelAttackSetup &setup,
                                       const StopToken &stop, const ProgressHandler &progress) {
    const AttackInfo &info = findByName(modelAttackInfos(), attack, "attack");
    if (std::find(info.norms.begin(), info.norms.end(), setup.budget.norm()) == info.norms.end()) {
        throw Error(ErrorCode::Usage, attack + " does not work in " + normTitle(setup.budget.norm()) + "; use linf or l2");
    }
    if (!model.hasGradients()) {
        throw Error(ErrorCode::Usage, "the model gives no gradients, so " + attack + " cannot judge it, and that is no sign of robustness; use an attack without gradients");
    }
    ModelAttack work(model, sources, setup, attack == "pgd-margin");
    std::vector<AttackedImage> images;
    EtaClock clock;
    while (static_cast<std::int64_t>(images.size()) < sources.count()) {
        const auto some = work.attack(static_cast<std::int64_t>(images.size()), stop);
        if (some.empty()) {
            break;
        }
        images.insert(images.end(), some.begin(), some.end());
        Progress now{attack, static_cast<std::int64_t>(images.size()), sources.count(), -1};
        clock.stamp(now);
        progress(now);
    }
    return images;
}

}  // namespace metamer
