#include "ui/pages/inspect_page.h"

#include <algorithm>
#include <cmath>

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include "core/base/json.h"
#include "core/lab/inspect_example.h"
#include "core/model/classifier.h"
#include "core/report/run_report.h"
#include "ui/bridge/lab_session.h"
#include "ui/theme.h"
#include "ui/views/logit_bars.h"
#include "ui/views/pair_strip.h"
#include "ui/views/picture_view.h"

namespace metamer {
namespace {

constexpr int kFactsWidth = 270;

QString fact(const QString &name, const QString &value) {
    return QStringLiteral("<tr><td style='padding-right:12px; color:%1'>%2</td><td>%3</td></tr>")
        .arg(mutedTextColour().name(), name.toHtmlEscaped(), value.toHtmlEscaped());
}

/// Without a "-0.0".
QString oneDecimal(double value) { return QString::number(std::round(10 * value) / 10 + 0.0, 'f', 1); }

QString normFacts(const InspectedExample &found) {
    const ByteNorms &norms = found.example.norms;
    const Budget budget = Budget::parse(parseNorm(found.run.norm), found.run.epsText);
    const QString linf = budget.norm() == Norm::Linf
                             ? QObject::tr("%1 of %2 grey levels (eps %3)").arg(norms.linfLevels).arg(budget.greyLevels()).arg(QString::fromStdString(budget.epsText()))
                             : QObject::tr("%1 grey levels").arg(norms.linfLevels);
    return fact(QStringLiteral("Linf"), linf) + fact(QStringLiteral("L2"), QString::number(norms.l2(), 'f', 2)) +
           fact(QStringLiteral("L1"), QString::number(norms.l1(), 'f', 1)) +
           fact(QStringLiteral("L0"), QObject::tr("%1 pixels (%2 binarised)").arg(norms.l0).arg(norms.l0Binarised));
}

/// "certified at radius 0.3 around the source, distance 0.298, 4 of 5 people said 9"
QString certificateText(const Certificate &certificate, const InspectedExample &found, const std::vector<std::string> &names) {
    const bool isLinf = certificate.norm == "linf";
    const QString distance = QString::number(isLinf ? found.example.norms.linf() : found.example.norms.l2(), 'f', isLinf ? 3 : 2);
    const QString radius = QStringLiteral("%1 %2").arg(QString::fromStdString(normTitle(parseNorm(certificate.norm))), QString::fromStdString(certificate.epsText));
    switch (certificate.status) {
        case CertificateStatus::Certified: break;
        case CertificateStatus::NotCertified: return QObject::tr("not certified at radius %1").arg(radius);
        case CertificateStatus::Unknown: return QObject::tr("unknown whether certified at radius %1").arg(radius);
    }
    const VotesOfItem &votes = found.people.votes;
    const auto consensus = consensusOf(votes, found.people.rule);
    const auto agreeing = consensus ? std::count_if(votes.begin(), votes.end(), [&](const auto &vote) { return vote.second == *consensus; }) : 0;
    const QString people = consensus ? QObject::tr(", %1 of %2 people said %3").arg(agreeing).arg(votes.size()).arg(QString::fromStdString(labelName(*consensus, names))) : QString();
    return QObject::tr("certified at radius %1 around the source, distance %2").arg(radius, distance) + people;
}

}  // namespace

InspectPage::InspectPage(LabSession &session, QWidget *parent) : Page(session, parent) {
    setFocusPolicy(Qt::StrongFocus);
    auto *layout = makeLayout(tr("Inspect"));
    m_run = new QComboBox;
    m_run->setMinimumWidth(240);
    m_run->setAccessibleName(tr("Run"));
    m_position = new QLabel;
    auto *bar = new QHBoxLayout;
    bar->addWidget(new QLabel(tr("Run")));
    bar->addWidget(m_run);
    bar->addWidget(m_position);
    bar->addStretch(1);
    layout->addLayout(bar);
    m_empty = makeHint({});
    m_empty->setAlignment(Qt::AlignCenter);
    m_content = new QWidget;
    auto *columns = new QHBoxLayout;
    columns->setSpacing(kGroupGap);
    columns->addWidget(buildPictures(), 1);
    columns->addWidget(buildFacts());
    m_strip = new PairStrip;
    auto *contentLayout = new QVBoxLayout(m_content);
    contentLayout->setContentsMargins(0, 0, 0, 0);
    contentLayout->setSpacing(kGap);
    contentLayout->addLayout(columns, 1);
    contentLayout->addWidget(m_strip);
    layout->addWidget(m_content, 1);
    layout->addWidget(m_empty, 1);
    showEmpty({});
    connect(m_run, &QComboBox::activated, this, [this] { loadRun(); setFocus(); });
    connect(m_strip, &PairStrip::chosen, this, [this](int position) { goTo(m_stripStart + position); });
    connect(&session, &LabSession::infoChanged, this, &InspectPage::showRuns);
    connect(&session.jobs(), &JobQueue::changed, this, [this] { if (m_ids.empty()) showEmpty({}); });
    connect(&session, &LabSession::exampleAdded, this, [this](const std::shared_ptr<const ExamplePair> &pair) {
        const QString current = m_run->currentData().toString();
        if (isVisible() && (m_ids.empty() || current == QString::number(pair->example.runId.value))) {
            m_ids.empty() ? m_session.refresh() : loadRun();
        }
    });
}

QStringList InspectPage::keys() const {
    return {tr("Left, Right\tPrevious, next example"), tr("Home, End\tFirst, last example"), tr("Page Up, Page Down\tTen back, ten on"),
            tr("Space\tSwap original and perturbed in place")};
}

QWidget *InspectPage::buildPictures() {
    m_original = new PictureView(tr("original"));
    m_perturbed = new PictureView(tr("perturbed"));
    m_difference = new PictureView(tr("difference: + warm, - cool"));
    auto *box = new QWidget;
    auto *layout = new QHBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    for (auto *view : {m_original, m_perturbed, m_difference}) {
        layout->addWidget(view, 1);
    }
    return box;
}

QWidget *InspectPage::buildFacts() {
    m_title = new QLabel;
    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_title->setWordWrap(true);
    m_facts = new QLabel;
    m_facts->setTextFormat(Qt::RichText);
    m_facts->setWordWrap(true);
    m_facts->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_people = new QLabel;
    m_people->setWordWrap(true);
    m_donor = new PictureView(tr("donor, aligned"));
    m_donor->setFixedHeight(122);
    auto *models = new QWidget;
    m_models = new QVBoxLayout(models);
    m_models->setContentsMargins(0, 0, 0, 0);
    m_models->setSpacing(kGap);
    auto *content = new QWidget;
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, kGap, 0);
    layout->setSpacing(kGap);
    layout->addWidget(m_title);
    layout->addWidget(m_people);
    layout->addWidget(m_facts);
    layout->addWidget(models);
    layout->addWidget(m_donor);
    layout->addStretch(1);
    auto *column = makeColumn(content);
    column->setFixedWidth(scaledWidth(kFactsWidth));
    return column;
}

