// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/family.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <leibler/engine/check.hpp>
#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/elementary.hpp>

#include "formulas.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double most_exact = 0x1p53, most = std::numeric_limits<double>::max();

bool is_whole(double x) {
  return x == std::floor(x);
}

bool is_in(const Family& family, const Interval& support, double x) {
  return x >= support.low && x <= support.high && std::isfinite(x) &&
         (!family.is_discrete || is_whole(x));
}

struct Bound {
  const Family& family;
  Interval support;
};

TapeFormula tape_formula(const Bound& bound) {
  return {&bound,
          [](const void* self, const Real* x, const Real* a) {
            return static_cast<const Bound*>(self)->family.record(*x, a);
          },
          [](const void* self, const double* x, std::size_t) {
            const auto& [family, support] = *static_cast<const Bound*>(self);
            return is_in(family, support, *x);
          }};
}

// The rule that an argument breaks; null where it is right.
const char* broken_rule(const Family& family, const double* a, std::size_t k) {
  const double v = a[k];
  switch (family.arguments[k].domain) {
    case Domain::real:
      return std::isfinite(v) ? nullptr : "must be finite";
    case Domain::positive:
      return std::isfinite(v) && v > 0.0 ? nullptr : "must be finite and > 0";
    case Domain::unit_interval:
      return v >= 0.0 && v <= 1.0 ? nullptr : "must be from 0 to 1";
    case Domain::success:
      return v > 0.0 && v <= 1.0 ? nullptr : "must be above 0 and at most 1";
    case Domain::count:
      return v >= 0.0 && v <= most_exact && is_whole(v) ? nullptr
                                                        : "must be a whole number from 0 to 2^53";
    case Domain::above_previous:
      return std::isfinite(v) && v > a[k - 1] && std::isfinite(v - a[k - 1])
                 ? nullptr
                 : "must be finite and above the one before";
  }
  return nullptr;
}

const char* remedy_for(Domain domain) {
  switch (domain) {
    case Domain::real:
      return "look where the value comes from";
    case Domain::positive:
      return "give it its unit, or its logarithm the right sign";
    case Domain::unit_interval:
    case Domain::success:
      return "give a probability";
    case Domain::count:
      return "give a number of trials";
    case Domain::above_previous:
      return "exchange them if they are the wrong way round";
  }
  return "";
}

}  // namespace

void check_arguments(const Family& family, const double* a) {
  for (std::size_t k = 0; k < family.count; ++k) {
    const char* const rule = broken_rule(family, a, k);
    if (rule == nullptr) continue;
    const auto& [name, domain] = family.arguments[k];
    std::string text = std::string(name) + " " + rule;
    if (domain == Domain::above_previous) {
      text += std::string(", ") + family.arguments[k - 1].name + " = " + to_text(a[k - 1]);
    }
    throw DomainError({family.name, name, {}, "= " + to_text(a[k]), text, remedy_for(domain)});
  }
}

// Parameters

std::size_t parameter_count(const Family& family) {
  std::size_t n = 0;
  for (std::size_t k = 0; k < family.count; ++k) {
    n += family.arguments[k].domain != Domain::count;
  }
  return n;
}

void write_parameters(const Family& family, const double* a, std::span<double> out) {
  if (out.size() != parameter_count(family)) {
    check::size(std::string(family.name) + "::parameters", "out.size()", out.size(),
                parameter_count(family));
  }
  std::size_t i = 0;
  for (std::size_t k = 0; k < family.count; ++k) {
    switch (family.arguments[k].domain) {
      case Domain::real:
        out[i++] = a[k];
        break;
      case Domain::positive:
        out[i++] = engine::log(a[k]);
        break;
      case Domain::unit_interval:
      case Domain::success:
        out[i++] = engine::log(a[k]) - std::log1p(-a[k]);
        break;
      case Domain::above_previous:
        out[i++] = engine::log(a[k] - a[k - 1]);
        break;
      case Domain::count:
        break;
    }
  }
}

