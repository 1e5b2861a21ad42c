// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iosfwd>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <leibler/models/distribution.hpp>
#include <leibler/models/empirical.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/scalar.hpp>

namespace leibler::inline v0 {

namespace detail {

/// @throws InvalidArgument  if there is no row or a wrong number of coefficients
void check_coefficients(const MatrixView& x, std::size_t coefficients);
/// @throws InvalidArgument, DomainError  unless y has an outcome 0 or 1 for each row of x
void check_outcomes(const MatrixView& x, std::span<const double> y);

}  // namespace detail

/// y_i ~ Bernoulli(1 / (1 + exp(-(alpha + x_i beta)))), i = 1 ... n, independent given the rows of
/// x.
///
///     log p(y) = -sum_i softplus((1 - 2 y_i) (alpha + x_i beta))
///
/// With differentiated coefficients all rows are one operation of the tape, a few multiply-adds
/// and one exponential and logarithm a row; x and y are looked at during log_density(y), not kept.
template <class Alpha = double, class Beta = Vector>
class LogisticRegression {
 public:
  /// @param x      n x k; has to outlive this object. It is not looked at here: a NaN in it makes
  ///               the log density NaN, which the density that is evaluated reports
  /// @param alpha  the intercept
  /// @param beta   k coefficients
  /// @throws InvalidArgument  if beta.size() is not x.cols()
  LogisticRegression(const Matrix& x, const Alpha& alpha, const Beta& beta)
      : x_(&x), alpha_(alpha), beta_(beta) {
    detail::check_coefficients(as_view(x), static_cast<std::size_t>(beta.size()));
  }

  /// @param y  n outcomes, 0 or 1
  /// @throws InvalidArgument, DomainError  if the size is wrong or an entry neither
  [[nodiscard]] Real log_density(const Vector& y) const {
    const auto rows = static_cast<std::size_t>(x_->rows());
    detail::check_outcomes(as_view(*x_), as_span(y));
    return engine::Tape::current().linear_model(
        engine::kernels::Link::logistic,
        {x_->data(), y.data(), rows, static_cast<std::size_t>(x_->cols()), 1, rows}, alpha_, beta_);
  }

 private:
  const Matrix* x_;
  Real alpha_;
  Reals beta_;
};

/// With plain coefficients: a distribution of n columns of zeros and ones, and a model.
///
/// Parameters: alpha, then beta. Cost: n multiply-adds a point; n (k + 1) once a step.
template <>
class LogisticRegression<double, Vector> {
 public:
  static constexpr const char* name = "LogisticRegression";
  static constexpr bool is_discrete = true;

  struct Evaluation {
    Batch y;
    const double* log_density;
  };

  /// @param x      n x k, n >= 1, finite; copied
  /// @param alpha  finite
  /// @param beta   size k, finite
  /// @throws InvalidArgument, DomainError
  LogisticRegression(const Matrix& x, double alpha, const Vector& beta)
      : LogisticRegression(as_view(x), alpha, as_span(beta)) {}

  [[nodiscard]] std::size_t dimension() const { return rows_; }
  [[nodiscard]] double alpha() const { return theta_[0]; }
  [[nodiscard]] Vector beta() const { return as_vector(std::span(theta_).subspan(1)); }

  /// P(y_i = 1), i < n.
  [[nodiscard]] Vector mean() const { return as_vector(probability_); }
  /// In nats.
  [[nodiscard]] double entropy() const;

  /// At one vector of n outcomes; -inf where an entry is neither 0 nor 1.
  [[nodiscard]] double log_density(const Vector& y) const;
  /// At every row of y, m x n.
  [[nodiscard]] Vector log_density(const Points& y) const { return leibler::log_density(*this, y); }
  void log_density(const Batch& y, double* out, Workspace& workspace) const;
  [[nodiscard]] Evaluation evaluate(const Batch& y, Workspace& workspace) const;
  void log_density(const Evaluation& at, double* out) const;

  [[nodiscard]] std::size_t parameter_count() const { return theta_.size(); }
  void parameters(std::span<double> out) const;
  /// @throws InvalidArgument, DomainError  if the size or a value is wrong; *this is then unchanged
  [[nodiscard]] LogisticRegression with_parameters(std::span<const double> theta) const& {
    return LogisticRegression(*this).with_parameters(theta);
  }
  [[nodiscard]] LogisticRegression with_parameters(std::span<const double> theta) && {
    assign(theta);
    return std::move(*this);
  }
  /// sum_i weight_i y_i, n numbers, and the sum of weights.
  [[nodiscard]] std::size_t gradient_sums_size() const { return rows_ + 1; }
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace& workspace) const;
  void parameter_gradient(const double* sums, std::span<double> out) const;

  void sample(const Stream& stream, const MutableBatch& y, Workspace& workspace) const;

  /// The coefficients that make the outcomes most probable, by Newton's method from zero.
  /// @param data  rows of n outcomes, as a rule one
  /// @throws DomainError  if a plane separates the outcomes, where there is no maximum, or columns
  ///                      of x depend on each other
  [[nodiscard]] LogisticRegression maximum_likelihood(const Empirical& data) const {
    return fitted_to(data);
  }

  friend std::ostream& operator<<(std::ostream& out, const LogisticRegression& p) {
    p.print(out);
    return out;
  }

 private:
  LogisticRegression(const MatrixView& x, double alpha, std::span<const double> beta);
  [[nodiscard]] LogisticRegression fitted_to(const Empirical& data) const;
  [[nodiscard]] MatrixView x() const { return {x_.data(), rows_, theta_.size() - 1}; }
  [[nodiscard]] double log_density_of(const double* y, std::size_t stride) const;
  void assign(std::span<const double> theta);
  void prepare();
  void print(std::ostream& out) const;

  std::size_t rows_;
  std::vector<double> x_, theta_, eta_, probability_;
  double constant_ = 0.0;  // -sum_i softplus(eta_i)
};

template <class A, class B>
LogisticRegression(const Matrix&, const A&, const B&) -> LogisticRegression<Scalar<A>, B>;

}  // namespace leibler::inline v0
