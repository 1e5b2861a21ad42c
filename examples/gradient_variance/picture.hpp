// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "measure.hpp"
#include "mixture.hpp"
#include "ranking.hpp"
#include "settings.hpp"

namespace leibler::examples::gradient_variance {

/// Writes data and scripts of the pictures that there is something for to settings.common.out, and
/// runs gnuplot: variance against N, against the cost's k, along the fit. Returns what to tell the
/// user, a line a picture.
[[nodiscard]] std::string draw(const Settings& settings, const std::vector<Measured>& experiment,
                               const std::vector<Ranked>& ranking, const Journey& journey);

}  // namespace leibler::examples::gradient_variance
