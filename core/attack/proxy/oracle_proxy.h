#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/image/image.h"

namespace metamer {

/// Two proxies that share neither weights nor architecture: the selector is what attacks choose by; the evaluator only
/// reports, so that its verdict is not that of the one which was optimised against.
enum class ProxyRole { Selector, Evaluator };

const char *nameOf(ProxyRole role);

/// What a proxy guesses people would say of one image. Never a human label.
struct ProxyReading {
    std::vector<float> probabilities;  ///< [classes]; with notAClass they sum to 1
    float notAClass = 0;
    std::vector<float> generative;     ///< [classes] log-probability of the class by the nearest figure that its generative model makes

    /// The likeliest class; -1 where "not a class" is likelier than any.
    int label() const;

    float probabilityOf(int classIndex) const { return probabilities[static_cast<std::size_t>(classIndex)]; }
};

/// An automatic guess at the human label: an ensemble of small networks trained with what people do not mind (position,
/// size, slant, thickness, uneven ink, contrast, blur, noise), each image read in several displays and divided by its
/// brightest pixel, beside a class-conditional generative model. Thread: one at a time.
class OracleProxy {
public:
    virtual ~OracleProxy() = default;

    /// One reading an image ([N, 1, H, W] bytes). Throws Error(BadInput) for images of another size.
    virtual std::vector<ProxyReading> read(const ImageSet &images) const = 0;

    /// SHA-256 of the weights, where it was loaded from bytes.
    virtual const std::string &hash() const = 0;
};

/// What it takes to train a proxy on the training split of a study.
struct ProxyRequest {
    ProxyRole role = ProxyRole::Selector;
    const LabelledImages *train = nullptr;   ///< one channel
    int classCount = 0;
    std::string device;                      ///< as resolved
    int members = 2;                         ///< networks in the ensemble
    std::int64_t steps = 1900;               ///< steps of 128 images a network: four epochs of 60,000
    std::int64_t seed = 0;
};

struct TrainedProxy {
    JobEnd end = JobEnd::Finished;
    Pixels weights;              ///< networks, temperature and generative model, as LibTorch saves them
    double heldOutAccuracy = 0;  ///< on augmented training images that it did not learn from, "not a class" included
    double temperature = 1;      ///< what logits are divided by, chosen on the same images
};

}  // namespace metamer
