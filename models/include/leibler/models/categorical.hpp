// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <leibler/models/distribution.hpp>
#include <leibler/models/divergence.hpp>
#include <leibler/models/empirical.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/softmax.hpp>
#include <leibler/models/table.hpp>

namespace leibler::inline v0 {

class RealCategorical;

/// One of the categories 0 ... K - 1, x a column of whole numbers.
///
///     log p(k) = logits_k - log sum_j exp(logits_j)
///
/// Parameters: the logits that are finite, in order; a common shift of them changes nothing. A
/// logit of -inf is valid: its category is never drawn, has log density -inf, stays as it is and is
/// no parameter.
///
///     const auto p = Categorical::from_logits(Vector{{4, 2, 1}}, {.temperature = 2.0});
///     const auto q = Categorical::from_probabilities(Vector{{0.5, 0.3, 0.2}});
class Categorical {
 public:
  using Evaluation = detail::TableEvaluation;
  static constexpr const char* name = "Categorical";
  static constexpr bool is_discrete = true;

  /// @param logits  any size K >= 1, at least one finite, the others finite or -inf; divided by
  ///                options.temperature
  /// @throws DomainError  if a logit is NaN or +inf, if all are -inf, if the temperature is not
  ///                      finite and > 0 or makes a logit overflow
  [[nodiscard]] static Categorical from_logits(const Vector& logits,
                                               const SoftmaxOptions& options = {}) {
    return with_logits(as_span(logits), options);
  }
  /// Differentiated logits: a log density on the tape.
  [[nodiscard]] static RealCategorical from_logits(std::vector<Real> logits,
                                                   const SoftmaxOptions& options = {});
  [[nodiscard]] static RealCategorical from_logits(const Reals& logits,
                                                   const SoftmaxOptions& options = {});

  /// @param probabilities  finite, >= 0, adding up to 1 within 1e-9, and divided by what they add
  /// up
  ///                       to; 0 becomes a logit of -inf. They are kept as they are, so that what
  ///                       compares two such distributions sees differences that logarithms lose
  /// @throws DomainError
  [[nodiscard]] static Categorical from_probabilities(const Vector& probabilities) {
    return with_probabilities(as_span(probabilities));
  }

  // parameters

  [[nodiscard]] static constexpr std::size_t dimension() { return 1; }
  [[nodiscard]] std::size_t parameter_count() const { return finite_; }
  void parameters(std::span<double> out) const;
  /// @throws InvalidArgument, DomainError  if the size or a value is wrong; *this is then unchanged
  [[nodiscard]] Categorical with_parameters(std::span<const double> theta) const& {
    return Categorical(*this).with_parameters(theta);
  }
  [[nodiscard]] Categorical with_parameters(std::span<const double> theta) && {
    assign(theta);
    return std::move(*this);
  }

  // what is known of it

  [[nodiscard]] Vector logits() const { return as_vector(logits_data()); }
  /// They add up to 1; as they were given, if they did.
  [[nodiscard]] Vector probabilities() const { return as_vector(probability_data()); }
  /// Of the number of the category.
  [[nodiscard]] double mean() const;
  [[nodiscard]] double variance() const;
  /// In nats.
  [[nodiscard]] double entropy() const;

  /// The whole support, also the categories of probability 0.
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] Points points() const {
    return Vector::LinSpaced(static_cast<Index>(size_), 0.0, static_cast<double>(size_ - 1));
  }
  [[nodiscard]] Vector log_probabilities() const { return as_vector(table()); }

  // log density

  [[nodiscard]] double log_density(double x) const { return detail::look_up(table(), x); }
  /// At every row of x, n x 1.
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const {
    return leibler::log_density(*this, x);
  }
  void log_density(const Batch& x, double* out, Workspace&) const {
    detail::look_up(table(), x, out);
  }
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const {
    return detail::evaluate_table(table(), x, workspace);
  }
  void log_density(const Evaluation& at, double* out) const { detail::copy_log_density(at, out); }

  // gradients: of every category, how often it occurs; minus the probabilities at the end

