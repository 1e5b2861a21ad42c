// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <new>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <leibler/engine/check.hpp>
#include <leibler/engine/chunks.hpp>
#include <leibler/models/distribution.hpp>
#include <leibler/models/types.hpp>

// What the distributions that are made of others have in common: parts of several classes (a tuple)
// and of one class (a vector), told apart by nothing but their type.
namespace leibler::inline v0::detail {

template <class P>
concept HasMean = requires(const P& p) {
  p.mean();
};
template <class P>
concept HasScalarMean = requires(const P& p) {
  { p.mean() } -> std::same_as<double>;
};
template <class P>
concept HasVariance = requires(const P& p) {
  { p.variance() } -> std::same_as<double>;
};
template <class P>
concept HasCovariance = requires(const P& p) {
  { p.covariance() } -> std::same_as<Matrix>;
};
template <class P>
concept HasEntropy = requires(const P& p) {
  { p.entropy() } -> std::same_as<double>;
};
/// A distribution of one variable with its probabilities and quantiles, as the families have them.
template <class P>
concept HasTails = Density<P> && requires(const P& p, double x) {
  { p.log_density(x) } -> std::same_as<double>;
  { p.support().low } -> std::convertible_to<double>;
  { p.support().high } -> std::convertible_to<double>;
  { p.cdf(x) } -> std::same_as<double>;
  { p.survival(x) } -> std::same_as<double>;
  { p.log_cdf(x) } -> std::same_as<double>;
  { p.log_survival(x) } -> std::same_as<double>;
  { p.quantile(x) } -> std::same_as<double>;
  { p.upper_quantile(x) } -> std::same_as<double>;
};
template <class P>
concept Printable = requires(std::ostream& out, const P& p) {
  out << p;
};

/// What a part that only has a density leaves for later.
struct DensityEvaluation {
  Batch x;
  const double* log_density;
};
template <class P>
struct EvaluationOfPart {
  using type = DensityEvaluation;
};
template <Evaluable P>
struct EvaluationOfPart<P> {
  using type = typename P::Evaluation;
};
template <class P>
using PartEvaluation = typename EvaluationOfPart<P>::type;

template <Density P>
[[nodiscard]] PartEvaluation<P> evaluate_part(const P& p, const Batch& x, Workspace& workspace) {
  if constexpr (Evaluable<P>) {
    return p.evaluate(x, workspace);
  } else {
    double* const out = workspace.take(engine::padded(x.size));
    p.log_density(x, out, workspace);
    return {x, out};
  }
}
template <Density P>
void part_log_density(const P& p, const PartEvaluation<P>& at, double* out) {
  if constexpr (Evaluable<P>) {
    p.log_density(at, out);
  } else {
    std::copy_n(at.log_density, at.x.size, out);
  }
}

/// Random numbers for part k of a model that no other part, and no other model of the seed, draws.
[[nodiscard]] Stream stream_of_part(const Stream& stream, std::size_t k);

/// Rows [0, from.size) of `from` to rows [begin, ...) of `to`.
void copy_draws(const Batch& from, std::size_t begin, const MutableBatch& to);
/// The padding repeats the last row.
void fill_padding(const MutableBatch& x);

/// Rethrows what is being handled as an error of `where`; an index of theta counts from `offset`.
[[noreturn]] void rethrow_from_part(const char* where, std::size_t offset);

/// Four digits, the same in every locale.
[[nodiscard]] std::string short_number(double value);
/// "2 components", "1 component".
[[nodiscard]] std::string counted(std::size_t n, const char* one);

/// Columns [first, first + count) of a batch.
[[nodiscard]] inline Batch columns(const Batch& x, std::size_t first, std::size_t count) {
  return {x.data + first * x.stride, x.size, count, x.stride};
}
[[nodiscard]] inline MutableBatch columns(const MutableBatch& x, std::size_t first,
                                          std::size_t count) {
  return {x.data + first * x.stride, x.size, count, x.stride};
}

/// A second set of parts, into which parameters are written before it takes the place of the first:
/// a failed call changes nothing, and after the first one nothing is allocated. Not copied.
template <class T>
struct Spare {
  std::optional<T> value;

