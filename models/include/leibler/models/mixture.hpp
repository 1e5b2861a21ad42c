// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>

#include <leibler/models/evaluate.hpp>
#include <leibler/models/parts.hpp>
#include <leibler/models/quantiles.hpp>

namespace leibler::inline v0 {

namespace detail {

/// The weights of a mixture: softmax of logits, which are their parameters.
class MixtureWeights {
 public:
  /// @throws InvalidArgument, DomainError  unless they are positive and add up to 1
  MixtureWeights(std::span<const double> weights, std::size_t components);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<const double> logits() const { return part(0); }
  [[nodiscard]] std::span<const double> log_weights() const { return part(1); }
  [[nodiscard]] std::span<const double> weights() const { return part(2); }
  /// Logits that are finite.
  void assign(std::span<const double> logits);
  /// sums: of responsibilities, one a component.
  void gradient(const double* sums, double* out) const;
  /// How many of n draws each component has; in the workspace.
  [[nodiscard]] const std::size_t* counts(const Stream& stream, std::size_t n,
                                          Workspace& workspace) const;

 private:
  [[nodiscard]] std::span<const double> part(std::size_t i) const {
    return {values_.data() + i * size_, size_};
  }
  void prepare();

  std::size_t size_;
  std::vector<double> values_;  // logits, log weights, weights, cumulative weights
};

/// `size` columns of log densities, `stride` apart: adds the log weights, writes their
/// log-sum-exp.
void mix(double* columns, std::size_t stride, const MixtureWeights& weights, std::size_t n,
         double* out);
/// exp(column - log_density); where no component has a density, the weights.
void mixture_responsibilities(const double* columns, std::size_t stride,
                              const MixtureWeights& weights, const double* log_density,
                              std::size_t n, double* out, std::size_t out_stride);
/// sums[k] += sum_i r_ik weight_i, which r becomes.
void weigh_responsibilities(double* r, std::size_t stride, std::size_t components,
                            const double* weight, std::size_t n, double* sums);
/// out += r g, column by column.
void add_weighted_columns(const double* r, const Batch& g, const MutableBatch& out);

/// means: dimension numbers a component; covariances likewise (null: only the mean is written).
void mixture_moments(std::span<const double> weights, const double* means,
                     const double* covariances, std::size_t dimension, double* mean,
                     double* covariance);
/// sum_k w_k exp(log p_k), and its logarithm.
[[nodiscard]] double mixed_log(std::span<const double> log_weights, std::span<const double> log_p);
[[noreturn]] void fail_component(const char* name, std::size_t k, std::size_t count);
void check_dimensions(const char* name, const char* what, std::size_t k, std::size_t dimension,
                      std::size_t expected);

}  // namespace detail

/// sum_k w_k p_k(x), of any distributions with one number of dimensions: a fixed list of several
/// classes, or a vector of one class.
///
/// Parameters: K logits of the weights, then those of every component. It can do what all of its
/// components can, but draw along a path. Cost per point: that of the components and one
/// exponential for each.
///
///     const Mixture p(Vector{{0.9, 0.1}}, Normal(0, 1), StudentT(3, 0, 10));
///     const Mixture q(Vector{{0.5, 0.5}}, std::vector{Normal(-1, 1), Normal(1, 1)});
template <class... P>
class Mixture {
  using Parts = detail::Parts<P...>;
  static_assert(Parts::is_normalized, "leibler: a Mixture needs normalised components");
  static_assert(Parts::is_of_one_kind,
                "leibler: a Mixture needs components that are all discrete or all continuous");

 public:
  static constexpr const char* name = "Mixture";
  static constexpr bool is_discrete = Parts::is_discrete;
  static constexpr bool support_moves = Parts::support_moves;
  static constexpr bool is_on_surface = Parts::is_on_surface;

  /// Log densities of the components with their weights, and of the whole; in the workspace.
  struct Evaluation {
    Batch x;
    typename Parts::Evaluation parts;
    const double* terms;  ///< a column a component, `stride` rows apart
    std::size_t stride;
    const double* log_density;
  };

