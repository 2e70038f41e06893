#include "core/lab/bundle.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/data/file_bytes.h"
#include "core/image/codec.h"
#include "core/lab/bundle_page.h"
#include "core/lab/create_study.h"
#include "core/lab/study_setup.h"
#include "core/store/tables.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

constexpr int kFormat = 1;
constexpr std::size_t kMostResultBytes = std::size_t{64} << 20;
const std::vector<std::string> kLibraryFiles = {"jspsych.js", "plugin-html-keyboard-response.js", "plugin-preload.js", "license.txt"};

fs::path findJsPsych(const fs::path &given) {
    std::error_code ignored;
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    const char *named = std::getenv("METAMER_JSPSYCH");
    std::vector<fs::path> folders = {program / ".." / ".." / "jspsych", program / ".." / "share" / "metamer" / "jspsych"};
    if (!given.empty()) {
        folders = {given};
    } else if (named != nullptr) {
        folders = {named};
    }
    for (const auto &folder : folders) {
        if (std::all_of(kLibraryFiles.begin(), kLibraryFiles.end(), [&](const std::string &name) { return fs::exists(folder / name); })) {
            return folder;
        }
    }
    throw Error(ErrorCode::NotFound, "jsPsych is not in " + (given.empty() ? std::string("its place") : given.string()) + " (" + join(kLibraryFiles, ", ") +
                                         "); packaging/jspsych fetches it, or name its folder with --jspsych DIR");
}

/// Pictures under names that tell nothing: a hash that nobody can redo without the study file.
class PictureFolder {
public:
    PictureFolder(fs::path folder, const ImageShape &shape, const Display &display, std::string secret)
        : m_folder(std::move(folder)), m_shape(shape), m_display(display), m_secret(std::move(secret)) {}

    /// The picture's place in the bundle; written at the first call for `key`.
    std::string place(const std::string &key, const Pixels &pixels) {
        Sha256 hash;
        hash.add(m_secret + key);
        const std::string place = "images/" + hash.hex().substr(0, 20) + ".png";
        if (m_written.insert(place).second) {
            Image image;
            image.shape = m_shape;
            image.pixels = shownPixels(pixels, m_display);
            const Pixels png = codec().encodePng(image);
            writeFileBytes(m_folder / place, png);
            Sha256 content;
            content.add(png);
            m_contents[place] = content.hex();
        }
        return place;
    }

    const std::map<std::string, std::string> &contents() const { return m_contents; }

private:
    fs::path m_folder;
    ImageShape m_shape;
    Display m_display;
    std::string m_secret;
    std::set<std::string> m_written;
    std::map<std::string, std::string> m_contents;
};

Json protocolForPage(const Protocol &protocol) {
    const Json whole = Json::parse(protocol.toJson());
    Json part;
    for (const char *name : {"presentation", "answers", "confidence", "notes", "exposure_ms", "original_ms", "gap_ms", "picture_side", "interpolation", "surround",
                             "break_every", "instructions", "consent", "thanks"}) {
        part[name] = whole.at(name);
    }
    return part;
}

Json keysForPage(const Protocol &protocol, int classes) {
    const auto keys = protocol.keys(classes);
    return {{"classes", keys.classes}, {"not_a_class", keys.notAClass}, {"unsure", keys.unsure}, {"same", keys.same}, {"different", keys.different}};
}

Json listsForPage(StudyFile &file, const StudyRecord &study, const Protocol &protocol, PictureFolder &pictures) {
    std::map<ItemId, Item> items;
    for (auto &item : ItemTable(file).ofStudy(study.id)) {
        items[item.id] = std::move(item);
    }
    std::map<SourceImageId, SourceImage> sources;
    for (auto &source : SourceImageTable(file).all()) {
        sources[source.id] = std::move(source);
    }
    const bool showsOriginal = protocol.measure().presentation != Presentation::PerturbedAlone;
    Json lists = Json::array();
    for (const auto &list : ListTable(file).list(study.id)) {
        Json trials = Json::array();
        for (const auto &trial : ListTable(file).trials(list.id)) {
            const Item &item = items.at(trial.itemId);
            const SourceImage &source = sources.at(item.sourceId);
            const Pixels shown = item.kind == ItemKind::Example ? ExampleTable(file).find(item.exampleId)->pixels : source.pixels;
            Json entry{{"id", trial.uuid}, {"kind", nameOf(trial.kind)}, {"image", pictures.place(item.uuid, shown)}};
            if (showsOriginal) {
                entry["original"] = pictures.place("original " + item.uuid, source.pixels);
            }
            if (trial.kind == TrialKind::Practice) {
                entry["practice_label"] = source.label;
            }
            trials.push_back(std::move(entry));
        }
        lists.push_back({{"number", list.number}, {"uuid", list.uuid}, {"trials", std::move(trials)}});
    }
    return lists;
}

