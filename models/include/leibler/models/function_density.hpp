// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iosfwd>
#include <span>
#include <type_traits>
#include <utility>

#include <leibler/engine/check.hpp>
#include <leibler/engine/chunks.hpp>
#include <leibler/models/distribution.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/scalar.hpp>
#include <leibler/models/tape_evaluation.hpp>

// A user's own log density as a model: what ReverseKl and expectations take.
namespace leibler::inline v0 {

namespace detail {

/// Of a user's density: a NaN, or +inf, at a finite point, or a gradient that is not finite where
/// the density is.
/// @throws DomainError  that names the first such point
void check_user_density(const Batch& x, const double* log_density, const Batch& gradient);

[[nodiscard]] std::size_t checked_dimension(std::size_t dimension);

/// A point of a batch, as callables with their own gradient see it: x[j] and x.size().
class PointView {
 public:
  PointView(const Batch& x, std::size_t row)
      : data_(x.data + row), size_(x.dimension), stride_(x.stride) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] double operator[](std::ptrdiff_t j) const {
    return data_[static_cast<std::size_t>(j) * stride_];
  }
  [[nodiscard]] Vector vector() const {
    Vector v(static_cast<Index>(size_));
    for (Index j = 0; j < v.size(); ++j) v[j] = (*this)[j];
    return v;
  }

 private:
  const double* data_;
  std::size_t size_, stride_;
};

}  // namespace detail

/// An unnormalised log density of the user's own, differentiated on the tape: made by `density`.
///
/// The callable is called with a point x, x[j] a Real and x.size() as large as the dimension, for a
/// block of points at once; it says log p(x), up to a constant, as a Real or a double. It may be
/// called from several threads at once. Cost: that of its operations, three to four times that for
/// gradients; nothing is allocated after the first evaluation.
template <class F>
class FunctionDensity {
 public:
  static constexpr bool normalized = false;
  using Evaluation = detail::TapeEvaluation;

  FunctionDensity(std::size_t dimension, F f)
      : dimension_(detail::checked_dimension(dimension)), f_(std::move(f)) {}

  [[nodiscard]] std::size_t dimension() const { return dimension_; }

  /// At every row of x, n x d.
  /// @throws DomainError  that names the point where the callable gives NaN or +inf
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const {
    return leibler::log_density(*this, x);
  }

  void log_density(const Batch& x, double* out, Workspace& workspace) const {
    detail::log_density_on_tape(formula(), x, {}, out, workspace);
    detail::check_user_density(x, out, {});
  }
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const {
    const auto at = detail::evaluate_on_tape(formula(), x, {}, true, workspace);
    detail::check_user_density(x, at.log_density, at.point_gradient);
    return at;
  }
  void log_density(const Evaluation& at, double* out) const { detail::copy_log_density(at, out); }
  void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace&) const {
    detail::copy_point_gradient(at, out);
  }

 private:
  [[nodiscard]] detail::TapeFormula formula() const {
    return {this, [](const void* self, const Real* x, const Real*) {
              const auto& p = *static_cast<const FunctionDensity*>(self);
              return Real(p.f_(Reals::of({x, p.dimension_})));
            }};
  }

  std::size_t dimension_;
  F f_;
};

/// The same with a gradient written by hand, point by point: made by `density`.
template <class F, class G>
class HandWrittenDensity {
 public:
  static constexpr bool normalized = false;
  using Evaluation = detail::TapeEvaluation;

  HandWrittenDensity(std::size_t dimension, F value, G gradient)
      : dimension_(detail::checked_dimension(dimension)),
        value_(std::move(value)),
        gradient_(std::move(gradient)) {}

  [[nodiscard]] std::size_t dimension() const { return dimension_; }

  /// At every row of x, n x d.
  /// @throws DomainError  that names the point where a callable gives NaN or an infinity
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const {
    return leibler::log_density(*this, x);
  }

