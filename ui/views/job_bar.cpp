#include "ui/views/job_bar.h"

#include <QHBoxLayout>
#include <QProgressBar>
#include <QPushButton>

#include "ui/bridge/job_queue.h"
#include "ui/theme.h"
#include "ui/views/elided_label.h"
#include "ui/views/job_text.h"

namespace metamer {

JobBar::JobBar(JobQueue &jobs, QWidget *parent) : QWidget(parent), m_jobs(jobs) {
    m_text = new ElidedLabel;
    m_text->setWholeText(tr("No job is running."));
    m_bar = new QProgressBar;
    m_bar->setTextVisible(false);
    m_bar->setFixedWidth(220);
    m_bar->setMaximumHeight(14);
    m_bar->setAccessibleName(tr("Progress of the running job"));
    m_stop = new QPushButton(tr("Stop"));
    m_stop->setAccessibleName(tr("Stop the running job"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(kGap, kTight, kGap, kTight);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_bar);
    layout->addWidget(m_stop);
    connect(m_stop, &QPushButton::clicked, this, [this] { if (const auto *job = m_jobs.running()) m_jobs.stop(job->id); });
    connect(&jobs, &JobQueue::changed, this, &JobBar::showState);
    setFixedHeight(m_stop->sizeHint().height() + 2 * kTight);
    showState();
}

void JobBar::showState() {
    const JobInfo *job = m_jobs.running();
    m_bar->setVisible(job != nullptr);
    m_stop->setVisible(job != nullptr);
    if (job == nullptr) {
        if (!m_jobs.jobs().empty()) {
            const JobInfo &last = m_jobs.jobs().back();
            m_text->setWholeText(last.title + QStringLiteral(": ") + stateText(last.state) + (last.message.isEmpty() ? QString() : QStringLiteral(", ") + last.message));
        }
        return;
    }
    const QString what = QString::fromStdString(job->progress.what);
    m_text->setWholeText(job->title + (what.isEmpty() || what == job->title ? QString() : QStringLiteral(", ") + what) + QStringLiteral("   ") +
                    progressText(*job));
    m_bar->setRange(0, static_cast<int>(job->progress.total));
    m_bar->setValue(static_cast<int>(job->progress.done));
}

}  // namespace metamer
