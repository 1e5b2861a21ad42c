// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <vector>

#include "../support/results.hpp"
#include "experiment.hpp"
#include "settings.hpp"

namespace leibler::examples::fit_mixture {

/// The experiment's questions, answered from the fits of this run: does forward KL cover all of P,
/// and what lies between its modes; does reverse KL collapse to one mode?
void discuss(std::ostream& out, Results& results, const GaussianMixture& target,
             const Settings& settings, const std::vector<Row>& rows);

/// Where the tutorial goes wrong that the experiment comes from, with figures of this run.
void discuss_source(std::ostream& out, Results& results, const GaussianMixture& target,
                    const Settings& settings, const std::vector<Row>& rows);

}  // namespace leibler::examples::fit_mixture