  [[nodiscard]] std::size_t gradient_sums_size() const { return size_; }
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace&) const {
    detail::add_counts(at, weight, {sums, size_});
  }
  void parameter_gradient(const double* sums, std::span<double> out) const;

  // sample

  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const;

  /// The relative frequencies, exact. A category that does not occur gets probability 0, so the
  /// result may have fewer parameters.
  /// @throws InvalidArgument  if the data have more than one column
  /// @throws DomainError      for a value that is not one of the categories
  [[nodiscard]] Categorical maximum_likelihood(const Empirical& data) const;

  // files

  /// As JSON, from which the same bits come back: what it was made of, logits or probabilities.
  [[nodiscard]] std::string to_json() const;
  /// @throws RuntimeError  if the text is malformed; DomainError, InvalidArgument if a value is
  /// wrong
  [[nodiscard]] static Categorical from_json(const std::string& text);
  void save(const std::string& path) const;
  [[nodiscard]] static Categorical load(const std::string& path);

  friend std::ostream& operator<<(std::ostream& out, const Categorical& p) {
    p.print(out);
    return out;
  }

  // plain memory, for compiled code

  [[nodiscard]] std::span<const double> logits_data() const { return {values_.data(), size_}; }
  [[nodiscard]] std::span<const double> probability_data() const {
    return {values_.data() + size_, size_};
  }
  [[nodiscard]] std::span<const double> table() const {
    return {values_.data() + 2 * size_, size_};
  }
  /// As they were given; empty where it was made of logits.
  [[nodiscard]] std::span<const double> weights_data() const { return weights_; }
  [[nodiscard]] static Categorical with_logits(std::span<const double> logits,
                                               const SoftmaxOptions& options);
  [[nodiscard]] static Categorical with_probabilities(std::span<const double> probabilities);

 private:
  explicit Categorical(std::span<const double> logits,  // valid ones
                       std::span<const double> weights = {});
  static Categorical read(const std::string& where, const std::string& file,
                          const std::string& text);
  void assign(std::span<const double> theta);
  void prepare();
  void print(std::ostream& out) const;

  std::size_t size_, finite_ = 0;
  std::vector<double> values_;  // logits, probabilities, their logarithms, cumulative
  std::vector<double> weights_;
};

/// A Categorical with differentiated logits.
class RealCategorical {
 public:
  /// @throws InvalidArgument  if there is none
  /// @throws DomainError      if the temperature is not finite and > 0
  explicit RealCategorical(std::vector<Real> logits, const SoftmaxOptions& options = {});

  [[nodiscard]] std::span<const Real> logits() const { return logits_; }
  [[nodiscard]] std::size_t size() const { return logits_.size(); }

  /// On the tape; -inf unless x is one of the categories, NaN for NaN.
  [[nodiscard]] Real log_density(double x) const;

 private:
  std::vector<Real> logits_;
};

inline RealCategorical Categorical::from_logits(std::vector<Real> logits,
                                                const SoftmaxOptions& options) {
  return RealCategorical(std::move(logits), options);
}
inline RealCategorical Categorical::from_logits(const Reals& logits,
                                                const SoftmaxOptions& options) {
  return RealCategorical(detail::entries(logits), options);
}

static_assert(Distribution<Categorical> && Parametric<Categorical> && Enumerable<Categorical>);

namespace detail {
void log_ratios(const Categorical& p, const Categorical& q, std::span<double> out);
[[nodiscard]] double kl_of(const Categorical& p, const Categorical& q);
}  // namespace detail

/// log(p_k / q_k) of every category, as many as the larger of the two has: +-inf where one is 0, 0
/// where both are. Keeps its digits where p is near q, if both are of probabilities or both of
/// logits.
[[nodiscard]] inline Vector log_ratios(const Categorical& p, const Categorical& q) {
  Vector out(static_cast<Index>(std::max(p.size(), q.size())));
  detail::log_ratios(p, q, {out.data(), static_cast<std::size_t>(out.size())});
  return out;
}

/// A category that one of the two does not have is one of probability 0.
[[nodiscard]] inline std::optional<double> closed_form(const Kl&, const Categorical& p,
                                                       const Categorical& q) {
  return detail::kl_of(p, q);
}

}  // namespace leibler::inline v0
