// SPDX-License-Identifier: MIT
#pragma once

#include <boost/random/gamma_distribution.hpp>

#include <leibler/engine/log_space.hpp>
#include <leibler/engine/random.hpp>

namespace leibler::inline v0::detail {

/// log G with G of density x^(shape - 1) exp(-x) / Gamma(shape): also where G underflows.
[[nodiscard]] inline double log_gamma_draw(engine::StreamEngine& generator, double shape) {
  if (shape >= 1.0) {
    return engine::log(boost::random::gamma_distribution<double>(shape)(generator));
  }
  // G(shape) = G(shape + 1) U^(1 / shape).
  const double g = boost::random::gamma_distribution<double>(shape + 1.0)(generator);
  const double u = (static_cast<double>(generator() >> 11) + 0.5) * 0x1p-53;
  return engine::log(g) + engine::log(u) / shape;
}

}  // namespace leibler::inline v0::detail
