#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <string>

#include <torch/torch.h>

#include "core/base/error.h"

namespace metamer {

/// Runs `work` and turns what LibTorch throws into Error(Device) with one line of its message.
template <typename Work>
auto translated(const Work &work) {
    try {
        return work();
    } catch (const c10::Error &error) {
        const std::string text = error.what_without_backtrace();
        throw Error(ErrorCode::Device, "LibTorch: " + text.substr(0, text.find('\n')));
    } catch (const std::bad_alloc &) {
        throw Error(ErrorCode::Device, "out of memory; close other programs or use fewer images at once");
    }
}

}  // namespace metamer