std::string notAClassWords(const std::vector<std::string> &classes) { return classes.size() == 10 && classes[9] == "9" ? "not a digit" : "none of these"; }

/// What a result file says, checked.
class Results {
public:
    explicit Results(const fs::path &path) : m_path(path) {
        const Pixels bytes = readFileBytes(path, kMostResultBytes);
        m_json = Json::parse(bytes.begin(), bytes.end(), nullptr, false);
        if (!m_json.is_object() || !m_json.contains("format") || !m_json.contains("bundle")) {
            throw fail("is not a result file of a Metamer page");
        }
        if (m_json["format"] != kFormat) {
            throw fail("is of format " + m_json["format"].dump() + ", this Metamer reads " + std::to_string(kFormat));
        }
    }

    Error fail(const std::string &why) const { return Error(ErrorCode::BadInput, m_path.string() + " " + why + "; nothing was taken"); }

    const Json &at(const Json &object, const char *key) const {
        if (!object.is_object() || !object.contains(key)) {
            throw fail(std::string("lacks '") + key + "'");
        }
        return object[key];
    }

    std::string text(const Json &object, const char *key) const {
        const Json &value = at(object, key);
        if (!value.is_string()) {
            throw fail(std::string("has a '") + key + "' that is no text");
        }
        return value.get<std::string>();
    }

    std::optional<std::int64_t> number(const Json &object, const char *key) const {
        const Json &value = at(object, key);
        if (!value.is_null() && !value.is_number_integer()) {
            throw fail(std::string("has a '") + key + "' that is no whole number");
        }
        return value.is_null() ? std::nullopt : std::optional(value.get<std::int64_t>());
    }

    const Json &list(const char *key) const {
        const Json &value = at(m_json, key);
        if (!value.is_array()) {
            throw fail(std::string("has a '") + key + "' that is no list");
        }
        return value;
    }

    const Json &json() const { return m_json; }

private:
    fs::path m_path;
    Json m_json;
};

/// The protocol of the bundle that the results are of. Throws Error(BadInput) if this study did not write it.
Protocol bundleProtocol(StudyFile &file, const Results &results) {
    const std::string bundle = results.text(results.json(), "bundle");
    for (const auto &event : EventTable(file).list()) {
        if (event.kind == "bundle_written") {
            const Json written = Json::parse(event.detailsJson);
            if (written.at("hash") == bundle) {
                return Protocol::fromJson(written.at("protocol").get<std::string>());
            }
        }
    }
    throw results.fail("is of a bundle that this study did not write (" + bundle.substr(0, 12) + ")");
}

Annotator annotatorOf(StudyFile &file, const Results &results) {
    const Json &who = results.at(results.json(), "annotator");
    const std::string uuid = results.text(who, "uuid"), name = trimmed(results.text(who, "name"));
    for (const auto &annotator : AnnotatorTable(file).list()) {
        if (annotator.uuid == uuid) {
            return annotator;
        }
    }
    if (name.empty()) {
        throw results.fail("has no annotator's name");
    }
    const auto isTaken = [&](const std::string &candidate) { return AnnotatorTable(file).find(candidate).has_value(); };
    return AnnotatorTable(file).insert({{}, uuid, freeName(name, isTaken), AnnotatorKind::Person, {}});
}

