#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <torch/torch.h>

namespace metamer {

/// Runs `work(i)` for 0 .. count - 1 on LibTorch's threads; what it throws leaves here. `work` must touch nothing shared.
template <typename Work>
void inParallel(std::size_t count, const Work &work) {
    at::parallel_for(0, static_cast<std::int64_t>(count), 4, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            work(static_cast<std::size_t>(i));
        }
    });
}

}  // namespace metamer
