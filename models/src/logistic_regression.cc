// SPDX-License-Identifier: MIT
#include <leibler/models/logistic_regression.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>
#include <string>

#include <leibler/engine/check.hpp>
#include <leibler/engine/chunks.hpp>
#include <leibler/engine/functions.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/kernels/random.hpp>
#include <leibler/engine/linear_algebra.hpp>

namespace leibler::inline v0 {

namespace {

constexpr auto class_name = "LogisticRegression";

}  // namespace

namespace detail {

void check_coefficients(const MatrixView& x, std::size_t coefficients) {
  check::at_least(class_name, "x.rows()", static_cast<std::int64_t>(x.rows), 1, "give a row");
  check::size(class_name, "beta.size()", coefficients, x.columns,
              "give one coefficient for each column of x");
}

void check_outcomes(const MatrixView& x, std::span<const double> y) {
  constexpr auto where = "LogisticRegression::log_density";
  check::size(where, "y.size()", y.size(), x.rows, "give one outcome for each row of x");
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] == 0.0 || y[i] == 1.0) continue;
    throw DomainError({where,
                       "y",
                       {i},
                       "= " + to_text(y[i]),
                       "outcomes must be 0 or 1",
                       "code the two classes as 0 and 1"});
  }
}

}  // namespace detail

using Plain = LogisticRegression<double, Vector>;

Plain::LogisticRegression(const MatrixView& x, double alpha, std::span<const double> beta)
    : rows_(x.rows), x_(x.data, x.data + x.rows * x.columns) {
  detail::check_coefficients(x, beta.size());
  check::finite(class_name, "x", x.data, x.rows, x.columns, x.rows,
                "look at the rows that were read");
  check::finite(class_name, "alpha", alpha);
  check::finite(class_name, "beta", beta);
  theta_.push_back(alpha);
  theta_.insert(theta_.end(), beta.begin(), beta.end());
  eta_.resize(rows_);
  probability_.resize(rows_);
  prepare();
}

void Plain::prepare() {
  std::fill(eta_.begin(), eta_.end(), theta_[0]);
  for (std::size_t k = 1; k < theta_.size(); ++k) {
    engine::kernels::add_scaled(theta_[k], x_.data() + (k - 1) * rows_, eta_.data(), rows_);
  }
  constant_ = 0.0;
  for (std::size_t i = 0; i < rows_; ++i) {
    probability_[i] = engine::logistic(eta_[i]);
    constant_ -= engine::softplus(eta_[i]);
  }
}

void Plain::assign(std::span<const double> theta) {
  constexpr auto where = "LogisticRegression::with_parameters";
  check::size(where, "theta.size()", theta.size(), theta_.size(),
              "give alpha and one coefficient for each column of x");
  check::finite(where, "theta", theta, "look where the value comes from");
  double magnitude = std::abs(theta[0]);
  for (std::size_t k = 1; k < theta.size(); ++k) {
    double largest = 0.0;
    for (std::size_t i = 0; i < rows_; ++i) {
      largest = std::max(largest, std::abs(x_[(k - 1) * rows_ + i]));
    }
    magnitude += std::abs(theta[k]) * largest;
  }
  if (!(magnitude < 0x1p1000)) {
    throw DomainError({where,
                       "theta",
                       {},
                       "makes alpha + x beta overflow",
                       "predictors must be finite",
                       "take smaller steps"});
  }
  std::copy(theta.begin(), theta.end(), theta_.begin());
  prepare();
}

// -sum softplus((1 - 2 y) eta): no difference of large numbers.
double Plain::log_density_of(const double* y, std::size_t stride) const {
  double sum = 0.0;
  bool is_outside = false;
  for (std::size_t i = 0; i < rows_; ++i) {
    const double v = y[i * stride];
    if (std::isnan(v)) return v;
    is_outside = is_outside || (v != 0.0 && v != 1.0);
    sum -= engine::softplus(v == 1.0 ? -eta_[i] : eta_[i]);
  }
  return is_outside ? -std::numeric_limits<double>::infinity() : sum;
}

double Plain::log_density(const Vector& y) const {
  check::size("LogisticRegression::log_density", "y.size()", static_cast<std::size_t>(y.size()),
              rows_, "give one outcome for each row of x");
  return log_density_of(y.data(), 1);
}

void Plain::log_density(const Batch& y, double* out, Workspace&) const {
  for (std::size_t i = 0; i < engine::padded(y.size); ++i) {
    out[i] = log_density_of(y.data + std::min(i, y.size - 1), y.stride);
  }
}

Plain::Evaluation Plain::evaluate(const Batch& y, Workspace& workspace) const {
  double* const out = workspace.take(engine::padded(y.size));
  log_density(y, out, workspace);
  return {y, out};
}

void Plain::log_density(const Evaluation& at, double* out) const {
  std::copy_n(at.log_density, engine::padded(at.y.size), out);
}

double Plain::entropy() const {
  double sum = 0.0;
  for (const double eta : eta_) {
    sum += engine::softplus(eta) - (eta == 0.0 ? 0.0 : engine::logistic(eta) * eta);
  }
  return sum;
}

void Plain::parameters(std::span<double> out) const {
  check::size("LogisticRegression::parameters", "out.size()", out.size(), theta_.size());
  std::copy(theta_.begin(), theta_.end(), out.begin());
}

