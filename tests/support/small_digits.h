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

}  // namespace metamer::test