Answer answerOf(const Results &results, const Json &row, const Protocol &protocol, const std::string &visible, int classes) {
    static const std::map<std::string, AnswerKind> kKinds = {{"class", AnswerKind::Class}, {"not_a_class", AnswerKind::NotAClass}, {"unsure", AnswerKind::Unsure},
                                                             {"same", AnswerKind::Same}, {"different", AnswerKind::Different}, {"withdrawal", AnswerKind::Withdrawal}};
    Answer answer;
    answer.uuid = results.text(row, "uuid");
    answer.measure = protocol.measure().name();
    answer.createdUtc = results.text(row, "utc");
    if (answer.createdUtc.size() != std::string("2026-01-01T00:00:00.000Z").size() || answer.createdUtc[10] != 'T' || answer.createdUtc.back() != 'Z') {
        throw results.fail("has the time '" + answer.createdUtc + "', which is not like 2026-01-01T00:00:00.000Z");
    }
    const auto kind = kKinds.find(results.text(row, "kind"));
    if (kind == kKinds.end()) {
        throw results.fail("has the unknown answer '" + results.text(row, "kind") + "'");
    }
    answer.kind = kind->second;
    if (answer.kind == AnswerKind::Withdrawal) {
        return answer;
    }
    answer.label = static_cast<int>(results.number(row, "label").value_or(-1));
    if (answer.kind == AnswerKind::Class && (answer.label < 0 || answer.label >= classes)) {
        throw results.fail("has the label " + std::to_string(answer.label) + ", but classes go from 0 to " + std::to_string(classes - 1));
    }
    if (const auto confidence = results.number(row, "confidence")) {
        if (*confidence < 1 || *confidence > 3) {
            throw results.fail("has the confidence " + std::to_string(*confidence) + "; it goes from 1 to 3");
        }
        answer.confidence = static_cast<int>(*confidence);
    }
    answer.note = results.text(row, "note");
    answer.responseMs = results.number(row, "response_ms");
    answer.flagsJson = results.at(row, "flags").dump();
    Json seen = Json::parse(visible);
    seen["zoom"] = results.at(row, "zoom");
    seen["device_pixel_ratio"] = results.at(row, "device_pixel_ratio");
    seen["page"] = true;
    answer.visibleJson = seen.dump();
    return answer;
}

}  // namespace

BundleOutcome writeBundle(StudyFile &file, const fs::path &out, const fs::path &jspsych) {
    const StudyRecord study = StudyTable(file).get();
    const Dataset dataset = DatasetTable(file).get();
    const Protocol protocol = Protocol::fromJson(study.protocolJson);
    const auto freeze = StudyTable(file).freeze(study.id);
    if (!freeze) {
        throw Error(ErrorCode::Usage, "this study is not frozen; a bundle is of what 'study freeze' has fixed");
    }
    if (ListTable(file).list(study.id).empty()) {
        throw Error(ErrorCode::Usage, "this study shows every item to everybody; a bundle needs lists (protocol: order lists), made before the freeze");
    }
    const fs::path library = findJsPsych(jspsych);
    std::error_code ignored;
    if (fs::exists(out) && !fs::is_empty(out, ignored)) {
        throw Error(ErrorCode::Exists, out.string() + " is there already and not empty; name a new folder");
    }
    if (!fs::create_directories(out / "images", ignored) && !fs::is_directory(out / "images")) {
        throw Error(ErrorCode::Io, out.string() + " cannot be made; choose another place");
    }
    fs::create_directories(out / "jspsych", ignored);
    PictureFolder pictures(out, dataset.shape, protocol.display(), study.uuid + freeze->hash);
    Json page;
    page["freeze"] = freeze->hash;
    page["protocol"] = protocolForPage(protocol);
    page["width"] = dataset.shape.width;
    page["height"] = dataset.shape.height;
    page["classes"] = dataset.classNames;
    page["not_a_class"] = notAClassWords(dataset.classNames);
    page["keys"] = keysForPage(protocol, static_cast<int>(dataset.classNames.size()));
    page["lists"] = listsForPage(file, study, protocol, pictures);
    Sha256 hash;
    hash.add(page.dump() + Json(pictures.contents()).dump());
    BundleOutcome outcome;
    outcome.hash = hash.hex();
    outcome.pictures = static_cast<int>(pictures.contents().size());
    for (const auto &list : page["lists"]) {
        ++outcome.lists;
        outcome.trials += static_cast<int>(list["trials"].size());
    }
    page["bundle"] = outcome.hash;
    writeFileText(out / "study.js", "\"use strict\";\nconst STUDY = " + page.dump() + ";\n");
    writeFileText(out / "index.html", kPageHtml);
    writeFileText(out / "label.css", kPageStyle);
    writeFileText(out / "label.js", kPageScript);
    for (const auto &name : kLibraryFiles) {
        writeFileBytes(out / "jspsych" / name, readFileBytes(library / name));
    }
    EventTable(file).insert({}, "bundle_written", Json{{"hash", outcome.hash}, {"lists", outcome.lists}, {"protocol", protocol.toJson()}}.dump());
    return outcome;
}

