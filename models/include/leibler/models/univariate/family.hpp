// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <leibler/models/empirical.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/tape_evaluation.hpp>
#include <leibler/models/univariate/divergences.hpp>

// What every family of one variable has in common. A family is a description (its formulas,
// compiled in src/univariate/) and a class of a few lines that gives it a name and its arguments
// theirs; with plain arguments that class is a model.
namespace leibler::inline v0 {

/// Where a distribution of one variable puts its mass: low <= x <= high.
struct Interval {
  double low, high;
};

namespace detail {

/// What an argument may be, and how it is fitted.
enum class Domain {
  real,            ///< finite; as it is
  positive,        ///< finite and > 0; through its logarithm
  unit_interval,   ///< 0 <= p <= 1, fitted inside (0, 1); through its logit
  success,         ///< the same without 0: an event that happens at last
  above_previous,  ///< above the argument before it; through the logarithm of the difference
  count,           ///< a whole number from 0 to 2^53; never fitted
};

struct Argument {
  const char* name;
  Domain domain;
};

enum class Kind {
  discrete,
  finite,  ///< discrete, with all values known
  continuous,
  reparameterized,  ///< continuous, drawn by a map that is smooth in the arguments
  implicit,         ///< continuous, with an implicit path
};

/// Data of one variable; a null weight means 1.
struct WeightedValues {
  const double* x;
  const double* weight;
  std::size_t size;
};

/// Everything about a family. Functions that take `a` are called with valid arguments only; those
/// of x with x not NaN.
struct Family {
  const char* name;
  std::size_t count;  ///< of arguments
  std::array<Argument, 3> arguments;
  bool is_discrete;

