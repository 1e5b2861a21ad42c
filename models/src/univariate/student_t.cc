// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/student_t.hpp>

#include <numbers>

#include <leibler/engine/kernels/elementary.hpp>

#include "location_scale.hpp"
#include "paths.hpp"
#include "student_t_tails.hpp"

namespace leibler::inline v0::detail {
namespace {

template <class T>
T formula(const T& x, const T* a) {
  using engine::log;
  const T l = log1p_square_over<T>(x - a[1], a[2], a[0]);
  return log_constant(a[0]) - log(a[2]) - 0.5 * (a[0] + 1.0) * l;
}

double variance(const double* a) {
  const double n = a[0];
  if (n <= 2.0) return n <= 1.0 ? nan : infinity;
  return a[2] * a[2] * (n / (n - 2.0));
}

double entropy(const double* a) {
  const double n = a[0];
  return (n + 1.0) * slope_of_log_gamma_ratio(n) - log_constant(n) + engine::log(a[2]);
}

// P(X > location + d).
double tail(double d, const double* a) {
  return d < 0.0 ? 1.0 - student_t_tail(-d, a[2], a[0]) : student_t_tail(d, a[2], a[0]);
}
double log_tail(double d, const double* a) {
  return d < 0.0 ? std::log1p(-student_t_tail(-d, a[2], a[0])) : student_t_log_tail(d, a[2], a[0]);
}
// z with P(Z > z) = u; 1 - u is exact above 1/2.
double upper(double u, double n) {
  if (u == 0.5) return 0.0;
  return u < 0.5 ? student_t_upper_quantile(u, n) : -student_t_upper_quantile(1.0 - u, n);
}

// Of a point whose distance from the middle has P(R > r) = (1 + r^2 / n)^(-n / 2), in a direction
// without preference, each coordinate is Student's t [1].
// [1] R. Bailey. Polar generation of random variates with the t-distribution. Mathematics of
//     Computation 62, 1994.
void sample(const Stream& stream, const double* a, double* out, std::size_t count,
            Workspace& workspace) {
  double* const u = workspace.take(2 * count);
  engine::kernels::uniform_fill(stream, u, 2 * count);
  for (std::size_t i = 0; i < count; ++i) out[i] = u[2 * i];
  engine::kernels::log_fill(out, out, count);
  const double n = a[0];
  for (std::size_t i = 0; i < count; ++i) {
    const double e = -2.0 * out[i] / n;
    const double radius = e < 700.0 ? std::sqrt(n * std::expm1(e))
                                    : engine::exp(std::min(0.5 * (engine::log(n) + e), 709.0));
    const double z = radius * std::cos(2.0 * std::numbers::pi * u[2 * i + 1]);
    out[i] = bounded(a[1] + bounded(a[2] * z));
  }
}

void path(const double* x, std::size_t count, const double* a, double* out, std::size_t stride) {
  const double n = a[0];
  const StudentTPath of_n(n);
  for (std::size_t i = 0; i < count; ++i) {
    const double d = x[i] - a[1];
    out[i] = d == 0.0 ? 0.0 : d * of_n(log1p_square_over(d, a[2], n)) / n;
    out[stride + i] = 1.0;
    out[2 * stride + i] = d / a[2];
  }
}

// The slope of the mean log likelihood in log n, at the best location and scale for n: what the
// scale contributes is zero there.
double slope_at(double n, StudentTFit& fit) {
  fit.fit(n);
  return n * (slope_of_log_gamma_ratio(n) - 0.5 * fit.mean_log(n));
}

// Where that slope goes from + to - lies a maximum. Of several, the highest.
void maximum_likelihood(const WeightedValues& data, double* a) {
  constexpr double most = 1e6, ratio = 1.5;
  StudentTFit fit(student_t_family, data);
  const double least = std::max(0.2, 2.0 * fit.least());
  double highest = -infinity, before = nan, n = least;
  bool is_rising = least < most;  // from the least to the most degrees of freedom
  for (; n < most; n *= ratio) {
    const double slope = slope_at(n, fit);
    if (before > 0.0 && slope <= 0.0) {
      StudentTFit there = fit;
      double low = n / ratio, high = n, of_low = before, of_high = slope, root = n;
      int side = 0;
      for (int k = 0; k < 100 && high - low > 1e-13 * low; ++k) {  // false position, Illinois
        root = (low * of_high - high * of_low) / (of_high - of_low);
        const double found = slope_at(root, there);
        if (found == 0.0) break;
        const int now = found > 0.0 ? 1 : -1;
        (now > 0 ? low : high) = root;
        (now > 0 ? of_low : of_high) = found;
        if (now == side) (now > 0 ? of_high : of_low) *= 0.5;
        side = now;
      }
      const double arguments[] = {root, there.location(), there.scale()};
      const double value =
          weighted_mean(data, [&](double x) { return formula<double>(x, arguments); });
      if (value > highest) {
        highest = value;
        std::copy_n(arguments, 3, a);
      }
    }
    before = slope;
    is_rising = is_rising && slope > 0.0;
  }
  if (std::isfinite(highest)) return;
  if (is_rising) {
    no_maximum(student_t_family, "have no heavier tails than a normal",
               "the likelihood grows as the degrees of freedom do", "take Normal");
  }
  no_maximum(student_t_family,
             "have no maximum from " + to_short_text(least) + " degrees of freedom on",
             "as the degrees of freedom go to 0 the likelihood of any data grows without bound",
             "give more points, or fit by gradients");
}

}  // namespace

constinit const Family student_t_family{
    .name = "StudentT",
    .count = 3,
    .arguments = {{{"degrees_of_freedom", Domain::positive},
                   {"location", Domain::real},
                   {"scale", Domain::positive}}},
    .is_discrete = false,
    .widest = real_line,
    .support = fixed_support<real_line>,
    .log_density = formula<double>,
    .record = formula<Real>,
    .mean = [](const double* a) { return a[0] > 1.0 ? a[1] : nan; },
    .variance = variance,
    .entropy = entropy,
    .cdf = [](double x, const double* a) { return tail(a[1] - x, a); },
    .survival = [](double x, const double* a) { return tail(x - a[1], a); },
    .log_cdf = [](double x, const double* a) { return log_tail(a[1] - x, a); },
    .log_survival = [](double x, const double* a) { return log_tail(x - a[1], a); },
    .quantile = [](double u, const double* a) { return a[1] - a[2] * upper(u, a[0]); },
    .upper_quantile = [](double u, const double* a) { return a[1] + a[2] * upper(u, a[0]); },
    .sample = sample,
    .path = path,
    .maximum_likelihood = maximum_likelihood};

}  // namespace leibler::inline v0::detail
