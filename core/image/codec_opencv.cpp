#include <cmath>
#include <cstring>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/image/codec.h"

namespace metamer {
namespace {

cv::Mat toMat(const Image &image) {
    const auto &shape = image.shape;
    if (shape.channels == 1) {
        return cv::Mat(shape.height, shape.width, CV_8UC1, const_cast<std::uint8_t *>(image.pixels.data())).clone();
    }
    cv::Mat mat(shape.height, shape.width, CV_8UC3);
    for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) {
            mat.at<cv::Vec3b>(y, x) = {image.at(2, y, x), image.at(1, y, x), image.at(0, y, x)};
        }
    }
    return mat;
}

Image fromMat(const cv::Mat &mat) {
    Image image{{mat.channels(), mat.rows, mat.cols}, Pixels(static_cast<std::size_t>(mat.total()) * mat.channels())};
    std::vector<cv::Mat> planes;
    cv::split(mat, planes);
    if (planes.size() == 3) {
        std::swap(planes[0], planes[2]);
    }
    for (std::size_t i = 0; i < planes.size(); ++i) {
        std::memcpy(image.pixels.data() + i * mat.total(), planes[i].data, mat.total());
    }
    return image;
}

/// An empty matrix for what cannot be read; OpenCV throws where a header promises the impossible.
cv::Mat decodeMat(const Pixels &file) {
    try {
        return file.empty() ? cv::Mat() : cv::imdecode(file, cv::IMREAD_ANYCOLOR);
    } catch (const cv::Exception &) {
        return {};
    }
}

class OpenCvCodec final : public Codec {
public:
    Pixels encodePng(const Image &image) const override {
        Pixels file;
        cv::imencode(".png", toMat(image), file);
        return file;
    }

    Image decode(const Pixels &file, const std::string &name) const override {
        const cv::Mat mat = decodeMat(file);
        if (mat.empty()) {
            throw Error(ErrorCode::BadInput, name + " is not a picture that can be read; use PNG, JPEG or BMP");
        }
        return fromMat(mat);
    }

    Image resize(const Image &image, int width, int height) const override {
        const ImageShape &shape = image.shape;
        const double scale = std::max(static_cast<double>(width) / shape.width, static_cast<double>(height) / shape.height);
        const cv::Size covering(std::max(width, static_cast<int>(std::lround(shape.width * scale))),
                                std::max(height, static_cast<int>(std::lround(shape.height * scale))));
        cv::Mat scaled;
        cv::resize(toMat(image), scaled, covering, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
        return fromMat(scaled(cv::Rect((covering.width - width) / 2, (covering.height - height) / 2, width, height)).clone());
    }

    void drawCaptions(Image &image, const std::vector<Caption> &captions) const override {
        cv::Mat mat = toMat(image);
        for (const auto &[x, y, text, rgb] : captions) {
            const cv::Scalar bgr(rgb & 255, (rgb >> 8) & 255, (rgb >> 16) & 255);
            cv::putText(mat, text, {x, y}, cv::FONT_HERSHEY_SIMPLEX, 0.38, bgr, 1, cv::LINE_AA);
        }
        image = fromMat(mat);
    }
};

}  // namespace
}  // namespace metamer

extern "C" __attribute__((visibility("default"))) const metamer::Codec *metamerCodec() {
    static const metamer::OpenCvCodec instance;
    return &instance;
}
