// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <numbers>

#include <leibler/engine/linear_algebra.hpp>
#include <leibler/engine/moments.hpp>
#include <leibler/models/conformance/report.hpp>

// Whether draws follow a density that integrates to one.
namespace leibler::inline v0::conformance {

/// Many draws, chunk by chunk, each with its log density.
struct Drawn {
  std::vector<TestBatch> x;
  std::vector<std::vector<double>> log_p;
  std::vector<double> middle, width;  ///< median and half the distance between quartiles / 0.674
};

template <Distribution P>
Drawn draw_many(const P& p, const ConformanceOptions& options) {
  const std::size_t n = engine::chunk_size(p.dimension());
  Drawn drawn;
  for (std::size_t c = 0; c < std::max<std::size_t>(options.draws / n, 4); ++c) {
    const Stream stream{options.seed, Purpose::evaluation, 1, static_cast<std::uint32_t>(c)};
    drawn.x.push_back(draws(p, stream, n));
    drawn.x.back().repeat_last_row();
    drawn.log_p.push_back(log_density(p, drawn.x.back()));
  }
  for (std::size_t j = 0; j < p.dimension(); ++j) {
    std::vector<double> values;
    for (const TestBatch& x : drawn.x) {
      for (std::size_t i = 0; i < x.size(); ++i) values.push_back(x.at(i, j));
    }
    std::sort(values.begin(), values.end());
    const auto quantile = [&](double u) {
      return values[static_cast<std::size_t>(u * static_cast<double>(values.size()))];
    };
    drawn.middle.push_back(quantile(0.5));
    const double width = (quantile(0.75) - quantile(0.25)) / 1.349;
    drawn.width.push_back(width > 0.0 ? width : 1.0);
  }
  return drawn;
}

/// An affine map of one coordinate: x_j := x_j scale + shift + shear (x_k - middle_k).
struct Map {
  std::string name;
  std::size_t j, k;
  double shift, stretch, shear;  ///< for a step of 1; scale = exp(step stretch)
};

inline TestBatch mapped(const TestBatch& x, const Map& map, const Drawn& drawn, double step,
                        bool inverse) {
  TestBatch y = x;
  const double scale = std::exp(step * map.stretch), shift = step * map.shift * drawn.width[map.j],
               shear = step * map.shear * drawn.width[map.j] / drawn.width[map.k];
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double from = x.at(i, map.j) - drawn.middle[map.j];
    const double by = shift + shear * (x.at(i, map.k) - drawn.middle[map.k]);
    y.at(i, map.j) = drawn.middle[map.j] + (inverse ? (from - by) / scale : from * scale + by);
  }
  y.repeat_last_row();
  return y;
}

// For a map T of points, E_p[ |T'| p(T x) / p(x) ] is the mass of {T^-1 x in the support}: both
// from draws. It holds only if the draws follow the density, wherever its mass is and however many
// dimensions there are. The step is as large as the variance of the ratio allows.
template <Distribution P>
void check_map(const P& p, const Map& map, const Drawn& drawn, const ConformanceOptions& options,
               Report& report) {
  for (double step = 0.5; step > 1e-6; step *= 0.5) {
    const double log_scale = step * map.stretch;
    engine::Moments statistic, square;
    for (std::size_t c = 0; c < drawn.x.size(); ++c) {
      const auto there = log_density(p, mapped(drawn.x[c], map, drawn, step, false));
      const auto back = log_density(p, mapped(drawn.x[c], map, drawn, step, true));
      std::vector<double> s(there.size()), v(there.size());
      for (std::size_t i = 0; i < there.size(); ++i) {
        const bool is_inside = back[i] > -HUGE_VAL;
        s[i] = std::exp(there[i] - drawn.log_p[c][i] + log_scale) - (is_inside ? 1.0 : 0.0);
        v[i] = is_inside ? std::exp(drawn.log_p[c][i] - back[i] + log_scale) : 0.0;
      }
      statistic.add(s.data(), s.size());
      square.add(v.data(), v.size());
    }
    if (!(square.mean() < 2.0)) continue;
    const double bound = options.standard_errors * statistic.standard_error() + 1e-9;
    if (std::abs(statistic.mean()) <= bound) return;
    report.add("draws follow the density",
               map.name + ": a mean that should be 0 is " + to_short_text(statistic.mean()) + ", " +
                   to_short_text(statistic.mean() / statistic.standard_error()) +
                   " standard errors away");
    return;
  }
}

