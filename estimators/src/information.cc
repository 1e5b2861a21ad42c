// SPDX-License-Identifier: MIT
#include <leibler/estimators/information.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <ostream>

#include <Eigen/Dense>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>

#include "report.hpp"

namespace leibler::inline v0 {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Above this the delta method's straight line is none.
constexpr double most_relative_error = 0.1;

Estimate exactly(double value, std::size_t points) {
  return {value, 0.0, points, Method::enumeration, true};
}

void check_same_shape(const Joint& p, const Joint& q) {
  detail::check_same_dimension("chain_rule", q.dimension(), p.dimension());
  for (std::size_t j = 0; j < p.dimension(); ++j) {
    check::size("chain_rule", "q.shape()[" + std::to_string(j) + "]", q.shape()[j], p.shape()[j],
                "p and q are tables of the same variables");
  }
}

}  // namespace

double in_bits(double nats) {
  return nats / std::numbers::ln2;
}

Estimate in_bits(const Estimate& nats) {
  Estimate bits = nats;
  bits.value = in_bits(nats.value);
  bits.standard_error = in_bits(nats.standard_error);
  return bits;
}

std::string ChainRule::to_json() const {
  const detail::Json all = {{"joint", detail::json_of(joint)},
                            {"marginal", detail::json_of(marginal)},
                            {"conditional", detail::json_of(conditional)}};
  return all.dump();
}

std::ostream& operator<<(std::ostream& out, const ChainRule& parts) {
  return out << "KL of the joint        " << parts.joint << '\n'
             << "KL of the marginals    " << parts.marginal << '\n'
             << "KL of the conditionals " << parts.conditional;
}

ChainRule chain_rule(const Joint& p, const Joint& q, const std::vector<std::size_t>& first) {
  constexpr auto where = "chain_rule";
  check_same_shape(p, q);
  (void)detail::other_coordinates(where, first, p.dimension());
  const Joint p_of_x = p.marginal(first), q_of_x = q.marginal(first);
  const DivergenceOptions summed{.method = Method::enumeration};
  const auto kl = Kl::generator();
  double conditional = 0.0;
  std::size_t count = 0;
  const auto add = [&](const Points& points, bool only_beyond_p) {
    const Points x = detail::columns_of(points, first);
    const Vector of_p = log_density(p, points), of_q = log_density(q, points);
    const Vector of_p_x = log_density(p_of_x, x), of_q_x = log_density(q_of_x, x);
    for (Index i = 0; i < of_p.size(); ++i) {
      if (only_beyond_p && of_p[i] > -infinity) continue;
      ++count;
      if (of_p_x[i] == -infinity) continue;
      if (of_q_x[i] == -infinity) {
        conditional = infinity;
        continue;
      }
      const double given_p = of_p[i] - of_p_x[i], given_q = of_q[i] - of_q_x[i];
      const double term = kl.term(given_p, given_q, given_p == given_q ? 0.0 : given_p - given_q);
      if (term > 0.0) conditional += engine::exp(of_p_x[i]) * term;
    }
  };
  add(p.points(), false);
  add(q.points(), true);
  return {divergence(Kl{}, p, q, summed), divergence(Kl{}, p_of_x, q_of_x, summed),
          exactly(conditional, count)};
}

Estimate conditional_entropy(const Joint& p, const std::vector<std::size_t>& given) {
  (void)detail::other_coordinates("conditional_entropy", given, p.dimension());
  const Points points = p.points();
  const Vector of_p = p.log_probabilities();
  const Vector of_x = log_density(p.marginal(given), detail::columns_of(points, given));
  double sum = 0.0;
  for (Index i = 0; i < of_p.size(); ++i) {
    sum += engine::exp(of_p[i]) * std::max(of_x[i] - of_p[i], 0.0);
  }
  return exactly(sum, p.size());
}

