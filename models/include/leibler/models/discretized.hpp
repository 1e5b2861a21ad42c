// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ostream>
#include <span>
#include <utility>
#include <vector>

#include <leibler/models/distribution.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/parts.hpp>
#include <leibler/models/table.hpp>
#include <leibler/models/types.hpp>

namespace leibler::inline v0 {

namespace detail {

/// Distinct points with a probability each.
class PointTable {
 public:
  /// @param points  n x d, by columns
  /// @throws InvalidArgument, DomainError
  PointTable(std::span<const double> points, std::size_t rows, std::size_t columns,
             std::size_t dimension);

  [[nodiscard]] std::size_t size() const { return probabilities_.size(); }
  [[nodiscard]] const double* points() const { return points_->x.data(); }
  [[nodiscard]] std::span<const double> probabilities() const { return probabilities_; }
  [[nodiscard]] std::span<const double> log_probabilities() const { return logs_; }
  /// A point with a probability above 0.
  [[nodiscard]] std::size_t likely() const { return likely_; }

  /// @param log_density  at every point
  /// @throws DomainError  if one is NaN or +inf, or all are -inf; nothing is changed then
  void assign(std::span<const double> log_density);

  /// -inf at what is none of the points, NaN where a coordinate is.
  void log_density(const Batch& x, double* out) const;
  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const;

 private:
  struct Set {
    std::size_t dimension;
    std::vector<double> x;           // by columns
    std::vector<std::size_t> order;  // of rising rows
  };
  std::shared_ptr<const Set> points_;
  std::vector<double> probabilities_, logs_, cumulative_;
  std::size_t likely_ = 0;
};

/// weight[i], or 1 of none, and 0 where log_p is -inf; returns their sum.
double weights_where_possible(const double* weight, const double* log_p, std::size_t n,
                              double* out);
/// sums[i] -= total expected[i].
void subtract_expected(const double* sums, double total, const double* expected, std::size_t n,
                       double* out);

}  // namespace detail

/// A density at finitely many points and nowhere else, normalised over them:
///
///     P(x_i) = q(x_i) / sum_j q(x_j)
///
/// with the parameters of q. Its own scale is lost, so q need not be normalised. A grid that is
/// fine and wide makes sums of what else are integrals.
///
///     Discretized(Normal(0.0, 1.0), Vector::LinSpaced(501, -8.0, 8.0))
template <Density Q>
class Discretized {
 public:
  static constexpr const char* name = "Discretized";
  static constexpr bool is_discrete = true;

  struct Evaluation {
    Batch x;  ///< points in place of those that are none
    const double* log_density;
  };

  /// @param points  n x d, n >= 1, finite, no two the same; copied
  /// @throws InvalidArgument  if there is none or d is not q's dimension
  /// @throws DomainError      for a point that is not finite or there twice, if q is 0 at all, or
  ///                          no number at one of them
  Discretized(Q q, const Points& points)
      : q_(std::move(q)),
        table_(as_span(points), static_cast<std::size_t>(points.rows()),
               static_cast<std::size_t>(points.cols()), q_.dimension()) {
    prepare();
    if constexpr (Parametric<Q>) {
      theta_.resize(q_.parameter_count());
      q_.parameters(theta_);
    }
  }

  // parameters: those of q

  [[nodiscard]] std::size_t dimension() const { return q_.dimension(); }
  [[nodiscard]] std::size_t parameter_count() const requires Parametric<Q> {
    return q_.parameter_count();
  }
  void parameters(std::span<double> out) const requires Parametric<Q> { q_.parameters(out); }
  /// @throws InvalidArgument, DomainError  as q's, or where q would be 0 at all points; *this is
  ///                                       then unchanged
  [[nodiscard]] Discretized with_parameters(std::span<const double> theta) const& requires
      Parametric<Q> {
    return Discretized(*this).with_parameters(theta);
  }
  [[nodiscard]] Discretized with_parameters(std::span<const double> theta) && requires
      Parametric<Q> {
    q_ = std::move(q_).with_parameters(theta);
    try {
      prepare();
    } catch (...) {
      q_ = std::move(q_).with_parameters(theta_);
      throw;
    }
    std::copy(theta.begin(), theta.end(), theta_.begin());
    return std::move(*this);
  }

  // what is known of it

  /// q as it is without the points.
  [[nodiscard]] const Q& density() const { return q_; }

  /// The support, also where q is 0.
  [[nodiscard]] std::size_t size() const { return table_.size(); }
  [[nodiscard]] Points points() const {
    return Eigen::Map<const Points>(table_.points(), static_cast<Index>(size()),
                                    static_cast<Index>(dimension()));
  }
  /// They add up to 1.
  [[nodiscard]] Vector probabilities() const { return as_vector(table_.probabilities()); }
  [[nodiscard]] Vector log_probabilities() const { return as_vector(table_.log_probabilities()); }
  /// In nats.
  [[nodiscard]] double entropy() const {
    return detail::table_entropy(table_.probabilities(), table_.log_probabilities());
  }

