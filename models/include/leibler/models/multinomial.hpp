// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <leibler/models/categorical.hpp>
#include <leibler/models/univariate/divergences.hpp>

namespace leibler::inline v0 {

/// How often each of K categories occurs in a number of independent trials: x has K columns of
/// whole numbers >= 0 that add up to it.
///
///     log p(x) = log trials! - sum_k log x_k! + sum_k x_k log p_k,   p = category.probabilities()
///
/// Parameters: those of the category; trials is not fitted.
///
///     const Multinomial p(10, Categorical::from_probabilities(Vector{{0.5, 0.3, 0.2}}));
template <class C = Categorical>
class Multinomial;

namespace detail {

/// @throws DomainError  unless it is a whole number from 0 to 2^53
void check_trials(double trials);

[[nodiscard]] Real record_multinomial(double trials, std::span<const double> x,
                                      std::span<const Real> logits);

}  // namespace detail

template <>
class Multinomial<Categorical> {
 public:
  struct Evaluation {
    Batch x;
    const double* log_density;
  };
  static constexpr const char* name = "Multinomial";
  static constexpr bool is_discrete = true;

  /// @param trials  a whole number from 0 to 2^53
  /// @throws DomainError
  Multinomial(double trials, Categorical category)
      : trials_((detail::check_trials(trials), trials)), category_(std::move(category)) {}

  [[nodiscard]] double trials() const { return trials_; }
  [[nodiscard]] const Categorical& category() const { return category_; }

  // parameters

  [[nodiscard]] std::size_t dimension() const { return category_.size(); }
  [[nodiscard]] std::size_t parameter_count() const { return category_.parameter_count(); }
  void parameters(std::span<double> out) const { category_.parameters(out); }
  /// @throws InvalidArgument, DomainError  if the size or a value is wrong; *this is then unchanged
  [[nodiscard]] Multinomial with_parameters(std::span<const double> theta) const& {
    return Multinomial(*this).with_parameters(theta);
  }
  [[nodiscard]] Multinomial with_parameters(std::span<const double> theta) && {
    category_ = std::move(category_).with_parameters(theta);
    return std::move(*this);
  }

  // moments

  [[nodiscard]] Vector mean() const { return trials_ * category_.probabilities(); }
  [[nodiscard]] Vector variance() const { return covariance().diagonal(); }
  [[nodiscard]] Matrix covariance() const;
  /// In nats: a sum over the values of each count, or its asymptotic series where those are many.
  [[nodiscard]] double entropy() const;

  // log density

  /// At every row of x, n x K.
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const {
    return leibler::log_density(*this, x);
  }
  void log_density(const Batch& x, double* out, Workspace&) const;
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const;
  void log_density(const Evaluation& at, double* out) const {
    std::copy_n(at.log_density, engine::padded(at.x.size), out);
  }

  // gradients: how often each category occurs, as for Categorical

  [[nodiscard]] std::size_t gradient_sums_size() const { return category_.size(); }
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace&) const;
  void parameter_gradient(const double* sums, std::span<double> out) const {
    category_.parameter_gradient(sums, out);
  }

  // sample

  /// Binomial counts, one category after another given those before.
  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const;

  /// The mean relative frequencies, exact; trials stays. A category that does not occur gets
  /// probability 0, so the result may have fewer parameters.
  /// @throws InvalidArgument  if the data have not K columns
  /// @throws DomainError      for a row outside the support, or if there are no trials
  [[nodiscard]] Multinomial maximum_likelihood(const Empirical& data) const;

  // files

  /// As JSON, from which the same bits come back; read, too: "trials" and "probabilities".
  [[nodiscard]] std::string to_json() const;
  /// @throws RuntimeError  if the text is malformed; DomainError, InvalidArgument if a value is
  /// wrong
  [[nodiscard]] static Multinomial from_json(const std::string& text);
  void save(const std::string& path) const;
  [[nodiscard]] static Multinomial load(const std::string& path);

  friend std::ostream& operator<<(std::ostream& out, const Multinomial& p) {
    p.print(out);
    return out;
  }

 private:
  static Multinomial read(const std::string& where, const std::string& file,
                          const std::string& text);
  void print(std::ostream& out) const;
  void write_covariance(double* out) const;

  double trials_;
  Categorical category_;
};

/// With differentiated logits: a log density on the tape.
template <>
class Multinomial<RealCategorical> {
 public:
  Multinomial(double trials, RealCategorical category)
      : trials_((detail::check_trials(trials), trials)), category_(std::move(category)) {}

  /// -inf unless x are counts that add up to trials, NaN for NaN.
  /// @throws InvalidArgument  if x has not one count a category
  [[nodiscard]] Real log_density(std::span<const double> x) const {
    return detail::record_multinomial(trials_, x, category_.logits());
  }
  [[nodiscard]] Real log_density(const Vector& x) const { return log_density(as_span(x)); }

 private:
  double trials_;
  RealCategorical category_;
};

Multinomial(double, const Categorical&)->Multinomial<Categorical>;
Multinomial(double, const RealCategorical&)->Multinomial<RealCategorical>;

inline Matrix Multinomial<Categorical>::covariance() const {
  const auto k = static_cast<Index>(dimension());
  Matrix out(k, k);
  write_covariance(out.data());
  return out;
}

static_assert(Distribution<Multinomial<>> && Parametric<Multinomial<>>);

/// Of all orders; infinite for other trials, with which no point is shared.
[[nodiscard]] inline std::optional<double> scaled_renyi(const Powers& o, const Multinomial<>& p,
                                                        const Multinomial<>& q) {
  if (p.trials() != q.trials()) return HUGE_VAL;
  if (p.trials() == 0.0) return 0.0;
  const Vector log_p = p.category().log_probabilities(), log_q = q.category().log_probabilities();
  const Vector ratios = log_ratios(p.category(), q.category());
  return p.trials() *
         detail::renyi_of_categories(o, as_span(log_p), as_span(log_q), as_span(ratios));
}

}  // namespace leibler::inline v0