QString InspectPage::className(int label) const {
    const auto &names = m_session.info().dataset.classNames;
    return QString::fromStdString(labelName(label, names));
}

void InspectPage::activated() {
    setFocus();
    showRuns();
}

void InspectPage::showRun(const QString &name) {
    m_wantedRun = name;
    showRuns();
}

void InspectPage::showEmpty(const QString &text) {
    const bool isComing = m_session.jobs().running() != nullptr;
    m_empty->setText(isComing         ? tr("The first examples are on their way; the bar below says how far.")
                     : text.isEmpty() ? tr("There is nothing to look at yet. Run an attack on the Attacks page (Ctrl+3).")
                                      : text);
    m_empty->setVisible(m_ids.empty());
    m_content->setVisible(!m_ids.empty());
}

void InspectPage::showRuns() {
    const QString previous = m_run->currentData().toString();
    m_run->clear();
    for (const auto &summary : m_session.info().runs) {
        m_run->addItem(tr("%1  (%2)").arg(QString::fromStdString(summary.run.name)).arg(summary.found), QString::number(summary.run.id.value));
        if (QString::fromStdString(summary.run.name) == m_wantedRun) {
            m_run->setCurrentIndex(m_run->count() - 1);
        }
    }
    if (m_wantedRun.isEmpty() && m_run->findData(previous) >= 0) {
        m_run->setCurrentIndex(m_run->findData(previous));
    }
    m_wantedRun.clear();
    if (m_run->currentData().toString() != previous) {
        m_at = -1;
    }
    loadRun();
}

