// SPDX-License-Identifier: MIT
#include <leibler/models/univariate/divergences.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <leibler/engine/functions.hpp>
#include <leibler/models/univariate/bernoulli.hpp>
#include <leibler/models/univariate/beta.hpp>
#include <leibler/models/univariate/binomial.hpp>
#include <leibler/models/univariate/cauchy.hpp>
#include <leibler/models/univariate/exponential.hpp>
#include <leibler/models/univariate/gamma.hpp>
#include <leibler/models/univariate/geometric.hpp>
#include <leibler/models/univariate/negative_binomial.hpp>
#include <leibler/models/univariate/student_t.hpp>
#include <leibler/models/univariate/uniform.hpp>
#include <leibler/models/univariate/weibull.hpp>

#include "../renyi_gaps.hpp"
#include "renyi.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

using Arguments = std::array<double, 3>;

/// The arguments with which `to` is the distribution p, if it can be.
std::optional<Arguments> as_member(const PlainFamily& p, const Family& to) {
  const double* a = p.a;
  if (is(p, exponential_family)) {
    if (&to == &gamma_family) return Arguments{1.0, a[0]};
    if (&to == &weibull_family && std::isnormal(1.0 / a[0])) return Arguments{1.0, 1.0 / a[0]};
  }
  if (is(p, weibull_family) && &to == &gamma_family && a[0] == 1.0 && std::isnormal(1.0 / a[1])) {
    return Arguments{1.0, 1.0 / a[1]};
  }
  if (is(p, gamma_family) && &to == &weibull_family && a[0] == 1.0 && std::isnormal(1.0 / a[1])) {
    return Arguments{1.0, 1.0 / a[1]};
  }
  if (is(p, uniform_family) && &to == &beta_family && a[0] == 0.0 && a[1] == 1.0) {
    return Arguments{1.0, 1.0};
  }
  if (is(p, student_t_family) && &to == &cauchy_family && a[0] == 1.0) {
    return Arguments{a[1], a[2]};
  }
  if (is(p, geometric_family) && &to == &negative_binomial_family) return Arguments{1.0, a[0]};
  return std::nullopt;
}

bool are_equal(const PlainFamily& p, const PlainFamily& q) {
  return p.family == q.family && std::equal(p.a, p.a + p.family->count, q.a);
}

}  // namespace

std::optional<double> scaled_renyi(const Powers& o, const PlainFamily& p, const PlainFamily& q) {
  if (are_equal(p, q)) return 0.0;
  if (const auto formula = renyi_by_formula(o, p, q)) return formula;
  if (p.family != q.family) {
    if (const auto a = as_member(p, *q.family)) return scaled_renyi(o, {q.family, a->data()}, q);
    if (const auto a = as_member(q, *p.family)) return scaled_renyi(o, p, {p.family, a->data()});
  }
  if (const auto infinite = renyi_by_tails(o, p, q)) return infinite;
  if (o.b == 0.0) return kl_by_moments(p, q);
  if (o.a == 0.0) return kl_by_moments(q, p);
  return std::nullopt;
}

double renyi_of_dirichlets(const Powers& o, std::span<const double> p, std::span<const double> q) {
  return dirichlet_gap(o, p, q);
}

double renyi_of_categories(const Powers& o, std::span<const double> log_p,
                           std::span<const double> log_q, std::span<const double> log_ratios) {
  double gaps = 0.0, log_sum = -infinity;
  for (std::size_t k = 0; k < log_p.size(); ++k) {
    gaps += exp_gap(o, engine::exp(log_p[k]), engine::exp(log_q[k]), log_ratios[k]);
    log_sum = engine::log_add_exp(log_sum, log_power(o, log_p[k], log_q[k]));
  }
  return renyi_of_gaps(o, gaps, log_sum);
}

}  // namespace leibler::inline v0::detail
