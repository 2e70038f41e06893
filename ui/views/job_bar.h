#pragma once

#include <QWidget>

class QProgressBar;
class QPushButton;

namespace metamer {

class ElidedLabel;
class JobQueue;

/// One line at the bottom: what is running, how far, how long, stop. Says the last result when idle.
class JobBar final : public QWidget {
    Q_OBJECT

public:
    JobBar(JobQueue &jobs, QWidget *parent = nullptr);

private:
    void showState();

    JobQueue &m_jobs;
    ElidedLabel *m_text;
    QProgressBar *m_bar;
    QPushButton *m_stop;
};

}  // namespace metamer
