#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/lab/gate.h"
#include "core/lab/job_context.h"
#include "core/store/tables.h"

namespace metamer {

struct CertifyRequest {
    std::string model;
    std::string norm = "linf";
    std::string epsText;
    std::string run;             ///< certifies around the sources of this run; empty: around test images
    std::int64_t count = 1000;   ///< test images, drawn by seed
    std::int64_t seed = 0;
    std::string device = "auto";
};

struct CertifyOutcome {
    JobEnd end = JobEnd::Finished;
    std::string model, norm, epsText;
    std::int64_t images = 0;        ///< certified or not, this time or before
    std::int64_t right = 0;         ///< named right by the model, without a perturbation
    std::int64_t certified = 0, notCertified = 0, unknown = 0;

    /// Verified accuracy: certified share of all images.
    double verifiedAccuracy() const { return images > 0 ? static_cast<double>(certified) / static_cast<double>(images) : 0; }
};

/// Computes certificates, each kept at once; those that are there and known are not computed again. Throws Error(NotFound) for an
/// unknown model or run, Error(Usage) for a norm or a model without bounds.
CertifyOutcome certifyModel(StudyGate &gate, const CertifyRequest &request, const JobContext &job);

/// Whether an image at these distances from the source lies within the radius of a certificate.
bool isWithin(const ByteNorms &norms, const Certificate &certificate);

/// What the certificates of one source say of an example: the one of the largest radius that is certified and reaches it; else
/// one that would reach it but is not certified; none where no certificate reaches it.
std::optional<Certificate> certificateFor(const ByteNorms &norms, const std::vector<Certificate> &ofSource);

}  // namespace metamer
