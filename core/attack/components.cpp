#include "core/attack/components.h"

#include <algorithm>
#include <map>

#include "core/attack/memory_batches.h"
#include "core/attack/row_minima.h"
#include "core/model/tensors.h"

namespace metamer {
namespace {

bool isOutOfMemory(const std::exception &error) {
    return std::string(error.what()).find("out of memory") != std::string::npos || dynamic_cast<const std::bad_alloc *>(&error) != nullptr;
}

}  // namespace

LeadingComponents leadingComponents(const ImageSet &images, std::int64_t count, torch::Device device, std::int64_t seed) {
    constexpr std::int64_t kMostRows = 8192;
    constexpr int kRounds = 3;
    const auto size = static_cast<std::int64_t>(images.shape.size());
    std::vector<std::int64_t> sample;
    const std::int64_t step = std::max<std::int64_t>(1, images.count() / kMostRows);
    for (std::int64_t i = 0; i < images.count() && static_cast<std::int64_t>(sample.size()) < kMostRows; i += step) {
        sample.push_back(i);
    }
    auto x = flatRows(images, sample, device);
    LeadingComponents found;
    found.mean = x.mean(0);
    x = x - found.mean;
    auto generator = at::detail::createCPUGenerator(static_cast<std::uint64_t>(seed));
    auto basis = torch::randn({size, std::min(count, size)}, generator).to(device);
    for (int round = 0; round < kRounds; ++round) {
        basis = std::get<0>(torch::linalg_qr(torch::mm(x.t(), torch::mm(x, basis))));
    }
    found.basis = basis.contiguous();
    return found;
}

torch::Tensor rowMinimaOfProduct(const torch::Tensor &left, const torch::Tensor &right) {
    const auto least = torch::empty({left.size(0)}, left.options());
    if (left.is_cpu()) {
        const auto rows = left.contiguous(), columns = right.contiguous();
        const PackedColumns packed(columns.data_ptr<float>(), columns.size(0), columns.size(1));
        at::parallel_for(0, rows.size(0), 256, [&](std::int64_t begin, std::int64_t end) {
            rowMinima(rows.data_ptr<float>() + begin * rows.size(1), end - begin, packed, least.data_ptr<float>() + begin);
        });
        return least;
    }
    constexpr std::int64_t kTile = 16384;
    const auto take = [&](std::int64_t start, std::int64_t count) {
        least.slice(0, start, start + count).copy_(torch::mm(left.slice(0, start, start + count), right).amin(1));
    };
    forEachBatch(left.size(0), kTile, take, isOutOfMemory);
    return least;
}

std::vector<ClassRows> rowsByClass(const LabelledImages &images) {
    std::map<int, std::vector<std::int64_t>> byClass;
    for (std::int64_t i = 0; i < images.count(); ++i) {
        byClass[images.labels[static_cast<std::size_t>(i)]].push_back(i);
    }
    std::vector<ClassRows> classes;
    for (auto &[label, indices] : byClass) {
        classes.push_back({label, std::move(indices)});
    }
    return classes;
}

torch::Tensor flatRows(const ImageSet &images, const std::vector<std::int64_t> &indices, torch::Device device) {
    Pixels bytes;
    bytes.reserve(indices.size() * images.shape.size());
    for (const std::int64_t index : indices) {
        const auto pixels = images.at(index);
        bytes.insert(bytes.end(), pixels.begin(), pixels.end());
    }
    return toTensor(bytes, static_cast<std::int64_t>(indices.size()), images.shape, device).flatten(1);
}

}  // namespace metamer