  // log density: -inf at what is none of the points, to the bit

  /// At every row of x.
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const {
    return leibler::log_density(*this, x);
  }
  void log_density(const Batch& x, double* out, Workspace&) const { table_.log_density(x, out); }

  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const {
    double* const log_p = workspace.take(engine::padded(x.size));
    table_.log_density(x, log_p);
    return {on_points(x, log_p, workspace), log_p};
  }
  void log_density(const Evaluation& at, double* out) const {
    std::copy_n(at.log_density, engine::padded(at.x.size), out);
  }

  // gradients: those of log q less their mean; the sum of weights after the sums of q

  [[nodiscard]] std::size_t gradient_sums_size() const requires Parametric<Q> {
    return q_.gradient_sums_size() + 1;
  }
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace& workspace) const requires Parametric<Q> {
    const Workspace::Frame frame(workspace);
    double* const possible = workspace.take_zeros(engine::padded(at.x.size));
    sums[q_.gradient_sums_size()] +=
        detail::weights_where_possible(weight, at.log_density, at.x.size, possible);
    q_.add_gradient_sums(q_.evaluate(at.x, workspace), possible, sums, workspace);
  }
  void parameter_gradient(const double* sums, std::span<double> out) const requires Parametric<Q> {
    Workspace& workspace = Workspace::of_thread();
    const Workspace::Frame frame(workspace);
    const std::size_t width = q_.gradient_sums_size();
    double* const expected = workspace.take_zeros(width);
    for_chunks(workspace, [&](const MutableBatch& x, std::size_t begin) {
      double* const log_p = workspace.take(engine::padded(x.size));
      std::copy_n(table_.log_probabilities().data() + begin, x.size, log_p);
      double* const weight = workspace.take_zeros(engine::padded(x.size));
      std::copy_n(table_.probabilities().data() + begin, x.size, weight);
      const Batch at = on_points(x, log_p, workspace);
      q_.add_gradient_sums(q_.evaluate(at, workspace), weight, expected, workspace);
    });
    detail::subtract_expected(sums, sums[width], expected, width, expected);
    q_.parameter_gradient(expected, out);
  }

  // sample

  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const {
    table_.sample(stream, x, workspace);
  }

  friend std::ostream& operator<<(std::ostream& out, const Discretized& p) {
    out << "Discretized(";
    detail::print_part(out, p.q_);
    return out << " at " << p.size() << (p.size() == 1 ? " point)" : " points)");
  }

 private:
  /// body(chunk of the table's points, first row).
  template <class Body>
  void for_chunks(Workspace& workspace, const Body& body) const {
    const engine::Chunks chunks{size(), dimension()};
    for (std::size_t i = 0; i < chunks.count(); ++i) {
      const Workspace::Frame frame(workspace);
      const auto x = engine::take_batch(workspace, chunks.size(i), dimension());
      detail::copy_rows(table_.points(), size(), chunks.begin(i), x);
      body(x, chunks.begin(i));
    }
  }

  /// x with a likely point in place of every one without a density, where q need have no gradient.
  [[nodiscard]] Batch on_points(const Batch& x, const double* log_p, Workspace& workspace) const {
    const auto is_possible = [](double v) { return v > -HUGE_VAL || v != v; };
    if (std::all_of(log_p, log_p + x.size, is_possible)) return x;
    const auto moved = engine::take_batch(workspace, x.size, x.dimension);
    for (std::size_t j = 0; j < x.dimension; ++j) {
      double* const to = moved.data + j * moved.stride;
      const double likely = table_.points()[j * size() + table_.likely()];
      std::copy_n(x.data + j * x.stride, x.size, to);
      std::fill(to + x.size, to + engine::padded(x.size), likely);
      for (std::size_t i = 0; i < x.size; ++i) {
        if (!is_possible(log_p[i])) to[i] = likely;
      }
    }
    return moved;
  }

  void prepare() {
    Workspace& workspace = Workspace::of_thread();
    const Workspace::Frame frame(workspace);
    const std::span<double> log_q(workspace.take(size()), size());
    for_chunks(workspace, [&](const MutableBatch& x, std::size_t begin) {
      double* const chunk = workspace.take(engine::padded(x.size));
      q_.log_density(Batch(x), chunk, workspace);
      std::copy_n(chunk, x.size, log_q.data() + begin);
    });
    table_.assign(log_q);
  }

  Q q_;
  detail::PointTable table_;
  std::vector<double> theta_;  // to return to
};

}  // namespace leibler::inline v0
