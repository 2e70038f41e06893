#include "ui/views/model_measures.h"

#include <algorithm>

#include <QCoreApplication>

#include "core/base/budget.h"
#include "core/lab/create_study.h"

namespace metamer {
namespace {

QString tr(const char *text) { return QCoreApplication::translate("ModelMeasures", text); }

template <typename Measure>
const std::vector<Measure> &measuresOf(const std::map<std::string, std::vector<Measure>> &all, const ModelRecord &model) {
    static const std::vector<Measure> kNone;
    const auto found = all.find(model.hash);
    return found == all.end() ? kNone : found->second;
}

QString percent(double share) { return QString::number(100 * share, 'f', 1); }

double shareOf(std::int64_t part, std::int64_t whole) { return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0; }

QString ballText(const std::string &norm, const std::string &epsText) {
    return QString::fromStdString(normTitle(parseNorm(norm))) + QLatin1Char(' ') + QString::fromStdString(epsText);
}

}  // namespace

QString attackedCell(const StudyInfo &info, const ModelRecord &model) {
    const auto &all = measuresOf(info.evaluations, model);
    if (all.empty()) {
        return {};
    }
    const Evaluation &last = all.back();
    double least = last.attackedAccuracy;
    for (const auto &each : all) {
        least = each.norm == last.norm && each.epsText == last.epsText ? std::min(least, each.attackedAccuracy) : least;
    }
    return tr("%1 at %2").arg(percent(least), QString::fromStdString(last.epsText));
}

QString verifiedCell(const StudyInfo &info, const ModelRecord &model) {
    const auto &all = measuresOf(info.certificates, model);
    if (all.empty()) {
        return {};
    }
    const auto &most = *std::max_element(all.begin(), all.end(), [](const auto &a, const auto &b) { return a.images < b.images; });
    return tr("%1 at %2").arg(percent(shareOf(most.certified, most.images)), QString::fromStdString(most.epsText));
}

QString agreementCell(const std::map<std::string, ModelAgreement> &agreement, const ModelRecord &model) {
    const auto found = agreement.find(model.name);
    return found == agreement.end() ? QString() : tr("%1 of %2").arg(percent(shareOf(found->second.agreed, found->second.named))).arg(found->second.named);
}

QString measuresText(const StudyInfo &info, const ModelRecord &model) {
    QString text;
    for (const auto &each : measuresOf(info.evaluations, model)) {
        text += QLatin1Char('\n') + tr("%1 at %2: %3 % right of %4 images, %5 % without attack")
                                        .arg(QString::fromStdString(each.attack), ballText(each.norm, each.epsText), percent(each.attackedAccuracy))
                                        .arg(each.images).arg(percent(each.cleanAccuracy));
    }
    for (const auto &each : measuresOf(info.certificates, model)) {
        text += QLatin1Char('\n') + tr("certified at %1: %2 of %3 images, %4 unknown").arg(ballText(each.norm, each.epsText)).arg(each.certified).arg(each.images).arg(each.unknown);
    }
    return text;
}

}  // namespace metamer
