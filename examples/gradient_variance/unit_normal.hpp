// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include <leibler/leibler.hpp>

namespace leibler::examples::gradient_variance {

/// N(theta, 1), whose only parameter is theta: a model of one's own, made of one of the library's
/// by keeping its standard deviation.
class UnitNormal {
 public:
  using Evaluation = DiagonalGaussian::Evaluation;

  explicit UnitNormal(double theta) : whole_(Vector{{theta}}, Vector{{1.0}}) {}

  [[nodiscard]] static std::size_t dimension() { return 1; }
  [[nodiscard]] double theta() const { return whole_.mean()[0]; }

  // density and draws

  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const {
    return whole_.evaluate(x, workspace);
  }
  void log_density(const Evaluation& at, double* out) const { whole_.log_density(at, out); }
  void log_density(const Batch& x, double* out, Workspace& workspace) const {
    whole_.log_density(x, out, workspace);
  }
  void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace& workspace) const {
    whole_.point_gradient(at, out, workspace);
  }
  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const {
    whole_.sample(stream, x, workspace);
  }
  [[nodiscard]] Evaluation sample_evaluated(const Stream& stream, const MutableBatch& x,
                                            Workspace& workspace) const {
    return whole_.sample_evaluated(stream, x, workspace);
  }

  // the parameter: the first of two, the mean and the logarithm of the standard deviation

  [[nodiscard]] static std::size_t parameter_count() { return 1; }
  void parameters(std::span<double> out) const { out[0] = theta(); }
  [[nodiscard]] UnitNormal with_parameters(std::span<const double> parameters) const& {
    return UnitNormal(*this).with_parameters(parameters);
  }
  [[nodiscard]] UnitNormal with_parameters(std::span<const double> parameters) && {
    const std::array both = {parameters[0], 0.0};
    whole_ = std::move(whole_).with_parameters(both);
    return std::move(*this);
  }

  // gradients

  [[nodiscard]] std::size_t gradient_sums_size() const { return whole_.gradient_sums_size(); }
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace& workspace) const {
    whole_.add_gradient_sums(at, weight, sums, workspace);
  }
  void add_path_sums(const Evaluation& at, const Batch& v, double* sums,
                     Workspace& workspace) const {
    whole_.add_path_sums(at, v, sums, workspace);
  }
  void parameter_gradient(const double* sums, std::span<double> out) const {
    std::array<double, 2> both{};
    whole_.parameter_gradient(sums, both);
    out[0] = both[0];
  }
  [[nodiscard]] double measure_pair(std::size_t, const Stream& stream, Coupling coupling,
                                    const MutableBatch& plus, const MutableBatch& minus,
                                    Workspace& workspace) const {
    return whole_.measure_pair(0, stream, coupling, plus, minus, workspace);
  }

 private:
  DiagonalGaussian whole_;
};

static_assert(Distribution<UnitNormal> && Reparameterized<UnitNormal>);
static_assert(MeasureDifferentiable<UnitNormal>);

}  // namespace leibler::examples::gradient_variance
