#pragma once

#include "ui/pages/page.h"

class QListWidget;
class QPushButton;

namespace metamer {

/// Where a stranger begins: the demo, a study of one's own, one that is there already.
class StartPage final : public Page {
    Q_OBJECT

public:
    StartPage(LabSession &session, QWidget *parent);
    void activated() override;
    QStringList keys() const override;

    /// Study files opened before that are still there, the latest first.
    static QStringList recentStudies();
    static void remember(const QString &path);

Q_SIGNALS:
    void demoRequested();
    void openRequested();
    void studyRequested(const QString &path);
    /// "mnist", "folder" or empty for any kind.
    void newStudyRequested(const QString &kind);

private:
    QPushButton *addChoice(class QVBoxLayout *layout, const QString &text, const QString &hint);
    void openChosen();

    QListWidget *m_recent;
    QWidget *m_recentBox;
    QPushButton *m_demo, *m_openRecent;
};

}  // namespace metamer
