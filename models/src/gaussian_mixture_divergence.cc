// SPDX-License-Identifier: MIT
#include <leibler/models/gaussian_mixture_divergence.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include <boost/multiprecision/cpp_bin_float.hpp>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>

namespace leibler::inline v0::detail {

namespace {

using Quad = boost::multiprecision::cpp_bin_float_quad;

constexpr double infinity = std::numeric_limits<double>::infinity();

double exp_of(double x) {
  return engine::exp(x);
}
double log_of(double x) {
  return engine::log(x);
}
Quad exp_of(const Quad& x) {
  return exp(x);
}
Quad log_of(const Quad& x) {
  return log(x);
}
double entry(const PlainGaussian& p, std::size_t i, std::size_t j) {
  if (p.is_diagonal) return i == j ? p.factor[i] : 0.0;
  return j <= i ? p.factor[i * (i + 1) / 2 + j] : 0.0;
}

/// The lower triangle of L L^T, packed by rows.
template <class T>
std::vector<T> covariance(const PlainGaussian& p) {
  std::vector<T> out;
  for (std::size_t i = 0; i < p.dimension; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      T sum = 0;
      for (std::size_t k = 0; k <= j; ++k) sum += T(entry(p, i, k)) * T(entry(p, j, k));
      out.push_back(sum);
    }
  }
  return out;
}

/// log integral N(m, S) N(n, T) = log N(m; n, S + T), by the Cholesky factor of the sum.
template <class T>
T log_overlap(const PlainGaussian& p, const std::vector<T>& s, const PlainGaussian& q,
              const std::vector<T>& t) {
  const std::size_t d = p.dimension;
  std::vector<T> l(s.size()), w(d);
  const T log_two_pi = log_of(T(2)) + log_of(boost::math::constants::pi<T>());
  T out = -0.5 * static_cast<double>(d) * log_two_pi;
  for (std::size_t i = 0; i < d; ++i) {
    T rest = T(p.mean[i]) - T(q.mean[i]);
    for (std::size_t j = 0; j <= i; ++j) {
      const std::size_t at = i * (i + 1) / 2;
      T sum = s[at + j] + t[at + j];
      for (std::size_t k = 0; k < j; ++k) sum -= l[at + k] * l[j * (j + 1) / 2 + k];
      if (j < i) {
        l[at + j] = sum / l[j * (j + 1) / 2 + j];
        rest -= l[at + j] * w[j];
      } else {
        using std::sqrt;
        l[at + i] = sqrt(sum);
        w[i] = rest / l[at + i];
        out -= T(0.5) * w[i] * w[i] + log_of(l[at + i]);
      }
    }
  }
  return out;
}

template <class T>
struct Parts {
  const GaussianSum& sum;
  std::vector<std::vector<T>> covariances;

  explicit Parts(const GaussianSum& p) : sum(p) {
    for (const PlainGaussian& part : p.parts) covariances.push_back(covariance<T>(part));
  }
};

/// log w_i v_j <p_i, q_j> in row-major order.
template <class T>
std::vector<T> log_overlaps(const Parts<T>& p, const Parts<T>& q) {
  std::vector<T> out;
  for (std::size_t i = 0; i < p.sum.parts.size(); ++i) {
    for (std::size_t j = 0; j < q.sum.parts.size(); ++j) {
      out.push_back(
          log_of(T(p.sum.weights[i])) + log_of(T(q.sum.weights[j])) +
          log_overlap(p.sum.parts[i], p.covariances[i], q.sum.parts[j], q.covariances[j]));
    }
  }
  return out;
}

/// <p, p>, <p, q> and <q, q>, each exp(-top) times as large: added up in the same order, so that
/// they are the same for equal mixtures.
template <class T>
struct Products {
  T top, pp, pq, qq;

