// SPDX-License-Identifier: MIT
#include <leibler/models/ordered_logistic.hpp>

#include <cmath>

#include <leibler/engine/check.hpp>
#include <leibler/engine/kernels/elementary.hpp>

#include "json_reader.hpp"
#include "vector_support.hpp"

namespace leibler::inline v0 {

namespace detail {
namespace {

constexpr auto name = "OrderedLogistic";

// log p(k). Between two cutpoints at distances b < a from eta,
// F(a) - F(b) = F(a) F(-b) (1 - exp(b - a)), F(t) = 1 / (1 + exp(-t)): no difference is taken.
template <class T>
T formula(std::size_t k, const T& eta, std::span<const T> cutpoints) {
  using engine::softplus;
  T sum(0.0);
  if (k < cutpoints.size()) sum = sum - softplus(eta - cutpoints[k]);
  if (k > 0) sum = sum - softplus(cutpoints[k - 1] - eta);
  if (k > 0 && k < cutpoints.size()) {
    sum = sum + log_one_minus_exp<T>(cutpoints[k - 1] - cutpoints[k]);
  }
  return sum;
}

bool is_category(double x, std::size_t size) {
  return x >= 0.0 && x < static_cast<double>(size) && x == std::floor(x);
}

void maximum_likelihood(std::size_t size, const WeightedPoints& data, double* a) {
  std::vector<double> share(size, 0.0);
  for (std::size_t i = 0; i < data.size(); ++i) {
    share[static_cast<std::size_t>(data.x[i])] += data.weight[i];
  }
  double above = 0.0;
  std::vector<double> rest(size, 0.0);  // above category k
  for (std::size_t k = size; k-- > 0;) {
    rest[k] = above;
    above += share[k];
    if (share[k] > 0.0) continue;
    no_maximum(name, "hold no point of category " + std::to_string(k), "every category must occur",
               "leave out its cutpoint");
  }
  double below = 0.0;
  for (std::size_t k = 0; k + 1 < size; ++k) {
    below += share[k];
    a[k + 1] = a[0] + engine::log(below) - engine::log(rest[k]);
  }
}

}  // namespace

std::vector<double> ordered_logistic_arguments(double eta, std::span<const double> cutpoints) {
  check::finite(name, "eta", eta, "look where the value comes from");
  check_cutpoints(cutpoints.size());
  check::finite(name, "cutpoints", cutpoints, "look where the value comes from");
  for (std::size_t k = 1; k < cutpoints.size(); ++k) {
    if (cutpoints[k] > cutpoints[k - 1] && std::isfinite(cutpoints[k] - cutpoints[k - 1])) continue;
    throw DomainError({name,
                       "cutpoints",
                       {k},
                       "= " + to_text(cutpoints[k]),
                       "cutpoints must be above the one before, " + to_text(cutpoints[k - 1]),
                       "sort them, and leave out equal ones"});
  }
  std::vector<double> a{eta};
  a.insert(a.end(), cutpoints.begin(), cutpoints.end());
  return a;
}

void check_cutpoints(std::size_t count) {
  check::at_least(name, "cutpoints.size()", static_cast<std::int64_t>(count), 1,
                  "K categories have K - 1 cutpoints");
}

Real record_ordered_logistic(double x, std::span<const Real> a) {
  if (std::isnan(x)) return x;
  if (!is_category(x, a.size())) return -plus_infinity;
  return formula<Real>(static_cast<std::size_t>(x), a[0], a.subspan(1));
}

constinit const VectorFamily ordered_logistic_family{
    .name = name,
    .schema = "leibler.ordered_logistic",
    .columns = [](std::size_t) { return std::size_t{1}; },
    .count = [](std::size_t n) { return n; },
    .lower = [](std::size_t, std::size_t k,
                const double* a) { return k < 2 ? -plus_infinity : a[k - 1]; },
    .check = nullptr,
    .is_inside = [](std::size_t n, const double* x, std::size_t) { return is_category(*x, n); },
    .log_density = nullptr,
    .record = nullptr,
    .mean = nullptr,
    .covariance = nullptr,
    .entropy = nullptr,
    .sample = nullptr,
    .maximum_likelihood = maximum_likelihood,
    .write =
        [](JsonWriter& json, std::size_t n, const double* a) {
          json.number("eta", a[0]);
          json.numbers("cutpoints", {a + 1, n - 1});
        },
    .read =
        [](const JsonReader& json, std::size_t& n) {
          const double eta = json.number("eta");
          const auto cutpoints = json.numbers("cutpoints");
          n = cutpoints.size() + 1;
          return json.checked([&] { return ordered_logistic_arguments(eta, cutpoints); });
        },
    .keys = {"eta", "cutpoints"},
    .print =
        [](std::size_t n, const double* a) {
          return "OrderedLogistic(eta = " + brief_number(a[0]) +
                 ", cutpoints = " + brief_list({a + 1, n - 1}) + ")";
        }};

}  // namespace detail

void OrderedLogistic<double>::prepare() {
  const std::size_t n = size();
  double* const log_p = tables_.data();
  const std::span<const double> cutpoints(arguments() + 1, n - 1);
  for (std::size_t k = 0; k < n; ++k) log_p[k] = detail::formula<double>(k, eta(), cutpoints);
  engine::kernels::exp_fill(log_p, log_p + n, n);
  detail::accumulate({log_p + n, n}, {log_p + 2 * n, n});
}

void OrderedLogistic<double>::parameter_gradient(const double* sums, std::span<double> out) const {
  using engine::logistic;
  const std::size_t n = size();
  check::size("OrderedLogistic::parameter_gradient", "out.size()", out.size(), n,
              "ask parameter_count()");
  const double* const c = arguments() + 1;
  double beyond = 0.0;  // of the categories above k, which move as a whole with cutpoint k
  for (std::size_t k = n; k-- > 0;) {
    const double upper = k + 1 < n ? logistic(eta() - c[k]) : 0.0;
    const double lower = k > 0 ? logistic(c[k - 1] - eta()) : 0.0;
    if (k > 0 && k + 1 < n) {
      const double distance = c[k] - c[k - 1], width = distance / std::expm1(distance);
      out[k + 1] = sums[k] * (upper * distance + width) + beyond * distance;
    }
    beyond += sums[k] * (upper - lower);
  }
  out[0] = -beyond;
  out[1] = beyond;
}

}  // namespace leibler::inline v0
