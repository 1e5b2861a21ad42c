// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <limits>
#include <ostream>
#include <vector>

#include <leibler/models/evaluate.hpp>
#include <leibler/models/parts.hpp>
#include <leibler/models/quantiles.hpp>

namespace leibler::inline v0 {

namespace detail {

/// A distribution of one variable, as compiled code sees it.
struct Untruncated {
  const void* self;
  Interval support;
  bool is_discrete;
  double (*log_density)(const void* self, double x);
  double (*log_cdf)(const void* self, double x);
  double (*log_survival)(const void* self, double x);
  double (*quantile)(const void* self, double u);
  double (*upper_quantile)(const void* self, double u);
  void (*log_densities)(const void* self, const Batch& x, double* out, Workspace& workspace);
};

template <HasTails P>
[[nodiscard]] Untruncated untruncated(const P& p) {
  return {&p,
          {p.support().low, p.support().high},
          is_discrete<P>,
          [](const void* s, double x) { return static_cast<const P*>(s)->log_density(x); },
          [](const void* s, double x) { return static_cast<const P*>(s)->log_cdf(x); },
          [](const void* s, double x) { return static_cast<const P*>(s)->log_survival(x); },
          [](const void* s, double u) { return static_cast<const P*>(s)->quantile(u); },
          [](const void* s, double u) { return static_cast<const P*>(s)->upper_quantile(u); },
          [](const void* s, const Batch& x, double* out, Workspace& workspace) {
            static_cast<const P*>(s)->log_density(x, out, workspace);
          }};
}

/// An interval and the logarithm of its probability; of a discrete distribution its ends are
/// whole numbers that count.
struct Truncation {
  double low, high;  ///< as given
  double log_mass = 0.0;
};

/// @throws DomainError  if the interval is none or has no mass
[[nodiscard]] Truncation truncation(const char* where, const Untruncated& p, double low,
                                    double high);
/// log P(a <= X <= b), with its digits wherever the interval is and however short.
[[nodiscard]] double log_mass(const Untruncated& p, double a, double b);

[[nodiscard]] Interval support(const Untruncated& p, const Truncation& t);
[[nodiscard]] double log_probability(const Untruncated& p, const Truncation& t, double x,
                                     Tail tail);
[[nodiscard]] double quantile(const Untruncated& p, const Truncation& t, double u, Tail tail);
void sample(const Untruncated& p, const Truncation& t, const Stream& stream, const MutableBatch& x);

/// log_density := that of the truncation: -inf outside.
void truncate_log_density(const Truncation& t, const double* x, std::size_t n, double* log_density);
/// out[i] = weight[i], and 0 where x is outside; their sum.
double weights_inside(const Truncation& t, const double* x, const double* weight, std::size_t n,
                      double* out);

/// Points and weights with sum_j weight_j f(x_j) = E f(X) under the truncation, in the workspace.
struct Nodes {
  const double* x;
  const double* weight;
  std::size_t size;
};
[[nodiscard]] Nodes nodes(const Untruncated& p, const Truncation& t, Workspace& workspace);
/// How p's own mean or variance is told: NaN or infinite where the integral diverges.
[[nodiscard]] double truncated_mean(const Untruncated& p, const Truncation& t, double mean);
[[nodiscard]] double truncated_variance(const Untruncated& p, const Truncation& t, double variance);
[[nodiscard]] double truncated_entropy(const Untruncated& p, const Truncation& t);
/// (f(-2 h) - 8 f(-h) + 8 f(h) - f(2 h)) / 12 h.
[[nodiscard]] double central_difference(const double* f, double h);

}  // namespace detail

/// p given that low <= X <= high: of any distribution of one variable, discrete ones included.
///
///     log p(x | low <= X <= high) = log p(x) - log(F(high) - F(low))
///
/// An end may be infinite. The normaliser, probabilities, quantiles and draws keep their digits far
/// out in either tail and for short intervals: Truncated(Normal(0, 1), 30) is sound. Parameters are
/// those of p; the gradient of the normaliser is E[d log p / d theta], formed once a step by
/// double-exponential quadrature (relative error about 1e-12 for smooth densities, 1e-6 where a
/// kink lies elsewhere than at p's median) or by summation.
///
///     const Truncated p(Normal(0, 1), 30);        // [30, infinity)
///     const Truncated q(Gamma(2, 1), 0.5, 3);
template <detail::HasTails P>
class Truncated {
  static_assert(is_normalized<P>, "leibler: Truncated needs a normalised density");
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  using Tail = detail::Tail;

