// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <leibler/engine/linear_algebra.hpp>
#include <leibler/models/closed_form.hpp>
#include <leibler/models/lower_triangle.hpp>
#include <leibler/models/multivariate_student_t.hpp>
#include <leibler/models/vector_family.hpp>

namespace leibler::inline v0 {

namespace detail {

extern const VectorFamily wishart_family;

/// Degrees of freedom and the packed Cholesky factor of the scale.
/// @throws InvalidArgument, DomainError
[[nodiscard]] std::vector<double> wishart_arguments(double degrees_of_freedom,
                                                    const MatrixView& scale);
/// d of a packed triangle.
/// @throws InvalidArgument  if the size is not that of one
[[nodiscard]] std::size_t wishart_dimension(std::size_t factor_size);
/// Of degrees of freedom and packed factors.
[[nodiscard]] double renyi_of_wisharts(const Powers& o, std::size_t rows, const double* p,
                                       const double* q);

}  // namespace detail

/// Symmetric positive definite d x d matrices X: for a whole number v = degrees_of_freedom, the sum
/// of v products z z^T, z normal with covariance V = scale.
///
/// x has d (d + 1) / 2 columns, the lower triangle of X by rows (pack_lower, unpack_symmetric), and
/// the density is one of these; it is -inf where X is not numerically positive definite.
///
///     log p(x) = (v - d - 1) / 2 log det X - tr(V^-1 X) / 2 - v d / 2 log 2 - v / 2 log det V
///                - d (d - 1) / 4 log pi - sum_{j < d} log Gamma((v - j) / 2)
///
/// Parameters: log(v - d + 1), then the Cholesky factor of V by rows with logarithms on the
/// diagonal. Draws by Bartlett's decomposition [1]. Cost per point: d^3 / 3 operations of the tape.
///
/// [1] M. Bartlett. On the theory of statistical regression. Proceedings of the Royal Society of
///     Edinburgh, 1933.
///
///     const Wishart p(5, Matrix{{2, 0.5}, {0.5, 1}});
///     const Matrix x = unpack_symmetric(sample(p, 1, Seed{1}).row(0));
template <class T = double>
class Wishart;

template <>
class Wishart<double> : public detail::VectorModel<Wishart<double>> {
  using Base = detail::VectorModel<Wishart<double>>;

 public:
  static constexpr const char* name = "Wishart";
  static const detail::VectorFamily& family() { return detail::wishart_family; }

  /// @param degrees_of_freedom  finite and > d - 1
  /// @param scale               d x d, symmetric positive definite
  /// @throws InvalidArgument, DomainError
  Wishart(double degrees_of_freedom, const Matrix& scale)
      : Base(detail::with_arguments(
            family(), as_view(scale).rows,
            detail::wishart_arguments(degrees_of_freedom, as_view(scale)))) {}

  /// Rows of the matrix; dimension() counts the columns of points.
  [[nodiscard]] std::size_t rows() const { return state().n; }
  [[nodiscard]] double degrees_of_freedom() const { return arguments()[0]; }
  [[nodiscard]] Matrix scale() const {
    const std::size_t d = rows();
    Matrix out(static_cast<Index>(d), static_cast<Index>(d));
    engine::product_with_transpose({arguments() + 1, d * (d + 1) / 2}, d, {out.data(), d * d});
    return out;
  }

  /// Of all orders; infinite where the mix of the degrees of freedom is not above rows - 1, or
  /// a V_p^-1 + b V_q^-1 not positive definite.
  [[nodiscard]] friend std::optional<double> scaled_renyi(const Powers& o, const Wishart& p,
                                                          const Wishart& q) {
    return detail::renyi_of_wisharts(o, p.rows(), p.arguments(), q.arguments());
  }

 private:
  using Base::arguments;
  friend detail::VectorArguments<Wishart<double>>;
  explicit Wishart(detail::VectorState state) : Base(std::move(state)) {}
};

/// With differentiated arguments: a log density on the tape.
template <>
class Wishart<Real> : public detail::RecordedVector<Wishart<Real>> {
 public:
  static constexpr const char* name = "Wishart";
  static const detail::VectorFamily& family() { return detail::wishart_family; }

  /// @param scale  a Matrix, or the differentiated Cholesky factor of one, packed by rows, with a
  ///               positive diagonal
  /// @throws InvalidArgument, DomainError
  template <class S>
  Wishart(const Real& degrees_of_freedom, const S& scale)
      : Wishart(degrees_of_freedom, detail::real_factor(name, scale), 0) {}

 private:
  Wishart(const Real& degrees_of_freedom, const std::vector<Real>& factor, int)
      : RecordedVector(detail::wishart_dimension(factor.size()),
                       joined(degrees_of_freedom, factor)) {}
  static std::vector<Real> joined(const Real& degrees_of_freedom, const std::vector<Real>& factor) {
    std::vector<Real> a{degrees_of_freedom};
    a.insert(a.end(), factor.begin(), factor.end());
    return a;
  }
};

template <class V, class S>
Wishart(const V&, const S&) -> Wishart<detail::VectorScalar<V, S>>;

static_assert(Distribution<Wishart<>> && Parametric<Wishart<>> && Differentiable<Wishart<>>);

}  // namespace leibler::inline v0
