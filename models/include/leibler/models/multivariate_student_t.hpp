// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <leibler/engine/linear_algebra.hpp>
#include <leibler/models/vector_family.hpp>

namespace leibler::inline v0 {

struct StudentTLikelihoodOptions {
  bool keep_degrees_of_freedom = false;  ///< only location and scale are fitted
};

namespace detail {

extern const VectorFamily multivariate_student_t_family;

/// Degrees of freedom, location, packed Cholesky factor of the scale.
/// @throws InvalidArgument, DomainError
[[nodiscard]] std::vector<double> student_t_arguments(double degrees_of_freedom,
                                                      std::span<const double> location,
                                                      const MatrixView& scale);
/// The packed Cholesky factor of a scale matrix.
[[nodiscard]] std::vector<double> scale_factor(const char* name, const MatrixView& scale);
[[nodiscard]] VectorState student_t_maximum_likelihood(const VectorState& start,
                                                       const Empirical& data,
                                                       const StudentTLikelihoodOptions& options);

/// @throws InvalidArgument  unless the factor is a packed triangle of that dimension
void check_factor_size(const char* name, std::size_t size, std::size_t dimension);

/// A factor of differentiated numbers, packed by rows, or that of a matrix of plain ones.
[[nodiscard]] inline std::vector<Real> real_factor(const char*, const Reals& factor) {
  return entries(factor);
}
[[nodiscard]] inline std::vector<Real> real_factor(const char*, std::vector<Real> factor) {
  return factor;
}
[[nodiscard]] inline std::vector<Real> real_factor(const char* name, const Matrix& scale) {
  const auto factor = scale_factor(name, as_view(scale));
  return {factor.begin(), factor.end()};
}

}  // namespace detail

/// Student's t distribution in d dimensions: location + L z sqrt(v / g), z standard normal, g
/// chi-square with v = degrees_of_freedom, L L^T = scale.
///
///     log p(x) = -(v + d) / 2 log(1 + |w|^2 / v) - sum_i log L_ii - d / 2 log(v pi)
///                + log Gamma((v + d) / 2) - log Gamma(v / 2),   w = L^-1 (x - location)
///
/// The covariance is v / (v - 2) scale. Parameters: log v, d locations, then L by rows with
/// log L_ii on the diagonal. Cost per point: d^2 / 2 nodes of the tape.
///
///     const MultivariateStudentT p(4, Vector{{0, 1}}, Matrix{{2, 0.5}, {0.5, 1}});
template <class T = double>
class MultivariateStudentT;

template <>
class MultivariateStudentT<double> : public detail::VectorModel<MultivariateStudentT<double>> {
  using Base = detail::VectorModel<MultivariateStudentT<double>>;

 public:
  static constexpr const char* name = "MultivariateStudentT";
  static const detail::VectorFamily& family() { return detail::multivariate_student_t_family; }

  /// @param degrees_of_freedom  finite and > 0
  /// @param location            size d >= 1, finite
  /// @param scale               d x d, symmetric positive definite
  /// @throws InvalidArgument, DomainError
  MultivariateStudentT(double degrees_of_freedom, const Vector& location, const Matrix& scale)
      : Base(detail::with_arguments(
            family(), as_span(location).size(),
            detail::student_t_arguments(degrees_of_freedom, as_span(location), as_view(scale)))) {}

  [[nodiscard]] double degrees_of_freedom() const { return arguments()[0]; }
  [[nodiscard]] Vector location() const { return arguments(1, dimension()); }
  [[nodiscard]] Matrix scale() const {
    const std::size_t d = dimension();
    Matrix out(static_cast<Index>(d), static_cast<Index>(d));
    engine::product_with_transpose({arguments() + 1 + d, d * (d + 1) / 2}, d, {out.data(), d * d});
    return out;
  }

  /// By expectation conditional maximisation; location, scale and, unless they are kept, the
  /// degrees of freedom.
  /// @throws InvalidArgument  if the data have not d columns
  /// @throws DomainError      if they have no maximum: points in a hyperplane, or tails that are no
  ///                          heavier than a Gaussian's
  [[nodiscard]] MultivariateStudentT maximum_likelihood(
      const Empirical& data, const StudentTLikelihoodOptions& options = {}) const {
    return MultivariateStudentT(detail::student_t_maximum_likelihood(state(), data, options));
  }

 private:
  using Base::arguments;
  friend detail::VectorArguments<MultivariateStudentT<double>>;
  explicit MultivariateStudentT(detail::VectorState state) : Base(std::move(state)) {}
};

/// With differentiated arguments: a log density on the tape.
template <>
class MultivariateStudentT<Real> : public detail::RecordedVector<MultivariateStudentT<Real>> {
 public:
  static constexpr const char* name = "MultivariateStudentT";
  static const detail::VectorFamily& family() { return detail::multivariate_student_t_family; }

  /// @param location  Reals, a std::vector<Real> or a Vector
  /// @param scale     a Matrix, or the differentiated Cholesky factor of one, packed by rows, with
  /// a
  ///                  positive diagonal
  /// @throws InvalidArgument, DomainError
  template <class L, class S>
  MultivariateStudentT(const Real& degrees_of_freedom, const L& location, const S& scale)
      : MultivariateStudentT(degrees_of_freedom, detail::reals(location),
                             detail::real_factor(name, scale), 0) {}

 private:
  MultivariateStudentT(const Real& degrees_of_freedom, const std::vector<Real>& location,
                       const std::vector<Real>& factor, int)
      : RecordedVector(location.size(), joined(degrees_of_freedom, location, factor)) {}
  static std::vector<Real> joined(const Real& degrees_of_freedom, const std::vector<Real>& location,
                                  const std::vector<Real>& factor) {
    detail::check_factor_size(name, factor.size(), location.size());
    std::vector<Real> a{degrees_of_freedom};
    a.insert(a.end(), location.begin(), location.end());
    a.insert(a.end(), factor.begin(), factor.end());
    return a;
  }
};

template <class V, class L, class S>
MultivariateStudentT(const V&, const L&, const S&)
    -> MultivariateStudentT<detail::VectorScalar<V, L, S>>;

static_assert(Distribution<MultivariateStudentT<>> && Parametric<MultivariateStudentT<>> &&
              Differentiable<MultivariateStudentT<>>);

}  // namespace leibler::inline v0