  Products(const GaussianSum& of_p, const GaussianSum& of_q) {
    const Parts<T> p(of_p), q(of_q);
    const auto logs_pp = log_overlaps(p, p), logs_pq = log_overlaps(p, q),
               logs_qq = log_overlaps(q, q);
    top = std::max({*std::max_element(logs_pp.begin(), logs_pp.end()),
                    *std::max_element(logs_qq.begin(), logs_qq.end())});
    const auto sum = [&](const std::vector<T>& logs) {
      T total = 0;
      for (const T& v : logs) total += exp_of(T(v - top));
      return total;
    };
    pp = sum(logs_pp);
    pq = sum(logs_pq);
    qq = sum(logs_qq);
  }
};

// A difference this small a part of its terms has lost digits of a double.
constexpr double lossy = 0.01;

// The logarithm of each of `terms` log overlaps, from double precision.
double log_product(const GaussianSum& p, const GaussianSum& q) {
  return engine::log_sum_exp(log_overlaps(Parts<double>(p), Parts<double>(q)));
}

template <class T>
T gap_of(const Products<T>& at) {
  return at.pp - T(2) * at.pq + at.qq;
}

// KL by the components

/// n x m, in row-major order.
struct Table {
  std::size_t columns;
  std::vector<double> values;

  Table(std::size_t rows, std::size_t of_columns,
        const std::function<double(std::size_t, std::size_t)>& f)
      : columns(of_columns) {
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) values.push_back(f(i, j));
    }
  }
  double& operator()(std::size_t i, std::size_t j) { return values[i * columns + j]; }
  double operator()(std::size_t i, std::size_t j) const { return values[i * columns + j]; }
};

/// log sum_j exp(log_w_j + sign x_ij)
double log_mixed(const std::vector<double>& log_w, const Table& x, std::size_t i, double sign) {
  std::vector<double> terms(log_w.size());
  for (std::size_t j = 0; j < terms.size(); ++j) terms[j] = log_w[j] + sign * x(i, j);
  return engine::log_sum_exp(terms);
}

std::vector<double> logs_of(const std::vector<double>& x) {
  std::vector<double> out(x.size());
  std::transform(x.begin(), x.end(), out.begin(), [](double v) { return engine::log(v); });
  return out;
}

/// Hershey's and Olsen's variational upper bound (section 6): the weights of both are divided up
/// among the pairs, phi_ab and psi_ab, and the bound sum phi (log(phi / psi) + KL_ab) is lowered in
/// turns. It starts from the convexity bound, phi = psi = pi_a omega_b.
double divided_bound(const std::vector<double>& log_pi, const std::vector<double>& log_omega,
                     const Table& kl) {
  const std::size_t n = log_pi.size(), m = log_omega.size();
  const auto start = [&](std::size_t a, std::size_t b) { return log_pi[a] + log_omega[b]; };
  Table phi(n, m, start), psi(n, m, start);
  const auto value = [&] {
    double sum = 0.0;
    for (std::size_t i = 0; i < phi.values.size(); ++i) {
      const double share = engine::exp(phi.values[i]);
      if (share > 0.0) sum += share * (phi.values[i] - psi.values[i] + kl.values[i]);
    }
    return sum;
  };
  double bound = value();
  std::vector<double> column(n);
  for (int step = 0; step < 1000; ++step) {
    for (std::size_t a = 0; a < n; ++a) {
      std::vector<double> row(m);
      for (std::size_t b = 0; b < m; ++b) row[b] = psi(a, b) - kl(a, b);
      const double total = engine::log_sum_exp(row);
      if (total == -infinity) return bound;
      for (std::size_t b = 0; b < m; ++b) phi(a, b) = log_pi[a] + row[b] - total;
    }
    for (std::size_t b = 0; b < m; ++b) {
      for (std::size_t a = 0; a < n; ++a) column[a] = phi(a, b);
      const double total = engine::log_sum_exp(column);
      if (total == -infinity) continue;  // nothing to divide up: psi of this b as it was
      for (std::size_t a = 0; a < n; ++a) psi(a, b) = log_omega[b] + column[a] - total;
    }
    const double next = value();
    const bool is_still = !(next < bound - 1e-13 * std::abs(bound));
    bound = std::min(bound, next);
    if (is_still) break;
  }
  return bound;
}

}  // namespace

