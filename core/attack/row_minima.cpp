#include "core/attack/row_minima.h"

#include <algorithm>
#include <limits>

namespace metamer {
namespace {

constexpr int kPanel = PackedColumns::kPanel;

// GCC takes no vector size that depends on a template parameter.
template <int Bytes>
struct VectorOf;
template <>
struct VectorOf<16> { typedef float Type __attribute__((vector_size(16), aligned(4), may_alias)); };
template <>
struct VectorOf<32> { typedef float Type __attribute__((vector_size(32), aligned(4), may_alias)); };
template <>
struct VectorOf<64> { typedef float Type __attribute__((vector_size(64), aligned(4), may_alias)); };

/// `Rows` rows at a time against all panels, in vectors of `Bytes`.
template <int Bytes, int Rows>
[[gnu::always_inline]] inline void minimaOfAll(const float *left, std::int64_t count, const PackedColumns &right, float *packed, float *out) {
    using Vector = typename VectorOf<Bytes>::Type;
    constexpr int kLanes = Bytes / 4, kVectors = kPanel / kLanes;
    const std::int64_t depth = right.rowCount();
    for (std::int64_t row = 0; row < count; row += Rows) {
        for (int i = 0; i < Rows; ++i) {   // side by side, the last row again where there is none
            const float *from = left + std::min(row + i, count - 1) * depth;
            for (std::int64_t k = 0; k < depth; ++k) {
                packed[k * Rows + i] = from[k];
            }
        }
        Vector least[Rows];
        for (int i = 0; i < Rows; ++i) {
            least[i] = Vector{} + std::numeric_limits<float>::infinity();
        }
        for (std::int64_t panel = 0; panel < right.panelCount(); ++panel) {
            Vector sums[Rows][kVectors] = {};
            const float *column = right.panel(panel), *factor = packed;
            for (std::int64_t k = 0; k < depth; ++k, column += kPanel, factor += Rows) {
#pragma GCC unroll 16
                for (int j = 0; j < kVectors; ++j) {
                    const Vector columns = *reinterpret_cast<const Vector *>(column + j * kLanes);
#pragma GCC unroll 16
                    for (int i = 0; i < Rows; ++i) {
                        sums[i][j] += factor[i] * columns;
                    }
                }
            }
#pragma GCC unroll 16
            for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 16
                for (int j = 0; j < kVectors; ++j) {
                    least[i] = sums[i][j] < least[i] ? sums[i][j] : least[i];
                }
            }
        }
        for (int i = 0; i < Rows && row + i < count; ++i) {
            out[row + i] = least[i][0];
            for (int lane = 1; lane < kLanes; ++lane) {
                out[row + i] = std::min(out[row + i], least[i][lane]);
            }
        }
    }
}

using MinimaOfAll = void(const float *left, std::int64_t count, const PackedColumns &right, float *packed, float *out);

#if defined(__x86_64__)
[[gnu::target("avx512f,fma")]] void minima512(const float *left, std::int64_t count, const PackedColumns &right, float *packed, float *out) {
    minimaOfAll<64, 12>(left, count, right, packed, out);
}
[[gnu::target("avx2,fma")]] void minima256(const float *left, std::int64_t count, const PackedColumns &right, float *packed, float *out) {
    minimaOfAll<32, 3>(left, count, right, packed, out);
}
#endif
void minima128(const float *left, std::int64_t count, const PackedColumns &right, float *packed, float *out) {
    minimaOfAll<16, 1>(left, count, right, packed, out);
}

constexpr int kMostRows = 12;

MinimaOfAll *fastest() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) {
        return minima512;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return minima256;
    }
#endif
    return minima128;
}

}  // namespace

PackedColumns::PackedColumns(const float *right, std::int64_t rowCount, std::int64_t columnCount)
    : m_rowCount(rowCount), m_panelCount((columnCount + kPanel - 1) / kPanel), m_values(static_cast<std::size_t>(m_panelCount * rowCount * kPanel)) {
    for (std::int64_t panel = 0; panel < m_panelCount; ++panel) {
        for (std::int64_t k = 0; k < rowCount; ++k) {
            for (std::int64_t j = 0; j < kPanel; ++j) {
                const std::int64_t column = std::min(panel * kPanel + j, columnCount - 1);   // the last column fills the panel up
                m_values[static_cast<std::size_t>((panel * rowCount + k) * kPanel + j)] = right[k * columnCount + column];
            }
        }
    }
}

void rowMinima(const float *left, std::int64_t count, const PackedColumns &right, float *out) {
    static MinimaOfAll *const minima = fastest();
    std::vector<float> packed(static_cast<std::size_t>(right.rowCount()) * kMostRows);
    minima(left, count, right, packed.data(), out);
}

#if defined(__x86_64__)
[[gnu::target_clones("avx512f", "avx2", "default")]]
#endif
double squaredDistance(const float *a, const float *b, std::int64_t size) {
    constexpr int kLanes = 16;
    float sums[kLanes] = {};
    std::int64_t i = 0;
    for (; i + kLanes <= size; i += kLanes) {
        for (int lane = 0; lane < kLanes; ++lane) {
            const float difference = a[i + lane] - b[i + lane];
            sums[lane] += difference * difference;
        }
    }
    double squared = 0;
    for (; i < size; ++i) {
        squared += static_cast<double>(a[i] - b[i]) * static_cast<double>(a[i] - b[i]);
    }
    for (const float sum : sums) {
        squared += static_cast<double>(sum);
    }
    return squared;
}

}  // namespace metamer
