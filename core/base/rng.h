#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace metamer {

/// A small random generator of our own, so that a seed gives the same numbers with every standard library.
/// Source: SplitMix64, Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
class Rng {
public:
    explicit Rng(std::uint64_t seed) : m_state(seed) {}

    std::uint64_t next() {
        m_state += 0x9E3779B97F4A7C15ull;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }

    /// Uniform in [0, 1).
    double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

    /// Uniform in [low, high).
    double uniform(double low, double high) { return low + (high - low) * uniform(); }

    /// Uniform in 0 .. count - 1; `count` must be positive. The bias is below count / 2^64.
    std::uint64_t below(std::uint64_t count) { return next() % count; }

private:
    std::uint64_t m_state;
};

/// `count` different numbers out of 0 .. total - 1 in random order (all of them if `count` is larger).
inline std::vector<std::int64_t> drawWithoutReplacement(std::int64_t total, std::int64_t count, Rng &rng) {
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(total));
    std::iota(numbers.begin(), numbers.end(), 0);
    const std::int64_t taken = std::min(total, count);
    for (std::int64_t i = 0; i < taken; ++i) {
        const auto other = i + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(total - i)));
        std::swap(numbers[static_cast<std::size_t>(i)], numbers[static_cast<std::size_t>(other)]);
    }
    numbers.resize(static_cast<std::size_t>(taken));
    return numbers;
}

}  // namespace metamer
