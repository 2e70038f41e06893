#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <atomic>

#include <torch/torch.h>

namespace metamer {

/// Runs `work(i)` for 0 .. count - 1 on LibTorch's threads, each taking the next one when it is done with one; what it throws
/// leaves here. `work` must touch nothing shared.
template <typename Work>
void inParallel(std::size_t count, const Work &work) {
    std::atomic<std::size_t> next{0};
    at::parallel_for(0, at::get_num_threads(), 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t thread = begin; thread < end; ++thread) {
            for (std::size_t i = next++; i < count; i = next++) {
                work(i);
            }
        }
    });
}

}  // namespace metamer