namespace detail {

Estimate exponential(const Estimate& entropy) {
  Estimate e = entropy;
  e.value = engine::exp(entropy.value);
  if (entropy.standard_error == 0.0) return e;
  e.standard_error = entropy.method == Method::quadrature
                         ? e.value * engine::expm1(entropy.standard_error)
                         : e.value * entropy.standard_error;
  if (!std::isfinite(e.value)) e.standard_error = infinity;
  e.reliable =
      e.reliable && entropy.standard_error < most_relative_error && std::isfinite(e.standard_error);
  return e;
}

std::vector<std::size_t> other_coordinates(const char* where, const std::vector<std::size_t>& first,
                                           std::size_t dimension) {
  std::vector<bool> is_first(dimension, false);
  const auto fail = [&](std::vector<std::size_t> index, const std::string& value,
                        const std::string& rule) {
    throw InvalidArgument({where, "coordinates", std::move(index), value, rule,
                           "name one part of them, the others are the second part"});
  };
  for (std::size_t i = 0; i < first.size(); ++i) {
    const std::string value = "= " + std::to_string(first[i]);
    if (first[i] >= dimension) {
      fail({i}, value, "must be below the dimension, " + std::to_string(dimension));
    }
    if (is_first[first[i]]) fail({i}, value, "must be distinct");
    is_first[first[i]] = true;
  }
  if (first.empty() || first.size() == dimension) {
    fail({}, first.empty() ? "are none" : "are all " + std::to_string(dimension),
         "must be at least one, and not all");
  }
  std::vector<std::size_t> rest;
  for (std::size_t j = 0; j < dimension; ++j) {
    if (!is_first[j]) rest.push_back(j);
  }
  return rest;
}

Points columns_of(const Points& x, const std::vector<std::size_t>& coordinates) {
  Points out(x.rows(), static_cast<Index>(coordinates.size()));
  for (std::size_t j = 0; j < coordinates.size(); ++j) {
    out.col(static_cast<Index>(j)) = x.col(static_cast<Index>(coordinates[j]));
  }
  return out;
}

Joint product_of_marginals(const Joint& p, const std::vector<std::size_t>& first) {
  const auto rest = other_coordinates("mutual_information", first, p.dimension());
  const Joint of_x = p.marginal(first), of_y = p.marginal(rest);
  const Vector p_x = of_x.probabilities(), p_y = of_y.probabilities();
  // the number of a cell among those of some variables
  std::vector<std::size_t> value(p.dimension(), 0);
  const auto cell = [&](const std::vector<std::size_t>& variables) {
    std::size_t c = 0;
    for (const std::size_t j : variables) c = c * p.shape()[j] + value[j];
    return static_cast<Index>(c);
  };
  Vector product(p_x.size() * p_y.size());
  for (Index c = 0; c < product.size(); ++c) {
    product[c] = p_x[cell(first)] * p_y[cell(rest)];
    for (std::size_t j = p.dimension(); j-- > 0;) {
      if (++value[j] < p.shape()[j]) break;
      value[j] = 0;
    }
  }
  return Joint(p.shape(), product);
}

double gaussian_information(const PlainGaussian& p, const std::vector<std::size_t>& first,
                            const std::vector<std::size_t>& rest) {
  if (p.is_diagonal) return 0.0;
  const bool is_less = first.size() <= rest.size();
  const auto &few = is_less ? first : rest, &many = is_less ? rest : first;
  const auto d = static_cast<Index>(p.dimension);
  // an orthonormal basis of what coordinates are of independent noise: rows of the factor
  const auto basis = [&](const std::vector<std::size_t>& coordinates) {
    const auto n = static_cast<Index>(coordinates.size());
    Matrix rows = Matrix::Zero(d, n);
    for (Index k = 0; k < n; ++k) {
      const auto i = static_cast<Index>(coordinates[static_cast<std::size_t>(k)]);
      double largest = 0.0;
      for (Index j = 0; j <= i; ++j) {
        rows(j, k) = p.factor[i * (i + 1) / 2 + j];
        largest = std::max(largest, std::abs(rows(j, k)));
      }
      rows.col(k) /= largest;
    }
    if (n == 1) return Matrix(rows / rows.norm());  // every entry with its digits
    return Matrix(Eigen::HouseholderQR<Matrix>(rows).householderQ() * Matrix::Identity(d, n));
  };
  const Matrix x = basis(few), y = basis(many);
  // cosines of the angles between the two, falling; and the sines, rising, which keep digits near 0
  const Matrix inner = y.transpose() * x;
  const Vector cosines = Eigen::JacobiSVD<Matrix>(inner).singularValues();
  const Vector sines = Eigen::JacobiSVD<Matrix>(x - y * inner).singularValues().reverse();
  double sum = 0.0;
  for (Index k = 0; k < cosines.size(); ++k) {
    sum -= cosines[k] < 0.7 ? 0.5 * engine::log1p(-cosines[k] * cosines[k]) : engine::log(sines[k]);
  }
  return sum;
}

}  // namespace detail

}  // namespace leibler::inline v0