void InspectPage::loadRun() {
    if (m_run->count() == 0) {
        m_ids.clear();
        showEmpty({});
        return;
    }
    const RunId run{m_run->currentData().toString().toLongLong()};
    const int request = ++m_request;
    m_session.study().ask(this, [run](StudyFile &file) { return ExampleTable(file).picturesOfRun(run); },
                          [this, request](std::vector<ExampleId> ids) {
                              if (request != m_request) {
                                  return;
                              }
                              m_ids = std::move(ids);
                              showEmpty(tr("This run has no examples yet."));
                              goTo(std::clamp(m_at, 0, std::max(0, static_cast<int>(m_ids.size()) - 1)));
                          });
}

void InspectPage::goTo(int position) {
    if (m_ids.empty()) {
        m_position->clear();
        return;
    }
    m_at = std::clamp(position, 0, static_cast<int>(m_ids.size()) - 1);
    const ExampleId id = m_ids[static_cast<std::size_t>(m_at)];
    const int request = ++m_request;
    m_session.study().ask(this, [id](StudyFile &file) { return inspectExample(file, id); },
                          [this, request](InspectedExample found) {
                              if (request == m_request) {
                                  showExample(found);
                              }
                          });
    showStrip();
}

void InspectPage::showStrip() {
    const int count = static_cast<int>(m_ids.size());
    const int shown = std::min(count, m_strip->capacity());
    m_stripStart = std::clamp(m_at - shown / 2, 0, count - shown);
    const std::vector<ExampleId> ids(m_ids.begin() + m_stripStart, m_ids.begin() + m_stripStart + shown);
    const ImageShape shape = m_session.info().dataset.shape;
    const int current = m_at - m_stripStart;
    m_session.study().ask(
        this,
        [ids](StudyFile &file) {
            std::vector<std::pair<Example, Pixels>> pairs;
            for (const auto id : ids) {
                if (const auto example = ExampleTable(file).find(id)) {
                    pairs.emplace_back(*example, SourceImageTable(file).find(example->sourceId)->pixels);
                }
            }
            return pairs;
        },
        [this, shape, current](std::vector<std::pair<Example, Pixels>> pairs) {
            std::deque<PairStrip::Pair> shownPairs;
            for (const auto &[example, source] : pairs) {
                shownPairs.push_back({toQImage(shape, source), toQImage(shape, example.pixels), (example.outcome == ExampleOutcome::Found ? QStringLiteral("#%1") : tr("#%1 failed")).arg(example.ordinal)});
            }
            m_strip->setPairs(shownPairs, current);
        });
}

