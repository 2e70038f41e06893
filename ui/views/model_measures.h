#pragma once

#include <map>
#include <string>

#include <QString>

#include "core/lab/report_study.h"

namespace metamer {

struct ModelRecord;
struct StudyInfo;

/// What is known of a model's accuracy beside the clean one, for a table and in words. Cells are empty where nothing is known.

/// "94.8 at 0.3": its accuracy under the attack that left least of it, at the radius that was tried last.
QString attackedCell(const StudyInfo &info, const ModelRecord &model);

/// "89.6 at 0.3": its verified accuracy where most images were certified or not.
QString verifiedCell(const StudyInfo &info, const ModelRecord &model);

/// "62.5 of 40": how often it agrees with people, of the examples that they name a class of.
QString agreementCell(const std::map<std::string, ModelAgreement> &agreement, const ModelRecord &model);

/// All of attacks and certificates, a line each.
QString measuresText(const StudyInfo &info, const ModelRecord &model);

}  // namespace metamer
