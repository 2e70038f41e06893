// Labelling under a protocol, without a window: lists, freeze, measures, merge, erasing, simulation, a bundle's results.

#include "core/base/json.h"
#include "core/data/file_bytes.h"
#include "core/lab/annotators.h"
#include "core/lab/bundle.h"
#include "core/lab/export_study.h"
#include "core/lab/import_examples.h"
#include "core/lab/labelling.h"
#include "core/lab/merge_studies.h"
#include "core/lab/report_study.h"
#include "core/lab/verify_study.h"
#include "core/store/sql.h"
#include "tests/support/fixtures.h"
#include "tests/support/label_fixture.h"

using namespace metamer;
using namespace metamer::test;

namespace {

const std::map<std::string, std::string> kSmall = {{"presentation", "perturbed"}, {"order", "lists"},   {"examples-per-control", "1"}, {"gold", "2"},
                                                   {"practice", "2"},             {"repeats", "3"},     {"repeat-distance", "10"},     {"answers-per-item", "2"}};

GivenAnswer given(int label) {
    GivenAnswer answer;
    answer.label = label;
    answer.responseMs = 500;
    return answer;
}

/// Answers `count` trials (all there are, if fewer) with `label`.
int answerWith(StudyFile &file, const std::string &annotator, int label, int count = 1000) {
    Labelling labelling(file, {annotator, "{}", 0});
    int done = 0;
    while (done < count) {
        const auto task = labelling.next(file);
        if (!task) {
            break;
        }
        labelling.answer(file, *task, given(label));
        ++done;
    }
    labelling.end(file);
    return done;
}

/// Everything that a study's answers say, by uuid, in an order of its own.
std::string answersOf(const std::filesystem::path &path) {
    StudyFile file = StudyFile::open(path);
    std::map<AnnotatorId, std::string> who;
    for (const auto &annotator : AnnotatorTable(file).list()) {
        who[annotator.id] = annotator.uuid;
    }
    std::map<AnswerId, std::string> uuids;
    std::map<ItemId, std::string> items;
    for (const auto &item : ItemTable(file).ofStudy(StudyTable(file).get().id)) {
        items[item.id] = item.uuid;
    }
    const auto answers = AnswerTable(file).list();
    for (const auto &cast : answers) {
        uuids[cast.answer.id] = cast.answer.uuid;
    }
    std::set<std::string> lines;
    for (const auto &cast : answers) {
        const Answer &answer = cast.answer;
        lines.insert(answer.uuid + " " + who[cast.annotator] + " " + items[answer.itemId] + " " + std::to_string(int(answer.kind)) + " " + std::to_string(answer.label) + " " +
                     uuids[answer.withdraws] + " " + answer.createdUtc);
    }
    std::string text;
    for (const auto &line : lines) {
        text += line + "\n";
    }
    return text;
}

std::int64_t changedOf(const std::filesystem::path &path) {
    StudyFile file = StudyFile::open(path);
    return reportStudy(file, {}).runs[0].changed;
}

}  // namespace

