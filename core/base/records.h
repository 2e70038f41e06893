#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"

namespace metamer {

/// Bytes of one image, CHW order, 0 .. 255: what is stored, shown, exported and predicted.
using Pixels = std::vector<std::uint8_t>;

struct ImageShape {
    int channels = 1;
    int height = 0;
    int width = 0;

    std::size_t size() const { return static_cast<std::size_t>(channels) * height * width; }
    friend bool operator==(const ImageShape &, const ImageShape &) = default;
};

/// How the files of a data set are taken as images. "auto" is guessed from the files; what a reader has taken is written
/// out, so that reading again takes the same.
struct DatasetReading {
    std::string layout = "auto";    ///< arrays: "NHW", "NHWC" or "NCHW"
    std::string range = "auto";     ///< arrays: "0..1" or "0..255", where white is the upper end
    std::string colour = "auto";    ///< picture files: "grey" or "rgb"
    std::string size = "auto";      ///< picture files: "WIDTHxHEIGHT"
};

/// The one data set of a study file.
struct Dataset {
    DatasetId id;
    std::string uuid;
    std::string spec;           ///< as given to `study create`: "mnist", "idx:DIR", "builtin:digits"
    std::string path;           ///< absolute folder or file the images are read from; empty for built-in
    std::string sha256;         ///< over all images and labels of both splits
    ImageShape shape;
    std::vector<std::string> classNames;
    std::int64_t trainCount = 0;
    std::int64_t testCount = 0;
    DatasetReading reading;
};

/// A clean image in use: a source, a donor or a control.
struct SourceImage {
    SourceImageId id;
    std::string uuid;
    std::string split;          ///< "train" or "test"
    std::int64_t index = 0;     ///< row in its split, from 0
    int label = 0;
    Pixels pixels;
};

struct ModelRecord {
    ModelId id;
    std::string uuid;
    std::string name;
    std::string architecture;
    std::string recipe;
    std::string parametersJson = "{}";
    std::string hash;           ///< SHA-256 of architecture and weights; predictions are keyed by it
    Pixels weights;
    std::optional<double> cleanAccuracy;  ///< on the whole test split
    std::string createdUtc;
    bool isHidden = false;      ///< out of tables, reports and attacks, but kept with its predictions
    std::string curveJson = "[]";      ///< [{"epoch", "loss", "train_accuracy", "test_accuracy"}, ...]
    std::string confusionJson = "[]";  ///< rows the label, columns the answer, on the whole test split
};

/// A training that is under way or was stopped: what it takes to go on.
struct TrainingRecord {
    std::string name;           ///< of the model it will make
    std::string recipe;
    std::string parametersJson = "{}";
    std::int64_t seed = 0;
    std::string device;
    std::int64_t step = 0;
    std::int64_t steps = 0;
    std::string curveJson = "[]";
    Pixels checkpoint;
    std::string owner;          ///< host:process that runs it; empty when nobody does
    std::string savedUtc;
};

enum class RunKind { Attack, Import };
enum class RunState { Running, Finished, Stopped, Aborted, Failed };

struct Run {
    RunId id;
    std::string uuid;
    std::string name;
    RunKind kind = RunKind::Attack;
    RunState state = RunState::Running;
    std::string attack;         ///< registry name; empty for an import
    std::string norm;
    std::string epsText;
    std::string split = "test";
    std::vector<std::int64_t> indices;  ///< the planned sources, in order: an example's ordinal counts through them
    std::string targets = "published";
    std::string modelName;      ///< the model whose answer must be kept; empty where none was asked for
    std::string parametersJson = "{}";
    std::int64_t seed = 0;
    std::string device;
    std::string versionsJson = "{}";
    std::string message;        ///< why it failed, or what an import took
    std::string owner;          ///< host:process that runs it
    std::string startedUtc;
    std::string finishedUtc;
};

/// The enumerators as written in the study file and on the command line.
const char *nameOf(RunState state);

enum class ExampleOutcome { Found, Attempt };

/// Norms of one perturbation, in whole units of bytes, so that they can be compared exactly.
struct ByteNorms {
    std::int64_t l0 = 0;              ///< pixels where any channel differs
    std::int64_t l0Binarised = 0;     ///< pixels where any channel differs after thresholding at 0.5
    std::int64_t l1Levels = 0;        ///< sum of absolute differences, grey levels
    std::int64_t l2SquaredLevels = 0; ///< sum of squared differences, grey levels squared
    std::int64_t linfLevels = 0;      ///< greatest absolute difference, grey levels