  /// What x can be whatever the arguments are, and with these; infinite ends are never reached.
  /// record says -inf itself between the two.
  Interval widest;
  Interval (*support)(const double* a);
  /// At a finite x of the support (discrete: a whole number).
  double (*log_density)(const double& x, const double* a);
  Real (*record)(const Real& x, const Real* a);
  /// NaN where undefined, infinite where they diverge.
  double (*mean)(const double* a);
  double (*variance)(const double* a);
  double (*entropy)(const double* a);
  /// P(X <= x), P(X > x) and their logarithms, at any x inside (low, high); a discrete one at a
  /// whole number.
  double (*cdf)(double x, const double* a);
  double (*survival)(double x, const double* a);
  double (*log_cdf)(double x, const double* a);
  double (*log_survival)(double x, const double* a);
  /// The x with P(X <= x) = u, or P(X > x) = u; of a discrete one the smallest with P(X <= x) >= u,
  /// or P(X > x) <= u. u is inside (0, 1).
  double (*quantile)(double u, const double* a);
  double (*upper_quantile)(double u, const double* a);
  /// out[i], i < n, depends on the stream and i alone.
  void (*sample)(const Stream& stream, const double* a, double* out, std::size_t n, Workspace&);
  /// out[k * stride + i] = dx_i / d argument k for draws x; null where there is no path.
  void (*path)(const double* x, std::size_t n, const double* a, double* out, std::size_t stride);
  /// The same logarithm with an error of its own size where those of its terms are far larger, for
  /// sums over many points; null: log_density has it.
  double (*accurate_log_density)(double x, const double* a) = nullptr;
  /// Writes the arguments that make the data most probable; `a` holds those to start from. Null
  /// where only a fit by gradients is known. The data are in the support and have weight.
  /// @throws DomainError  where the data have no maximum
  void (*maximum_likelihood)(const WeightedValues& data, double* a);
};

/// @throws DomainError  for the first argument that is outside its domain
void check_arguments(const Family& family, const double* a);

[[nodiscard]] std::size_t parameter_count(const Family& family);
void write_parameters(const Family& family, const double* a, std::span<double> out);
/// `a` is read for what is not fitted, and written; an argument whose parameter is the one in
/// `now`, which are those of `a`, stays as it is.
/// @throws InvalidArgument, DomainError  as with_parameters does
void read_parameters(const Family& family, std::span<const double> theta,
                     std::span<const double> now, double* a);
void chain_to_parameters(const Family& family, const double* a, const double* sums,
                         std::span<double> out);

[[nodiscard]] TapeEvaluation evaluate(const Family& family, const double* a, const Batch& x,
                                      Workspace& workspace);
void log_density(const Family& family, const double* a, const Batch& x, double* out,
                 Workspace& workspace);
/// By accurate_log_density where the family has it: slower.
void accurate_log_density(const Family& family, const double* a, const Batch& x, double* out,
                          Workspace& workspace);
/// log p(x | a) - log p(x | b), whose two terms are given: by the derivatives on the way from b to
/// a where those are near each other, so that a small ratio has as many digits as a large one.
void log_ratio(const Family& family, const double* a, const double* b, const Batch& x,
               const double* log_p, const double* log_q, double* out, Workspace& workspace);
void sample(const Family& family, const double* a, const Stream& stream, const MutableBatch& x,
            Workspace& workspace);
void add_path_sums(const Family& family, const double* a, const Batch& x, const Batch& v,
                   double* sums, Workspace& workspace);

/// At any x: -inf outside the support, NaN for NaN.
[[nodiscard]] Real record_observed(const Family& family, double x, const Real* a);
[[nodiscard]] double log_density(const Family& family, const double* a, double x);
enum class Tail { below, above };
[[nodiscard]] double probability(const Family& family, const double* a, double x, Tail tail);
[[nodiscard]] double log_probability(const Family& family, const double* a, double x, Tail tail);
/// @throws DomainError  unless 0 <= u <= 1
[[nodiscard]] double quantile(const Family& family, const double* a, double u, Tail tail);

/// @throws InvalidArgument, DomainError  if the family has no estimate or the data none
void maximum_likelihood(const Family& family, const Empirical& data, double* a);

[[nodiscard]] std::size_t support_size(const Family& family, const double* a);
void write_log_probabilities(const Family& family, const double* a, std::span<double> points,
                             std::span<double> out);

/// With the parameters that the model was given, if it was; reading says whether there are any.
[[nodiscard]] std::string to_json(const Family& family, const double* a,
                                  std::span<const double> theta);
bool from_json(const Family& family, const std::string& text, double* a, double* theta);
void save(const Family& family, const double* a, std::span<const double> theta,
          const std::string& path);
bool load(const Family& family, const std::string& path, double* a, double* theta);
void print(const Family& family, const double* a, std::ostream& out);

/// A family with these arguments: plain numbers or Reals. F<A...> has `name`, and `family()`, its
/// description.
///
/// With plain arguments it is a model of one column. The log density at x, in nats, is -inf outside
/// the support; of a discrete one at what is no whole number. Parameters: its arguments in order,
/// positive ones as logarithms, probabilities as logits.
template <template <class...> class F, Kind kind, class... A>
class Univariate {
 public:
  using Evaluation = TapeEvaluation;
  using Self = F<A...>;
  static constexpr bool is_discrete = kind == Kind::discrete || kind == Kind::finite;
  static constexpr bool implicit_path = kind == Kind::implicit;
  static constexpr bool is_plain = (std::is_same_v<A, double> && ...);
  static constexpr std::size_t count = sizeof...(A);

  // log density at a point

  /// A Real if an argument is one; all arithmetic is then on the tape.
  [[nodiscard]] Result<A...> log_density(double x) const {
    if constexpr (is_plain) {
      return detail::log_density(Self::family(), a_.data(), x);
    } else {
      return record_observed(Self::family(), x, a_.data());
    }
  }
  [[nodiscard]] Real log_density(const Real& x) const requires(!is_discrete) {
    const std::array<Real, count> a = [&]<std::size_t... k>(std::index_sequence<k...>) {
      return std::array<Real, count>{Real(a_[k])...};
    }
    (std::make_index_sequence<count>());
    return Self::family().record(x, a.data());
  }

  // a distribution of plain arguments

