// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "families.hpp"
#include "settings.hpp"

namespace leibler::examples::custom_density {

/// Writes the densities of every target and its fits to settings.common.out, with a gnuplot script
/// that shows them under the target's contour lines, and runs it. Returns what to tell the user;
/// nothing where there is no picture to draw.
[[nodiscard]] std::string draw(const Settings& settings, const std::vector<Case>& cases);

}  // namespace leibler::examples::custom_density
