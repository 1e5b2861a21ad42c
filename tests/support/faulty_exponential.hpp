// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/kernels/random.hpp>
#include <leibler/models/distribution.hpp>

namespace leibler::test {

/// What FaultyExponential does wrong, one thing at a time.
enum class Fault {
  none,
  adds_up_the_batch,
  reads_the_padding,
  reads_the_stride,
  writes_behind,
  skips_the_last_point,
  changes_its_points,
  is_nan_at_infinity,
  hides_nan,
  copies_badly,
  counts_calls,
  evaluates_otherwise,
  allocates,
  has_no_dimension,
  throws,
  point_gradient_is_wrong,
  point_gradient_sees_neighbours,
  point_gradient_sees_the_stride,
  point_gradient_writes_behind,
  draws_have_state,
  draws_forget_the_chunk,
  draws_forget_the_high_word,
  draws_leave_padding,
  draws_write_behind,
  draws_see_the_stride,
  draws_are_too_wide,
  draws_leave_the_support,
  density_is_too_large,
  allocates_draws,
  parameters_drift,
  parameters_are_others,
  rvalue_differs,
  changes_itself,
  takes_nan,
  takes_any_size,
  spoils_itself_when_it_throws,
  allocates_models,
  gradient_is_wrong,
  gradient_of_zero_weights,
  null_is_two,
  gradient_is_not_linear,
  sums_are_overwritten,
  padding_counts,
  gradient_is_biased,
  path_is_wrong,
  path_is_not_linear,
  path_padding_counts,
  json_is_rounded,
};

/// The exponential distribution with parameter log rate, right but for its fault.
class FaultyExponential {
 public:
  struct Evaluation {
    Batch x;
  };

  explicit FaultyExponential(Fault fault, double log_rate = 0.3)
      : fault_(fault), log_rate_(log_rate) {}
  FaultyExponential(const FaultyExponential& other)
      : fault_(other.fault_), log_rate_(other.log_rate_ + (is(Fault::copies_badly) ? 0.1 : 0.0)) {}
  FaultyExponential(FaultyExponential&&) = default;
  FaultyExponential& operator=(const FaultyExponential&) = default;
  FaultyExponential& operator=(FaultyExponential&&) = default;

  [[nodiscard]] std::size_t dimension() const { return is(Fault::has_no_dimension) ? 0 : 1; }

  void log_density(const Batch& x, double* out, Workspace&) const { densities(x, out, false); }
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace&) const { return {x}; }
  void log_density(const Evaluation& at, double* out) const { densities(at.x, out, true); }