  void log_density(const Batch& x, double* out, Workspace&) const {
    values(x, out);
    detail::check_user_density(x, out, {});
  }
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const {
    double* const out = workspace.take(engine::padded(x.size));
    const auto gradient = engine::take_batch(workspace, x.size, dimension_);
    values(x, out);
    for (std::size_t i = 0; i < engine::padded(x.size); ++i) {
      const detail::PointView point(x, i < x.size ? i : x.size - 1);
      const auto g = gradient_(point);
      if (i < x.size) {
        check::size("density", "gradient(x).size()", static_cast<std::size_t>(g.size()), dimension_,
                    "give one derivative for each coordinate");
      }
      for (std::size_t j = 0; j < dimension_; ++j) {
        gradient.data[j * gradient.stride + i] = g[static_cast<Index>(j)];
      }
    }
    detail::check_user_density(x, out, gradient);
    return {x, out, gradient, {nullptr, x.size, 0, 0}};
  }
  void log_density(const Evaluation& at, double* out) const { detail::copy_log_density(at, out); }
  void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace&) const {
    detail::copy_point_gradient(at, out);
  }

 private:
  void values(const Batch& x, double* out) const {
    for (std::size_t i = 0; i < x.size; ++i) out[i] = value_(detail::PointView(x, i));
    for (std::size_t i = x.size; i < engine::padded(x.size); ++i) out[i] = out[x.size - 1];
  }

  std::size_t dimension_;
  F value_;
  G gradient_;
};

/// An unnormalised density from a callable of a point, differentiated automatically.
///
///     const auto banana = density(2, [](const auto& x) {
///       const auto bend = x[1] - x[0] * x[0];
///       return -0.5 * x[0] * x[0] - 2.0 * bend * bend;
///     });
///
/// @param dimension  at least 1
/// @param f          log p up to a constant: f(x) with x[0] ... x[dimension - 1]
/// @throws InvalidArgument  if dimension is 0
template <class F>
[[nodiscard]] FunctionDensity<F> density(std::size_t dimension, F f) {
  static_assert(std::is_convertible_v<std::invoke_result_t<const F&, const Reals&>, Real>,
                "leibler: density(dimension, f): f takes a point, [](const auto& x) { ... }, and "
                "returns its log density as a number");
  return {dimension, std::move(f)};
}

/// The same with a hand-written gradient: value(x) is a double, gradient(x) a Vector (or whatever
/// has [j] and size()) of the derivatives. verify_gradient compares the two.
template <class F, class G>
[[nodiscard]] HandWrittenDensity<F, G> density(std::size_t dimension, F value, G gradient) {
  static_assert(
      std::is_convertible_v<std::invoke_result_t<const F&, const detail::PointView&>, double>,
      "leibler: density(dimension, value, gradient): value takes a point x with x[j] and returns a "
      "double");
  return {dimension, std::move(value), std::move(gradient)};
}

/// Where a gradient is most wrong.
struct GradientCheck {
  bool passed;
  double
      largest_error;  ///< |analytic - numeric| / (1 + |numeric|), over all points and coordinates
  std::size_t point;  ///< the row of x where
  std::size_t coordinate;  ///< and the column
  double analytic, numeric;

  friend std::ostream& operator<<(std::ostream& out, const GradientCheck& check);
};

namespace detail {

/// What verify_gradient compares with: the log densities of any model at the rows of x.
struct AnyDensity {
  const void* self;
  void (*log_density)(const void* self, const MatrixView& x, double* out);
};
[[nodiscard]] GradientCheck compare_with_differences(const AnyDensity& p, const MatrixView& x,
                                                     const double* gradient, double tolerance);

}  // namespace detail

/// Compares a model's gradient with differences of its log density (five points, the best of
/// several steps) at every row of x, where the log density is finite.
///
///     const auto check = verify_gradient(mine, points);
///     if (!check.passed) std::cerr << check << '\n';
///
/// @param x          n x d, finite, at least one row
/// @param tolerance  of the largest error
/// @throws InvalidArgument, DomainError
template <Differentiable P, class X>
[[nodiscard]] GradientCheck verify_gradient(const P& p, const Eigen::DenseBase<X>& x,
                                            double tolerance = 1e-6) {
  const Points points = x;
  const Points gradient = point_gradient(p, points);
  const detail::AnyDensity any{
      &p, [](const void* self, const MatrixView& at, double* out) {
        const auto rows = static_cast<Index>(at.rows);
        const Eigen::Map<const Points> moved(at.data, rows, static_cast<Index>(at.columns));
        Eigen::Map<Vector>(out, rows) = leibler::log_density(*static_cast<const P*>(self), moved);
      }};
  return detail::compare_with_differences(any, as_view(points), gradient.data(), tolerance);
}

}  // namespace leibler::inline v0