void check_same_space(const char* where, std::size_t q, std::size_t p) {
  check::size(where, "q.dimension()", q, p, "p and q live in the same space");
}

double cauchy_schwarz(const GaussianSum& p, const GaussianSum& q) {
  const double pp = log_product(p, p), pq = log_product(p, q), qq = log_product(q, q);
  const double plain = 0.5 * (pp + qq) - pq;
  if (plain > lossy * std::max({1.0, std::abs(pp), std::abs(qq)})) return plain;
  // -log(pq^2 / (pp qq)) / 2, by what the argument is from 1
  const Products<Quad> at(p, q);
  const Quad both = at.pp * at.qq;
  return static_cast<double>(
             Quad(-0.5 * boost::multiprecision::log1p(Quad((at.pq * at.pq - both) / both)))) +
         0.0;
}

double squared_l2(const GaussianSum& p, const GaussianSum& q) {
  const Products<double> at(p, q);
  const double gap = gap_of(at);
  if (gap > lossy * (at.pp + at.qq)) return gap * engine::exp(at.top);
  const Products<Quad> precise(p, q);
  return static_cast<double>(Quad(gap_of(precise) * exp_of(precise.top)));
}

KlOfSums kl_of_sums(const GaussianSum& p, const GaussianSum& q) {
  const std::size_t n = p.parts.size(), m = q.parts.size();
  const Parts<double> parts_p(p), parts_q(q);
  const auto kl_of = [](const PlainGaussian& a, const PlainGaussian& b) {
    return scaled_renyi(Powers(1.0, 0.0), a, b).value_or(infinity);
  };
  const auto overlap = [](const Parts<double>& x, std::size_t i, const Parts<double>& y,
                          std::size_t j) {
    return log_overlap(x.sum.parts[i], x.covariances[i], y.sum.parts[j], y.covariances[j]);
  };
  using Size = std::size_t;
  const Table kl_pp(n, n, [&](Size a, Size b) { return kl_of(p.parts[a], p.parts[b]); });
  const Table kl_pq(n, m, [&](Size a, Size b) { return kl_of(p.parts[a], q.parts[b]); });
  const Table log_pp(n, n, [&](Size a, Size b) { return overlap(parts_p, a, parts_p, b); });
  const Table log_pq(n, m, [&](Size a, Size b) { return overlap(parts_p, a, parts_q, b); });
  const auto log_pi = logs_of(p.weights), log_omega = logs_of(q.weights);

  // E_a[log p] and E_a[log q] of component a less its -entropy, from below and above
  KlOfSums out{};
  double upper = 0.0, lower = 0.0;
  for (std::size_t a = 0; a < n; ++a) {
    const double pi = p.weights[a];
    double entropy = 0.5 * static_cast<double>(p.parts[a].dimension) *
                     engine::log(2.0 * std::numbers::pi * std::numbers::e);
    for (std::size_t i = 0; i < p.parts[a].dimension; ++i) {
      entropy += engine::log(entry(p.parts[a], i, i));
    }
    const double p_below = log_mixed(log_pi, kl_pp, a, -1.0),
                 q_below = log_mixed(log_omega, kl_pq, a, -1.0);
    const double p_above = log_mixed(log_pi, log_pp, a, 1.0),
                 q_above = log_mixed(log_omega, log_pq, a, 1.0);
    double nearest = infinity;
    for (std::size_t b = 0; b < m; ++b) {
      nearest = std::min(nearest, kl_pq(a, b) + log_pi[a] - log_omega[b]);
    }
    out.variational += pi * (p_below - q_below);
    out.product += pi * (p_above - q_above);
    out.matched += pi * nearest;
    lower += pi * (p_below - entropy - q_above);
    upper += pi * (p_above + entropy - q_below);
  }
  const bool is_known = n == 1 && m == 1;
  out.upper_bound =
      is_known ? kl_pq(0, 0) : std::min(upper, divided_bound(log_pi, log_omega, kl_pq));
  out.lower_bound = is_known ? kl_pq(0, 0) : std::min(std::max(lower, 0.0), out.upper_bound);
  return out;
}

}  // namespace leibler::inline v0::detail
