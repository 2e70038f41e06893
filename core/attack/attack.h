#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/attack/proxy/oracle_proxy.h"
#include "core/base/budget.h"
#include "core/base/job.h"
#include "core/base/parameters.h"
#include "core/image/image.h"

namespace metamer {

/// What an attack is called, what it works with and what it takes.
struct AttackInfo {
    std::string name;       ///< as on the command line: "linf-nearest"
    std::string title;      ///< as people read it
    std::string family;     ///< "invariance" or "sensitivity"
    std::string summary;    ///< one sentence
    std::string source;     ///< paper and section
    std::vector<Norm> norms;
    ParameterSchema schema;
    std::string defaultEps = "0.4";   ///< in the first of its norms
    std::string defaultTargets = {};  ///< see Targets; empty: "published" for the ten digits, else "any"
    bool usesSelector = false;  ///< chooses by the proxy's selector
    bool needsGrey = false;     ///< knows strokes and ground: images of one channel only
};

/// Which classes an attack may aim at. "published": the paper's table by hand for the ten digits; "any": the best of all
/// classes but the source's; "all": one example for each of them; a list "3,8": the best of those.
class Targets {
public:
    /// Throws Error(Usage) for a class out of range, or for "published" where there are not ten classes.
    static Targets parse(const std::string &text, int classCount);

    /// "published" where the classes are the ten digits, else "any".
    static std::string defaultFor(const std::vector<std::string> &classNames);

    /// The classes that a source of class `label` may be turned into, rising; never `label` itself.
    std::vector<int> allowedFor(int label) const;

    /// True if one example for each class is wanted, false if the best one.
    bool isOneEach() const { return m_isOneEach; }

private:
    std::map<int, std::vector<int>> m_allowed;
    bool m_isOneEach = false;
};

/// What an attack run is made with. The donors must outlive the attack.
struct AttackSetup {
    Budget budget;
    Targets targets;
    ParameterValues values;
    std::int64_t seed = 0;
    std::string device;                      ///< as resolved: "cpu", "cuda:0"
    const LabelledImages *donors = nullptr;  ///< the training split
    std::shared_ptr<const OracleProxy> selector;  ///< where the attack uses it
    std::function<bool(const Pixels &)> keeps;    ///< whether the model whose answer must be kept gives it; empty: none asked for
};

/// One perturbed image that an attack proposes, on the 8-bit grid and inside the budget.
struct Candidate {
    Pixels pixels;
    int targetClass = 0;
    std::int64_t donorIndex = -1;  ///< row in the training split
    Pixels alignedDonor;           ///< the donor after the inverse transform
    std::string transformJson = "{}";
    std::string detailsJson = "{}";
    bool isFound = true;           ///< false: the nearest that failed, kept as an attempt
    std::string why;               ///< why it failed, in words
    std::string enough;            ///< the least eps tried that would have been enough for it; empty if none was
};

/// An attack, prepared for one run. Thread: one at a time, the one it was made on.
class Attack {
public:
    virtual ~Attack() = default;

    /// Attacks one source ([C, H, W] bytes). An empty result is an attempt that found nothing. Same seed, same device:
    /// same bytes. Blocks for up to a second; asked to stop in between, it returns what it has.
    virtual std::vector<Candidate> perturb(std::span<const std::uint8_t> source, int label, const StopToken &stop) = 0;
};

}  // namespace metamer