BundleImportOutcome importBundleResults(StudyFile &file, const fs::path &path) {
    const Results results(path);
    const StudyRecord study = StudyTable(file).get();
    const Dataset dataset = DatasetTable(file).get();
    const Protocol protocol = bundleProtocol(file, results);
    const std::string listUuid = results.text(results.json(), "list");
    const auto lists = ListTable(file).list(study.id);
    const auto list = std::find_if(lists.begin(), lists.end(), [&](const StudyList &candidate) { return candidate.uuid == listUuid; });
    if (list == lists.end()) {
        throw results.fail("names a list that this study does not have");
    }
    std::map<std::string, Trial> trials;
    for (auto &trial : ListTable(file).trials(list->id)) {
        trials[trial.uuid] = trial;
    }
    BundleImportOutcome outcome;
    file.transaction([&] {
        const Annotator annotator = annotatorOf(file, results);
        if (!annotator.erasedUtc.empty()) {
            throw results.fail("is of somebody whose consent was withdrawn (" + annotator.name + ")");
        }
        const Json &sitting = results.at(results.json(), "session");
        const std::string sessionUuid = results.text(sitting, "uuid");
        auto session = SessionTable(file).find(sessionUuid);
        if (!session) {
            SessionRecord record;
            record.uuid = sessionUuid;
            record.studyId = study.id;
            record.annotatorId = annotator.id;
            record.displayJson = results.at(sitting, "display").dump();
            record.startedUtc = results.text(sitting, "started_utc");
            record.protocolId = keepProtocolVersion(file, protocol);
            record.listId = list->id;
            record.origin = "page";
            session = SessionTable(file).insert(record);
            SessionTable(file).end(*session);
            ++outcome.sessions;
        }
        if (!ListTable(file).claim(list->id, annotator.id)) {
            outcome.notes.push_back("list " + std::to_string(list->number) + " was labelled by somebody else too; both count");
        }
        const std::string visible = visibleJson(protocol);
        std::map<std::string, AnswerId> byUuid;
        for (const auto &row : results.list("answers")) {
            Answer answer = answerOf(results, row, protocol, visible, static_cast<int>(dataset.classNames.size()));
            const auto trial = trials.find(results.text(row, "trial"));
            if (trial == trials.end()) {
                throw results.fail("answers a trial that list " + std::to_string(list->number) + " does not have");
            }
            answer.sessionId = *session;
            answer.trialId = trial->second.id;
            answer.itemId = trial->second.itemId;
            if (answer.kind == AnswerKind::Withdrawal) {
                const auto withdrawn = byUuid.find(results.text(row, "withdraws"));
                if (withdrawn == byUuid.end()) {
                    throw results.fail("takes back an answer that it does not hold");
                }
                answer.withdraws = withdrawn->second;
            }
            const bool isKnown = AnswerTable(file).contains(answer.uuid);
            byUuid[answer.uuid] = AnswerTable(file).insert(answer).id;
            ++(isKnown ? outcome.known : outcome.answers);
        }
        for (const auto &row : results.list("events")) {
            EventTable(file).insert({results.text(row, "uuid"), *session, results.text(row, "kind"), results.at(row, "details").dump(), results.text(row, "utc")});
        }
    });
    return outcome;
}

}  // namespace metamer