 public:
  static constexpr const char* name = "Truncated";
  static constexpr bool is_discrete = leibler::is_discrete<P>;
  static constexpr bool support_moves = leibler::support_moves<P>;

  struct Evaluation {
    Batch x;
    detail::PartEvaluation<P> base;
    const double* log_density;
  };

  /// @param low   below high, or -infinity; of a discrete p the smallest whole number that counts
  /// @param high  or infinity
  /// @throws DomainError  if the interval holds no probability
  explicit Truncated(P p, double low = -infinity, double high = infinity)
      : p_(std::move(p)), t_(truncation(name, view(), low, high)) {}

  [[nodiscard]] const P& base() const { return p_; }
  [[nodiscard]] double low() const { return t_.low; }
  [[nodiscard]] double high() const { return t_.high; }
  /// log P(low <= X <= high) under p.
  [[nodiscard]] double log_normalizer() const { return t_.log_mass; }

  // at a point

  [[nodiscard]] Interval support() const { return detail::support(view(), t_); }
  [[nodiscard]] double log_density(double x) const {
    double out = p_.log_density(x);
    detail::truncate_log_density(t_, &x, 1, &out);
    return out;
  }
  [[nodiscard]] double cdf(double x) const { return engine::exp(log_cdf(x)); }
  [[nodiscard]] double survival(double x) const { return engine::exp(log_survival(x)); }
  [[nodiscard]] double log_cdf(double x) const {
    return detail::log_probability(view(), t_, x, Tail::below);
  }
  [[nodiscard]] double log_survival(double x) const {
    return detail::log_probability(view(), t_, x, Tail::above);
  }
  /// The x with P(X <= x) = u; of a discrete one the smallest with P(X <= x) >= u.
  /// @throws DomainError  unless 0 <= u <= 1
  [[nodiscard]] double quantile(double u) const {
    return detail::quantile(view(), t_, u, Tail::below);
  }
  /// The x with P(X > x) = u. @throws DomainError  unless 0 <= u <= 1
  [[nodiscard]] double upper_quantile(double u) const {
    return detail::quantile(view(), t_, u, Tail::above);
  }

  // moments, by quadrature or summation; infinite where they diverge

  [[nodiscard]] double mean() const {
    if constexpr (detail::HasScalarMean<P>) {
      return detail::truncated_mean(view(), t_, p_.mean());
    } else {
      return detail::truncated_mean(view(), t_, 0.0);
    }
  }
  [[nodiscard]] double variance() const {
    if constexpr (detail::HasVariance<P>) {
      return detail::truncated_variance(view(), t_, p_.variance());
    } else {
      return detail::truncated_variance(view(), t_, 0.0);
    }
  }
  /// In nats.
  [[nodiscard]] double entropy() const { return detail::truncated_entropy(view(), t_); }

  // a model

  [[nodiscard]] static constexpr std::size_t dimension() { return 1; }
  /// At every row of x, n x 1.
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const {
    return leibler::log_density(*this, x);
  }
  void log_density(const Batch& x, double* out, Workspace& workspace) const {
    p_.log_density(x, out, workspace);
    detail::truncate_log_density(t_, x.data, x.size, out);
  }
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const {
    double* const out = workspace.take(engine::padded(x.size));
    const auto base = detail::evaluate_part(p_, x, workspace);
    detail::part_log_density(p_, base, out);
    detail::truncate_log_density(t_, x.data, x.size, out);
    return {x, base, out};
  }
  void log_density(const Evaluation& at, double* out) const {
    std::copy_n(at.log_density, at.x.size, out);
  }
  void point_gradient(const Evaluation& at, const MutableBatch& out,
                      Workspace& workspace) const requires Differentiable<P> {
    p_.point_gradient(at.base, out, workspace);
    for (std::size_t i = 0; i < at.x.size; ++i) {
      if (at.log_density[i] == -infinity) out.data[i] = 0.0;
    }
  }

  void sample(const Stream& stream, const MutableBatch& x, Workspace&) const {
    detail::sample(view(), t_, stream, x);
  }

  // parameters: those of p

