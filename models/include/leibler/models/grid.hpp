// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include <leibler/models/distribution.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/types.hpp>

namespace leibler::inline v0 {

/// A density tabulated on a grid: multilinear between the nodes, zero outside.
///
/// Values are given in the order of counting: the last axis runs fastest, so that node (i, j, k) of
/// three axes is number (i n_1 + j) n_2 + k. They are divided by the exact integral of the
/// interpolant, whose logarithm is log_normalizer(). Cost per point: a search in every axis and 2^d
/// values. Gradients are those of the cell of a point; on a face, of the cell above.
///
///     const Grid p(Vector{{0, 1, 4}}, Vector{{1, 2, 0}});
///     const Grid q(x_axis, y_axis, values);                   // values(i, j) at (x_i, y_j)
class Grid {
 public:
  static constexpr const char* name = "Grid";
  static constexpr bool normalized = true;

  struct Evaluation {
    Batch x;
    const double* log_density;
    Batch point_gradient;
  };

  /// @param axes    one a dimension, at most 10, each of at least two nodes, finite, increasing
  /// @param values  one a node, finite, >= 0, not all 0
  /// @throws InvalidArgument, DomainError
  Grid(const std::vector<Vector>& axes, const Vector& values)
      : Grid(lists(axes), as_span(values)) {}
  Grid(const Vector& axis, const Vector& values) : Grid(std::vector<Vector>{axis}, values) {}
  /// values(i, j) at (x[i], y[j]).
  Grid(const Vector& x, const Vector& y, const Matrix& values);

  [[nodiscard]] std::size_t dimension() const { return axes_.size(); }
  [[nodiscard]] Vector axis(std::size_t j) const;
  /// As given.
  [[nodiscard]] Vector values() const { return as_vector(values_); }
  /// log of the integral of the interpolant of the values, as given.
  [[nodiscard]] double log_normalizer() const { return log_normalizer_; }

  [[nodiscard]] Vector mean() const;

  /// At every row of x, n x d.
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const {
    return leibler::log_density(*this, x);
  }
  void log_density(const Batch& x, double* out, Workspace&) const { evaluate(x, out, nullptr); }
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const;
  void log_density(const Evaluation& at, double* out) const {
    std::copy_n(at.log_density, at.x.size, out);
  }
  void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace&) const;

  /// A cell by its mass, then each coordinate within it given those before: exact.
  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const;

  // files

  /// As JSON, "axis_0", "axis_1", ... and "values", from which the same bits come back.
  [[nodiscard]] std::string to_json() const;
  /// @throws RuntimeError  if the text is malformed; DomainError, InvalidArgument if a value is
  /// wrong
  [[nodiscard]] static Grid from_json(const std::string& text);
  void save(const std::string& path) const;
  [[nodiscard]] static Grid load(const std::string& path);

  friend std::ostream& operator<<(std::ostream& out, const Grid& p) {
    p.print(out);
    return out;
  }

 private:
  using Axes = std::vector<std::vector<double>>;
  Grid(Axes axes, std::span<const double> values);
  static Axes lists(const std::vector<Vector>& axes);
  static Grid read(const std::string& where, const std::string& file, const std::string& text);
  void evaluate(const Batch& x, double* out, const MutableBatch* gradient) const;
  void print(std::ostream& out) const;

  Axes axes_;
  std::vector<double> values_, scaled_;  // as given, and divided by the largest
  std::vector<double> cumulative_;       // masses of the cells, in the order of their lower nodes
  double log_normalizer_ = 0.0, log_scaled_normalizer_ = 0.0;
};

static_assert(Distribution<Grid> && Differentiable<Grid>);

}  // namespace leibler::inline v0
