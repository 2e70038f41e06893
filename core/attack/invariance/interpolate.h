#pragma once

#include "core/attack/attack.h"

namespace metamer {

/// `interpolate`: images on the straight line from a source to the nearest aligned donor of another class, at given shares of
/// the way: a stimulus axis for psychometric curves (how many people change their label against the distance moved). One
/// example a step; steps that leave the ball are left out. Looks at no proxy and no model.
AttackInfo interpolateInfo();

std::unique_ptr<Attack> makeInterpolate(const AttackSetup &setup);

/// Reads shares from text like "0.25,0.5,1": rising, over 0, not over 1. Throws Error(Usage).
std::vector<double> parseSteps(const std::string &text);

}  // namespace metamer
