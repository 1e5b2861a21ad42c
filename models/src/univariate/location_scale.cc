// SPDX-License-Identifier: MIT
#include "location_scale.hpp"

namespace leibler::inline v0::detail {

namespace {

double weight_of(const WeightedValues& data, std::size_t i) {
  return data.weight ? data.weight[i] : 1.0;
}

std::vector<std::size_t> in_order(const WeightedValues& data) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < data.size; ++i) {
    if (weight_of(data, i) > 0.0) order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return data.x[i] < data.x[j]; });
  return order;
}

double total_weight(const WeightedValues& data) {
  double total = 0.0;
  for (std::size_t i = 0; i < data.size; ++i) total += weight_of(data, i);
  return total;
}

// x = center + width y puts y in [-1, 1], whatever the unit of x.
struct Unit {
  double center, width;
  [[nodiscard]] double operator()(double x) const { return (x - center) / width; }
};
Unit unit_of(const Range& r) {
  return {0.5 * r.low + 0.5 * r.high, 0.5 * r.high - 0.5 * r.low};
}

}  // namespace

Range range(const WeightedValues& data) {
  Range r{infinity, -infinity};
  for (std::size_t i = 0; i < data.size; ++i) {
    if (weight_of(data, i) == 0.0) continue;
    r = {std::min(r.low, data.x[i]), std::max(r.high, data.x[i])};
  }
  return r;
}

void check_differ(const Family& family, const Range& r) {
  if (r.low < r.high) return;
  no_maximum(family, "are all " + to_text(r.low),
             "a scale can only be found for points that differ", "give points that differ");
}

double median(const WeightedValues& data) {
  const auto order = in_order(data);
  const double half = 0.5 * total_weight(data);
  double below = 0.0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    below += weight_of(data, order[k]);
    if (below < half) continue;
    const double x = data.x[order[k]];
    return below > half || k + 1 == order.size() ? x : 0.5 * x + 0.5 * data.x[order[k + 1]];
  }
  return data.x[order.back()];
}

void fit_log_concave(const Family& family, const WeightedValues& data, LogDensity (*g)(double),
                     double* a) {
  const Range r = range(data);
  check_differ(family, r);
  const Unit unit = unit_of(r);
  const double mean = weighted_mean(data, unit);
  const double stddev = std::sqrt(weighted_mean(data, [&](double x) {
    const double d = unit(x) - mean;
    return d * d;
  }));
  // z = slope y - shift
  double slope = 1.0 / stddev, shift = mean / stddev;
  const auto objective = [&](double b, double c) {
    return weighted_mean(data, [&](double x) { return g(b * unit(x) - c).value; }) + std::log(b);
  };
  double value = objective(slope, shift);
  for (int iteration = 0; iteration < 100; ++iteration) {
    double total = 0.0, first = 0.0, first_y = 0.0, second = 0.0, second_y = 0.0, second_yy = 0.0;
    for (std::size_t i = 0; i < data.size; ++i) {
      const double w = weight_of(data, i);
      if (w == 0.0) continue;
      const double y = unit(data.x[i]);
      const LogDensity at = g(slope * y - shift);
      total += w;
      first += w * at.first;
      first_y += w * at.first * y;
      second += w * at.second;
      second_y += w * at.second * y;
      second_yy += w * at.second * y * y;
    }
    const double by_slope = first_y / total + 1.0 / slope, by_shift = -first / total;
    // minus the second derivatives, positive definite
    const double ss = 1.0 / (slope * slope) - second_yy / total, sc = second_y / total,
                 cc = -second / total, determinant = ss * cc - sc * sc;
    double step_slope = (cc * by_slope - sc * by_shift) / determinant;
    double step_shift = (ss * by_shift - sc * by_slope) / determinant;
    const double decrement = by_slope * step_slope + by_shift * step_shift;
    if (!std::isfinite(decrement)) break;
    for (int halvings = 0; decrement > 1e-10 && halvings < 60; ++halvings) {
      const double found =
          slope + step_slope > 0.0 ? objective(slope + step_slope, shift + step_shift) : -infinity;
      if (found > value) {
        value = found;
        break;
      }
      step_slope *= 0.5;
      step_shift *= 0.5;
    }
    slope += step_slope;
    shift += step_shift;
    if (decrement < 1e-26) break;
  }
  a[0] = unit.center + unit.width * (shift / slope);
  a[1] = unit.width / slope;
}

StudentTFit::StudentTFit(const Family& family, const WeightedValues& data) : family_(family) {
  check_differ(family, range(data));
  const double total = total_weight(data);
  // In units of the middle half of the data: however far the others are, no digits are lost.
  center_ = median(data);
  std::vector<double> distance(data.size);
  for (std::size_t i = 0; i < data.size; ++i) distance[i] = std::abs(data.x[i] - center_);
  const WeightedValues distances{distance.data(), data.weight, data.size};
  width_ = median(distances);
  if (width_ == 0.0) width_ = weighted_mean(distances, [](double d) { return d; });
  share_ = 0.0;
  double here = 0.0;
  for (const std::size_t i : in_order(data)) {
    const double y = (data.x[i] - center_) / width_, w = weight_of(data, i) / total;
    here = !y_.empty() && y == y_.back() ? here + w : w;
    share_ = std::max(share_, here);
    y_.push_back(y);
    weight_.push_back(w);
  }
}

double StudentTFit::mean_log(double n) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < y_.size(); ++i) {
    const double z = (y_[i] - at_.location) / at_.scale;
    sum += weight_[i] * std::log1p(z * z / n);
  }
  return sum;
}

void StudentTFit::fit(double n) {
  if (!(n > least())) {
    no_maximum(family_, "have " + to_short_text(share_) + " of their weight on one number",
               "the likelihood grows without bound as the scale goes to 0 there",
               "give points that differ");
  }
  auto& [location, scale] = at_;
  for (int iteration = 0; iteration < 2000; ++iteration) {
    // Means of w, w z, w z^2 with w = (n + 1) / (n + z^2), and of z^k dw/dz.
    double w0 = 0.0, w1 = 0.0, w2 = 0.0, v1 = 0.0, v2 = 0.0, v3 = 0.0;
    for (std::size_t i = 0; i < y_.size(); ++i) {
      const double z = (y_[i] - location) / scale, inverse = 1.0 / (n + z * z);
      const double w = weight_[i] * ((n + 1.0) * inverse), v = -2.0 * z * w * inverse;
      w0 += w;
      w1 += w * z;
      w2 += w * z * z;
      v1 += v * z;
      v2 += v * z * z;
      v3 += v * z * z * z;
    }
    // Newton in location / scale and log scale where the likelihood curves down.
    const double ll = w0 + v1, ls = 2.0 * w1 + v2, ss = 2.0 * w2 + v3;
    const double determinant = ll * ss - ls * ls, by_scale = w2 - 1.0;
    const double step = (ss * w1 - ls * by_scale) / determinant,
                 log_ratio = (ll * by_scale - ls * w1) / determinant;
    const double largest = std::max(std::abs(step), std::abs(log_ratio));
    if (ll > 0.0 && determinant > 0.0 && largest < 0.1) {
      location += step * scale;
      scale *= std::exp(log_ratio);
      if (largest < 1e-13) return;
      continue;
    }
    const double mean = w1 / w0;
    location += mean * scale;
    scale *= std::sqrt(std::max(w2 / w0 - mean * mean, 0.0));
    if (!(scale > 0.0)) {
      no_maximum(family_, "draw the scale to 0", "the likelihood grows without bound there",
                 "give more points that differ");
    }
  }
}

}  // namespace leibler::inline v0::detail
