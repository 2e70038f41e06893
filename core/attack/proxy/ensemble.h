#pragma once

#include "core/attack/proxy/oracle_proxy.h"

namespace metamer {

/// Trains a proxy; the same request gives the same weights on the same device. Asked to stop it returns none.
/// Throws Error(Usage) for images with more than one channel or under 12x12.
TrainedProxy trainProxyEnsemble(const ProxyRequest &request, const StopToken &stop, const ProgressHandler &progress);

/// Loads what trainProxyEnsemble saved. Throws Error(Damaged) if the weights do not fit.
std::unique_ptr<OracleProxy> loadProxyEnsemble(ProxyRole role, const Pixels &weights, const std::string &hash, const ImageShape &shape,
                                               int classCount, const std::string &device);

}  // namespace metamer
