// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <leibler/engine/check.hpp>
#include <leibler/engine/chunks.hpp>
#include <leibler/engine/parallel.hpp>
#include <leibler/models/distribution.hpp>
#include <leibler/models/types.hpp>

// Models on any number of points: the public calls, for our models and users' own. Points are
// n x d and column-major; they are cut into chunks and go over every core. Results never depend on
// the number of threads, nor a point's result on the other points.
namespace leibler::inline v0 {

namespace detail {

template <class X>
inline constexpr bool row_major_points =
    X::IsRowMajor&& X::RowsAtCompileTime != 1 && X::ColsAtCompileTime != 1;

template <class X>
[[nodiscard]] PointsIn points_in(const Eigen::DenseBase<X>& x) {
  static_assert(!row_major_points<X>,
                "leibler: points are column-major (Eigen::MatrixXd, one row a point); a row-major "
                "matrix is not copied silently: pass Points(x)");
  return PointsIn(x.derived());
}

/// Rows [begin, begin + out.size) of x; the padding repeats the last row.
void copy_rows(const double* x, std::size_t stride, std::size_t begin, const MutableBatch& out);

/// The rows of a chunk in an order of the stream's own: out row order[i] = row i.
void shuffled_order(const Stream& stream, std::size_t n, std::uint32_t* order);

inline void check_points(const char* where, std::size_t dimension, const PointsIn& x,
                         Threads threads) {
  check::size(where, "x.cols()", static_cast<std::size_t>(x.cols()), dimension,
              "give one row a point and one column a dimension");
  check::at_least(where, "threads.count", threads.count, 0, "0 means every core");
}

/// Numbers of draws: not negative, and not more than a seed has independent ones, which no memory
/// holds. @throws InvalidArgument
void check_draws(const char* where, Index n, std::size_t dimension, Threads threads);

/// "(0.5, -1)" of a row, for errors; of many coordinates the first eight.
[[nodiscard]] std::string point_text(const Batch& x, std::size_t row);

/// Checks a gradient over the points x, column-major, `stride` apart.
/// @throws DomainError  if it is not finite, naming the first point that is not
void check_gradient(const char* where, std::span<const double> gradient, const double* x,
                    std::size_t rows, std::size_t columns, std::size_t stride);

/// Draws of q and their evaluation: as sample and evaluate make them, at once where q offers that.
template <class Q>
[[nodiscard]] typename Q::Evaluation sample_evaluated(const Q& q, const Stream& stream,
                                                      const MutableBatch& x, Workspace& workspace) {
  if constexpr (requires { q.sample_evaluated(stream, x, workspace); }) {
    return q.sample_evaluated(stream, x, workspace);
  } else {
    q.sample(stream, x, workspace);
    return q.evaluate(x, workspace);
  }
}

/// body(Batch, first row, Workspace&) for chunk i of x.
template <class Body>
void with_chunk(const engine::Chunks& chunks, std::size_t i, const PointsIn& x, Body&& body) {
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  const auto batch = engine::take_batch(workspace, chunks.size(i), chunks.dimension);
  copy_rows(x.data(), static_cast<std::size_t>(x.outerStride()), chunks.begin(i), batch);
  body(Batch(batch), chunks.begin(i), workspace);
}

/// The same for every chunk.
template <class Body>
void for_point_chunks(const char* where, std::size_t dimension, const PointsIn& x, Threads threads,
                      Body&& body) {
  check_points(where, dimension, x, threads);
  const engine::Chunks chunks{static_cast<std::size_t>(x.rows()), dimension};
  engine::for_chunks(chunks.count(), threads,
                     [&](std::size_t i) { with_chunk(chunks, i, x, body); });
}

}  // namespace detail

/// log p at every row of x, in nats; -inf outside the support.
/// @param x  n x dimension, column-major; a row with a NaN gives NaN
/// @throws InvalidArgument  if x.cols() is not the dimension
template <Density P, class X>
[[nodiscard]] Vector log_density(const P& p, const Eigen::DenseBase<X>& x, Threads threads = {}) {
  const PointsIn points = detail::points_in(x);
  Vector out(points.rows());
  detail::for_point_chunks("log_density", p.dimension(), points, threads,
                           [&](const Batch& batch, std::size_t begin, Workspace& workspace) {
                             double* const chunk = workspace.take(engine::padded(batch.size));
                             p.log_density(batch, chunk, workspace);
                             std::copy_n(chunk, batch.size, out.data() + begin);
                           });
  return out;
}

/// d log p / dx at every row of x: n x dimension.
/// @throws InvalidArgument  if x.cols() is not the dimension
template <Differentiable P, class X>
[[nodiscard]] Points point_gradient(const P& p, const Eigen::DenseBase<X>& x,
                                    Threads threads = {}) {
  const PointsIn points = detail::points_in(x);
  Points out(points.rows(), points.cols());
  detail::for_point_chunks("point_gradient", p.dimension(), points, threads,
                           [&](const Batch& batch, std::size_t begin, Workspace& workspace) {
                             const auto gradient =
                                 engine::take_batch(workspace, batch.size, batch.dimension);
                             p.point_gradient(p.evaluate(batch, workspace), gradient, workspace);
                             for (std::size_t j = 0; j < batch.dimension; ++j) {
                               std::copy_n(gradient.data + j * gradient.stride, batch.size,
                                           out.col(static_cast<Index>(j)).data() + begin);
                             }
                           });
  return out;
}

/// sum_i weight_i d log q(x_i) / d theta; without weights every one is 1.
/// @throws InvalidArgument  if x.cols() is not the dimension or weight.size() not x.rows()
/// @throws DomainError      if a weight or a point is not finite, or the gradient overflows
template <Parametric Q, class X>
[[nodiscard]] Vector parameter_gradient(const Q& q, const Eigen::DenseBase<X>& x,
                                        const Vector& weight = Vector(), Threads threads = {}) {
  const PointsIn points = detail::points_in(x);
  constexpr auto where = "parameter_gradient";
  if (weight.size() != 0) {
    check::size(where, "weight.size()", static_cast<std::size_t>(weight.size()),
                static_cast<std::size_t>(points.rows()), "give one weight a row of x");
    check::finite(where, "weight", as_span(weight), "look where the value comes from");
  }
  detail::check_points(where, q.dimension(), points, threads);
  const engine::Chunks chunks{static_cast<std::size_t>(points.rows()), q.dimension()};
  const std::size_t width = q.gradient_sums_size();
  std::vector<double> slots(std::max<std::size_t>(engine::Slots{chunks.count()}.count(), 1) * width,
                            0.0);
  engine::sum_chunks(
      chunks.count(), threads, width, slots.data(), [&](std::size_t i, double* sums) {
        detail::with_chunk(chunks, i, points,
                           [&](const Batch& batch, std::size_t begin, Workspace& workspace) {
                             double* w = nullptr;
                             if (weight.size() != 0) {
                               w = workspace.take_zeros(engine::padded(batch.size));
                               std::copy_n(weight.data() + begin, batch.size, w);
                             }
                             q.add_gradient_sums(q.evaluate(batch, workspace), w, sums, workspace);
                           });
      });
  Vector out(static_cast<Index>(q.parameter_count()));
  q.parameter_gradient(slots.data(), {out.data(), q.parameter_count()});
  detail::check_gradient(where, as_span(out), points.data(),
                         static_cast<std::size_t>(points.rows()), q.dimension(),
                         static_cast<std::size_t>(points.outerStride()));
  return out;
}

/// n independent draws, n x dimension, in no particular order.
/// @throws InvalidArgument  if n < 0 or above 2^26 chunks, as many as are independent
template <Sampleable P>
[[nodiscard]] Points sample(const P& p, Index n, Seed seed, Threads threads = {}) {
  const std::size_t dimension = p.dimension();
  detail::check_draws("sample", n, dimension, threads);
  const engine::Chunks chunks{static_cast<std::size_t>(n), dimension};
  Points out(n, static_cast<Index>(dimension));
  engine::for_chunks(chunks.count(), threads, [&](std::size_t i) {
    Workspace& workspace = Workspace::of_thread();
    const Workspace::Frame frame(workspace);
    const std::size_t size = chunks.size(i);
    const auto batch = engine::take_batch(workspace, size, dimension);
    const Stream stream{seed, Purpose::user, 0, static_cast<std::uint32_t>(i)};
    p.sample(stream, batch, workspace);
    std::vector<std::uint32_t> order(size);  // a mixture draws component by component
    detail::shuffled_order(stream.for_purpose(Purpose::permutation), size, order.data());
    for (std::size_t j = 0; j < dimension; ++j) {
      const double* const from = batch.data + j * batch.stride;
      double* const to = out.col(static_cast<Index>(j)).data() + chunks.begin(i);
      for (std::size_t row = 0; row < size; ++row) to[order[row]] = from[row];
    }
  });
  return out;
}

}  // namespace leibler::inline v0