  [[nodiscard]] std::size_t parameter_count() const requires Parametric<P> {
    return p_.parameter_count();
  }
  void parameters(std::span<double> out) const requires Parametric<P> { p_.parameters(out); }
  /// @throws InvalidArgument, DomainError  if the size or a value is wrong, or the interval would
  ///                                       have no mass; *this is then unchanged
  [[nodiscard]] Truncated with_parameters(std::span<const double> theta) const& requires
      Parametric<P> {
    return Truncated(*this).with_parameters(theta);
  }
  [[nodiscard]] Truncated with_parameters(std::span<const double> theta) && requires Parametric<P> {
    constexpr auto where = "Truncated::with_parameters";
    check::size(where, "theta.size()", theta.size(), parameter_count(), "ask parameter_count()");
    if (!next_.value) next_.value = p_;
    detail::assign_parts(where, theta, 0, [&](auto&& one) { one(*next_.value); });
    t_ = detail::truncation(where, detail::untruncated(*next_.value), t_.low, t_.high);
    std::swap(p_, *next_.value);
    return std::move(*this);
  }
  [[nodiscard]] std::size_t gradient_sums_size() const requires Parametric<P> {
    return p_.gradient_sums_size() + 1;
  }
  /// Those of p, then the sum of the weights.
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace& workspace) const requires Parametric<P> {
    const engine::Workspace::Frame frame(workspace);
    double* const inside = workspace.take_zeros(engine::padded(at.x.size));
    const double total = detail::weights_inside(t_, at.x.data, weight, at.x.size, inside);
    p_.add_gradient_sums(at.base, inside, sums, workspace);
    sums[p_.gradient_sums_size()] += total;
  }
  void parameter_gradient(const double* sums, std::span<double> out) const requires Parametric<P> {
    const std::size_t size = p_.gradient_sums_size();
    const double total = sums[size];
    Workspace& workspace = Workspace::of_thread();
    const engine::Workspace::Frame frame(workspace);
    double* const centred = workspace.take(size);
    std::copy_n(sums, size, centred);
    if (total != 0.0) add_node_sums(-total, centred, workspace);
    p_.parameter_gradient(centred, out);
    if (total != 0.0) correct_moving_ends(sums, total, out, workspace);
  }

  friend std::ostream& operator<<(std::ostream& out, const Truncated& q) {
    out << "Truncated to [" << detail::short_number(q.t_.low) << ", "
        << detail::short_number(q.t_.high) << "]: ";
    detail::print_part(out, q.p_);
    return out;
  }

 private:
  [[nodiscard]] detail::Untruncated view() const { return detail::untruncated(p_); }

  // sums += factor E[those of a point].
  void add_node_sums(double factor, double* sums, Workspace& workspace) const {
    const detail::Nodes nodes = detail::nodes(view(), t_, workspace);
    for (std::size_t begin = 0; begin < nodes.size; begin += engine::most_chunk_size) {
      const engine::Workspace::Frame frame(workspace);
      const std::size_t n = std::min(engine::most_chunk_size, nodes.size - begin);
      const auto x = engine::take_batch(workspace, n, 1);
      double* const weight = workspace.take_zeros(engine::padded(n));
      std::copy_n(nodes.x + begin, n, x.data);
      detail::fill_padding(x);
      for (std::size_t i = 0; i < n; ++i) weight[i] = factor * nodes.weight[begin + i];
      p_.add_gradient_sums(p_.evaluate(x, workspace), weight, sums, workspace);
    }
  }

  // Where a parameter moves an end of the support inside the interval, E[d log p / d theta] is not
  // the derivative of the normaliser: differences of it are (relative error about 1e-9).
  void correct_moving_ends(const double* sums, double total, std::span<double> out,
                           Workspace& workspace) const {
    const auto support = p_.support();
    const bool has_end_inside = (std::isfinite(support.low) && support.low >= t_.low) ||
                                (std::isfinite(support.high) && support.high <= t_.high);
    if (!has_end_inside) return;
    const std::size_t count = out.size();
    double* const theta = workspace.take(count);
    double* const uncentred = workspace.take(count);
    p_.parameters({theta, count});
    p_.parameter_gradient(sums, {uncentred, count});
    for (std::size_t j = 0; j < count; ++j) {
      const double middle = theta[j], h = 1e-3 * std::max(1.0, std::abs(middle) * 1e-3);
      double f[4];
      bool has_moved = false;
      for (int k = 0; k < 4; ++k) {
        theta[j] = middle + (k < 2 ? k - 2 : k - 1) * h;
        try {
          const P moved = p_.with_parameters(std::span<const double>(theta, count));
          has_moved = has_moved || moved.support().low != support.low ||
                      moved.support().high != support.high;
          if (!has_moved) break;
          f[k] = detail::log_mass(detail::untruncated(moved), t_.low, t_.high);
        } catch (const DomainError&) { break; }
        if (k == 3) out[j] = uncentred[j] - total * detail::central_difference(f, h);
      }
      theta[j] = middle;
    }
  }

  P p_;
  detail::Truncation t_;
  detail::Spare<P> next_;
};

}  // namespace leibler::inline v0
