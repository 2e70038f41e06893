#include "core/model/onnx.h"

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>

#include "core/base/error.h"
#include "core/base/text.h"

namespace metamer {
namespace {

std::string extentsText(const std::vector<std::int64_t> &extents) {
    std::vector<std::string> words;
    for (const auto extent : extents) {
        words.push_back(extent < 0 ? "any" : std::to_string(extent));
    }
    return "[" + join(words, ", ") + "]";
}

/// "Erf" from "... > Node [Erf@ai.onnx]:(12) parse error: ...", whole lines of it where there is no such part.
Error readingFailed(const cv::Exception &error) {
    const std::string text = error.err.empty() ? error.what() : error.err;
    const auto start = text.find("Node [");
    if (start != std::string::npos) {
        const std::string kind = text.substr(start + 6, text.find_first_of("@]", start) - start - 6);
        return Error(ErrorCode::BadInput, "OpenCV " CV_VERSION " cannot run the operator " + kind + " of this ONNX file; bring the model as TorchScript, or with --command and metamer_model.py");
    }
    return Error(ErrorCode::BadInput, "OpenCV cannot read this ONNX file: " + text.substr(0, text.find('\n')) + "; bring the model as TorchScript, or with --command and metamer_model.py");
}

class OpenCvClassifier final : public Classifier {
public:
    OpenCvClassifier(cv::dnn::Net net, OnnxInput input, ImageShape shape, int classCount, Normalisation normalisation)
        : m_net(std::move(net)), m_shape(shape), m_classCount(classCount), m_normalisation(std::move(normalisation)) {
        const auto size = static_cast<std::int64_t>(shape.size());
        std::vector<std::int64_t> wanted = {-1, shape.channels, shape.height, shape.width};
        if (input.extents.size() == 2) {
            wanted = {-1, size};
        }
        bool fits = input.extents.size() == wanted.size();
        for (std::size_t i = 1; fits && i < wanted.size(); ++i) {
            fits = input.extents[i] < 0 || input.extents[i] == wanted[i];
        }
        if (!fits) {
            throw Error(ErrorCode::BadInput, "the model takes images " + extentsText(input.extents) + ", the data set's are " + extentsText({-1, shape.channels, shape.height, shape.width}) +
                                                 " (batch, channels, height, width); export it for this size");
        }
        m_batch = std::max<std::int64_t>(1, input.extents[0]);
        for (const auto extent : wanted) {
            m_extents.push_back(static_cast<int>(extent < 0 ? m_batch : extent));
        }
        forward(std::vector<float>(static_cast<std::size_t>(m_batch * size), 0.0f));
    }

    std::vector<std::vector<float>> logits(const ImageSet &images) const override {
        if (images.shape != m_shape) {
            throw Error(ErrorCode::BadInput, "the model takes images of another size; import one for this data set");
        }
        std::vector<std::vector<float>> rows;
        for (std::int64_t start = 0; start < images.count(); start += m_batch) {
            const std::int64_t count = std::min(m_batch, images.count() - start);
            const std::size_t size = m_shape.size();
            auto x = toFloats(std::span(images.bytes).subspan(static_cast<std::size_t>(start) * size, static_cast<std::size_t>(count) * size));
            m_normalisation.apply(x, m_shape);
            x.resize(static_cast<std::size_t>(m_batch) * size, 0.0f);
            auto values = forward(x);
            values.resize(static_cast<std::size_t>(count * m_classCount));
            for (auto &row : checkedRows(values, count, m_classCount)) {
                rows.push_back(std::move(row));
            }
        }
        return rows;
    }

    std::string device() const override { return "cpu"; }

private:
    /// One batch of the network's own size, filled up; [batch * classes].
    std::vector<float> forward(const std::vector<float> &x) const {
        try {
            m_net.setInput(cv::Mat(m_extents, CV_32F, const_cast<float *>(x.data())));
            const cv::Mat out = m_net.forward();
            if (out.type() != CV_32F || out.total() != static_cast<std::size_t>(m_batch * m_classCount)) {
                throw Error(ErrorCode::BadInput, "the model gives " + std::to_string(out.total() / static_cast<std::size_t>(m_batch)) + " values an image, the data set has " +
                                                     std::to_string(m_classCount) + " classes; use a model of the same classes that gives logits only");
            }
            return {out.ptr<float>(), out.ptr<float>() + out.total()};
        } catch (const cv::Exception &error) {
            throw Error(ErrorCode::BadInput, "the model cannot answer an image of " + extentsText({m_shape.channels, m_shape.height, m_shape.width}) + ": OpenCV says " +
                                                 error.err.substr(0, error.err.find('\n')) + "; export it for this size, or bring it as TorchScript");
        }
    }

    mutable cv::dnn::Net m_net;
    ImageShape m_shape;
    int m_classCount;
    Normalisation m_normalisation;
    std::int64_t m_batch = 1;
    std::vector<int> m_extents;
};

class OpenCvRuntime final : public OnnxRuntime {
public:
    OpenCvRuntime() {
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
        cv::redirectError([](int, const char *, const char *, const char *, int, void *) { return 0; });
    }

    std::string version() const override { return CV_VERSION; }

    std::unique_ptr<Classifier> load(const Pixels &file, const ImageShape &shape, int classCount, const Normalisation &normalisation) const override {
        const OnnxInput input = readOnnxInput(file);
        cv::dnn::Net net;
        try {
            net = cv::dnn::readNetFromONNX(reinterpret_cast<const char *>(file.data()), file.size());
            net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
            net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
        } catch (const cv::Exception &error) {
            throw readingFailed(error);
        }
        return std::make_unique<OpenCvClassifier>(std::move(net), input, shape, classCount, normalisation);
    }
};

}  // namespace
}  // namespace metamer

extern "C" __attribute__((visibility("default"))) const metamer::OnnxRuntime *metamerOnnx() {
    static const metamer::OpenCvRuntime instance;
    return &instance;
}
