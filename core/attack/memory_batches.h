#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>

namespace metamer {

/// Runs `work(start, count)` over 0 .. total - 1 in batches of `batch`. When `isOutOfMemory(error)` is true of what `work`
/// throws, the batch is halved and the same start tried again; under one it gives up and rethrows. Returns the batch
/// size that worked, for the next call.
template <typename Work, typename IsOutOfMemory>
std::int64_t forEachBatch(std::int64_t total, std::int64_t batch, const Work &work, const IsOutOfMemory &isOutOfMemory) {
    std::int64_t start = 0;
    while (start < total) {
        const std::int64_t count = std::min(batch, total - start);
        try {
            work(start, count);
            start += count;
        } catch (const std::exception &error) {
            if (!isOutOfMemory(error) || batch <= 1) {
                throw;
            }
            batch = std::max<std::int64_t>(1, count / 2);
        }
    }
    return batch;
}

}  // namespace metamer