  /// @param weights     one a component, > 0, adding up to 1 within 1e-9 (rounding is divided out)
  /// @param components  at least one, all of one dimension
  /// @throws InvalidArgument, DomainError
  Mixture(const Vector& weights, P... components)
      : parts_(std::move(components)...), weights_(as_span(weights), parts_.size()) {
    parts_.for_each([&](const auto& part, std::size_t k) {
      const std::size_t d = detail::dimension_of(part);
      if (k == 0) dimension_ = d;
      detail::check_dimensions(name, "components", k, d, dimension_);
    });
  }

  // parts and moments

  [[nodiscard]] std::size_t dimension() const { return dimension_; }
  [[nodiscard]] std::size_t components() const { return weights_.size(); }
  [[nodiscard]] Vector weights() const { return as_vector(weights_.weights()); }
  /// Component k of a fixed list.
  template <std::size_t k>
  [[nodiscard]] const auto& component() const requires(!Parts::is_list) {
    return parts_.template get<k>();
  }
  /// Component k of a vector. @throws InvalidArgument  if there is none
  [[nodiscard]] const auto& component(std::size_t k) const requires(Parts::is_list) {
    if (k >= components()) detail::fail_component(name, k, components());
    return parts_[k];
  }

  /// A number where the components' are, otherwise a Vector.
  [[nodiscard]] auto mean() const requires(Parts::has_mean) {
    if constexpr (Parts::has_scalar_mean) {
      return moments<false>().first;
    } else {
      Vector out(static_cast<Index>(dimension_));
      const std::vector<double> means = vector_means();
      detail::mixture_moments(weights_.weights(), means.data(), nullptr, dimension_, out.data(),
                              nullptr);
      return out;
    }
  }
  /// Within components and between them.
  [[nodiscard]] double variance() const requires(Parts::has_scalar_mean&& Parts::has_variance) {
    return moments<true>().second;
  }
  [[nodiscard]] Matrix covariance() const
      requires(Parts::has_mean && !Parts::has_scalar_mean && Parts::has_covariance) {
    const auto d = static_cast<Index>(dimension_);
    const std::vector<double> means = vector_means();
    std::vector<double> covariances;
    parts_.for_each([&](const auto& part, std::size_t) {
      const Matrix c = part.covariance();
      covariances.insert(covariances.end(), c.data(), c.data() + c.size());
    });
    Vector mean(d);
    Matrix out(d, d);
    detail::mixture_moments(weights_.weights(), means.data(), covariances.data(), dimension_,
                            mean.data(), out.data());
    return out;
  }

  // of one variable: probabilities and quantiles, sound in the tails

  [[nodiscard]] Interval support() const requires(Parts::has_tails) {
    Interval all{HUGE_VAL, -HUGE_VAL};
    parts_.for_each([&](const auto& part, std::size_t) {
      all = {std::min(all.low, part.support().low), std::max(all.high, part.support().high)};
    });
    return all;
  }
  [[nodiscard]] double log_density(double x) const requires(Parts::has_tails) {
    return mixed([&](const auto& part) { return part.log_density(x); });
  }
  [[nodiscard]] double log_cdf(double x) const requires(Parts::has_tails) {
    return detail::log_from_both(mixed([&](const auto& part) { return part.log_cdf(x); }),
                                 mixed([&](const auto& part) { return part.log_survival(x); }));
  }
  [[nodiscard]] double log_survival(double x) const requires(Parts::has_tails) {
    return detail::log_from_both(mixed([&](const auto& part) { return part.log_survival(x); }),
                                 mixed([&](const auto& part) { return part.log_cdf(x); }));
  }
  [[nodiscard]] double cdf(double x) const requires(Parts::has_tails) {
    return engine::exp(log_cdf(x));
  }
  [[nodiscard]] double survival(double x) const requires(Parts::has_tails) {
    return engine::exp(log_survival(x));
  }
  /// The x with P(X <= x) = u; of a discrete one the smallest with P(X <= x) >= u.
  /// @throws DomainError  unless 0 <= u <= 1
  [[nodiscard]] double quantile(double u) const requires(Parts::has_tails) {
    return inverse(u, detail::Tail::below);
  }
  /// The x with P(X > x) = u. @throws DomainError  unless 0 <= u <= 1
  [[nodiscard]] double upper_quantile(double u) const requires(Parts::has_tails) {
    return inverse(u, detail::Tail::above);
  }

  // log density

