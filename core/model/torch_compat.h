#pragma once
// Private to the compute library: what differs between LibTorch 1.13 and 2.x, in one place.

#include <torch/torch.h>

namespace metamer {

/// LibTorch prints warnings on its own; here whoever calls decides what is shown.
class SilentWarnings final : public c10::WarningHandler {
public:
#if TORCH_VERSION_MAJOR >= 2
    void process(const c10::Warning &) override {}
#else
    void process(const c10::SourceLocation &, const std::string &, const bool) override {}
#endif
};

inline void silenceTorchWarnings() {
    static SilentWarnings silent;
#if TORCH_VERSION_MAJOR >= 2
    c10::WarningUtils::set_warning_handler(&silent);
#else
    c10::Warning::set_warning_handler(&silent);
#endif
}

}  // namespace metamer