void InspectPage::showExample(const InspectedExample &found) {
    const ImageShape &shape = m_session.info().dataset.shape;
    m_isSwapped = false;
    m_original->setPicture(toQImage(shape, found.source.pixels));
    m_perturbed->setPicture(toQImage(shape, found.example.pixels));
    m_difference->setPicture(differenceImage(shape, found.source.pixels, found.example.pixels));
    m_original->setCaption(tr("original: %1").arg(className(found.source.label)));
    const bool isAttempt = found.example.outcome == ExampleOutcome::Attempt;
    m_position->setText((isAttempt ? tr("%1 of %2, a failed attempt") : tr("example %1 of %2")).arg(m_at + 1).arg(m_ids.size()));
    m_perturbed->setCaption(isAttempt ? tr("nearest candidate") : tr("perturbed"));
    m_donor->setVisible(found.donor.has_value());
    if (found.donor) {
        m_donor->setPicture(toQImage(shape, found.example.alignedDonor));
        m_donor->setCaption(tr("donor %1 (%2), aligned").arg(found.donor->index).arg(className(found.donor->label)));
    }
    showFacts(found);
    showPeople(found);
    showModels(found);
}

void InspectPage::showFacts(const InspectedExample &found) {
    QString title = tr("#%1   %2 %3").arg(found.example.ordinal).arg(QString::fromStdString(found.source.split)).arg(found.source.index);
    title += found.example.targetClass ? tr("   %1 to %2").arg(className(found.source.label), className(*found.example.targetClass)) : QString();
    m_title->setText(title);
    QString rows = normFacts(found);
    const Json transform = Json::parse(found.example.transformJson, nullptr, false);
    if (found.donor && transform.is_object() && transform.contains("rotation_degrees")) {
        rows += fact(tr("Donor"), tr("training image %1, shift %2, %3 px, turned %4\u00B0")
                                      .arg(found.donor->index)
                                      .arg(oneDecimal(transform.value("shift_x", 0.0)), oneDecimal(transform.value("shift_y", 0.0)),
                                           oneDecimal(transform.value("rotation_degrees", 0.0))));
    }
    rows += attackFacts(found) + proxyFacts(found);
    m_facts->setText(QStringLiteral("<table cellspacing='0' cellpadding='1'>%1</table>").arg(rows));
}

/// How it was drawn; of an attempt, why it failed and what would have been enough.
QString InspectPage::attackFacts(const InspectedExample &found) const {
    const Json details = Json::parse(found.example.detailsJson, nullptr, false);
    if (!details.is_object()) {
        return {};
    }
    QString rows;
    if (const std::string style = details.value("style", ""); !style.empty()) {
        rows += fact(tr("Style"), QString::fromStdString(style));
    }
    if (const std::string why = details.value("why", ""); found.example.outcome == ExampleOutcome::Attempt && !why.empty()) {
        rows += fact(tr("Why not"), QString::fromStdString(why).toHtmlEscaped());
        const auto enough = details.find("enough");
        rows += fact(tr("Enough"), enough != details.end() && enough->is_string()
                                       ? (found.run.norm == "l0" ? tr("%1 pixels, by the selector (proxy)") : tr("eps %1, by the selector (proxy)")).arg(QString::fromStdString(enough->get<std::string>()))
                                       : tr("no budget that was tried"));
    }
    return rows;
}

QString InspectPage::proxyFacts(const InspectedExample &found) const {
    QString rows;
    for (const auto &score : found.proxies) {
        const double probability = score.label < 0 ? score.notAClass : score.probabilities[static_cast<std::size_t>(score.label)];
        const QString role = score.role == "selector" ? tr("Proxy, selector") : tr("Proxy, evaluator");
        rows += fact(role, tr("guesses %1 (%2 %)").arg(score.label < 0 ? tr("no class") : className(score.label), QString::number(100 * probability, 'f', 0)));
    }
    return rows;
}

