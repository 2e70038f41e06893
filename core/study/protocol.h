#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/parameters.h"
#include "core/study/display.h"
#include "core/study/measure.h"

namespace metamer {

/// How a study shows pictures, which answers it takes, what it asks whom, and what the annotators are told. Stored with the
/// study in every version that was ever in force; a value.
class Protocol {
public:
    /// The template "quick labelling": the pair side by side, everything to everybody.
    Protocol();
    static Protocol quickLabelling() { return {}; }
    /// The template "measurement": the perturbed image alone, half of all clean, each source once a person, from lists.
    static Protocol measurement();

    /// Every setting: types, ranges, defaults. Names are those of the command line; in JSON "_" stands for "-".
    static const ParameterSchema &schema();

    /// Throws Error(Usage) naming the setting, its value and what is allowed.
    static Protocol fromValues(const std::map<std::string, std::string> &values);
    std::map<std::string, std::string> values() const { return m_given; }

    /// A JSON object with "version" and every setting.
    std::string toJson() const;
    /// Reads toJson's, and the protocols of schema 1 and 2. Settings that are absent have their defaults.
    /// Throws Error(BadInput) for what is no protocol.
    static Protocol fromJson(const std::string &json);

    Measure measure() const;
    Display display() const;
    bool asksConfidence() const { return m_values.flag("confidence"); }
    bool takesNotes() const { return m_values.flag("notes"); }
    int exposureMs() const { return integer("exposure-ms"); }      ///< 0: until the answer
    int originalMs() const { return integer("original-ms"); }      ///< sequence: how long the original is shown
    int gapMs() const { return integer("gap-ms"); }                ///< sequence: empty surround in between

    /// Whether each person gets a stored list on which every source stands once; else everybody gets every item.
    bool usesLists() const { return m_values.text("order") == "lists"; }
    std::vector<std::string> runs() const;                         ///< empty: all
    int examplesPerControl() const { return integer("examples-per-control"); }  ///< 0: no controls
    int gold() const { return integer("gold"); }
    int practice() const { return integer("practice"); }
    int repeats() const { return integer("repeats"); }
    int repeatDistance() const { return integer("repeat-distance"); }
    int answersPerItem() const { return integer("answers-per-item"); }
    int trialsPerList() const { return integer("trials-per-list"); }  ///< 0: as many as the sources allow
    int breakEvery() const { return integer("break-every"); }         ///< trials; 0: no breaks
    int seed() const { return integer("seed"); }

    /// Votes that a consensus needs at least, and the share of the votes; 0 and 0 is plurality.
    int consensusVotes() const { return integer("consensus-votes"); }
    double consensusShare() const { return m_values.real("consensus-share"); }

    const std::string &instructions() const { return m_values.text("instructions"); }
    const std::string &consent() const { return m_values.text("consent"); }
    const std::string &thanks() const { return m_values.text("thanks"); }
    const std::string &analysisPlan() const { return m_values.text("analysis-plan"); }

    /// The keys in force, one character each, upper case.
    struct Keys {
        std::vector<std::string> classes;
        std::string notAClass, unsure, same, different;
    };
    /// Throws Error(Usage) where a key is given twice or to more classes than there are.
    Keys keys(int classCount) const;

private:
    int integer(const std::string &name) const { return static_cast<int>(m_values.integer(name)); }

    std::map<std::string, std::string> m_given;
    ParameterValues m_values;
};

/// What is on the screen under a protocol, as it is kept with each answer; who shows it adds the zoom.
std::string visibleJson(const Protocol &protocol);

/// A protocol at a glance: "perturbed image alone; each source once a person, 5 answers an example".
std::string describe(const Protocol &protocol);

}  // namespace metamer
