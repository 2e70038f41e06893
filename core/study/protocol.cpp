#include "core/study/protocol.h"

#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"

namespace metamer {
namespace {

constexpr int kVersion = 2;
const std::string kAutomaticKeys = "0123456789ABCDEFGHIJKLMOQRSTVWXYZ";   // N and U have answers of their own, P pauses

Parameter number(const char *name, const char *title, const char *value, double low, double high, const char *unit, const char *help) {
    return {name, title, ParameterType::Integer, value, low, high, unit, help, "", {}, false};
}

Parameter choice(const char *name, const char *title, const char *help, std::vector<std::string> choices) {
    return {name, title, ParameterType::Choice, choices.front(), 0, 0, "", help, "", choices, false};
}

Parameter text(const char *name, const char *title, const char *value, const char *help) {
    return {name, title, ParameterType::Text, value, 0, 0, "", help, "", {}, false};
}

Parameter flag(const char *name, const char *title, const char *help) {
    return {name, title, ParameterType::Flag, "false", 0, 0, "", help, "", {}, false};
}

Parameter paragraph(const char *name, const char *title, const char *value, const char *help) {
    return {name, title, ParameterType::Paragraph, value, 0, 0, "", help, "", {}, false};
}

/// "name_of_setting", as JSON has it.
std::string jsonName(std::string name) {
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

std::string upper(std::string key) {
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return key;
}

void checkColour(const std::string &colour) {
    const bool isColour = colour.size() == 7 && colour[0] == '#' && colour.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
    if (!isColour) {
        throw Error(ErrorCode::Usage, "--surround '" + colour + "' is not allowed; use a colour like #777777");
    }
}

}  // namespace

const ParameterSchema &Protocol::schema() {
    static const ParameterSchema kSchema({
        text("name", "Name", "quick labelling", "What the protocol is called."),
        choice("presentation", "What is shown", "perturbed image alone, side by side with its original, after its original, or both with the question whether they are the same.",
               {"pair", "perturbed", "sequence", "same-different"}),
        choice("answers", "Answers", "free offers 'not a class' and 'unsure', forced does not. Rates of the two are never mixed.", {"free", "forced"}),
        flag("confidence", "Ask for confidence", "After each answer: 1 guessed, 2 fairly sure, 3 sure."),
        flag("notes", "Take notes", "F2 opens a line for a note on the picture."),
        number("exposure-ms", "Shown for", "0", 0, 60000, "ms", "How long the picture is shown; 0 is until the answer."),
        number("original-ms", "Original for", "800", 50, 60000, "ms", "'sequence': how long the original is shown first."),
        number("gap-ms", "Gap", "200", 0, 10000, "ms", "'sequence': empty surround between the two."),
        number("picture-side", "Picture size", "336", 28, 2000, "px", "The picture is zoomed by the greatest whole factor inside this."),
        choice("interpolation", "Enlarged by", "nearest shows the pixels, smooth blurs them.", {"nearest", "smooth"}),
        choice("polarity", "Polarity", "inverted exchanges dark and light.", {"as-stored", "inverted"}),
        choice("contrast", "Contrast", "stretched takes each picture's darkest and lightest value to black and white.", {"as-stored", "stretched"}),
        text("surround", "Surround", "#777777", "Colour around the picture."),
        text("keys", "Keys of the classes", "", "One a class, separated by spaces; empty: 0 to 9, then letters."),
        text("key-not-a-class", "Key 'not a class'", "N", "One key."),
        text("key-unsure", "Key 'unsure'", "U", "One key."),
        text("key-same", "Key 'same'", "S", "'same-different': one key."),
        text("key-different", "Key 'different'", "D", "'same-different': one key."),
        choice("order", "Who sees what", "everything: everybody gets every item, in an order of their own. lists: stored lists on which each source stands once.", {"everything", "lists"}),
        text("runs", "Runs", "", "Names separated by commas; empty: all."),
        number("examples-per-control", "Examples for one control", "5", 0, 100, "", "One clean control for so many examples; 1 makes half of all clean, 0 none."),
        number("gold", "Gold items", "0", 0, 1000, "", "Clean controls that stand on every list, to check attention."),
        number("practice", "Practice trials", "0", 0, 200, "", "Clean controls first, with the answer told; they never count."),
        number("repeats", "Repeats", "0", 0, 1000, "", "Trials asked a second time, for self-consistency; the second answer never votes."),
        number("repeat-distance", "Repeated after", "50", 1, 10000, "trials", "At least so many trials later."),
        number("answers-per-item", "Answers an example", "5", 1, 1000, "", "lists: how many people see each example; decides how many lists there are."),
        number("trials-per-list", "Trials a list", "0", 0, 100000, "", "lists: at most so many, practice and repeats aside; 0: as many as the sources allow."),
        number("break-every", "Break after", "0", 0, 10000, "trials", "0: no breaks."),
        number("seed", "Seed", "0", 0, 2147483647, "", "Of lists, practice and repeats."),
        number("consensus-votes", "Consensus: votes", "0", 0, 1000, "", "At least so many votes for the winner; 0: plurality."),
        {"consensus-share", "Consensus: share", ParameterType::Real, "0", 0, 1, "", "At least this share of the votes for the winner; 0: plurality.", "", {}, false},
        paragraph("instructions", "Instructions", "", "Shown before the first picture."),
        paragraph("consent", "Consent", "", "Asked for once a person; empty: not asked."),
        paragraph("thanks", "Thanks", "That was all. Thank you.", "Shown at the end."),
        paragraph("analysis-plan", "Analysis plan", "", "Fixed by 'study freeze', never shown to annotators."),
    });
    return kSchema;
}

Protocol::Protocol() : m_values(schema().check({})) {
    for (const auto &parameter : schema().parameters()) {
        m_given[parameter.name] = parameter.defaultValue;
    }
}

Protocol Protocol::fromValues(const std::map<std::string, std::string> &values) {
    Protocol protocol;
    for (const auto &[name, value] : values) {
        protocol.m_given[name] = value;
    }
    protocol.m_values = schema().check(protocol.m_given);
    for (const auto &parameter : schema().parameters()) {   // "0.50" and "0.5" are one protocol with one hash
        std::string &value = protocol.m_given[parameter.name];
        if (parameter.type == ParameterType::Real) {
            value = formatNumber(protocol.m_values.real(parameter.name));
        } else if (parameter.type == ParameterType::Integer) {
            value = std::to_string(protocol.m_values.integer(parameter.name));
        }
    }
    checkColour(protocol.m_values.text("surround"));
    protocol.keys(1);
    return protocol;
}

Protocol Protocol::measurement() {
    return fromValues({
        {"name", "measurement"}, {"presentation", "perturbed"}, {"order", "lists"}, {"examples-per-control", "1"}, {"gold", "5"}, {"practice", "5"},
        {"repeats", "5"}, {"answers-per-item", "5"}, {"break-every", "100"},
        {"instructions", "You will see small pictures, one after another. Say what each one shows by pressing its key.\n\n"
                         "Say what you see at first sight. There is no trick, and nobody is tested but the pictures. If a picture shows none of "
                         "the classes, say so; if you cannot tell, say that you are unsure.\n\nBackspace takes the last answer back."},
        {"consent", "Your answers are kept under the name that you typed, with the time that each one took. They are used for research and may be "
                    "published without your name.\n\nYou may stop at any time with Esc, and you may ask for all your answers to be erased."},
    });
}

std::string Protocol::toJson() const {
    Json json;
    json["version"] = kVersion;
    for (const auto &parameter : schema().parameters()) {
        const std::string &name = parameter.name;
        switch (parameter.type) {
            case ParameterType::Integer: json[jsonName(name)] = m_values.integer(name); break;
            case ParameterType::Real: json[jsonName(name)] = m_values.real(name); break;
            case ParameterType::Flag: json[jsonName(name)] = m_values.flag(name); break;
            default: json[jsonName(name)] = m_values.text(name);
        }
    }
    return json.dump();
}

Protocol Protocol::fromJson(const std::string &source) {
    const Json json = Json::parse(source, nullptr, false);
    if (!json.is_object()) {
        throw Error(ErrorCode::BadInput, "the protocol is not a JSON object; 'study protocol STUDY --out FILE' writes one to start from");
    }
    if (json.contains("version") && (!json["version"].is_number_integer() || json["version"] > kVersion)) {
        throw Error(ErrorCode::Newer, "the protocol is of version " + json["version"].dump() + ", this Metamer reads up to " + std::to_string(kVersion) + "; update Metamer");
    }
    const bool isOld = json.value("version", kVersion) < kVersion;   // it also held what was fixed then
    std::map<std::string, std::string> values;
    std::set<std::string> known = {"version"};
    for (const auto &parameter : schema().parameters()) {
        const std::string key = jsonName(parameter.name);
        known.insert(key);
        if (json.contains(key) && !(isOld && key == "answers")) {
            values[parameter.name] = json[key].is_string() ? json[key].get<std::string>() : json[key].dump();
        }
    }
    for (const auto &[key, value] : json.items()) {
        if (!isOld && !known.contains(key)) {
            throw Error(ErrorCode::BadInput, "the protocol has the unknown setting '" + key + "'; 'study protocol STUDY --out FILE' writes all that there are");
        }
    }
    return fromValues(values);
}

Measure Protocol::measure() const {
    static const std::map<std::string, Presentation> kPresentations = {{"perturbed", Presentation::PerturbedAlone}, {"pair", Presentation::Pair},
                                                                       {"sequence", Presentation::Sequence}, {"same-different", Presentation::SameDifferent}};
    return {kPresentations.at(m_values.text("presentation")), m_values.text("answers") == "forced"};
}

Display Protocol::display() const {
    return {integer("picture-side"), m_values.text("interpolation") == "smooth", m_values.text("polarity") == "inverted",
            m_values.text("contrast") == "stretched", m_values.text("surround")};
}

std::vector<std::string> Protocol::runs() const {
    std::vector<std::string> names;
    for (const auto &name : split(m_values.text("runs"), ',')) {
        if (!trimmed(name).empty()) {
            names.push_back(trimmed(name));
        }
    }
    return names;
}

Protocol::Keys Protocol::keys(int classCount) const {
    Keys keys{{}, upper(m_values.text("key-not-a-class")), upper(m_values.text("key-unsure")), upper(m_values.text("key-same")), upper(m_values.text("key-different"))};
    for (const auto &key : split(m_values.text("keys"), ' ')) {
        if (!key.empty()) {
            keys.classes.push_back(upper(key));
        }
    }
    const bool isSameDifferent = measure().presentation == Presentation::SameDifferent;
    std::set<std::string> used;
    const auto take = [&used](const std::string &key) {
        const bool isKey = key.size() == 1 && (std::isalnum(static_cast<unsigned char>(key[0])) != 0 || std::string(",.;-+#'").find(key[0]) != std::string::npos);
        if (!isKey) {
            throw Error(ErrorCode::Usage, "'" + key + "' is no key for an answer; use one letter or digit");
        }
        if (!used.insert(key).second) {
            throw Error(ErrorCode::Usage, "key " + key + " stands for two answers; give each its own");
        }
    };
    take(keys.unsure);
    take("P");   // pauses
    if (isSameDifferent) {
        take(keys.same);
        take(keys.different);
        keys.classes.clear();
        return keys;
    }
    take(keys.notAClass);
    for (const auto &key : keys.classes) {
        take(key);
    }
    if (keys.classes.empty()) {
        for (const char key : kAutomaticKeys) {
            if (static_cast<int>(keys.classes.size()) < classCount) {
                take(std::string(1, key));   // none is passed over: the 3 must not become the 4
                keys.classes.emplace_back(1, key);
            }
        }
    }
    return keys;
}

std::string visibleJson(const Protocol &protocol) {
    const Display display = protocol.display();
    Json json;
    json["presentation"] = presentationName(protocol.measure().presentation);
    json["answers"] = protocol.measure().isForced ? "forced" : "free";
    json["exposure_ms"] = protocol.exposureMs();
    if (protocol.measure().presentation == Presentation::Sequence) {
        json["original_ms"] = protocol.originalMs();
        json["gap_ms"] = protocol.gapMs();
    }
    json["interpolation"] = display.isSmooth ? "smooth" : "nearest";
    json["polarity"] = display.isInverted ? "inverted" : "as-stored";
    json["contrast"] = display.isStretched ? "stretched" : "as-stored";
    json["surround"] = display.surround;
    return json.dump();
}

std::string describe(const Protocol &protocol) {
    std::string text = protocol.measure().title();
    text += protocol.exposureMs() > 0 ? ", shown for " + std::to_string(protocol.exposureMs()) + " ms" : "";
    text += protocol.usesLists() ? "; each source once a person, " + countOf(protocol.answersPerItem(), "answer") + " an example" : "; every item to everybody";
    return text;
}

}  // namespace metamer