    double l1() const { return static_cast<double>(l1Levels) / 255.0; }
    double l2() const;                ///< in units of the full pixel range
    double linf() const { return static_cast<double>(linfLevels) / 255.0; }
    friend bool operator==(const ByteNorms &, const ByteNorms &) = default;
};

/// A source with its perturbed image, made by a run. Belongs to no model.
struct Example {
    ExampleId id;
    std::string uuid;
    RunId runId;
    SourceImageId sourceId;
    std::int64_t ordinal = 0;   ///< position in the run, from 0: the `task` of vote files
    ExampleOutcome outcome = ExampleOutcome::Found;
    Pixels pixels;              ///< empty where an attempt has no candidate at all
    ByteNorms norms;
    std::optional<int> targetClass;
    SourceImageId donorId;      ///< invalid where there is none
    Pixels alignedDonor;        ///< the donor after the transform; empty where there is none
    std::string transformJson = "{}";
    std::string detailsJson = "{}";
};

/// What a model says of one image.
struct Prediction {
    std::string modelHash;
    SourceImageId sourceId;     ///< exactly one of sourceId and exampleId is valid
    ExampleId exampleId;
    int predicted = 0;
    std::vector<float> logits;
    std::string device;
    std::string versionsJson = "{}";
};

enum class CertificateStatus { Certified, NotCertified, Unknown };

/// As written in the study file: "certified", "not_certified", "unknown".
const char *nameOf(CertificateStatus status);

/// Whether a model provably cannot change its answer in a ball around a source. Certified only where it is right on the source;
/// not certified where it is wrong there, or where a point of the ball changes its answer; else unknown.
struct Certificate {
    std::string modelHash;
    SourceImageId sourceId;
    std::string norm;
    std::string epsText;
    CertificateStatus status = CertificateStatus::Unknown;
    std::string method;               ///< whose bound decided: "ibp", "crown-ibp", "crown", "forward" or "pgd"
    std::optional<double> margin;     ///< the least by which the label's logit exceeds another, bounded from below