  void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace&) const {
    double slope = -rate();
    if (is(Fault::point_gradient_is_wrong)) slope *= 1.001;
    if (is(Fault::point_gradient_sees_neighbours)) slope += 1e-9 * static_cast<double>(at.x.size);
    if (is(Fault::point_gradient_sees_the_stride)) slope += 1e-9 * static_cast<double>(out.stride);
    for (std::size_t i = 0; i < out.size; ++i) out.data[i] = slope;
    if (is(Fault::point_gradient_writes_behind)) out.data[engine::padded(out.size) + 8] = 0.0;
  }

  void sample(const Stream& stream, const MutableBatch& x, Workspace&) const {
    static std::atomic<std::uint64_t> calls{0};
    Stream from = stream;
    if (is(Fault::draws_have_state)) from.seed.value += ++calls;
    if (is(Fault::draws_forget_the_chunk)) from.chunk = 0;
    if (is(Fault::draws_forget_the_high_word)) from.step &= 0xffffffff;
    std::vector<double> spare;
    if (is(Fault::allocates_draws)) spare.resize(1);
    const std::size_t end = engine::padded(x.size);
    engine::kernels::uniform_fill(from, x.data, end);
    for (std::size_t i = 0; i < end; ++i) {
      x.data[i] = -std::log(x.data[i]) / rate();
      if (is(Fault::draws_are_too_wide)) x.data[i] *= 1.1;
      if (is(Fault::draws_leave_the_support)) x.data[i] -= 1e-4;
      if (is(Fault::draws_see_the_stride)) x.data[i] += 1e-9 * static_cast<double>(x.stride);
    }
    if (is(Fault::draws_leave_padding) && end > x.size) x.data[end - 1] = HUGE_VAL;
    if (is(Fault::draws_write_behind) && x.stride > end + 8) x.data[end + 8] = 0.0;
  }

  [[nodiscard]] std::size_t parameter_count() const { return 1; }
  void parameters(std::span<double> out) const {
    out[0] = log_rate_ + (is(Fault::parameters_are_others) && log_rate_ != 0.3 ? 1e-9 : 0.0);
  }
  [[nodiscard]] FaultyExponential with_parameters(std::span<const double> theta) const& {
    FaultyExponential q(fault_, log_rate_);
    if (is(Fault::changes_itself)) log_rate_ += 1e-9;
    q.assign(theta);
    return q;
  }
  [[nodiscard]] FaultyExponential with_parameters(std::span<const double> theta) && {
    assign(theta);
    if (is(Fault::rvalue_differs)) log_rate_ += 1e-9;
    return std::move(*this);
  }

  // The sums are those of weight and weight x.
  [[nodiscard]] std::size_t gradient_sums_size() const { return 2; }
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace&) const {
    if (is(Fault::sums_are_overwritten)) sums[0] = sums[1] = 0.0;
    const std::size_t end = is(Fault::padding_counts) ? engine::padded(at.x.size) : at.x.size;
    for (std::size_t i = 0; i < end; ++i) {
      double w = weight != nullptr ? weight[i] : is(Fault::null_is_two) ? 2.0 : 1.0;
      if (is(Fault::gradient_is_not_linear)) w = std::abs(w);
      if (is(Fault::gradient_of_zero_weights)) w += 1e-9;
      sums[0] += w * (is(Fault::gradient_is_biased) ? 1.2 : 1.0);
      sums[1] += w * at.x.data[i];
    }
  }
  void add_path_sums(const Evaluation& at, const Batch& v, double* sums, Workspace&) const {
    const std::size_t end = is(Fault::path_padding_counts) ? engine::padded(v.size) : v.size;
    for (std::size_t i = 0; i < end; ++i) {
      double by = v.data[i];
      if (is(Fault::path_is_not_linear)) by = std::abs(by);
      if (is(Fault::path_is_wrong)) by *= 1.001;
      sums[0] -= by * at.x.data[i];
    }
  }
  void parameter_gradient(const double* sums, std::span<double> out) const {
    out[0] = (sums[0] - rate() * sums[1]) * (is(Fault::gradient_is_wrong) ? 1.001 : 1.0);
  }

  [[nodiscard]] std::string to_json() const {
    return is(Fault::json_is_rounded) ? std::to_string(log_rate_ + 1.0 / 3.0)
                                      : std::to_string(log_rate_);
  }
  [[nodiscard]] static FaultyExponential from_json(const std::string& text) {
    const double value = std::stod(text);
    return value == 0.3 ? FaultyExponential(Fault::none, value)
                        : FaultyExponential(Fault::json_is_rounded, value - 1.0 / 3.0);
  }

 private:
  [[nodiscard]] bool is(Fault fault) const { return fault_ == fault; }
  [[nodiscard]] double rate() const { return std::exp(log_rate_); }

  void densities(const Batch& x, double* out, bool evaluated) const {
    static std::atomic<int> calls{0};
    ++calls;
    if (is(Fault::throws)) throw std::runtime_error("no density today");
    std::vector<double> spare;
    if (is(Fault::allocates)) spare.resize(1);
    const std::size_t end = engine::padded(x.size);
    double extra = is(Fault::density_is_too_large) ? 0.2 : 0.0;
    if (is(Fault::adds_up_the_batch)) extra = 1e-9 * static_cast<double>(x.size);
    if (is(Fault::reads_the_padding)) extra = 1e-9 * x.data[end - 1];
    if (is(Fault::reads_the_stride)) extra = 1e-9 * static_cast<double>(x.stride);
    if (is(Fault::counts_calls)) extra = 1e-9 * calls;
    if (is(Fault::evaluates_otherwise) && evaluated) extra = 1e-6;
    for (std::size_t i = 0; i < x.size; ++i) {
      const double at = x.data[i];
      if (is(Fault::skips_the_last_point) && i + 1 == x.size) break;
      out[i] = at < 0.0 ? -HUGE_VAL : log_rate_ - rate() * at + extra;
      if (is(Fault::is_nan_at_infinity) && std::isinf(at)) out[i] = at - at;
      if (is(Fault::hides_nan) && std::isnan(at)) out[i] = -HUGE_VAL;
    }
    if (is(Fault::writes_behind)) out[end] = 0.0;
    if (is(Fault::changes_its_points)) const_cast<double*>(x.data)[0] += 1.0;
  }

  void assign(std::span<const double> theta) {
    if (theta.size() != 1 && !is(Fault::takes_any_size)) {
      throw std::invalid_argument("one parameter");
    }
    std::vector<double> spare;
    if (is(Fault::allocates_models)) spare.resize(1);
    const double value = theta.empty() ? 0.0 : theta[0];
    if (is(Fault::spoils_itself_when_it_throws)) log_rate_ = value;
    if (!std::isfinite(value) && !is(Fault::takes_nan)) throw std::domain_error("not finite");
    log_rate_ = value + (is(Fault::parameters_drift) ? 1e-15 : 0.0);
  }

  Fault fault_;
  mutable double log_rate_;
};

static_assert(Distribution<FaultyExponential> && Reparameterized<FaultyExponential>);

}  // namespace leibler::test
