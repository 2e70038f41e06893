#pragma once

#include <cstdint>
#include <vector>

namespace metamer {

/// The right factor of a product, in the order in which rowMinima reads it.
class PackedColumns {
public:
    /// `right` [K, V], row by row.
    PackedColumns(const float *right, std::int64_t rowCount, std::int64_t columnCount);

    std::int64_t rowCount() const { return m_rowCount; }
    std::int64_t panelCount() const { return m_panelCount; }
    const float *panel(std::int64_t number) const { return m_values.data() + number * m_rowCount * kPanel; }

    static constexpr std::int64_t kPanel = 32;   ///< columns side by side

private:
    std::int64_t m_rowCount, m_panelCount;
    std::vector<float> m_values;
};

/// out[i] = the least entry of row i of left [N, K] times right [K, V]. Product and minimum are taken in registers: writing
/// the product out and reading it again would take as long as computing it. With AVX-512, with AVX2 or without either,
/// whichever this processor has; sums may differ in the last bits between them. One thread.
void rowMinima(const float *left, std::int64_t count, const PackedColumns &right, float *out);

/// The squared Euclidean distance of two vectors, in single precision sums of every sixteenth entry.
double squaredDistance(const float *a, const float *b, std::int64_t size);

}  // namespace metamer
