// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>

#include "../support/results.hpp"
#include "settings.hpp"

namespace leibler::examples::gradient_variance {

/// Takes theta to the minimum of J by gradient descent, many times under each estimator; prints and
/// records where it is on the way.
void run_descent(const Settings& settings, std::ostream& out, Results& results);

}  // namespace leibler::examples::gradient_variance
