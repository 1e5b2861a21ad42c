// SPDX-License-Identifier: MIT
#include <leibler/models/multinomial.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <ostream>

#include <leibler/engine/check.hpp>
#include <leibler/engine/file.hpp>
#include <leibler/engine/functions.hpp>
#include <leibler/engine/random.hpp>

#include "categories.hpp"
#include "univariate/counts.hpp"

namespace leibler::inline v0 {

namespace {

double log_factorial(double n) {
  return engine::lgamma(n + 1.0);
}

// Whether x are counts that add up to `trials`; NaN if one is NaN.
double counts_indicator(const double* x, std::size_t stride, std::size_t size, double trials) {
  double total = 0.0;
  bool is_inside = true;
  for (std::size_t k = 0; k < size; ++k) {
    const double v = x[k * stride];
    if (std::isnan(v)) return v;
    is_inside = is_inside && v >= 0.0 && v <= trials && v == std::floor(v);
    total += v;
  }
  return is_inside && total == trials ? 1.0 : 0.0;
}

// log trials! - sum_k log x_k!
double log_arrangements(const double* x, std::size_t stride, std::size_t size, double trials) {
  double out = log_factorial(trials);
  for (std::size_t k = 0; k < size; ++k) {
    const double v = x[k * stride];
    if (v > 1.0) out -= log_factorial(v);
  }
  return out;
}

// log m! - m log m + m.
double stirling_rest(double m) {
  if (m < 1.0) return log_factorial(m);
  if (m < 20.0) return log_factorial(m) - m * std::log(m) + m;
  const double r = 1.0 / m, r2 = r * r;  // the next term is below 1e-14
  return 0.5 * std::log(2.0 * std::numbers::pi * m) +
         r * (1.0 / 12 - r2 * (1.0 / 360 - r2 * (1.0 / 1260 - r2 * (1.0 / 1680))));
}

// E log X! - mean log mean + mean, X binomial of n and p = 1 - q: without what cancels between the
// counts of a multinomial.
double mean_log_factorial_rest(double n, double p, double q) {
  const double mean = n * p, variance = mean * q;
  if (variance > 1e8) {
    // The moments of X about its mean, to terms of order 1 / mean.
    const double third = variance * (q - p), r = 1.0 / (mean + 1.0);
    return stirling_rest(mean) + 0.5 * variance * engine::trigamma(mean + 1.0) -
           third / 6.0 * r * r * (1.0 + r) + variance * variance * r * r * r / 4.0;
  }
  // Around the mode by ratios of probabilities; 40 standard deviations leave nothing out. What is
  // summed is log(x! / mode!) - (x - mode) log(mode + 1), which is small.
  const double mode = std::min(std::floor((n + 1.0) * p), n);
  const double reach = 40.0 * std::sqrt(variance) + 200.0;
  double total = 1.0, sum = 0.0;
  double ratio = 1.0, value = 0.0;
  for (double x = mode; x < std::min(n, mode + reach); ++x) {
    ratio *= (n - x) / (x + 1.0) * (p / q);
    value += std::log1p((x - mode) / (mode + 1.0));
    total += ratio;
    sum += ratio * value;
    if (ratio < 1e-25) break;
  }
  ratio = 1.0;
  value = 0.0;
  for (double x = mode; x > std::max(0.0, mode - reach); --x) {
    ratio *= x / (n - x + 1.0) * (q / p);
    value -= std::log1p((x - mode - 1.0) / (mode + 1.0));
    total += ratio;
    sum += ratio * value;
    if (ratio < 1e-25) break;
  }
  const double apart = mode - mean;
  const double at_mode = mode == 0.0 ? 0.0 : mode * std::log1p(apart / mean);
  return sum / total + stirling_rest(mode) + at_mode -
         apart * (1.0 + std::log((mode + 1.0) / mean));
}

}  // namespace

void detail::check_trials(double trials) {
  if (trials >= 0.0 && trials <= 0x1p53 && trials == std::floor(trials)) return;
  throw DomainError({"Multinomial",
                     "trials",
                     {},
                     "= " + to_text(trials),
                     "trials must be a whole number from 0 to 2^53",
                     "give a number of trials"});
}

Real detail::record_multinomial(double trials, std::span<const double> x,
                                std::span<const Real> logits) {
  check::size("Multinomial::log_density", "x.size()", x.size(), logits.size(),
              "give one count a category");
  const double indicator = counts_indicator(x.data(), 1, x.size(), trials);
  if (indicator != 1.0) return std::isnan(indicator) ? indicator : -plus_infinity;
  Real sum = log_arrangements(x.data(), 1, x.size(), trials);
  const Real log_sum = engine::log_sum_exp(logits);
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (x[k] > 0.0) sum += x[k] * (logits[k] - log_sum);
  }
  return sum;
}

void Multinomial<Categorical>::log_density(const Batch& x, double* out, Workspace&) const {
  const auto log_p = category_.table();
  for (std::size_t i = 0; i < x.size; ++i) {
    const double* const row = x.data + i;
    const double indicator = counts_indicator(row, x.stride, log_p.size(), trials_);
    if (indicator != 1.0) {
      out[i] = std::isnan(indicator) ? indicator : -detail::plus_infinity;
      continue;
    }
    double sum = log_arrangements(row, x.stride, log_p.size(), trials_);
    for (std::size_t k = 0; k < log_p.size(); ++k) {
      if (row[k * x.stride] > 0.0) sum += row[k * x.stride] * log_p[k];
    }
    out[i] = sum;
  }
  std::fill(out + x.size, out + engine::padded(x.size), 0.0);
}

