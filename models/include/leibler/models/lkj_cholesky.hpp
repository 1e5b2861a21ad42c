// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <leibler/models/closed_form.hpp>
#include <leibler/models/lower_triangle.hpp>
#include <leibler/models/vector_family.hpp>

namespace leibler::inline v0 {

namespace detail {

extern const VectorFamily lkj_cholesky_family;

/// @throws InvalidArgument, DomainError
[[nodiscard]] std::vector<double> lkj_arguments(std::size_t dimension, double shape);
/// @throws InvalidArgument  unless 2 <= dimension
void check_lkj_dimension(std::size_t dimension);
[[nodiscard]] double renyi_of_lkj(const Powers& o, std::size_t dimension, double shape_p,
                                  double shape_q);

}  // namespace detail

/// The Cholesky factor L of a d x d correlation matrix R = L L^T with density proportional to
/// det(R)^(shape - 1) [1]: shape 1 is uniform over correlation matrices, a larger one prefers those
/// near the identity.
///
/// x has d (d + 1) / 2 columns, the lower triangle of L by rows (pack_lower, unpack_lower):
/// L_ii > 0, rows of length 1 within 1e-9; elsewhere the log density is -inf.
///
///     log p(x) = sum_i (2 b_i - 2) log L_ii - i / 2 log pi + log Gamma(b_i + i / 2) - log
///     Gamma(b_i), b_i = shape + (d - 1 - i) / 2,   i = 1 ... d - 1 counted from 0
///
/// It is a density of the entries below the diagonal, which decide those on it. The point gradient
/// is that of the formula in all columns, (2 b_i - 2) / L_ii on the diagonal and 0 elsewhere: what
/// a direction along the rows' spheres is multiplied with.
///
/// Parameter: log shape. Rows are independent, row i is uniform in direction and 1 - L_ii^2 is
/// Beta(i / 2, b_i): draws are exact.
///
/// [1] D. Lewandowski, D. Kurowicka and H. Joe. Generating random correlation matrices based on
///     vines and extended onion method. Journal of Multivariate Analysis, 2009. Section 3.
///
///     const LkjCholesky p(3, 2.0);
///     const Matrix factor = unpack_lower(sample(p, 1, Seed{1}).row(0));
template <class T = double>
class LkjCholesky;

template <>
class LkjCholesky<double> : public detail::VectorModel<LkjCholesky<double>> {
  using Base = detail::VectorModel<LkjCholesky<double>>;

 public:
  static constexpr const char* name = "LkjCholesky";
  static constexpr bool is_on_surface = true;
  static const detail::VectorFamily& family() { return detail::lkj_cholesky_family; }

  /// @param dimension  rows of the matrix, >= 2
  /// @param shape      finite and > 0
  /// @throws InvalidArgument, DomainError
  LkjCholesky(std::size_t dimension, double shape)
      : Base(detail::with_arguments(family(), dimension, detail::lkj_arguments(dimension, shape))) {
  }

  /// Rows of the matrix; dimension() counts the columns of points.
  [[nodiscard]] std::size_t rows() const { return state().n; }
  [[nodiscard]] double shape() const { return arguments()[0]; }

 private:
  using Base::arguments;
  friend detail::VectorArguments<LkjCholesky<double>>;
  explicit LkjCholesky(detail::VectorState state) : Base(std::move(state)) {}
};

/// With a differentiated shape: a log density on the tape.
template <>
class LkjCholesky<Real> : public detail::RecordedVector<LkjCholesky<Real>> {
 public:
  static const detail::VectorFamily& family() { return detail::lkj_cholesky_family; }

  /// @throws InvalidArgument  unless dimension >= 2
  LkjCholesky(std::size_t dimension, const Real& shape)
      : RecordedVector((detail::check_lkj_dimension(dimension), dimension), {shape}) {}
};

template <class S>
LkjCholesky(std::size_t, const S&) -> LkjCholesky<Scalar<S>>;

static_assert(Distribution<LkjCholesky<>> && Parametric<LkjCholesky<>> &&
              Differentiable<LkjCholesky<>>);

/// Of all orders; infinite where the mix of the shapes is not above 0.
[[nodiscard]] inline std::optional<double> scaled_renyi(const Powers& o, const LkjCholesky<>& p,
                                                        const LkjCholesky<>& q) {
  return detail::renyi_of_lkj(o, p.rows(), p.shape(), q.shape());
}

}  // namespace leibler::inline v0