void InspectPage::showPeople(const InspectedExample &found) {
    const VotesOfItem &votes = found.people.votes;
    const PeopleVerdict verdict = peopleVerdict(votes, found.source.label, found.people.rule);
    const auto consensus = consensusOf(votes, found.people.rule);
    const qsizetype voters = static_cast<qsizetype>(votes.size());
    const auto agreeing = consensus ? std::count_if(votes.begin(), votes.end(), [&](const auto &vote) { return vote.second == *consensus; }) : 0;
    switch (verdict) {
        case PeopleVerdict::NotLabelled:
            m_people->setText(found.example.outcome == ExampleOutcome::Attempt ? tr("people: never asked about attempts") : tr("people: not labelled yet"));
            break;
        case PeopleVerdict::NoConsensus: m_people->setText(tr("people: no consensus of %1").arg(voters)); break;
        default: m_people->setText(tr("people: %1 (%2 of %3)").arg(className(*consensus)).arg(agreeing).arg(voters));
    }
    m_people->setToolTip(tr("measured with: %1").arg(QString::fromStdString(found.people.measure)));
    m_perturbed->setFrame(verdict == PeopleVerdict::Changed      ? PictureFrame::Changed
                          : verdict == PeopleVerdict::NotAClass  ? PictureFrame::NotAClass
                          : verdict == PeopleVerdict::NoConsensus ? PictureFrame::NoConsensus
                                                                  : PictureFrame::None);
    if (consensus) {
        m_perturbed->setCaption(tr("perturbed: people say %1").arg(className(*consensus)));
    }
}

void InspectPage::showModels(const InspectedExample &found) {
    while (QLayoutItem *item = m_models->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    QStringList names;
    for (const auto &name : m_session.info().dataset.classNames) {
        names << QString::fromStdString(name);
    }
    for (const auto &model : found.models) {
        auto *bars = new LogitBars;
        bars->setLogits(verdictText(model, found), names, model.before, model.after);
        if (model.certificate) {
            bars->setCertificate(certificateText(*model.certificate, found, m_session.info().dataset.classNames), model.certificate->status == CertificateStatus::Certified);
        }
        m_models->addWidget(bars);
    }
    if (found.models.empty()) {
        m_models->addWidget(makeHint(tr("No model yet; train or import one on the Models page.")));
    }
}

QString InspectPage::verdictText(const ModelAnswers &model, const InspectedExample &found) const {
    const QString name = QString::fromStdString(model.model);
    if (model.before.empty() || model.after.empty()) {
        return tr("%1: not asked yet").arg(name);
    }
    const int before = predictedClass(model.before), after = predictedClass(model.after);
    const bool isInvariance = before == found.source.label && peopleVerdict(found.people.votes, found.source.label, found.people.rule) == PeopleVerdict::Changed;
    switch (modelVerdict(before, after, consensusOf(found.people.votes, found.people.rule))) {
        case ModelVerdict::Kept:
            return isInvariance ? tr("%1 kept %2: invariance example").arg(name, className(before)) : tr("%1 kept %2").arg(name, className(before));
        case ModelVerdict::FollowedPeople: return tr("%1 followed people: %2, then %3").arg(name, className(before), className(after));
        case ModelVerdict::WentElsewhere: return tr("%1: %2, then %3").arg(name, className(before), className(after));
    }
    return {};
}

void InspectPage::swapPictures() {
    m_isSwapped = !m_isSwapped;
    auto *layout = m_original->parentWidget()->layout();
    auto *box = static_cast<QHBoxLayout *>(layout);
    box->removeWidget(m_original);
    box->insertWidget(m_isSwapped ? 1 : 0, m_original, 1);
}

void InspectPage::keyPressEvent(QKeyEvent *event) {
    switch (event->key()) {
        case Qt::Key_Left: goTo(m_at - 1); break;
        case Qt::Key_Right: goTo(m_at + 1); break;
        case Qt::Key_PageUp: goTo(m_at - 10); break;
        case Qt::Key_PageDown: goTo(m_at + 10); break;
        case Qt::Key_Home: goTo(0); break;
        case Qt::Key_End: goTo(static_cast<int>(m_ids.size()) - 1); break;
        case Qt::Key_Space: swapPictures(); break;
        default: Page::keyPressEvent(event);
    }
}

}  // namespace metamer