  /// At every row of x, n x d.
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const {
    return leibler::log_density(*this, x);
  }
  void log_density(const Batch& x, double* out, Workspace& workspace) const {
    const engine::Workspace::Frame frame(workspace);
    const std::size_t stride = engine::batch_stride(x.size);
    double* const terms = workspace.take(stride * components());
    parts_.for_each([&](const auto& part, std::size_t k) {
      part.log_density(x, terms + k * stride, workspace);
    });
    detail::mix(terms, stride, weights_, x.size, out);
  }
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const {
    const std::size_t stride = engine::batch_stride(x.size);
    double* const terms = workspace.take(stride * components());
    double* const out = workspace.take(stride);
    const auto parts =
        parts_.evaluate([&](const auto&, std::size_t) -> const Batch& { return x; }, workspace);
    parts_.for_each(parts, [&](const auto& part, const auto& at, std::size_t k) {
      detail::part_log_density(part, at, terms + k * stride);
    });
    detail::mix(terms, stride, weights_, x.size, out);
    return {x, parts, terms, stride, out};
  }
  void log_density(const Evaluation& at, double* out) const {
    std::copy_n(at.log_density, at.x.size, out);
  }

  /// p(component k | x) in column k of out, `stride` rows apart; the weights where no component has
  /// a density.
  void responsibilities(const Evaluation& at, double* out, std::size_t stride) const {
    detail::mixture_responsibilities(at.terms, at.stride, weights_, at.log_density, at.x.size, out,
                                     stride);
  }

  // gradients

  void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace& workspace) const
      requires(Parts::is_differentiable) {
    const engine::Workspace::Frame frame(workspace);
    double* const r = take_responsibilities(at, workspace);
    const auto g = engine::take_batch(workspace, at.x.size, dimension_);
    for (std::size_t j = 0; j < dimension_; ++j) {
      std::fill_n(out.data + j * out.stride, engine::padded(at.x.size), 0.0);
    }
    parts_.for_each(at.parts, [&](const auto& part, const auto& of_part, std::size_t k) {
      part.point_gradient(of_part, g, workspace);
      detail::add_weighted_columns(r + k * at.stride, g, out);
    });
  }

  // parameters