Multinomial<Categorical>::Evaluation Multinomial<Categorical>::evaluate(
    const Batch& x, Workspace& workspace) const {
  double* const out = workspace.take(engine::padded(x.size));
  log_density(x, out, workspace);
  return {x, out};
}

void Multinomial<Categorical>::add_gradient_sums(const Evaluation& at, const double* weight,
                                                 double* sums, Workspace&) const {
  for (std::size_t i = 0; i < at.x.size; ++i) {
    const double log_p = at.log_density[i];
    if (log_p == -detail::plus_infinity) continue;
    for (std::size_t k = 0; k < dimension(); ++k) {
      const double count = std::isnan(log_p) ? log_p : at.x.data[k * at.x.stride + i];
      sums[k] += (weight ? weight[i] : 1.0) * count;
    }
  }
}

void Multinomial<Categorical>::write_covariance(double* out) const {
  const auto p = category_.probability_data();
  for (std::size_t i = 0; i < p.size(); ++i) {
    double others = 0.0;  // 1 - p_i with its digits
    for (std::size_t j = 0; j < p.size(); ++j) {
      if (j != i) others += p[j];
      out[i * p.size() + j] = -trials_ * p[i] * p[j];
    }
    out[i * p.size() + i] = trials_ * p[i] * others;
  }
}

double Multinomial<Categorical>::entropy() const {
  if (trials_ == 0.0) return 0.0;
  const auto p = category_.probability_data();
  double sum = -stirling_rest(trials_);
  for (std::size_t k = 0; k < p.size(); ++k) {
    double others = 1.0 - p[k];
    if (p[k] > 0.5) {  // with its digits
      others = 0.0;
      for (std::size_t j = 0; j < p.size(); ++j) others += j == k ? 0.0 : p[j];
    }
    if (others == 0.0) return 0.0;
    if (p[k] > 0.0) sum += mean_log_factorial_rest(trials_, p[k], others);
  }
  return sum;
}

void Multinomial<Categorical>::sample(const Stream& stream, const MutableBatch& x,
                                      Workspace& workspace) const {
  const Workspace::Frame frame(workspace);
  engine::StreamEngine generator(stream);
  const auto p = category_.probability_data();
  double* const rest = workspace.take(p.size() + 1);  // the mass from each category on
  rest[p.size()] = 0.0;
  for (std::size_t k = p.size(); k-- > 0;) rest[k] = rest[k + 1] + p[k];
  for (std::size_t i = 0; i < engine::padded(x.size); ++i) {
    double left = trials_;
    for (std::size_t k = 0; k < p.size(); ++k) {
      double count = p[k] > 0.0 ? left : 0.0;  // where no category is left behind this one
      if (rest[k + 1] > 0.0) {
        count = detail::binomial_draw(generator, left, std::min(p[k] / rest[k], 1.0));
      }
      x.data[k * x.stride + i] = count;
      left -= count;
    }
  }
}

Multinomial<Categorical> Multinomial<Categorical>::maximum_likelihood(const Empirical& data) const {
  const auto log_p = category_.table();
  const auto points =
      detail::points_of(name, data, dimension(), [&](const double* x, std::size_t stride) {
        if (counts_indicator(x, stride, log_p.size(), trials_) != 1.0) return false;
        for (std::size_t k = 0; k < log_p.size(); ++k) {
          if (x[k * stride] > 0.0 && log_p[k] == -detail::plus_infinity) return false;
        }
        return true;
      });
  if (trials_ == 0.0) {
    detail::no_maximum(name, "hold no trial", "there must be trials", "give counts");
  }
  std::vector<double> share(dimension(), 0.0);
  double total = 0.0;
  for (std::size_t k = 0; k < dimension(); ++k) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      share[k] += points.weight[i] * points.x[k * points.size() + i];
    }
    total += share[k];
  }
  for (double& v : share) v /= total;
  return {trials_, Categorical::with_probabilities(share)};
}

std::string Multinomial<Categorical>::to_json() const {
  detail::JsonWriter writer("leibler.multinomial");
  writer.number("trials", trials_);
  detail::write_categorical(writer, category_);
  return writer.text();
}

Multinomial<Categorical> Multinomial<Categorical>::read(const std::string& where,
                                                        const std::string& file,
                                                        const std::string& text) {
  const detail::JsonReader json(where, file, text);
  json.check_schema("leibler.multinomial", false);
  json.allow_only({"trials", "logits", "size", "categories", "probabilities"});
  const double trials = json.number("trials");
  const Categorical category = detail::read_categorical(json);
  return json.checked([&] { return Multinomial(trials, category); });
}

Multinomial<Categorical> Multinomial<Categorical>::from_json(const std::string& text) {
  return read("Multinomial::from_json", "", text);
}

void Multinomial<Categorical>::save(const std::string& path) const {
  engine::write_file("Multinomial::save", path, to_json());
}

Multinomial<Categorical> Multinomial<Categorical>::load(const std::string& path) {
  return read("Multinomial::load", path, engine::read_file("Multinomial::load", path));
}

void Multinomial<Categorical>::print(std::ostream& out) const {
  out << "Multinomial(trials = " + detail::brief_number(trials_) +
             ", probabilities = " + detail::brief_list(category_.probability_data()) + ")";
}

}  // namespace leibler::inline v0