void read_parameters(const Family& family, std::span<const double> theta,
                     std::span<const double> now, double* a) {
  const auto where = [&] { return std::string(family.name) + "::with_parameters"; };
  if (theta.size() != now.size() || !engine::kernels::all_finite(theta.data(), theta.size())) {
    check::size(where(), "theta.size()", theta.size(), now.size(),
                "give one number for each argument that is fitted");
    check::finite(where(), "theta", theta, "look where the value comes from");
  }
  std::size_t i = 0;
  bool has_moved = false;  // the argument before this one
  for (std::size_t k = 0; k < family.count; ++k) {
    const auto& [name, domain] = family.arguments[k];
    if (domain == Domain::count) continue;
    const std::size_t at = i++;
    const bool is_kept = theta[at] == now[at] && !(domain == Domain::above_previous && has_moved);
    has_moved = !is_kept;
    switch (is_kept ? Domain::count : domain) {
      case Domain::real:
        a[k] = theta[at];
        break;
      case Domain::positive:
        a[k] = engine::exp(theta[at]);
        break;
      case Domain::unit_interval:
      case Domain::success:
        a[k] = engine::logistic(theta[at]);
        break;
      case Domain::above_previous:
        a[k] = a[k - 1] + engine::exp(theta[at]);
        break;
      case Domain::count:
        break;
    }
    const bool is_normal = domain == Domain::positive ? std::isnormal(a[k]) : std::isfinite(a[k]);
    const bool is_probability = domain == Domain::unit_interval || domain == Domain::success;
    const bool is_valid = broken_rule(family, a, k) == nullptr && is_normal &&
                          (!is_probability || (a[k] > 0.0 && a[k] < 1.0));
    if (is_valid) continue;
    throw DomainError({where(),
                       "theta",
                       {at},
                       "= " + to_text(theta[at]),
                       std::string(name) + " would be " + to_text(a[k]),
                       "take smaller steps"});
  }
}

void chain_to_parameters(const Family& family, const double* a, const double* sums,
                         std::span<double> out) {
  check::size(std::string(family.name) + "::parameter_gradient", "out.size()", out.size(),
              parameter_count(family));
  std::size_t i = out.size();
  double carried = 0.0;  // an argument above this one moves with it
  for (std::size_t k = family.count; k-- > 0;) {
    const double g = sums[k] + carried;
    carried = 0.0;
    switch (family.arguments[k].domain) {
      case Domain::real:
        out[--i] = g;
        break;
      case Domain::positive:
        out[--i] = g * a[k];
        break;
      case Domain::unit_interval:
      case Domain::success:
        out[--i] = g * a[k] * (1.0 - a[k]);
        break;
      case Domain::above_previous:
        out[--i] = g * (a[k] - a[k - 1]);
        carried = g;
        break;
      case Domain::count:
        break;
    }
  }
}

// Batches

TapeEvaluation evaluate(const Family& family, const double* a, const Batch& x,
                        Workspace& workspace) {
  const Bound bound{family, family.support(a)};
  return evaluate_on_tape(tape_formula(bound), x, {a, family.count}, !family.is_discrete,
                          workspace);
}

void log_density(const Family& family, const double* a, const Batch& x, double* out,
                 Workspace& workspace) {
  const Bound bound{family, family.support(a)};
  log_density_on_tape(tape_formula(bound), x, {a, family.count}, out, workspace);
}

void accurate_log_density(const Family& family, const double* a, const Batch& x, double* out,
                          Workspace& workspace) {
  if (family.accurate_log_density == nullptr) return log_density(family, a, x, out, workspace);
  const Interval support = family.support(a);
  for (std::size_t i = 0; i < engine::padded(x.size); ++i) {
    const double v = x.data[i];
    out[i] = std::isnan(v)               ? v
             : is_in(family, support, v) ? family.accurate_log_density(v, a)
                                         : -infinity;
  }
}

void sample(const Family& family, const double* a, const Stream& stream, const MutableBatch& x,
            Workspace& workspace) {
  const Workspace::Frame frame(workspace);
  family.sample(stream, a, x.data, engine::padded(x.size), workspace);
}

void add_path_sums(const Family& family, const double* a, const Batch& x, const Batch& v,
                   double* sums, Workspace& workspace) {
  const Workspace::Frame frame(workspace);
  const auto derivative = engine::take_batch(workspace, x.size, family.count);
  family.path(x.data, x.size, a, derivative.data, derivative.stride);
  for (std::size_t k = 0; k < family.count; ++k) {
    // What is beyond all numbers would be NaN with a v of 0. No number comes of an end of the
    // support, or of arguments whose ratio overflows: there x is as near to the end as can be said.
    double* const column = derivative.data + k * derivative.stride;
    for (std::size_t i = 0; i < x.size; ++i) {
      column[i] = std::isnan(column[i]) ? 0.0 : std::clamp(column[i], -most, most);
    }
    sums[k] += engine::kernels::dot(derivative.data + k * derivative.stride, v.data, x.size);
  }
}

// At a point