  [[nodiscard]] std::size_t parameter_count() const requires(Parts::is_parametric) {
    return components() + detail::total(parts_, [](const auto& p) { return p.parameter_count(); });
  }
  void parameters(std::span<double> out) const requires(Parts::is_parametric) {
    check::size("Mixture::parameters", "out.size()", out.size(), parameter_count(),
                "ask parameter_count()");
    std::copy_n(weights_.logits().data(), components(), out.data());
    std::size_t at = components();
    parts_.for_each([&](const auto& part, std::size_t) {
      part.parameters(out.subspan(at, part.parameter_count()));
      at += part.parameter_count();
    });
  }
  /// @throws InvalidArgument, DomainError  if the size or a value is wrong; *this is then unchanged
  [[nodiscard]] Mixture with_parameters(std::span<const double> theta) const& requires(
      Parts::is_parametric) {
    return Mixture(*this).with_parameters(theta);
  }
  [[nodiscard]] Mixture with_parameters(std::span<const double> theta) &&
      requires(Parts::is_parametric) {
    constexpr auto where = "Mixture::with_parameters";
    check::size(where, "theta.size()", theta.size(), parameter_count(), "ask parameter_count()");
    check::finite(where, "theta", theta, "look where the value comes from");
    parts_.assign(where, theta.subspan(components()), components());
    weights_.assign(theta.first(components()));
    return std::move(*this);
  }
  [[nodiscard]] std::size_t gradient_sums_size() const requires(Parts::is_parametric) {
    return components() +
           detail::total(parts_, [](const auto& p) { return p.gradient_sums_size(); });
  }
  /// Sums of responsibilities, then those of every component with its responsibilities as weights.
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace& workspace) const requires(Parts::is_parametric) {
    const engine::Workspace::Frame frame(workspace);
    double* const r = take_responsibilities(at, workspace);
    detail::weigh_responsibilities(r, at.stride, components(), weight, at.x.size, sums);
    double* next = sums + components();
    parts_.for_each(at.parts, [&](const auto& part, const auto& of_part, std::size_t k) {
      part.add_gradient_sums(of_part, r + k * at.stride, next, workspace);
      next += part.gradient_sums_size();
    });
  }
  void parameter_gradient(const double* sums, std::span<double> out) const
      requires(Parts::is_parametric) {
    weights_.gradient(sums, out.data());
    std::size_t from = components(), to = components();
    parts_.for_each([&](const auto& part, std::size_t) {
      part.parameter_gradient(sums + from, out.subspan(to, part.parameter_count()));
      from += part.gradient_sums_size();
      to += part.parameter_count();
    });
  }

  // sample

  /// Draws the number of points of each component, then each component's points side by side: rows
  /// come sorted by component.
  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const
      requires(Parts::is_sampleable) {
    const engine::Workspace::Frame frame(workspace);
    const std::size_t* const counts = weights_.counts(stream, x.size, workspace);
    std::size_t begin = 0;
    parts_.for_each([&](const auto& part, std::size_t k) {
      if (counts[k] == 0) return;
      const engine::Workspace::Frame of_part(workspace);
      const auto y = engine::take_batch(workspace, counts[k], dimension_);
      part.sample(detail::stream_of_part(stream, k), y, workspace);
      detail::copy_draws(y, begin, x);
      begin += counts[k];
    });
    detail::fill_padding(x);
  }

  friend std::ostream& operator<<(std::ostream& out, const Mixture& p) {
    out << "Mixture of " << detail::counted(p.components(), "component");
    p.parts_.for_each([&](const auto& part, std::size_t k) {
      out << "\n  weight " << detail::short_number(p.weights_.weights()[k]) << ", ";
      detail::print_part(out, part);
    });
    return out;
  }

 private:
  [[nodiscard]] double* take_responsibilities(const Evaluation& at, Workspace& workspace) const {
    double* const r = workspace.take_zeros(at.stride * components());
    responsibilities(at, r, at.stride);
    return r;
  }
  template <class Of>
  [[nodiscard]] double mixed(Of&& of) const {
    Workspace& workspace = Workspace::of_thread();
    const engine::Workspace::Frame frame(workspace);
    double* const values = workspace.take(components());
    parts_.for_each([&](const auto& part, std::size_t k) { values[k] = of(part); });
    return detail::mixed_log(weights_.log_weights(), {values, components()});
  }
  [[nodiscard]] double inverse(double u, detail::Tail tail) const {
    const bool below = tail == detail::Tail::below;
    detail::check_probability(name, u, tail);
    if (u == (below ? 0.0 : 1.0)) return support().low;
    if (u == (below ? 1.0 : 0.0)) return support().high;
    double low = HUGE_VAL, high = -HUGE_VAL;  // between the components' own
    parts_.for_each([&](const auto& part, std::size_t) {
      const double at = below ? part.quantile(u) : part.upper_quantile(u);
      low = std::min(low, at);
      high = std::max(high, at);
    });
    const detail::Monotone f{
        this,
        below ? [](const void* p, double x) { return static_cast<const Mixture*>(p)->log_cdf(x); }
              : [](const void* p,
                   double x) { return static_cast<const Mixture*>(p)->log_survival(x); },
        [](const void* p, double x) { return static_cast<const Mixture*>(p)->log_density(x); },
        below, is_discrete};
    return detail::solve(f, {low, high}, low + 0.5 * (high - low), engine::log(u));
  }
  template <bool with_variance>
  [[nodiscard]] std::pair<double, double> moments() const {
    std::vector<double> means, variances;
    parts_.for_each([&](const auto& part, std::size_t) {
      means.push_back(part.mean());
      if constexpr (with_variance) variances.push_back(part.variance());
    });
    std::pair<double, double> out{};
    detail::mixture_moments(weights_.weights(), means.data(),
                            with_variance ? variances.data() : nullptr, 1, &out.first, &out.second);
    return out;
  }
  [[nodiscard]] std::vector<double> vector_means() const {
    std::vector<double> means;
    parts_.for_each([&](const auto& part, std::size_t) {
      const Vector m = part.mean();
      means.insert(means.end(), m.data(), m.data() + m.size());
    });
    return means;
  }

  Parts parts_;
  detail::MixtureWeights weights_;
  std::size_t dimension_ = 0;
};

template <class... P>
Mixture(const Vector&, P...) -> Mixture<P...>;

}  // namespace leibler::inline v0
