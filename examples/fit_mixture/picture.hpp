// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "experiment.hpp"
#include "settings.hpp"

namespace leibler::examples::fit_mixture {

/// Writes the densities of the target and of every row to settings.common.out, with a gnuplot
/// script that shows them on one colour scale, and runs it. Returns what to tell the user; nothing
/// where there is no picture to draw.
[[nodiscard]] std::string draw(const Problem& problem, const Settings& settings,
                               const std::vector<Row>& rows);

}  // namespace leibler::examples::fit_mixture
