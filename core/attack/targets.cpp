#include <algorithm>
#include <charconv>

#include "core/attack/attack.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace metamer {
namespace {

/// Source: Tramèr et al. 2020, the authors' released code for the Linf attack.
const std::map<int, std::vector<int>> kPublishedTargets = {{0, {4, 6, 8, 9}}, {1, {4, 6, 7, 9}}, {2, {8}},    {3, {8}}, {4, {8, 9}},
                                                           {5, {3, 8}},       {6, {0}},          {7, {2, 3}}, {8, {3}}, {9, {3, 4, 5}}};

std::vector<int> parseClasses(const std::string &text, int classCount) {
    std::vector<int> classes;
    for (const auto &part : split(text, ',')) {
        const std::string word = trimmed(part);
        int number = -1;
        const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), number);
        if (code != std::errc() || end != word.data() + word.size() || number < 0 || number >= classCount) {
            throw Error(ErrorCode::Usage, "--targets '" + text + "' is not allowed; use published, any, all, or classes from 0 to " +
                                              std::to_string(classCount - 1) + " like 3,8");
        }
        classes.push_back(number);
    }
    std::sort(classes.begin(), classes.end());
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
    if (classes.empty()) {
        throw Error(ErrorCode::Usage, "--targets is empty; use published, any, all, or classes like 3,8");
    }
    return classes;
}

}  // namespace

Targets Targets::parse(const std::string &text, int classCount) {
    Targets targets;
    if (text == "published") {
        if (classCount != 10) {
            throw Error(ErrorCode::Usage, "the published target table is for ten digits, this data set has " +
                                              std::to_string(classCount) + " classes; use --targets any, all or a list");
        }
        targets.m_allowed = kPublishedTargets;
        return targets;
    }
    targets.m_isOneEach = text == "all";
    std::vector<int> wanted;
    if (targets.m_isOneEach || text == "any") {
        for (int i = 0; i < classCount; ++i) {
            wanted.push_back(i);
        }
    } else {
        wanted = parseClasses(text, classCount);
    }
    for (int label = 0; label < classCount; ++label) {
        targets.m_allowed[label] = wanted;
        std::erase(targets.m_allowed[label], label);
    }
    return targets;
}

std::string Targets::defaultFor(const std::vector<std::string> &classNames) {
    for (std::size_t i = 0; i < classNames.size(); ++i) {
        if (classNames[i] != std::to_string(i)) {
            return "any";
        }
    }
    return classNames.size() == 10 ? "published" : "any";
}

std::vector<int> Targets::allowedFor(int label) const {
    const auto found = m_allowed.find(label);
    return found != m_allowed.end() ? found->second : std::vector<int>();
}

}  // namespace metamer