void Plain::add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                              Workspace&) const {
  using namespace engine::kernels;
  const std::size_t n = at.y.size;
  for (std::size_t j = 0; j < rows_; ++j) {
    const double* const column = at.y.data + j * at.y.stride;
    sums[j] += weight == nullptr ? sum(column, n) : dot(column, weight, n);
  }
  sums[rows_] += weight == nullptr ? static_cast<double>(n) : sum(weight, n);
}

void Plain::parameter_gradient(const double* sums, std::span<double> out) const {
  std::vector<double> residual(rows_);
  for (std::size_t i = 0; i < rows_; ++i) residual[i] = sums[i] - sums[rows_] * probability_[i];
  out[0] = engine::kernels::sum(residual.data(), rows_);
  for (std::size_t k = 1; k < theta_.size(); ++k) {
    out[k] = engine::kernels::dot(x_.data() + (k - 1) * rows_, residual.data(), rows_);
  }
}

void Plain::sample(const Stream& stream, const MutableBatch& y, Workspace& workspace) const {
  const Workspace::Frame frame(workspace);
  const std::size_t n = engine::padded(y.size);
  double* const u = workspace.take(n * rows_);
  engine::kernels::uniform_fill(stream, u, n * rows_);
  for (std::size_t i = 0; i < n; ++i) {  // row by row, so that a draw does not depend on n
    for (std::size_t j = 0; j < rows_; ++j) {
      y.data[j * y.stride + i] = u[i * rows_ + j] < probability_[j] ? 1.0 : 0.0;
    }
  }
}

// Newton's method with halved steps; the log likelihood is concave.
Plain Plain::fitted_to(const Empirical& data) const {
  constexpr auto where = "LogisticRegression::maximum_likelihood";
  constexpr int most_steps = 100;
  check::size(where, "data.dimension()", data.dimension(), rows_,
              "give one outcome for each row of x");
  const std::size_t p = theta_.size();
  const auto points = data.points();
  const Vector weights = data.weights();
  std::vector<double> sums(rows_ + 1, 0.0);
  for (Index i = 0; i < points.rows(); ++i) {
    for (Index j = 0; j < points.cols(); ++j) {
      const double v = points(i, j);
      if (v != 0.0 && v != 1.0) {
        throw DomainError({where,
                           "data",
                           {static_cast<std::size_t>(i), static_cast<std::size_t>(j)},
                           "= " + to_text(v),
                           "outcomes must be 0 or 1",
                           "code the two classes as 0 and 1"});
      }
      sums[static_cast<std::size_t>(j)] += weights[i] * v;
    }
  }
  sums[rows_] = 1.0;
  Plain q = with_parameters(std::vector<double>(p, 0.0));
  const auto value = [&](const Plain& at) {
    double total = 0.0;
    for (std::size_t i = 0; i < rows_; ++i) {
      total -=
          (1.0 - sums[i]) * engine::softplus(at.eta_[i]) + sums[i] * engine::softplus(-at.eta_[i]);
    }
    return total;
  };
  const auto row = [&](std::size_t i, std::size_t k) {
    return k == 0 ? 1.0 : x_[(k - 1) * rows_ + i];
  };
  std::vector<double> gradient(p), information(p * p), factor(p * (p + 1) / 2);
  double best = value(q);
  for (int step = 0; step < most_steps; ++step) {
    q.parameter_gradient(sums.data(), gradient);
    for (std::size_t a = 0; a < p; ++a) {
      for (std::size_t b = 0; b <= a; ++b) {
        double total = 0.0;
        for (std::size_t i = 0; i < rows_; ++i) {
          total +=
              row(i, a) * row(i, b) * engine::logistic(q.eta_[i]) * engine::logistic(-q.eta_[i]);
        }
        information[a + b * p] = information[b + a * p] = total;
      }
    }
    if (!engine::cholesky(information, p, factor)) break;
    std::vector<double> move = gradient;
    engine::solve_lower(factor, p, move);
    engine::solve_lower_transposed(factor, p, move);
    double scale = 1.0, reached = best;
    std::vector<double> theta(p);
    for (int halving = 0; halving < 40; ++halving, scale *= 0.5) {
      for (std::size_t k = 0; k < p; ++k) theta[k] = q.theta_[k] + scale * move[k];
      const Plain next = q.with_parameters(theta);
      reached = value(next);
      if (reached < best) continue;
      q = next;
      break;
    }
    const double gain = reached - best;
    best = std::max(best, reached);
    if (gain <= 1e-15 * (1.0 + std::abs(best)) && best < -1e-6) return q;
  }
  throw DomainError({where,
                     "data",
                     {},
                     "have no most probable coefficients",
                     "the classes must overlap and no column of x depend on the others",
                     "add a prior (a posterior can be fitted) or leave columns out"});
}

void Plain::print(std::ostream& out) const {
  std::string text = std::string(class_name) + "(" + std::to_string(rows_) +
                     " rows, alpha = " + to_short_text(theta_[0]) + ", beta = (";
  for (std::size_t k = 1; k < theta_.size() && k <= 8; ++k) {
    text += (k == 1 ? "" : ", ") + to_short_text(theta_[k]);
  }
  out << text + (theta_.size() > 9 ? ", ...))" : "))");
}

}  // namespace leibler::inline v0