Real record_observed(const Family& family, double x, const Real* a) {
  if (std::isnan(x)) return nan;
  if (!is_in(family, family.widest, x)) return -infinity;
  return family.record(x, a);
}

double log_density(const Family& family, const double* a, double x) {
  if (std::isnan(x)) return x;
  return is_in(family, family.support(a), x) ? family.log_density(x, a) : -infinity;
}

double probability(const Family& family, const double* a, double x, Tail tail) {
  if (std::isnan(x)) return x;
  const bool below = tail == Tail::below;
  if (family.is_discrete) x = std::floor(x);
  const auto [low, high] = family.support(a);
  if (x < low || (x == low && !family.is_discrete)) return below ? 0.0 : 1.0;
  if (x >= high) return below ? 1.0 : 0.0;
  return below ? family.cdf(x, a) : family.survival(x, a);
}

double log_probability(const Family& family, const double* a, double x, Tail tail) {
  if (std::isnan(x)) return x;
  const bool below = tail == Tail::below;
  if (family.is_discrete) x = std::floor(x);
  const auto [low, high] = family.support(a);
  if (x < low || (x == low && !family.is_discrete)) return below ? -infinity : 0.0;
  if (x >= high) return below ? 0.0 : -infinity;
  return below ? family.log_cdf(x, a) : family.log_survival(x, a);
}

double quantile(const Family& family, const double* a, double u, Tail tail) {
  const bool below = tail == Tail::below;
  if (!(u >= 0.0 && u <= 1.0)) {
    throw DomainError({std::string(family.name) + (below ? "::quantile" : "::upper_quantile"),
                       "u",
                       {},
                       "= " + to_text(u),
                       "u must be from 0 to 1",
                       "give a probability"});
  }
  const auto [low, high] = family.support(a);
  if (u == (below ? 0.0 : 1.0)) return low;
  if (u == (below ? 1.0 : 0.0)) return high;
  return below ? family.quantile(u, a) : family.upper_quantile(u, a);
}

// Maximum likelihood

WeightedMean weighted_mean(const WeightedValues& data) {
  double total = 0.0;
  for (std::size_t i = 0; i < data.size; ++i) total += data.weight ? data.weight[i] : 1.0;
  const double about = weighted_mean(data, [](double x) { return x; });
  const double rest = weighted_mean(data, [&](double x) { return x - about; });
  const double mean = about + rest;
  return {total, mean, weighted_mean(data, [&](double x) { return (x - mean) * (x - mean); })};
}

void no_maximum(const Family& family, const std::string& value, const std::string& rule,
                const std::string& remedy) {
  throw DomainError(
      {std::string(family.name) + "::maximum_likelihood", "data", {}, value, rule, remedy});
}

void maximum_likelihood(const Family& family, const Empirical& data, double* a) {
  const std::string where = std::string(family.name) + "::maximum_likelihood";
  if (family.maximum_likelihood == nullptr) {
    throw InvalidArgument({where,
                           "the family",
                           {},
                           "has no estimate of its own",
                           "it is fitted by gradients",
                           "use fit(q, ForwardKl(data), Adam{})"});
  }
  check::size(where, "data.dimension()", data.dimension(), 1, "give one column");
  const auto points = data.points();
  const Vector weights = data.weights();
  std::vector<double> x, weight;  // of the rows that have any
  for (Index i = 0; i < points.rows(); ++i) {
    if (weights[i] == 0.0) continue;
    if (!is_in(family, family.widest, points(i, 0))) {
      throw DomainError({where,
                         "data",
                         {static_cast<std::size_t>(i)},
                         "= " + to_text(points(i, 0)),
                         std::string("it is outside the support of ") + family.name,
                         "leave it out or take another family"});
    }
    x.push_back(points(i, 0));
    weight.push_back(weights[i]);
  }
  double found[3] = {};
  std::copy_n(a, family.count, found);
  family.maximum_likelihood({x.data(), weight.data(), x.size()}, found);
  check_arguments(family, found);
  std::copy_n(found, family.count, a);
}

// A finite support

std::size_t support_size(const Family& family, const double* a) {
  const auto [low, high] = family.support(a);
  return static_cast<std::size_t>(high - low) + 1;
}

void write_log_probabilities(const Family& family, const double* a, std::span<double> points,
                             std::span<double> out) {
  const double low = family.support(a).low;
  for (std::size_t i = 0; i < points.size(); ++i) points[i] = low + static_cast<double>(i);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = family.log_density(low + static_cast<double>(i), a);
  }
}

}  // namespace leibler::inline v0::detail