  [[nodiscard]] Interval support() const requires is_plain {
    return Self::family().support(a_.data());
  }
  /// NaN where it is undefined, infinite where it diverges.
  [[nodiscard]] double mean() const requires is_plain { return Self::family().mean(a_.data()); }
  [[nodiscard]] double variance() const requires is_plain {
    return Self::family().variance(a_.data());
  }
  /// In nats; of a continuous one the differential entropy.
  [[nodiscard]] double entropy() const requires is_plain {
    return Self::family().entropy(a_.data());
  }
  /// P(X <= x) and P(X > x), with their digits where they are small.
  [[nodiscard]] double cdf(double x) const requires is_plain {
    return probability(Self::family(), a_.data(), x, Tail::below);
  }
  [[nodiscard]] double survival(double x) const requires is_plain {
    return probability(Self::family(), a_.data(), x, Tail::above);
  }
  /// Their logarithms, also where they underflow.
  [[nodiscard]] double log_cdf(double x) const requires is_plain {
    return log_probability(Self::family(), a_.data(), x, Tail::below);
  }
  [[nodiscard]] double log_survival(double x) const requires is_plain {
    return log_probability(Self::family(), a_.data(), x, Tail::above);
  }
  /// The x with P(X <= x) = u; of a discrete one the smallest with P(X <= x) >= u.
  /// @throws DomainError  unless 0 <= u <= 1
  [[nodiscard]] double quantile(double u) const requires is_plain {
    return detail::quantile(Self::family(), a_.data(), u, Tail::below);
  }
  /// The x with P(X > x) = u, for u near 0: quantile(1 - u) without the loss.
  /// @throws DomainError  unless 0 <= u <= 1
  [[nodiscard]] double upper_quantile(double u) const requires is_plain {
    return detail::quantile(Self::family(), a_.data(), u, Tail::above);
  }

  /// Valid while the object lives.
  [[nodiscard]] PlainFamily plain_family() const requires is_plain {
    return {&Self::family(), a_.data()};
  }

  // a model: batches, parameters, draws

  [[nodiscard]] static constexpr std::size_t dimension() { return 1; }

  /// At every row of x, n x 1.
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const requires is_plain {
    return leibler::log_density(self(), x);
  }
  void log_density(const Batch& x, double* out, Workspace& workspace) const requires is_plain {
    detail::log_density(Self::family(), a_.data(), x, out, workspace);
  }
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const requires is_plain {
    return detail::evaluate(Self::family(), a_.data(), x, workspace);
  }
  void log_density(const Evaluation& at, double* out) const { copy_log_density(at, out); }
  friend void accurate_log_density(const Self& p, const Batch& x, double* out,
                                   Workspace& workspace) requires is_plain {
    detail::accurate_log_density(Self::family(), p.a_.data(), x, out, workspace);
  }
  /// log p - log q with its digits also where p is near q.
  friend void log_ratio(const Self& p, const Self& q, const Batch& x, const double* log_p,
                        const double* log_q, double* out, Workspace& workspace) requires is_plain {
    detail::log_ratio(Self::family(), p.a_.data(), q.a_.data(), x, log_p, log_q, out, workspace);
  }
  void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace&) const
      requires(!is_discrete) {
    copy_point_gradient(at, out);
  }

  [[nodiscard]] std::size_t parameter_count() const requires is_plain {
    return detail::parameter_count(Self::family());
  }
  void parameters(std::span<double> out) const requires is_plain {
    write_parameters(Self::family(), a_.data(), out);
    if (has_theta_) std::copy_n(theta_.begin(), out.size(), out.begin());
  }
  /// @throws InvalidArgument, DomainError  if the size or a value is wrong
  [[nodiscard]] Self with_parameters(std::span<const double> theta) const requires is_plain {
    std::array<double, count> now{};
    parameters({now.data(), parameter_count()});
    auto a = a_;
    read_parameters(Self::family(), theta, {now.data(), parameter_count()}, a.data());
    Self q = with_arguments(a);
    std::copy(theta.begin(), theta.end(), q.theta_.begin());
    q.has_theta_ = true;
    return q;
  }
  [[nodiscard]] std::size_t gradient_sums_size() const { return count; }
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace&) const {
    add_argument_sums(at, weight, sums);
  }
  void add_path_sums(const Evaluation& at, const Batch& v, double* sums, Workspace& workspace) const
      requires(is_plain && (kind == Kind::reparameterized || kind == Kind::implicit)) {
    detail::add_path_sums(Self::family(), a_.data(), at.x, v, sums, workspace);
  }
  void parameter_gradient(const double* sums, std::span<double> out) const requires is_plain {
    chain_to_parameters(Self::family(), a_.data(), sums, out);
  }

