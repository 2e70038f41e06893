#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/attack/attack.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/certifier.h"
#include "core/model/classifier.h"

namespace metamer {

/// Everything that needs LibTorch, behind one interface without it. Lives in a library of its own that lab opens on
/// first use. Thread: one at a time. LibTorch's errors leave as Error(Device) with one line of its message.
class Compute {
public:
    virtual ~Compute() = default;

    /// LibTorch's version: "1.13.1".
    virtual std::string torchVersion() const = 0;

    /// "cpu" and every usable "cuda:N".
    virtual std::vector<std::string> devices() const = 0;

    /// What `auto`, `cpu` or `cuda:0` means here. Throws Error(Device) for one that is not there.
    virtual std::string resolveDevice(const std::string &wanted) const = 0;

    /// Speed of a 1024 x 1024 float32 matrix product on the CPU, GFLOP/s, the best of a few; takes a tenth of a second.
    virtual double matrixGigaflops() const = 0;

    /// Threads for the operations that follow; at least 1.
    virtual void setThreads(int count) = 0;

    virtual const std::vector<AttackInfo> &attacks() const = 0;
    virtual const std::vector<RecipeInfo> &recipes() const = 0;

    /// Trains by a recipe. Throws Error(Usage) for an unknown one. Stopped, it hands out a last checkpoint and returns no model.
    virtual TrainedModel train(const TrainRequest &request, const StopToken &stop, const ProgressHandler &progress) = 0;

    /// The model that stands in the checkpoint of `request`, as if its training had ended there.
    virtual TrainedModel finishFrom(const TrainRequest &request) = 0;

    /// Loads a model by architecture and weights. Throws Error(Damaged) if they do not fit.
    virtual std::unique_ptr<Classifier> load(const std::string &architecture, const Pixels &weights, const ImageShape &shape,
                                             int classCount, const std::string &device) = 0;

    /// Prepares the certification of a model. Throws Error(Usage) naming the architecture if it is no feed-forward chain,
    /// Error(Damaged) if the weights do not fit.
    virtual std::unique_ptr<Certifier> makeCertifier(const std::string &architecture, const Pixels &weights, const ImageShape &shape,
                                                     int classCount, const std::string &device) = 0;

    /// Trains a proxy. Asked to stop it returns no weights.
    virtual TrainedProxy trainProxy(const ProxyRequest &request, const StopToken &stop, const ProgressHandler &progress) = 0;

    /// Loads a proxy. Throws Error(Damaged) if the weights do not fit.
    virtual std::unique_ptr<OracleProxy> loadProxy(ProxyRole role, const Pixels &weights, const std::string &hash, const ImageShape &shape,
                                                   int classCount, const std::string &device) = 0;

    /// Prepares an attack. Throws Error(Usage) for an unknown name.
    virtual std::unique_ptr<Attack> makeAttack(const std::string &name, const AttackSetup &setup) = 0;
};

/// The entry of that name among attacks or recipes. Throws Error(Usage) listing the names that there are.
template <typename Info>
const Info &findByName(const std::vector<Info> &infos, const std::string &name, const std::string &what) {
    std::vector<std::string> names;
    for (const Info &info : infos) {
        if (info.name == name) {
            return info;
        }
        names.push_back(info.name);
    }
    throw Error(ErrorCode::Usage, what + " '" + name + "' is unknown; use " + join(names, ", "));
}

}  // namespace metamer
