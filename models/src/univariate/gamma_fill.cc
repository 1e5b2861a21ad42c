// SPDX-License-Identifier: MIT
#include "gamma_fill.hpp"

#include <cmath>
#include <numbers>

#include <boost/math/special_functions/log1p.hpp>

#include <leibler/engine/functions.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/kernels/random.hpp>

#include "log_gamma.hpp"
#include "root.hpp"
#include "tail_integral.hpp"

namespace leibler::inline v0::detail {

Stream sibling(const Stream& stream, std::uint64_t which) {
  Stream out = stream;
  out.seed = engine::derive(stream.seed, (std::uint64_t{1} << 40) + which);
  return out;
}

double uniform(engine::StreamEngine& generator) {
  return (static_cast<double>(generator() >> 12) + 0.5) * 0x1p-52;
}

namespace {

// e of a draw d (1 + e) of a shape >= 1, d = shape - 1/3, from a normal z; below -1 where there is
// none [1].
// [1] G. Marsaglia and W. Tsang. A simple method for generating gamma variables. ACM TOMS 26(3),
//     2000.
struct Proposal {
  explicit Proposal(double shape) : d(shape - 1.0 / 3.0), c(1.0 / std::sqrt(9.0 * d)) {}

  [[nodiscard]] double excess(double z) const {
    const double t = c * z;
    return t > -1.0 ? t * (3.0 + t * (3.0 + t)) : -1.0;
  }
  [[nodiscard]] bool accepts(double z, double e, double u) const {
    if (!(e > -1.0)) return false;
    if (u < 1.0 - 0.0331 * (z * z) * (z * z)) return true;
    const double rest = e > -0.9 ? boost::math::log1pmx(e, Quiet()) : std::log1p(e) - e;
    return engine::log(u) < 0.5 * z * z + d * rest;
  }

  double d, c;
};

// The excesses of n draws. What the first proposals leave open is settled in order, from a stream
// of its own, so that no entry depends on later ones.
void excesses(const Stream& stream, const Proposal& proposal, double* out, std::size_t n,
              Workspace& workspace) {
  const Workspace::Frame frame(workspace);
  double* const u = workspace.take(engine::padded(n));
  engine::kernels::normal_fill(stream, out, n);
  engine::kernels::uniform_fill(sibling(stream, 0), u, n);
  engine::StreamEngine generator(sibling(stream, 1));
  for (std::size_t i = 0; i < n; ++i) {
    double z = out[i], e = proposal.excess(z), v = u[i];
    while (!proposal.accepts(z, e, v)) {
      z = std::sqrt(-2.0 * engine::log(uniform(generator))) *
          engine::cos(2.0 * std::numbers::pi * uniform(generator));
      e = proposal.excess(z);
      v = uniform(generator);
    }
    out[i] = e;
  }
}

}  // namespace

void gamma_fill(const Stream& stream, double shape, double* out, std::size_t n,
                Workspace& workspace) {
  if (shape < 1.0) {
    log_gamma_fill(stream, shape, out, n, workspace);
    return engine::kernels::exp_fill(out, out, n);
  }
  const Proposal proposal(shape);
  excesses(stream, proposal, out, n, workspace);
  for (std::size_t i = 0; i < n; ++i) out[i] = proposal.d * (1.0 + out[i]);
}

void log_gamma_fill(const Stream& stream, double shape, double* out, std::size_t n,
                    Workspace& workspace) {
  const Proposal proposal(shape < 1.0 ? shape + 1.0 : shape);
  excesses(stream, proposal, out, n, workspace);
  const double log_d = engine::log(proposal.d);
  for (std::size_t i = 0; i < n; ++i) out[i] = log_d + std::log1p(out[i]);
  if (shape >= 1.0) return;
  // of shape + 1, times U^(1 / shape)
  const Workspace::Frame frame(workspace);
  double* const u = workspace.take(engine::padded(n));
  engine::kernels::uniform_fill(sibling(stream, 2), u, n);
  engine::kernels::log_fill(u, u, n);
  for (std::size_t i = 0; i < n; ++i) out[i] += u[i] / shape;
}

// log k - digamma(k) falls from infinity to 0.
ShapeAndRate fit_gamma(double mean, double log_gap) {
  const auto excess = [&](double log_k) -> ValueAndSlope {
    const double k = engine::exp(log_k);
    if (k < 10.0) {
      return {log_gap - (log_k - engine::digamma(k)), k * engine::trigamma(k) - 1.0};
    }
    const double gap = 0.5 / k - stirling_rest_slope(k);
    return {log_gap - gap, 0.5 / k + 1.0 / (6.0 * k * k)};
  };
  const double start =
      (3.0 - log_gap + std::sqrt((log_gap - 3.0) * (log_gap - 3.0) + 24.0 * log_gap)) /
      (12.0 * log_gap);
  const double shape = engine::exp(rising_root(excess, engine::log(start)));
  return {shape, shape / mean};
}

double log_gap_term(double y, double mean) {
  const double e = (y - mean) / mean;
  if (std::abs(e) < 0.5) return -boost::math::log1pmx(e, Quiet());
  return e - (engine::log(y) - engine::log(mean));
}

}  // namespace leibler::inline v0::detail
