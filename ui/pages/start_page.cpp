#include "ui/pages/start_page.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

#include "ui/theme.h"

namespace metamer {
namespace {

constexpr int kMostRecent = 8;
constexpr int kColumnWidth = 420;
const auto kRecentKey = QStringLiteral("window/recent");

}  // namespace

StartPage::StartPage(LabSession &session, QWidget *parent) : Page(session, parent) {
    auto *layout = makeLayout(tr("Metamer"));
    auto *intro = makeHint(tr("Small changes that alter what people see while a model keeps its answer: make them, label them, export them."));
    layout->addWidget(intro);
    layout->addSpacing(kGroupGap);
    auto *choices = new QVBoxLayout;
    choices->setSpacing(kTight);
    m_demo = addChoice(choices, tr("&Demo study"), tr("Built-in digits with 60 examples to label; ready within seconds."));
    makePrimary(m_demo);
    auto *mnist = addChoice(choices, tr("New study from &MNIST ..."), tr("Fetched and checked if it is not here yet."));
    auto *folder = addChoice(choices, tr("New study from your own &pictures ..."), tr("Folders of PNG, JPEG or BMP files, one a class."));
    auto *other = addChoice(choices, tr("New study from o&ther data ..."), tr("Fashion-MNIST, KMNIST, CIFAR-10, NumPy archives, IDX files."));
    auto *open = addChoice(choices, tr("&Open a study ..."), tr("A .metamer file."));
    choices->addStretch(1);
    m_recent = new QListWidget;
    m_recent->setAccessibleName(tr("Recent studies"));
    m_recent->setTextElideMode(Qt::ElideMiddle);
    m_recent->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_recent->setSpacing(2);
    m_openRecent = new QPushButton(tr("Open the chosen study"));
    m_recentBox = new QWidget;
    auto *recent = new QVBoxLayout(m_recentBox);
    recent->setContentsMargins(0, 0, 0, 0);
    recent->setSpacing(kGap);
    auto *recentTitle = new QLabel(tr("&Recent studies"));
    recentTitle->setBuddy(m_recent);
    recent->addWidget(recentTitle);
    recent->addWidget(m_recent, 1);
    recent->addWidget(m_openRecent, 0, Qt::AlignLeft);
    auto *columns = new QHBoxLayout;
    columns->setSpacing(2 * kPageMargin);
    columns->addLayout(choices);
    columns->addWidget(m_recentBox, 1);
    m_recentBox->setMaximumWidth(scaledWidth(kColumnWidth + kPageMargin));
    columns->addStretch(1);
    layout->addLayout(columns, 1);
    connect(m_demo, &QPushButton::clicked, this, &StartPage::demoRequested);
    connect(mnist, &QPushButton::clicked, this, [this] { Q_EMIT newStudyRequested(QStringLiteral("mnist")); });
    connect(folder, &QPushButton::clicked, this, [this] { Q_EMIT newStudyRequested(QStringLiteral("folder")); });
    connect(other, &QPushButton::clicked, this, [this] { Q_EMIT newStudyRequested({}); });
    connect(open, &QPushButton::clicked, this, &StartPage::openRequested);
    connect(m_openRecent, &QPushButton::clicked, this, &StartPage::openChosen);
    connect(m_recent, &QListWidget::itemActivated, this, &StartPage::openChosen);
}

QPushButton *StartPage::addChoice(QVBoxLayout *layout, const QString &text, const QString &hint) {
    auto *button = new QPushButton(text);
    button->setFixedWidth(scaledWidth(kColumnWidth));
    auto *label = makeHint(hint);
    label->setFixedWidth(scaledWidth(kColumnWidth));
    layout->addWidget(button);
    layout->addWidget(label);
    layout->addSpacing(kGap);
    return button;
}

QStringList StartPage::keys() const { return {tr("Enter\tOpen the chosen study"), tr("Ctrl+Return\tDemo study"), tr("Ctrl+N, Ctrl+O\tNew study, open study")}; }

void StartPage::activated() {
    m_recent->clear();
    for (const auto &path : recentStudies()) {
        const QFileInfo file(path);
        auto *item = new QListWidgetItem(QStringLiteral("%1   %2").arg(file.fileName(), file.absolutePath()), m_recent);
        item->setData(Qt::UserRole, path);
        item->setToolTip(path);
    }
    m_recentBox->setVisible(m_recent->count() > 0);
    if (m_recent->count() > 0) {
        m_recent->setCurrentRow(0);
        m_recent->setFocus();
    } else {
        m_demo->setFocus();
    }
}

void StartPage::openChosen() {
    if (const auto *item = m_recent->currentItem()) {
        Q_EMIT studyRequested(item->data(Qt::UserRole).toString());
    }
}

QStringList StartPage::recentStudies() {
    QStringList present;
    for (const auto &path : QSettings().value(kRecentKey).toStringList()) {
        if (QFileInfo::exists(path)) {
            present << path;
        }
    }
    return present;
}

void StartPage::remember(const QString &path) {
    QStringList paths = recentStudies();
    paths.removeAll(path);
    paths.prepend(path);
    QSettings().setValue(kRecentKey, paths.mid(0, kMostRecent));
}

}  // namespace metamer
