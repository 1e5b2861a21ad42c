// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <leibler/models/table.hpp>
#include <leibler/models/vector_family.hpp>

namespace leibler::inline v0 {

namespace detail {

extern const VectorFamily ordered_logistic_family;

/// @throws InvalidArgument, DomainError
[[nodiscard]] std::vector<double> ordered_logistic_arguments(double eta,
                                                             std::span<const double> cutpoints);
/// @throws InvalidArgument  if there is no cutpoint
void check_cutpoints(std::size_t count);
/// At any x; a is eta and the cutpoints.
[[nodiscard]] Real record_ordered_logistic(double x, std::span<const Real> a);

}  // namespace detail

/// One of K ordered categories 0 ... K - 1: in which of the K intervals between the cutpoints a
/// logistic variable around eta lies. x is a column of whole numbers.
///
///     P(x <= k) = 1 / (1 + exp(eta - cutpoints_k)),   k < K - 1
///
/// Parameters: eta, the first cutpoint, and the logarithms of the distances from each cutpoint to
/// the next. A common shift of eta and all cutpoints changes nothing.
///
///     const OrderedLogistic p(0.3, Vector{{-1.0, 0.5, 2.0}});  // four categories
template <class T = double>
class OrderedLogistic;

template <>
class OrderedLogistic<double> : public detail::VectorArguments<OrderedLogistic<double>> {
  using Base = detail::VectorArguments<OrderedLogistic<double>>;

 public:
  using Evaluation = detail::TableEvaluation;
  static constexpr const char* name = "OrderedLogistic";
  static constexpr bool is_discrete = true;
  static const detail::VectorFamily& family() { return detail::ordered_logistic_family; }

  /// @param eta        finite
  /// @param cutpoints  at least one, finite, each above the one before
  /// @throws InvalidArgument, DomainError
  OrderedLogistic(double eta, const Vector& cutpoints)
      : OrderedLogistic(
            detail::with_arguments(family(), as_span(cutpoints).size() + 1,
                                   detail::ordered_logistic_arguments(eta, as_span(cutpoints)))) {}

  [[nodiscard]] double eta() const { return arguments()[0]; }
  [[nodiscard]] Vector cutpoints() const { return Base::arguments(1, size() - 1); }

  [[nodiscard]] static constexpr std::size_t dimension() { return 1; }

  // what is known of it

  [[nodiscard]] Vector probabilities() const { return as_vector(part(1)); }
  /// Of the number of the category.
  [[nodiscard]] double mean() const { return detail::table_moments(part(1)).mean; }
  [[nodiscard]] double variance() const { return detail::table_moments(part(1)).variance; }
  /// In nats.
  [[nodiscard]] double entropy() const { return detail::table_entropy(part(1), part(0)); }

  /// The whole support.
  [[nodiscard]] std::size_t size() const { return state().n; }
  [[nodiscard]] Points points() const {
    return Vector::LinSpaced(static_cast<Index>(size()), 0.0, static_cast<double>(size() - 1));
  }
  [[nodiscard]] Vector log_probabilities() const { return as_vector(part(0)); }

  // log density

  [[nodiscard]] double log_density(double x) const { return detail::look_up(part(0), x); }
  /// At every row of x, n x 1.
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const {
    return leibler::log_density(*this, x);
  }
  void log_density(const Batch& x, double* out, Workspace&) const {
    detail::look_up(part(0), x, out);
  }
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const {
    return detail::evaluate_table(part(0), x, workspace);
  }
  void log_density(const Evaluation& at, double* out) const { detail::copy_log_density(at, out); }

  // gradients, from how often every category occurs

  [[nodiscard]] std::size_t gradient_sums_size() const { return size(); }
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace&) const {
    detail::add_counts(at, weight, {sums, size()});
  }
  void parameter_gradient(const double* sums, std::span<double> out) const;

  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const {
    detail::sample_table(part(2), stream, x, workspace);
  }

 private:
  friend Base;
  explicit OrderedLogistic(detail::VectorState state)
      : Base(std::move(state)), tables_(3 * size()) {
    prepare();
  }
  void prepare();
  // Log probabilities, probabilities, cumulative ones.
  [[nodiscard]] std::span<const double> part(std::size_t k) const {
    return {tables_.data() + k * size(), size()};
  }

  std::vector<double> tables_;
};

/// With differentiated arguments: a log density on the tape.
template <>
class OrderedLogistic<Real> {
 public:
  /// @param cutpoints  Reals, a std::vector<Real> or a Vector; they have to rise at every point
  template <class C>
  OrderedLogistic(const Real& eta, const C& cutpoints) : arguments_{eta} {
    for (const Real& c : detail::reals(cutpoints)) arguments_.push_back(c);
    detail::check_cutpoints(arguments_.size() - 1);
  }

  /// -inf unless x is one of the categories, NaN for NaN.
  [[nodiscard]] Real log_density(double x) const {
    return detail::record_ordered_logistic(x, arguments_);
  }

 private:
  std::vector<Real> arguments_;
};

template <class E, class C>
OrderedLogistic(const E&, const C&) -> OrderedLogistic<detail::VectorScalar<E, C>>;

static_assert(Distribution<OrderedLogistic<>> && Parametric<OrderedLogistic<>> &&
              Enumerable<OrderedLogistic<>>);

}  // namespace leibler::inline v0
