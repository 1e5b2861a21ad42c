// SPDX-License-Identifier: MIT
#include <leibler/models/gaussian.hpp>

#include <algorithm>
#include <cmath>

#include <leibler/engine/check.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/kernels/random.hpp>
#include <leibler/engine/kernels/triangles.hpp>
#include <leibler/engine/linear_algebra.hpp>

#include "covariance.hpp"

namespace leibler::inline v0 {

using engine::kernels::Shape;

namespace {

constexpr double half_log_two_pi = 0.91893853320467274178;

}  // namespace

template <Shape shape>
BasicGaussian<shape>::BasicGaussian(std::size_t dimension)
    : dimension_(dimension), values_(dimension + 3 * entries(), 0.0) {}

template <Shape shape>
BasicGaussian<shape>::BasicGaussian(std::span<const double> mean, const MatrixView& scale)
    : BasicGaussian(
          (detail::check_dimension(name, "mean.size()", mean.size(), is_diagonal), mean.size())) {
  const std::size_t d = dimension_;
  check::finite(name, "mean", mean, "look where the value comes from");
  double* const logs = values_.data() + d;
  if constexpr (is_diagonal) {
    check::size(name, "stddev.size()", scale.rows, d, "give one standard deviation a dimension");
    check::positive(name, "stddev", {scale.data, d}, "leave out coordinates that do not vary");
    engine::kernels::log_fill(scale.data, logs, d);
    for (std::size_t i = 0; i < d; ++i) {
      if (std::abs(logs[i]) <= 708.0) continue;
      throw DomainError({name,
                         "stddev",
                         {i},
                         "= " + to_text(scale.data[i]),
                         "stddev must be within exp(-708) and exp(708)",
                         "change the unit"});
    }
  } else {
    detail::covariance_factor(name, "covariance", {}, scale, d, {logs, entries()});
    detail::take_logs_of_diagonal({logs, entries()}, d);
  }
  std::copy_n(mean.data(), d, values_.data());
  prepare();
}

template <Shape shape>
BasicGaussian<shape> BasicGaussian<shape>::standard(std::size_t dimension) {
  detail::check_dimension(std::string(name) + "::standard", "dimension", dimension, is_diagonal);
  BasicGaussian q(dimension);
  q.prepare();
  return q;
}

template <Shape shape>
void BasicGaussian<shape>::check_parameters(std::span<const double> theta) const {
  detail::check_parameters(name, theta, parameter_count(), dimension_, dimension_, is_diagonal);
}

template <Shape shape>
void BasicGaussian<shape>::parameters(std::span<double> out) const {
  check::size(std::string(name) + "::parameters", "out.size()", out.size(), parameter_count(),
              "ask parameter_count()");
  std::copy_n(values_.data(), parameter_count(), out.data());
}

template <Shape shape>
void BasicGaussian<shape>::assign(std::span<const double> theta) {
  check_parameters(theta);
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  double* const old = workspace.take(theta.size());
  std::copy_n(values_.data(), theta.size(), old);
  std::copy_n(theta.data(), theta.size(), values_.data());
  prepare();
  try {
    detail::check_whitening(name, {whitening(), entries()});
  } catch (...) {  // a failed call changes nothing
    std::copy_n(old, theta.size(), values_.data());
    prepare();
    throw;
  }
}

template <Shape shape>
void BasicGaussian<shape>::prepare() {
  const std::size_t d = dimension_, n = entries();
  const double* const logs = values_.data() + d;
  double* const l = values_.data() + parameter_count();
  double* const w = l + n;
  constant_ = -half_log_two_pi * static_cast<double>(d);
  std::copy_n(logs, n, l);
  for (std::size_t i = 0; i < d; ++i) {
    const std::size_t at = is_diagonal ? i : i * (i + 3) / 2;
    engine::kernels::exp_fill(logs + at, l + at, 1);
    constant_ -= logs[at];
  }
  if constexpr (is_diagonal) {
    for (std::size_t j = 0; j < d; ++j) w[j] = 1.0 / l[j];
  } else {
    engine::kernels::invert_triangles(l, 1, d, w);
  }
}

template <Shape shape>
double BasicGaussian<shape>::entropy() const {
  return 0.5 * static_cast<double>(dimension_) - constant_;
}

template <Shape shape>
void BasicGaussian<shape>::add_gradient_sums(const Evaluation& at, const double* weight,
                                             double* sums, Workspace& workspace) const {
  if constexpr (is_diagonal) {
    return engine::kernels::gaussian_score_sums(at.w, at.x.stride, at.x.size, dimension_,
                                                whitening(), weight, sums);
  }
  const Workspace::Frame frame(workspace);
  const std::size_t n = engine::padded(at.x.size);
  double& total = sums[dimension_ + entries()];
  total +=
      weight != nullptr ? engine::kernels::sum(weight, at.x.size) : static_cast<double>(at.x.size);
  const MutableBatch v = engine::take_batch(workspace, at.x.size, dimension_);
  point_gradient(at, v, workspace);
  for (std::size_t j = 0; j < dimension_; ++j) {  // v := -weight v
    double* const column = v.data + j * v.stride;
    if (weight != nullptr) engine::kernels::multiply(column, weight, column, n);
    engine::kernels::shift_scale(column, 0.0, -1.0, n);
  }
  add_path_sums(at, v, sums, workspace);
}

template <Shape shape>
void BasicGaussian<shape>::parameter_gradient(const double* sums, std::span<double> out) const {
  const std::size_t d = dimension_;
  const double mass = sums[d + entries()];
  std::copy_n(sums, d + entries(), out.data());
  for (std::size_t j = 0; j < d; ++j) {
    const std::size_t k = is_diagonal ? j : j * (j + 3) / 2;
    out[d + k] = out[d + k] * factor()[k] - mass;
  }
}

template <Shape shape>
void BasicGaussian<shape>::sample(const Stream& stream, const MutableBatch& x,
                                  Workspace& workspace) const {
  const Workspace::Frame frame(workspace);
  const std::size_t n = engine::padded(x.size), stride = (x.size + 63) / 64 * 64;
  double* const z = workspace.take(stride * dimension_);
  engine::kernels::normal_fill(stream, z, stride, dimension_);
  if constexpr (is_diagonal) {
    engine::kernels::gaussian_scale(z, stride, values_.data(), factor(), x);
  } else {
    engine::kernels::affine_rows(z, stride, 0, n, dimension_, values_.data(), factor(), x.stride,
                                 x.data);
  }
}

template <Shape shape>
auto BasicGaussian<shape>::sample_evaluated(const Stream& stream, const MutableBatch& x,
                                            Workspace& workspace) const -> Evaluation {
  if constexpr (is_diagonal) {
    double* const w = workspace.take(x.stride * dimension_);
    const Workspace::Frame frame(workspace);
    const std::size_t stride = (x.size + 63) / 64 * 64;
    double* const z = workspace.take(stride * dimension_);
    engine::kernels::normal_fill(stream, z, stride, dimension_);
    engine::kernels::gaussian_scale_whiten(z, stride, values_.data(), factor(), whitening(), x, w);
    return {x, w};
  } else {
    sample(stream, x, workspace);
    return evaluate(x, workspace);
  }
}

template <Shape shape>
double BasicGaussian<shape>::measure_pair(std::size_t parameter, const Stream& stream,
                                          Coupling coupling, const MutableBatch& plus,
                                          const MutableBatch& minus, Workspace& workspace) const
    requires(is_diagonal) {
  const Workspace::Frame frame(workspace);
  const std::size_t n = engine::padded(plus.size), j = parameter % dimension_;
  const bool is_mean = parameter < dimension_, is_coupled = coupling == Coupling::common;
  sample(stream, plus, workspace);
  for (std::size_t i = 0; i < dimension_; ++i) {
    std::copy_n(plus.data + i * plus.stride, n, minus.data + i * minus.stride);
  }
  const double mean = values_[j], stddev = factor()[j];
  double* const x = plus.data + j * plus.stride;
  double* const y = minus.data + j * minus.stride;
  double* const z = workspace.take(4 * n);
  engine::kernels::normal_fill(stream.for_part(1), z, 4 * n);
  double* const other = workspace.take(2 * n);
  if (is_mean) {
    if (!is_coupled) engine::kernels::normal_fill(stream.for_part(2), other, 2 * n);
    const double* const of_minus = is_coupled ? z : other;
    for (std::size_t i = 0; i < n; ++i) {
      const auto rayleigh = [&](const double* of) {
        return std::sqrt(of[i] * of[i] + of[n + i] * of[n + i]);
      };
      x[i] = mean + stddev * rayleigh(z);
      y[i] = mean - stddev * rayleigh(of_minus);
    }
    constexpr double root_two_pi = 2.50662827463100050242;
    return 1.0 / (stddev * root_two_pi);
  }
  if (is_coupled) {
    engine::kernels::uniform_fill(stream.for_part(2), other, n);
  } else {
    engine::kernels::normal_fill(stream.for_part(2), other, n);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const double radius =
        std::sqrt(z[i] * z[i] + z[n + i] * z[n + i] + z[2 * n + i] * z[2 * n + i]);
    const double maxwell = std::copysign(radius, z[3 * n + i]);
    x[i] = mean + stddev * maxwell;
    y[i] = mean + stddev * (is_coupled ? maxwell * other[i] : other[i]);
  }
  return 1.0;  // by log stddev: stddev times 1 / stddev
}

template <Shape shape>
void BasicGaussian<shape>::write_covariance(std::span<double> out) const {
  if constexpr (is_diagonal) {
    std::fill(out.begin(), out.end(), 0.0);
    for (std::size_t i = 0; i < dimension_; ++i)
      out[i * (dimension_ + 1)] = factor()[i] * factor()[i];
  } else {
    engine::product_with_transpose({factor(), entries()}, dimension_, out);
  }
}

template <Shape shape>
void BasicGaussian<shape>::write_stddev(std::span<double> out) const {
  for (std::size_t i = 0; i < dimension_; ++i) {
    if constexpr (is_diagonal) {
      out[i] = factor()[i];
    } else {
      const double* const row = factor() + i * (i + 1) / 2;
      double largest = 0.0, sum = 0.0;  // scaled, so that squares neither over- nor underflow
      for (std::size_t j = 0; j <= i; ++j) largest = std::max(largest, std::abs(row[j]));
      for (std::size_t j = 0; j <= i; ++j) sum += (row[j] / largest) * (row[j] / largest);
      out[i] = largest * std::sqrt(sum);
    }
  }
}

template BasicGaussian<Shape::diagonal>::BasicGaussian(std::size_t);
template BasicGaussian<Shape::diagonal>::BasicGaussian(std::span<const double>, const MatrixView&);
template BasicGaussian<Shape::diagonal> BasicGaussian<Shape::diagonal>::standard(std::size_t);
template void BasicGaussian<Shape::diagonal>::check_parameters(std::span<const double>) const;
template void BasicGaussian<Shape::diagonal>::parameters(std::span<double>) const;
template void BasicGaussian<Shape::diagonal>::assign(std::span<const double>);
template void BasicGaussian<Shape::diagonal>::prepare();
template double BasicGaussian<Shape::diagonal>::entropy() const;
template void BasicGaussian<Shape::diagonal>::add_gradient_sums(const Evaluation&, const double*,
                                                                double*, Workspace&) const;
template void BasicGaussian<Shape::diagonal>::parameter_gradient(const double*,
                                                                 std::span<double>) const;
template BasicGaussian<Shape::diagonal>::Evaluation
BasicGaussian<Shape::diagonal>::sample_evaluated(const Stream&, const MutableBatch&,
                                                 Workspace&) const;
template void BasicGaussian<Shape::diagonal>::sample(const Stream&, const MutableBatch&,
                                                     Workspace&) const;
template double BasicGaussian<Shape::diagonal>::measure_pair(std::size_t, const Stream&, Coupling,
                                                             const MutableBatch&,
                                                             const MutableBatch&, Workspace&) const;
template void BasicGaussian<Shape::diagonal>::write_covariance(std::span<double>) const;
template void BasicGaussian<Shape::diagonal>::write_stddev(std::span<double>) const;

template BasicGaussian<Shape::triangle>::BasicGaussian(std::size_t);
template BasicGaussian<Shape::triangle>::BasicGaussian(std::span<const double>, const MatrixView&);
template BasicGaussian<Shape::triangle> BasicGaussian<Shape::triangle>::standard(std::size_t);
template void BasicGaussian<Shape::triangle>::check_parameters(std::span<const double>) const;
template void BasicGaussian<Shape::triangle>::parameters(std::span<double>) const;
template void BasicGaussian<Shape::triangle>::assign(std::span<const double>);
template void BasicGaussian<Shape::triangle>::prepare();
template double BasicGaussian<Shape::triangle>::entropy() const;
template void BasicGaussian<Shape::triangle>::add_gradient_sums(const Evaluation&, const double*,
                                                                double*, Workspace&) const;
template void BasicGaussian<Shape::triangle>::parameter_gradient(const double*,
                                                                 std::span<double>) const;
template BasicGaussian<Shape::triangle>::Evaluation
BasicGaussian<Shape::triangle>::sample_evaluated(const Stream&, const MutableBatch&,
                                                 Workspace&) const;
template void BasicGaussian<Shape::triangle>::sample(const Stream&, const MutableBatch&,
                                                     Workspace&) const;
template void BasicGaussian<Shape::triangle>::write_covariance(std::span<double>) const;
template void BasicGaussian<Shape::triangle>::write_stddev(std::span<double>) const;

}  // namespace leibler::inline v0