    friend bool operator==(const Certificate &, const Certificate &) = default;
};

/// How many of a model's certificates at one radius hold.
struct CertificateCount {
    std::string norm;
    std::string epsText;
    std::int64_t images = 0;
    std::int64_t certified = 0;
    std::int64_t unknown = 0;
};

/// What an attack left of a model's accuracy on images of the test split, drawn by seed.
struct Evaluation {
    std::string modelHash;
    std::string attack;               ///< "pgd" or "pgd-margin"
    std::string norm;
    std::string epsText;
    std::string parametersJson = "{}";
    std::int64_t seed = 0;
    std::int64_t images = 0;
    double cleanAccuracy = 0;
    double attackedAccuracy = 0;      ///< share named right both as they are and where the attack has moved them
    std::string device;
    std::string versionsJson = "{}";
};

/// A trained oracle proxy: an automatic guess at the human label, never one. At most one of each role in a study.
struct ProxyRecord {
    std::string role;                 ///< "selector" or "evaluator"
    std::string hash;                 ///< SHA-256 of the weights; scores are keyed by it
    Pixels weights;
    std::string detailsJson = "{}";   ///< how it was trained, and how it did on images that it did not learn from
    std::string createdUtc;
};

/// What a proxy guesses people would say of an example.
struct ProxyScore {
    ExampleId exampleId;
    std::string role;
    std::string hash;
    int label = -1;                       ///< the likeliest class; -1 "not a class"
    std::vector<double> probabilities;    ///< [classes]
    double notAClass = 0;                 ///< with the probabilities it sums to 1
};

enum class AnnotatorKind { Person, Import, Simulated };
const char *nameOf(AnnotatorKind kind);

struct Annotator {
    AnnotatorId id;
    std::string uuid;
    std::string name;
    AnnotatorKind kind = AnnotatorKind::Person;
    std::string erasedUtc;      ///< when consent was withdrawn and every answer erased; empty otherwise
};

struct StudyRecord {
    StudyId id;
    std::string uuid;
    std::string name;
    std::string protocolJson = "{}";
};

enum class ItemKind { Example, Control };

/// One thing that annotators are asked about.
struct Item {
    ItemId id;
    std::string uuid;
    StudyId studyId;
    ItemKind kind = ItemKind::Example;
    ExampleId exampleId;        ///< for Example
    SourceImageId sourceId;     ///< the clean control, or the source of the example
    std::optional<int> goldLabel;
};

/// One trial of a list that annotators go through in order.
enum class TrialKind { Practice, Main, Repeat };
const char *nameOf(TrialKind kind);

struct Trial {
    TrialId id;
    std::string uuid;
    ListId listId;
    int position = 0;           ///< from 0
    ItemId itemId;
    TrialKind kind = TrialKind::Main;
};

/// The items that one person is to see.
struct StudyList {
    ListId id;
    std::string uuid;
    int number = 0;             ///< from 1
    AnnotatorId annotatorId;    ///< whose it is; invalid while it is free
};

/// What was fixed before the first answer.
struct Freeze {
    std::string uuid;
    std::string hash;           ///< SHA-256 over protocol, analysis plan, items with their images, and lists
    std::string detailsJson = "{}";
    std::string createdUtc;
};

struct SessionRecord {
    SessionId id;
    std::string uuid;
    StudyId studyId;
    AnnotatorId annotatorId;
    std::string displayJson = "{}";
    std::string startedUtc;
    ProtocolId protocolId;      ///< the protocol in force; invalid for imports
    ListId listId;              ///< invalid where everybody gets every item
    std::string owner;          ///< host:process that holds it open
    std::string origin = "window";  ///< "window", "page" (a bundle's web page), "import" or "simulation"
};

/// Something noted, in a session or about the study.
struct Event {
    std::string uuid;
    SessionId sessionId;
    std::string kind;
    std::string detailsJson = "{}";
    std::string createdUtc;
};

enum class AnswerKind { Class, NotAClass, Unsure, Same, Different, Withdrawal };

struct Answer {
    AnswerId id;
    std::string uuid;
    SessionId sessionId;
    ItemId itemId;
    TrialId trialId;                      ///< invalid where everybody gets every item
    std::string measure = "perturbed";    ///< see Measure: answers of different measures are never counted together
    AnswerKind kind = AnswerKind::Class;
    int label = -1;                       ///< for Class
    std::optional<int> confidence;        ///< 1 guessed, 2 fairly sure, 3 sure
    std::string note;
    std::optional<std::int64_t> responseMs;  ///< from first paint to key press; none for imports
    std::string visibleJson = "{}";       ///< what was on the screen, and how
    std::string flagsJson = "[]";         ///< what disturbed it: "focus_lost", "paused", "clock_jumped" ...
    AnswerId withdraws;                   ///< for Withdrawal
    std::string createdUtc;
};

/// An answer with who gave it and to what kind of trial, for counting.
struct CastAnswer {
    Answer answer;
    AnnotatorId annotator;
    TrialKind trialKind = TrialKind::Main;
};

}  // namespace metamer
