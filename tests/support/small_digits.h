#pragma once

#include "core/data/digits.h"
#include "core/data/npy.h"
#include "tests/support/fixtures.h"

namespace metamer::test {

/// An .npz of 600 training and 200 test digits in `folder`, so that a training takes a second; its data set spec.
inline std::string writeSmallDigits(const Folder &folder) {
    const auto arrays = [](const LabelledImages &data) {
        return std::pair{NpyArray{"", 'u', 1, {data.count(), 28, 28}, data.images.bytes},
                         npyOf(std::vector<std::int64_t>(data.labels.begin(), data.labels.end()), {data.count()})};
    };
    const auto [xTrain, yTrain] = arrays(makeDigits(600, 1));
    const auto [xTest, yTest] = arrays(makeDigits(200, 2));
    writeNpz(folder / "digits.npz", {{"x_train", xTrain}, {"y_train", yTrain}, {"x_test", xTest}, {"y_test", yTest}});
    return "npz:" + (folder / "digits.npz").string();
}

/// Every second pixel of every second row: 14x14.
inline LabelledImages halved(const LabelledImages &data) {
    LabelledImages half{{{1, 14, 14}, {}}, data.labels};
    for (std::int64_t i = 0; i < data.count(); ++i) {
        const Image image{data.images.shape, data.images.copyOf(i)};
        for (int pixel = 0; pixel < 14 * 14; ++pixel) {
            half.images.bytes.push_back(image.at(0, pixel / 14 * 2, pixel % 14 * 2));
        }
    }
    return half;
}

}  // namespace metamer::test