class TestLabellingStudy : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aListIsGoneThroughOnceAndResumed() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 40, kSmall);
        StudyFile file = StudyFile::open(folder / "a.metamer");
        QCOMPARE(answerWith(file, "ada", 3, 12), 12);
        const ListsOutcome lists = describeLists(file);
        QVERIFY(lists.leastAnswers >= 2 && lists.lists > 1);
        Labelling again(file, {"ada", "{}", 0});
        QVERIFY(again.isResumed());
        QCOMPARE(again.listNumber(), 1);
        QCOMPARE(again.progress().answered, 10);   // two were practice
        QCOMPARE(again.progress().practiceLeft, 0);
        again.end(file);
        const int rest = answerWith(file, "ada", 3);
        QCOMPARE(12 + rest, lists.trials);
        Labelling other(file, {"bob", "{}", 0});
        QCOMPARE(other.listNumber(), 2);
        other.end(file);
        QVERIFY(says(errorOf([&] { Labelling(file, {"cyd", "{}", 1}); }), "somebody else's"));
        QVERIFY(says(errorOf([&] { Labelling(file, {"cyd", "{}", 99}); }), "go from 1"));
        QCOMPARE(AnnotatorTable(file).find("cyd").has_value(), false);   // nothing is left of a start that failed
    }

    void anAnswerGivenTwiceIsOneAnswer() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 5);
        StudyFile file = StudyFile::open(folder / "a.metamer");
        Labelling labelling(file, {"ada", "{}", 0});
        const auto task = labelling.next(file);
        GivenAnswer answer = given(4);
        answer.uuid = "11111111-2222-4333-8444-555555555555";
        labelling.answer(file, *task, answer);
        labelling.answer(file, *task, answer);
        QCOMPARE(AnswerTable(file).count(), 1);
        QCOMPARE(labelling.progress().answered, 1);
        QCOMPARE(labelling.progress().recent.size(), std::size_t(1));
        const auto back = labelling.takeBack(file);
        QVERIFY(back && back->key == task->key);
        QCOMPARE(labelling.progress().answered, 0);
    }

    void freezeFixesEverythingBeforeTheFirstAnswer() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 40, kSmall);
        StudyFile file = StudyFile::open(folder / "a.metamer");
        const Freeze freeze = freezeStudy(file);
        QCOMPARE(freeze.hash.size(), std::size_t(64));
        QVERIFY(freezeStatus(file).isIntact && freezeStatus(file).departures.empty());
        QVERIFY(says(errorOf([&] { freezeStudy(file); }), "already"));
        QVERIFY(says(errorOf([&] { makeStudyLists(file); }), "frozen"));
        auto values = studyProtocol(file).values();
        values["exposure-ms"] = "500";
        QVERIFY(says(errorOf([&] { setProtocol(file, Protocol::fromValues(values)); }), "reason"));
        setProtocol(file, Protocol::fromValues(values), "the first one saw nothing");
        const FreezeStatus changed = freezeStatus(file);
        QVERIFY(changed.isIntact);
        QCOMPARE(changed.departures.size(), std::size_t(1));
        QVERIFY(changed.departures[0].find("exposure-ms '0' -> '500' (the first one saw nothing)") != std::string::npos);
        const auto notes = reportStudy(file, {}).notes();
        QVERIFY(notes.size() == 2 && notes[0].find(freeze.hash) != std::string::npos);
        // Somebody with sqlite3 changes a picture: the hash tells.
        file.connection().run("UPDATE example SET pixels = zeroblob(784) WHERE id = (SELECT example_id FROM study_item JOIN study_trial ON item_id = study_item.id "
                              "WHERE example_id IS NOT NULL LIMIT 1)");
        QVERIFY(!freezeStatus(file).isIntact);
        DirectGate gate(file);
        const auto problems = verifyStudy(gate).problems;
        QVERIFY(std::any_of(problems.begin(), problems.end(), [](const VerifyProblem &problem) { return problem.what == "freeze"; }));
        QCOMPARE(int(errorOf([&] { file.connection().run("DELETE FROM study_freeze"); }).code()), int(ErrorCode::Internal));
    }

    void freezeAfterAnswersIsSaid() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 10);
        StudyFile file = StudyFile::open(folder / "a.metamer");
        answerWith(file, "ada", 3, 2);
        QVERIFY(says(errorOf([&] { freezeStudy(file); }), "2 answers of people"));
        freezeStudy(file, true);
        QCOMPARE(freezeStatus(file).departures.size(), std::size_t(1));
        QCOMPARE(answerWith(file, "bob", 3), 12);   // the frozen items, and no others
    }

    void onlyTheRunsOfTheProtocolAreAsked() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 10);
        StudyFile file = StudyFile::open(folder / "a.metamer");
        const LoadedDataset data = reloadDataset(DatasetTable(file).get());
        Run run;
        run.name = "other";
        run.norm = "linf";
        run.epsText = "0.3";
        run.indices = {500};
        file.transaction([&] {
            run.id = RunTable(file).insert(run);
            ExampleKeeper keeper(data, run, StudyTable(file).get().id, 5);
            Example example;
            example.pixels = data.test.images.copyOf(500);
            keeper.keep(file, example, 500, -1);
        });
        setProtocol(file, Protocol::fromValues({{"presentation", "perturbed"}, {"runs", "other"}}));
        QCOMPARE(answerWith(file, "ada", 3), 3);   // one example, two controls
        QCOMPARE(reportStudy(file, {}).runs[0].labelled, 0);
        QVERIFY(says(errorOf([&] { setProtocol(file, Protocol::fromValues({{"runs", "other, none"}})); }), "'none'"));
    }

    void measuresAreNeverCountedTogether() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 10);
        StudyFile file = StudyFile::open(folder / "a.metamer");
        answerWith(file, "ada", 3);
        setProtocol(file, Protocol::fromValues({{"presentation", "pair"}}));
        QCOMPARE(answerWith(file, "ada", 4), 12);   // another measure asks again
        setProtocol(file, Protocol::fromValues({{"presentation", "pair"}, {"answers", "forced"}}));
        answerWith(file, "bob", 5);
        const StudyReport report = reportStudy(file, {});
        QCOMPARE(report.runs.size(), std::size_t(1));
        QCOMPARE(report.runs[0].measure, std::string("pair-forced"));
        QCOMPARE(report.runs[0].labelled, 10);
        QCOMPARE(report.controls.size(), std::size_t(3));   // of each measure its own
        QCOMPARE(report.otherMeasures.size(), std::size_t(2));
        for (const auto &other : report.otherMeasures) {
            QCOMPARE(other.labelled, 10);
            QCOMPARE(*other.votesPerItem, 1.0);
        }
        ReportRequest request;
        request.measure = "perturbed";
        QCOMPARE(reportStudy(file, request).runs[0].raters, 1);
        request.measure = "both";
        QVERIFY(says(errorOf([&] { reportStudy(file, request); }), "perturbed-forced"));
        // The votes table brings each back as what it was.
        exportStudy(file, "csv", folder / "votes.csv", {});
        makeLabelStudy(folder / "b.metamer", 10);
        StudyFile copy = StudyFile::open(folder / "b.metamer");
        importLabels(copy, "secret-run-name", folder / "votes.csv", "perturbed");
        QCOMPARE(reportStudy(copy, {}).otherMeasures.size(), std::size_t(2));
    }

    void sameOrDifferentIsAMeasureOfItsOwn() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 10, {{"presentation", "same-different"}});
        StudyFile file = StudyFile::open(folder / "a.metamer");
        Labelling labelling(file, {"ada", "{}", 0});
        for (int i = 0; i < 12; ++i) {
            GivenAnswer answer;
            answer.kind = i % 2 == 0 ? AnswerKind::Same : AnswerKind::Different;
            labelling.answer(file, *labelling.next(file), answer);
        }
        const RunReport run = reportStudy(file, {}).runs[0];
        QCOMPARE(run.measure, std::string("same-different"));
        QCOMPARE(run.changed + run.kept, 10);
        QVERIFY(run.changed > 0 && run.kept > 0);
        exportStudy(file, "npz", folder / "a.npz", {});
    }

    void repeatsAndGoldTellOfAnnotators() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 40, kSmall);
        StudyFile file = StudyFile::open(folder / "a.metamer");
        answerWith(file, "ada", 3);
        const auto annotators = reportStudy(file, {}).annotators;
        QCOMPARE(annotators.size(), std::size_t(1));
        QCOMPARE(annotators[0].repeated, 3);
        QCOMPARE(annotators[0].repeatedSame, 3);
        QCOMPARE(annotators[0].goldSeen, 2);
        QVERIFY(annotators[0].cleanSeen > 10 && annotators[0].cleanRight < annotators[0].cleanSeen);
        QCOMPARE(*annotators[0].medianResponseMs, 500.0);
    }

    void mergingIsTheSameInAnyOrderAndTwice() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 30);
        StudyFile::open(folder / "a.metamer");
        for (const char *name : {"b.metamer", "c.metamer"}) {
            std::filesystem::copy_file(folder / "a.metamer", folder / name);
        }
        const auto label = [&](const char *name, const char *who, int digit) {
            StudyFile file = StudyFile::open(folder / name);
            answerWith(file, who, digit, 20);
            Labelling back(file, {who, "{}", 0});
            back.takeBack(file);
            back.end(file);
        };
        label("a.metamer", "ada", 3);
        label("b.metamer", "bob", 3);
        label("b.metamer", "ada", 4);   // another person of the same name
        label("c.metamer", "cyd", 5);
        std::filesystem::copy_file(folder / "a.metamer", folder / "d.metamer");
        {
            StudyFile file = StudyFile::open(folder / "a.metamer");
            const MergeCounts b = mergeStudy(file, folder / "b.metamer");
            QCOMPARE(b.answers, 42);
            QCOMPARE(b.conflicts.size(), std::size_t(1));
            QVERIFY(b.conflicts[0].find("two people are called ada") != std::string::npos);
            QCOMPARE(mergeStudy(file, folder / "c.metamer").answers, 21);
        }
        const std::string first = answersOf(folder / "a.metamer");
        {
            StudyFile file = StudyFile::open(folder / "d.metamer");
            mergeStudy(file, folder / "c.metamer");
            mergeStudy(file, folder / "b.metamer");
            QCOMPARE(mergeStudy(file, folder / "b.metamer").answers, 0);
            QCOMPARE(mergeStudy(file, folder / "c.metamer").sessions, 0);
            QCOMPARE(file.pragma("integrity_check"), std::string("ok"));
            QCOMPARE(file.pragma("foreign_key_check"), std::string());
        }
        QCOMPARE(answersOf(folder / "d.metamer"), first);
        QCOMPARE(changedOf(folder / "d.metamer"), changedOf(folder / "a.metamer"));
        QCOMPARE(std::count(first.begin(), first.end(), '\n'), 84);
    }

    void mergingNamesWhatPeopleMustSettle() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 40, kSmall);
        {
            StudyFile file = StudyFile::open(folder / "a.metamer");
            freezeStudy(file);
            answerWith(file, "ada", 3, 5);
        }
        std::filesystem::copy_file(folder / "a.metamer", folder / "b.metamer");
        {
            StudyFile a = StudyFile::open(folder / "a.metamer"), b = StudyFile::open(folder / "b.metamer");
            answerWith(a, "ada", 3, 4);
            answerWith(b, "ada", 4, 4);   // the same trials, on another machine
            answerWith(a, "bob", 3, 4);
            answerWith(b, "cyd", 3, 4);   // both took list 2
        }
        StudyFile file = StudyFile::open(folder / "a.metamer");
        const MergeCounts counts = mergeStudy(file, folder / "b.metamer");
        QCOMPARE(counts.conflicts.size(), std::size_t(2));
        QVERIFY(counts.conflicts[0].find("list 2 was labelled by bob here and by cyd there") != std::string::npos);
        QVERIFY(counts.conflicts[1].find("ada answered 4 items in more than one copy") != std::string::npos);
        makeLabelStudy(folder / "other.metamer", 5);
        QVERIFY(says(errorOf([&] { mergeStudy(file, folder / "other.metamer"); }), "not a copy"));
        QVERIFY(says(errorOf([&] { mergeStudy(file, folder / "a.metamer"); }), "merge into"));
        QVERIFY(says(errorOf([&] { mergeStudy(file, folder / "none.metamer"); }), "does not exist"));
    }

    void mergingBringsRunsOfTheOtherCopy() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 10);
        StudyFile::open(folder / "a.metamer");
        std::filesystem::copy_file(folder / "a.metamer", folder / "b.metamer");
        {
            StudyFile b = StudyFile::open(folder / "b.metamer");
            const LoadedDataset data = reloadDataset(DatasetTable(b).get());
            Run run;
            run.name = "more";
            run.norm = "linf";
            run.epsText = "0.3";
            run.indices = {500, 501, 3};
            b.transaction([&] {
                run.id = RunTable(b).insert(run);
                ExampleKeeper keeper(data, run, StudyTable(b).get().id, 5);
                for (const auto index : run.indices) {
                    Example example;
                    example.pixels = data.test.images.copyOf(index);
                    keeper.keep(b, example, index, 7);
                }
            });
            answerWith(b, "bob", 3);
        }
        StudyFile a = StudyFile::open(folder / "a.metamer");
        const MergeCounts counts = mergeStudy(a, folder / "b.metamer");
        QVERIFY(counts.runs == 1 && counts.examples == 3 && counts.answers == 15);
        const auto examples = ExampleTable(a).ofRun(RunTable(a).find("more")->id);
        QCOMPARE(SourceImageTable(a).find(examples[1].sourceId)->index, 501);
        QCOMPARE(SourceImageTable(a).find(examples[1].donorId)->split, std::string("train"));
        QCOMPARE(reportStudy(a, {}).runs.at(1).labelled, 3);
    }

    void erasingLeavesADatedMarkAndNothingElse() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 10);
        const std::string secret = "my own handwriting looks like this";
        {
            StudyFile file = StudyFile::open(folder / "a.metamer");
            Labelling labelling(file, {"Ada Lovelace", R"({"screen":"the one in her study"})", 0});
            GivenAnswer answer = given(3);
            answer.note = secret;
            labelling.answer(file, *labelling.next(file), answer);
            labelling.note(file, "consent_given");
            labelling.takeBack(file);
            labelling.answer(file, *labelling.next(file), answer);
            labelling.end(file);
            answerWith(file, "bob", 3, 4);
        }
        std::filesystem::copy_file(folder / "a.metamer", folder / "b.metamer");
        StudyFile file = StudyFile::open(folder / "a.metamer");
        const EraseOutcome outcome = eraseAnnotator(file, "Ada Lovelace");
        QCOMPARE(outcome.answers, 2);
        QCOMPARE(AnswerTable(file).list().size(), std::size_t(4));
        QVERIFY(!AnnotatorTable(file).find(outcome.newName)->erasedUtc.empty());
        QVERIFY(says(errorOf([&] { eraseAnnotator(file, "Ada Lovelace"); }), "no annotator"));
        for (const char *suffix : {"", "-wal"}) {   // not in a free page or the log either
            const auto path = (folder / "a.metamer").string() + suffix;
            if (std::filesystem::exists(path)) {
                const Pixels bytes = readFileBytes(path);
                const std::string text(bytes.begin(), bytes.end());
                QVERIFY(text.find(secret) == std::string::npos && text.find("Lovelace") == std::string::npos && text.find("the one in her study") == std::string::npos);
            }
        }
        // A copy that still has them: merging neither brings them back, nor leaves them there.
        QCOMPARE(mergeStudy(file, folder / "b.metamer").answers, 0);
        QCOMPARE(AnswerTable(file).list().size(), std::size_t(4));
        StudyFile copy = StudyFile::open(folder / "b.metamer");
        QCOMPARE(mergeStudy(copy, folder / "a.metamer").erased, 2);
        QCOMPARE(AnswerTable(copy).list().size(), std::size_t(4));
    }

    void simulatedPeopleStayApart() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 30);
        StudyFile file = StudyFile::open(folder / "a.metamer");
        SimulatedPeople people;
        people.raters = 6;
        people.changed = 1;
        people.error = 0;
        QCOMPARE(simulateLabels(file, "secret-run-name", people).answers, 180);
        QCOMPARE(reportStudy(file, {}).runs[0].labelled, 0);
        ReportRequest request;
        request.withSimulated = true;
        const StudyReport report = reportStudy(file, request);
        QCOMPARE(report.runs[0].changed, 30);
        QVERIFY(report.hasSimulated && report.notes()[0].starts_with("Simulated"));
        QCOMPARE(gatherLabelledSet(file, {}).raters.size(), std::size_t(0));
        QVERIFY(says(errorOf([&] { Labelling(file, {"simulated", "{}", 0}); }), "kind simulated"));
    }

    void resultsOfAPageComeBackOnce() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 40, kSmall);
        std::filesystem::create_directories(folder / "js");
        for (const char *name : {"jspsych.js", "plugin-html-keyboard-response.js", "plugin-preload.js", "license.txt"}) {
            writeFileText(folder / "js" / name, "x");
        }
        StudyFile file = StudyFile::open(folder / "a.metamer");
        QVERIFY(says(errorOf([&] { writeBundle(file, folder / "page", folder / "js"); }), "not frozen"));
        freezeStudy(file);
        QVERIFY(says(errorOf([&] { writeBundle(file, folder / "page", folder / "none"); }), "packaging/jspsych"));
        const BundleOutcome bundle = writeBundle(file, folder / "page", folder / "js");
        QCOMPARE(int(errorOf([&] { writeBundle(file, folder / "page", folder / "js"); }).code()), int(ErrorCode::Exists));
        const Pixels script = readFileBytes(folder / "page" / "study.js");
        const std::string text(script.begin(), script.end());
        for (const char *leak : {"secret-run-name", "source", "example", "gold", "analysis", "clean", "control"}) {
            QVERIFY2(text.find(leak) == std::string::npos, leak);
        }
        const auto start = text.find('{');
        const Json study = Json::parse(text.substr(start, text.rfind('}') - start + 1));
        QCOMPARE(study["bundle"].get<std::string>(), bundle.hash);
        QCOMPARE(static_cast<int>(study["lists"].size()), bundle.lists);
        const Json &list = study["lists"][1];
        for (const auto &trial : list["trials"]) {
            QCOMPARE(trial.contains("practice_label"), trial["kind"] == "practice");   // only what is told anyway
        }
        QVERIFY(list["trials"][0]["kind"] == "practice" && list["trials"][2]["kind"] == "main");
        Json results;
        results["format"] = 1;
        results["bundle"] = bundle.hash;
        results["list"] = list["uuid"];
        results["annotator"] = {{"uuid", "aaaaaaaa-0000-4000-8000-000000000001"}, {"name", "remote"}};
        results["session"] = {{"uuid", "aaaaaaaa-0000-4000-8000-000000000002"}, {"started_utc", "2026-01-01T00:00:00.000Z"}, {"ended_utc", nullptr}, {"display", {{"width", 1}}}};
        results["answers"] = Json::array();
        int number = 0;
        for (const auto &trial : list["trials"]) {
            char uuid[40];
            std::snprintf(uuid, sizeof uuid, "bbbbbbbb-0000-4000-8000-%012d", number);
            results["answers"].push_back({{"uuid", uuid}, {"trial", trial["id"]}, {"kind", "class"}, {"label", number % 10}, {"confidence", nullptr}, {"note", ""}, {"response_ms", 700 + number},
                                          {"flags", Json::array()}, {"zoom", 12}, {"device_pixel_ratio", 1.5}, {"utc", "2026-01-01T00:00:01.000Z"}, {"withdraws", nullptr}});
            ++number;
        }
        results["events"] = Json::array({{{"uuid", "cccccccc-0000-4000-8000-000000000001"}, {"kind", "consent_given"}, {"details", Json::object()}, {"utc", "2026-01-01T00:00:00.000Z"}}});
        const auto import = [&](const Json &changed) {
            writeFileText(folder / "r.json", changed.dump());
            return importBundleResults(file, folder / "r.json");
        };
        Json foreign = results;
        foreign["bundle"] = std::string(64, 'f');
        QVERIFY(says(errorOf([&] { import(foreign); }), "did not write"));
        foreign = results;
        foreign["answers"][3]["trial"] = study["lists"][0]["trials"][5]["id"];
        QVERIFY(says(errorOf([&] { import(foreign); }), "list 2 does not have"));
        foreign = results;
        foreign["answers"][3]["label"] = 10;
        QVERIFY(says(errorOf([&] { import(foreign); }), "from 0 to 9"));
        foreign = results;
        foreign.erase("annotator");
        QVERIFY(says(errorOf([&] { import(foreign); }), "'annotator'"));
        writeFileText(folder / "r.json", results.dump().substr(0, 400));
        QVERIFY(says(errorOf([&] { importBundleResults(file, folder / "r.json"); }), "not a result file"));
        QCOMPARE(AnswerTable(file).count(), 0);   // whole or not at all
        QCOMPARE(AnnotatorTable(file).list().size(), std::size_t(0));
        const BundleImportOutcome taken = import(results);
        QCOMPARE(taken.answers, static_cast<std::int64_t>(list["trials"].size()));
        QCOMPARE(taken.sessions, 1);
        QCOMPARE(import(results).answers, 0);
        QCOMPARE(import(results).known, taken.answers);
        const auto annotator = reportStudy(file, {}).annotators.at(0);
        QVERIFY(annotator.name == "remote" && annotator.repeated == 3 && annotator.goldSeen == 2);
        QCOMPARE(ListTable(file).list(StudyTable(file).get().id)[1].annotatorId.isValid(), true);
        QVERIFY(freezeStatus(file).departures.empty());
    }
};

QTEST_GUILESS_MAIN(TestLabellingStudy)
#include "test_labelling_study.moc"
