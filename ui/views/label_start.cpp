#include "ui/views/label_start.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

#include "core/base/uuid.h"
#include "ui/pages/page.h"
#include "ui/theme.h"

namespace metamer {
namespace {

constexpr int kWidth = 480;
constexpr int kListWidth = 180;
const QString kNameSetting = QStringLiteral("label/annotator");

}  // namespace

LabelStart::LabelStart(QWidget *parent) : QWidget(parent) {
    const QString pseudonym = QStringLiteral("annotator-") + QString::fromStdString(newUuid()).left(4);
    m_annotator = new QLineEdit(QSettings().value(kNameSetting, pseudonym).toString());
    m_annotator->setPlaceholderText(tr("a pseudonym, or a name"));
    m_annotator->setAccessibleName(tr("Who is labelling"));
    m_annotator->setObjectName(QStringLiteral("annotator"));
    m_listRow = buildListRow();
    m_protocol = new QLabel;
    m_protocol->setWordWrap(true);
    auto *protocolButton = new QPushButton(tr("&Protocol ..."));
    connect(protocolButton, &QPushButton::clicked, this, &LabelStart::protocolAsked);
    m_problem = new QLabel;
    m_problem->setWordWrap(true);
    m_problem->hide();
    m_start = new QPushButton(tr("Start labelling"));
    makePrimary(m_start);
    connect(m_start, &QPushButton::clicked, this, &LabelStart::askToStart);
    connect(m_annotator, &QLineEdit::returnPressed, m_start, &QPushButton::click);
    connect(m_list, &QLineEdit::returnPressed, m_start, &QPushButton::click);

    auto *box = new QWidget;
    box->setMaximumWidth(scaledWidth(kWidth));
    auto *boxLayout = new QVBoxLayout(box);
    boxLayout->setContentsMargins(kPageMargin, kGroupGap, kPageMargin, kGroupGap);
    boxLayout->setSpacing(kGap);
    boxLayout->addWidget(makeTitle(tr("Label")));
    boxLayout->addWidget(new QLabel(tr("Who is labelling?")));
    boxLayout->addWidget(m_annotator);
    boxLayout->addWidget(m_listRow);
    boxLayout->addSpacing(kGap);
    boxLayout->addWidget(m_protocol);
    boxLayout->addWidget(protocolButton, 0, Qt::AlignLeft);
    boxLayout->addSpacing(kGap);
    boxLayout->addWidget(makeHint(tr("Every answer is on the disk before the next picture is shown. Clean controls are mixed in, and the order is your own. A session that was "
                                     "left goes on where it was.")));
    boxLayout->addWidget(m_problem);
    boxLayout->addSpacing(kGap);
    boxLayout->addWidget(m_start, 0, Qt::AlignLeft);
    boxLayout->addStretch(1);
    setTabOrder(m_annotator, m_list);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(box, 1);
    layout->addStretch(1);
}

QWidget *LabelStart::buildListRow() {
    m_list = new QLineEdit;
    m_list->setPlaceholderText(tr("the next free one"));
    m_list->setAccessibleName(tr("Number of the list"));
    m_list->setFixedWidth(scaledWidth(kListWidth));
    auto *row = new QWidget;
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(new QLabel(tr("List")));
    layout->addWidget(m_list);
    layout->addStretch(1);
    return row;
}

void LabelStart::setProtocol(const QString &description, bool usesLists) {
    m_protocol->setText(description);
    m_listRow->setVisible(usesLists);
}

void LabelStart::showProblem(const QString &sentence) {
    m_problem->setText(sentence);
    m_problem->setStyleSheet(QStringLiteral("color: %1").arg(errorColour().name()));
    m_problem->setVisible(!sentence.isEmpty());
}

void LabelStart::setReady(bool isReady) { m_start->setEnabled(isReady); }

void LabelStart::focusName() {
    m_annotator->setFocus();
    m_annotator->selectAll();
}

void LabelStart::askToStart() {
    const QString name = m_annotator->text().trimmed(), number = m_list->text().trimmed();
    if (name.isEmpty()) {
        showProblem(tr("Type a name first: answers are kept by person."));
        m_annotator->setFocus();
        return;
    }
    if (!number.isEmpty() && number.toInt() < 1) {
        showProblem(tr("'%1' is no number of a list; leave it empty for the next free one.").arg(number));
        return;
    }
    QSettings().setValue(kNameSetting, name);
    showProblem({});
    Q_EMIT startAsked(name, number.toInt());
}

}  // namespace metamer
