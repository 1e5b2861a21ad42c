// SPDX-License-Identifier: MIT
#include <leibler/models/closed_form.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <leibler/engine/functions.hpp>

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Nothing for orders whose products leave the range of numbers, and rather than NaN.
std::optional<double> scaled(const RenyiPair& pair, const Powers& o) {
  if (!(std::abs(o.a) < 1e100)) return std::nullopt;
  const std::optional<double> r = pair.scaled_renyi(o, pair.p, pair.q);
  if (!r || std::isnan(*r)) return std::nullopt;
  return std::max(*r, 0.0);  // rounding alone makes it negative
}

std::optional<double> alpha_of(const RenyiPair& pair, const Powers& o) {
  const std::optional<double> r = scaled(pair, o);
  const double scale = -o.a * o.b;
  if (!r || scale == 0.0 || *r == 0.0) return r;
  if (*r == infinity) return scale < 0.0 ? -1.0 / scale : infinity;
  const double x = scale * *r;
  return std::abs(x) < 1e-30 ? *r : *r * (engine::expm1(x) / x);
}

std::optional<double> times(double factor, const std::optional<double>& value) {
  return value ? std::optional<double>(factor * *value) : std::nullopt;
}

}  // namespace

std::optional<double> by_powers(const Kl&, const RenyiPair& pair) {
  return scaled(pair, Powers(1.0));
}

std::optional<double> by_powers(const Jeffreys&, const RenyiPair& pair) {
  const std::optional<double> forward = scaled(pair, Powers(1.0));
  if (forward == infinity) return infinity;
  const std::optional<double> reverse = scaled(pair, Powers(0.0));
  if (reverse == infinity) return infinity;
  if (!forward || !reverse) return std::nullopt;
  return *forward + *reverse;
}

std::optional<double> by_powers(const Alpha& d, const RenyiPair& pair) {
  return alpha_of(pair, Powers(d.generator().a));
}

std::optional<double> by_powers(const ChiSquared&, const RenyiPair& pair) {
  return times(2.0, alpha_of(pair, Powers(2.0)));
}

std::optional<double> by_powers(const ReverseChiSquared&, const RenyiPair& pair) {
  return times(2.0, alpha_of(pair, Powers(-1.0)));
}

std::optional<double> by_powers(const SquaredHellinger&, const RenyiPair& pair) {
  return times(0.25, alpha_of(pair, Powers(0.5)));
}

std::optional<double> by_powers(const Renyi& d, const RenyiPair& pair) {
  const double a = d.log_affinity().a;
  if (a > 0.0) return times(a, scaled(pair, Powers(a)));
  if (pair.log_shared) {
    if (const auto shared = pair.log_shared(pair.p, pair.q)) return -*shared + 0.0;
  }
  const std::optional<double> reverse = scaled(pair, Powers(0.0));
  if (!reverse || *reverse == infinity) return std::nullopt;
  return 0.0;
}

std::optional<double> by_powers(const Bhattacharyya&, const RenyiPair& pair) {
  return times(0.25, scaled(pair, Powers(0.5)));
}

}  // namespace leibler::inline v0::detail