  Spare() = default;
  Spare(const Spare&) {}
  Spare(Spare&&) noexcept = default;
  Spare& operator=(const Spare&) { return *this; }
  Spare& operator=(Spare&&) noexcept = default;
  ~Spare() = default;
};

/// Assigns theta, part after part, to `next`.
template <class Each>
void assign_parts(const char* where, std::span<const double> theta, std::size_t offset,
                  Each&& each) {
  std::size_t at = 0;
  each([&](auto& part) {
    const std::size_t n = part.parameter_count();
    try {
      part = std::move(part).with_parameters(theta.subspan(at, n));
    } catch (...) { rethrow_from_part(where, offset + at); }
    at += n;
  });
}

/// Parts of several classes.
template <class... P>
class Parts {
 public:
  static_assert((Density<P> && ...), "leibler: every part needs log_density(x, out, workspace)");
  static constexpr bool is_list = false;
  static constexpr bool is_discrete = (leibler::is_discrete<P> && ...);
  static constexpr bool is_of_one_kind = is_discrete || !(leibler::is_discrete<P> || ...);
  static constexpr bool is_normalized = (leibler::is_normalized<P> && ...);
  static constexpr bool support_moves = (leibler::support_moves<P> || ...);
  static constexpr bool implicit_path = (leibler::implicit_path<P> || ...);
  static constexpr bool is_on_surface = (leibler::is_on_surface<P> || ...);
  static constexpr bool is_sampleable = (Sampleable<P> && ...);
  static constexpr bool is_differentiable = (Differentiable<P> && ...);
  static constexpr bool is_parametric = (Parametric<P> && ...);
  static constexpr bool is_reparameterized = (Reparameterized<P> && ...);
  static constexpr bool has_mean = (HasMean<P> && ...);
  static constexpr bool has_scalar_mean = (HasScalarMean<P> && ...);
  static constexpr bool has_variance = (HasVariance<P> && ...);
  static constexpr bool has_covariance = (HasCovariance<P> && ...);
  static constexpr bool has_spread = ((HasVariance<P> || HasCovariance<P>)&&...);
  static constexpr bool has_entropy = (HasEntropy<P> && ...);
  static constexpr bool has_tails = (HasTails<P> && ...);

  using Evaluation = std::tuple<PartEvaluation<P>...>;

  explicit Parts(P... parts) : parts_(std::move(parts)...) {}

  [[nodiscard]] static constexpr std::size_t size() { return sizeof...(P); }
  template <std::size_t k>
  [[nodiscard]] const auto& get() const {
    return std::get<k>(parts_);
  }

  /// f(part, k) for every part, in order.
  template <class F>
  void for_each(F&& f) const {
    std::apply([&, k = std::size_t{0}](const P&... part) mutable { (f(part, k++), ...); }, parts_);
  }
  /// Part k at the points batch_of(part, k).
  template <class BatchOf>
  [[nodiscard]] Evaluation evaluate(BatchOf&& batch_of, Workspace& workspace) const {
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
      return Evaluation{
          evaluate_part(std::get<k>(parts_), batch_of(std::get<k>(parts_), k), workspace)...};
    }
    (std::index_sequence_for<P...>());
  }
  /// f(part, evaluation, k).
  template <class F>
  void for_each(const Evaluation& at, F&& f) const {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      (f(std::get<k>(parts_), std::get<k>(at), k), ...);
    }
    (std::index_sequence_for<P...>());
  }
  void assign(const char* where, std::span<const double> theta, std::size_t offset) {
    if (!next_.value) next_.value = parts_;
    assign_parts(where, theta, offset, [&](auto&& one) {
      std::apply([&](P&... part) { (one(part), ...); }, *next_.value);
    });
    std::swap(parts_, *next_.value);
  }

 private:
  std::tuple<P...> parts_;
  Spare<std::tuple<P...>> next_;
};

