#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/budget.h"
#include "core/base/records.h"
#include "core/image/image.h"

namespace metamer {

/// What a model can promise for a ball around one source.
struct CertificateVerdict {
    bool isRight = false;      ///< the model names the source as its label says
    double margin = 0;         ///< proven lower bound of the label's logit less the greatest other, over the ball
    std::string method;        ///< what settled it: "ibp", "crown-ibp", "crown"; "clean" and "pgd" for NotCertified; the last one tried for Unknown
    CertificateStatus status = CertificateStatus::Unknown;
};

/// Certifies a model. Thread: one at a time. Blocks; LibTorch's errors leave as Error(Device).
class Certifier {
public:
    virtual ~Certifier() = default;

    /// One verdict for each image and its label: over the ball of `norm` (Linf or L2; eps in the full pixel range) cut to
    /// [0, 1], which holds all images of the 8-bit grid that the budget allows. Interval bounds first, CROWN with interval
    /// bounds inside where these do not do, then CROWN for every layer that is small enough for it; each class counts with
    /// its best bound. Bounds are computed in float64 and lowered by 1e-6, by 1e-6 of the bound and of the greatest logit,
    /// and by four times what float32 and float64 differ by on the source, so that what the float32 network answers is
    /// meant. What stays open is attacked once by projected gradient descent. Takes milliseconds an image where intervals
    /// do, else seconds.
    /// Throws Error(Usage) for another norm or an eps that is negative or not finite, Error(BadInput) for images of another size.
    virtual std::vector<CertificateVerdict> certify(const ImageSet &images, const std::vector<int> &labels, Norm norm, double eps) const = 0;
};

/// Throws Error(Usage) if the architecture is no feed-forward chain, Error(Newer) if it is unknown, Error(Damaged) if the
/// weights do not fit.
std::unique_ptr<Certifier> makeNetworkCertifier(const std::string &architecture, const Pixels &weights, const ImageShape &shape, int classCount,
                                                const std::string &device);

}  // namespace metamer