/// A Cauchy distribution around the draws: heavier tails than nearly every model, and normalised.
class Cover {
 public:
  Cover(const Drawn& drawn, double reach) : middle_(drawn.middle) {
    const std::size_t d = middle_.size();
    std::vector<double> second(d * d, 0.0), u(d);
    double count = 0.0;
    for (const TestBatch& x : drawn.x) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        bool is_near = true;
        for (std::size_t j = 0; j < d; ++j) {
          u[j] = (x.at(i, j) - middle_[j]) / drawn.width[j];
          is_near = is_near && std::abs(u[j]) <= reach;
        }
        if (!is_near) continue;
        ++count;
        for (std::size_t j = 0; j < d; ++j) {
          for (std::size_t k = 0; k < d; ++k) second[j * d + k] += u[j] * u[k];
        }
      }
    }
    for (double& v : second) v /= std::max(count, 1.0);
    factor_.resize(d * (d + 1) / 2);
    is_usable_ = engine::cholesky(second, d, factor_);
    for (std::size_t i = 0, at = 0; i < d && is_usable_; ++i) {
      for (std::size_t j = 0; j <= i; ++j, ++at) factor_[at] *= drawn.width[i];
      log_scale_ += std::log(factor_[at - 1]);
    }
  }

  [[nodiscard]] bool is_usable() const { return is_usable_; }

  [[nodiscard]] TestBatch draw(const Stream& stream, std::size_t n) const {
    const std::size_t d = middle_.size();
    std::vector<double> z(n * (d + 1));
    engine::kernels::normal_fill(stream, z.data(), z.size());
    TestBatch x(n, d);
    for (std::size_t i = 0; i < n; ++i) {
      const double divisor = std::abs(z[d * n + i]);
      for (std::size_t a = 0, at = 0; a < d; ++a) {
        double y = 0.0;
        for (std::size_t b = 0; b <= a; ++b, ++at) y += factor_[at] * z[b * n + i];
        x.at(i, a) = middle_[a] + y / divisor;
      }
    }
    x.repeat_last_row();
    return x;
  }

  [[nodiscard]] double log_density(const TestBatch& x, std::size_t i) const {
    const std::size_t d = middle_.size();
    const auto dimension = static_cast<double>(d);
    std::vector<double> y(d);
    double square = 0.0;
    for (std::size_t a = 0, at = 0; a < d; ++a, ++at) {
      y[a] = x.at(i, a) - middle_[a];
      for (std::size_t b = 0; b < a; ++b, ++at) y[a] -= factor_[at] * y[b];
      y[a] /= factor_[at];
      square += y[a] * y[a];
    }
    return std::lgamma((dimension + 1.0) / 2.0) - log_scale_ -
           (dimension + 1.0) / 2.0 * (std::log(std::numbers::pi) + std::log1p(square));
  }

 private:
  std::vector<double> middle_, factor_;
  double log_scale_ = 0.0;
  bool is_usable_ = false;
};

// Under r = Cover: E_r[p / r] = 1, and E_r[p / r; x_j < m_j] = P(x_j < m_j). The variance is
// E_p[p / r], which the model's own draws estimate without missing a part that r misses; where it
// is too large for the number of draws the rule is left out.
template <Distribution P>
void check_mass(const P& p, const Drawn& drawn, const ConformanceOptions& options, Report& report) {
  for (const double reach : {10.0, HUGE_VAL}) {
    const Cover r(drawn, reach);
    if (!r.is_usable()) continue;
    engine::Moments ratio_under_p;
    for (std::size_t c = 0; c < drawn.x.size(); ++c) {
      std::vector<double> v(drawn.x[c].size());
      for (std::size_t i = 0; i < v.size(); ++i) {
        v[i] = std::exp(drawn.log_p[c][i] - r.log_density(drawn.x[c], i));
      }
      ratio_under_p.add(v.data(), v.size());
    }
    const auto n = static_cast<double>(ratio_under_p.count());
    const double variance = ratio_under_p.mean() + 3.0 * ratio_under_p.standard_error();
    if (!(variance < n / 500.0)) continue;
    const double bound = options.standard_errors * std::sqrt(variance / n);
    const std::size_t d = p.dimension();
    double total = 0.0;
    std::vector<double> below(d, 0.0), expected(d, 0.0);
    for (std::size_t c = 0; c < drawn.x.size(); ++c) {
      const Stream stream{options.seed, Purpose::pilot, 1, static_cast<std::uint32_t>(c)};
      const auto y = r.draw(stream, drawn.x[c].size());
      const auto log_p = log_density(p, y);
      for (std::size_t i = 0; i < y.size(); ++i) {
        const double ratio = std::exp(log_p[i] - r.log_density(y, i)) / n;
        total += ratio;
        for (std::size_t j = 0; j < d; ++j) {
          below[j] += y.at(i, j) < drawn.middle[j] ? ratio : 0.0;
          expected[j] += drawn.x[c].at(i, j) < drawn.middle[j] ? 1.0 / n : 0.0;
        }
      }
    }
    if (!(std::abs(total - 1.0) <= bound)) {
      report.add("the density integrates to one", "it integrates to " + to_short_text(total) +
                                                      ", give or take " + to_short_text(bound));
    }
    for (std::size_t j = 0; j < d; ++j) {
      if (std::abs(below[j] - expected[j] * total) <=
          bound + options.standard_errors / std::sqrt(n)) {
        continue;
      }
      report.add("draws have the masses of the density",
                 "half the draws are below " + to_short_text(drawn.middle[j]) + " in coordinate " +
                     std::to_string(j) + ", where the density has " + to_short_text(below[j]));
    }
    return;
  }
}

}  // namespace leibler::inline v0::conformance