/// Any number of parts of one class.
template <class P>
class Parts<std::vector<P>> {
  using One = Parts<P>;

 public:
  static constexpr bool is_list = true;
  static constexpr bool is_discrete = One::is_discrete;
  static constexpr bool is_of_one_kind = true;
  static constexpr bool is_normalized = One::is_normalized;
  static constexpr bool support_moves = One::support_moves;
  static constexpr bool implicit_path = One::implicit_path;
  static constexpr bool is_on_surface = One::is_on_surface;
  static constexpr bool is_sampleable = One::is_sampleable;
  static constexpr bool is_differentiable = One::is_differentiable;
  static constexpr bool is_parametric = One::is_parametric;
  static constexpr bool is_reparameterized = One::is_reparameterized;
  static constexpr bool has_mean = One::has_mean;
  static constexpr bool has_scalar_mean = One::has_scalar_mean;
  static constexpr bool has_variance = One::has_variance;
  static constexpr bool has_covariance = One::has_covariance;
  static constexpr bool has_spread = One::has_spread;
  static constexpr bool has_entropy = One::has_entropy;
  static constexpr bool has_tails = One::has_tails;

  /// The evaluation of every part, in the workspace.
  using Evaluation = const PartEvaluation<P>*;
  static_assert(std::is_trivially_destructible_v<PartEvaluation<P>>,
                "leibler: an Evaluation lives in the workspace and is never destroyed");

  explicit Parts(std::vector<P> parts) : parts_(std::move(parts)) {}

  [[nodiscard]] std::size_t size() const { return parts_.size(); }
  [[nodiscard]] const P& operator[](std::size_t k) const { return parts_[k]; }

  template <class F>
  void for_each(F&& f) const {
    for (std::size_t k = 0; k < parts_.size(); ++k) f(parts_[k], k);
  }
  template <class BatchOf>
  [[nodiscard]] Evaluation evaluate(BatchOf&& batch_of, Workspace& workspace) const {
    using At = PartEvaluation<P>;
    static_assert(alignof(At) <= 64);
    auto* const at = reinterpret_cast<At*>(
        workspace.take((parts_.size() * sizeof(At) + sizeof(double) - 1) / sizeof(double)));
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      new (at + k) At(evaluate_part(parts_[k], batch_of(parts_[k], k), workspace));
    }
    return at;
  }
  template <class F>
  void for_each(const Evaluation& at, F&& f) const {
    for (std::size_t k = 0; k < parts_.size(); ++k) f(parts_[k], at[k], k);
  }
  void assign(const char* where, std::span<const double> theta, std::size_t offset) {
    if (!next_.value) next_.value = parts_;
    assign_parts(where, theta, offset, [&](auto&& one) {
      for (P& part : *next_.value) one(part);
    });
    parts_.swap(*next_.value);
  }

 private:
  std::vector<P> parts_;
  Spare<std::vector<P>> next_;
};

/// Sums over the parts of what one of them says.
template <class Of, class What>
[[nodiscard]] std::size_t total(const Of& parts, What&& what) {
  std::size_t sum = 0;
  parts.for_each([&](const auto& part, std::size_t) { sum += what(part); });
  return sum;
}

template <class P>
[[nodiscard]] std::size_t dimension_of(const P& p) {
  return static_cast<std::size_t>(p.dimension());
}

/// Lines after the first moved to the right.
[[nodiscard]] std::string indented(const std::string& text);

template <class P>
void print_part(std::ostream& out, const P& p) {
  if constexpr (Printable<P>) {
    std::ostringstream text;
    text << p;
    out << indented(text.str());
  } else {
    out << "a part in " << counted(dimension_of(p), "dimension");
  }
}

}  // namespace leibler::inline v0::detail