  void sample(const Stream& stream, const MutableBatch& x,
              Workspace& workspace) const requires is_plain {
    detail::sample(Self::family(), a_.data(), stream, x, workspace);
  }

  /// The family's member under which the data are most probable: closed form or Newton's method,
  /// from this one's arguments where it matters. What is not fitted stays.
  /// @throws InvalidArgument, DomainError  if none is known, or the data have none
  [[nodiscard]] Self maximum_likelihood(const Empirical& data) const requires is_plain {
    auto a = a_;
    detail::maximum_likelihood(Self::family(), data, a.data());
    return with_arguments(a);
  }

  // a finite support

  [[nodiscard]] std::size_t size() const requires(is_plain&& kind == Kind::finite) {
    return support_size(Self::family(), a_.data());
  }
  [[nodiscard]] Points points() const requires(is_plain&& kind == Kind::finite) {
    Points x(static_cast<Index>(size()), 1);
    write_log_probabilities(Self::family(), a_.data(), {x.data(), size()}, {});
    return x;
  }
  [[nodiscard]] Vector log_probabilities() const requires(is_plain&& kind == Kind::finite) {
    Vector out(static_cast<Index>(size()));
    write_log_probabilities(Self::family(), a_.data(), {}, {out.data(), size()});
    return out;
  }

  // files

  /// As JSON, from which the same bits come back.
  [[nodiscard]] std::string to_json() const requires is_plain {
    return detail::to_json(Self::family(), a_.data(), given_parameters());
  }
  /// @throws RuntimeError  if the text is malformed; DomainError if a value is wrong
  [[nodiscard]] static Self from_json(const std::string& text) requires is_plain {
    std::array<double, count> a{}, theta{};
    const bool has_theta = detail::from_json(Self::family(), text, a.data(), theta.data());
    return with_arguments(a, theta, has_theta);
  }
  void save(const std::string& path) const requires is_plain {
    detail::save(Self::family(), a_.data(), given_parameters(), path);
  }
  [[nodiscard]] static Self load(const std::string& path) requires is_plain {
    std::array<double, count> a{}, theta{};
    const bool has_theta = detail::load(Self::family(), path, a.data(), theta.data());
    return with_arguments(a, theta, has_theta);
  }
  friend std::ostream& operator<<(std::ostream& out, const Self& p) requires is_plain {
    print(Self::family(), p.a_.data(), out);
    return out;
  }

 protected:
  explicit Univariate(const A&... a) : a_{Result<A...>(a)...} {
    if constexpr (is_plain) check_arguments(Self::family(), a_.data());
  }

  [[nodiscard]] Result<A...> argument(std::size_t k) const { return a_[k]; }
  [[nodiscard]] const Result<A...>* arguments() const { return a_.data(); }

 private:
  [[nodiscard]] const Self& self() const { return static_cast<const Self&>(*this); }
  static Self with_arguments(const std::array<double, count>& a) {
    return std::apply([](auto... v) { return Self(v...); }, a);
  }
  static Self with_arguments(const std::array<double, count>& a,
                             const std::array<double, count>& theta, bool has_theta) {
    Self q = with_arguments(a);
    if (has_theta) q.theta_ = theta;
    q.has_theta_ = has_theta;
    return q;
  }
  [[nodiscard]] std::span<const double> given_parameters() const {
    return {theta_.data(), has_theta_ ? parameter_count() : 0};
  }

  std::array<Result<A...>, count> a_;
  // The parameters it was given: the logarithm of an exponential is not always the same number.
  std::array<double, is_plain ? count : 0> theta_{};
  bool has_theta_ = false;
};

}  // namespace detail

}  // namespace leibler::inline v0
