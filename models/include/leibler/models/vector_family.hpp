// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iosfwd>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <leibler/models/empirical.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/table.hpp>
#include <leibler/models/tape_evaluation.hpp>

// What families with arguments or points of several numbers have in common. As for those of one
// variable, a family is a description, compiled in src/, and a class of a few lines that gives it a
// name and its arguments theirs.
namespace leibler::inline v0::detail {

class JsonReader;
class JsonWriter;
struct WeightedPoints;

/// Everything about a family whose form is decided by one size n (categories, dimensions).
/// Functions that take `a` are called with valid arguments, all of them in a row; those of x with x
/// finite and inside. Null: not known, or not for this family.
struct VectorFamily {
  const char* name;
  const char* schema;
  std::size_t (*columns)(std::size_t n);  ///< of a point
  std::size_t (*count)(std::size_t n);    ///< of arguments
  /// What argument k is above, and fitted through the logarithm of its distance from; -inf: it is
  /// real and fitted as it is.
  double (*lower)(std::size_t n, std::size_t k, const double* a);
  /// @throws DomainError  if the arguments, computed from parameters, are no model
  void (*check)(std::size_t n, const double* a);

  bool (*is_inside)(std::size_t n, const double* x, std::size_t stride);
  double (*log_density)(std::size_t n, const double* x, const double* a);
  Real (*record)(std::size_t n, const Real* x, const Real* a);

  void (*mean)(std::size_t n, const double* a, double* out);
  void (*covariance)(std::size_t n, const double* a, double* out);  ///< columns x columns
  double (*entropy)(std::size_t n, const double* a);
  /// Row i depends on the stream and i alone.
  void (*sample)(std::size_t n, const double* a, const Stream& stream, const MutableBatch& x,
                 Workspace& workspace);
  /// `a` holds those to start from.
  void (*maximum_likelihood)(std::size_t n, const WeightedPoints& data, double* a);

  /// Arguments by name, and back through the checks of the constructor.
  void (*write)(JsonWriter& json, std::size_t n, const double* a);
  std::vector<double> (*read)(const JsonReader& json, std::size_t& n);
  const char* keys[4];  ///< of JSON; null where there are fewer
  std::string (*print)(std::size_t n, const double* a);
};

/// A model: parameters, then arguments. Arguments that were given are kept as they are, bit by bit,
/// until parameters change; files then hold the parameters instead.
struct VectorState {
  std::size_t n;
  std::vector<double> values;
  bool is_given = true;

  [[nodiscard]] std::size_t count() const { return values.size() / 2; }
  [[nodiscard]] const double* arguments() const { return values.data() + count(); }
  [[nodiscard]] std::span<const double> parameters() const { return {values.data(), count()}; }
};

[[nodiscard]] VectorState with_arguments(const VectorFamily& family, std::size_t n,
                                         std::span<const double> a);
void write_parameters(const VectorFamily& family, const VectorState& state, std::span<double> out);
/// @throws InvalidArgument, DomainError  as with_parameters does; `state` is then as it was
void assign(const VectorFamily& family, VectorState& state, std::span<const double> theta);
void chain_to_parameters(const VectorFamily& family, const VectorState& state, const double* sums,
                         std::span<double> out);

[[nodiscard]] TapeEvaluation evaluate(const VectorFamily& family, const VectorState& state,
                                      const Batch& x, Workspace& workspace);
void log_density(const VectorFamily& family, const VectorState& state, const Batch& x, double* out,
                 Workspace& workspace);
/// At one point: -inf outside the support, NaN where an entry is.
/// @throws InvalidArgument  if x has a wrong size
[[nodiscard]] double log_density(const VectorFamily& family, const VectorState& state,
                                 std::span<const double> x);
[[nodiscard]] Real record(const VectorFamily& family, std::size_t n, std::span<const Real> x,
                          std::span<const Real> a);
[[nodiscard]] Real record_observed(const VectorFamily& family, std::size_t n,
                                   std::span<const double> x, std::span<const Real> a);

[[nodiscard]] VectorState maximum_likelihood(const VectorFamily& family, const VectorState& start,
                                             const Empirical& data);

[[nodiscard]] std::string to_json(const VectorFamily& family, const VectorState& state);
[[nodiscard]] VectorState from_json(const VectorFamily& family, const std::string& text);
void save(const VectorFamily& family, const VectorState& state, const std::string& path);
[[nodiscard]] VectorState load(const VectorFamily& family, const std::string& path);
void print(const VectorFamily& family, const VectorState& state, std::ostream& out);

/// Parameters and files of a model with plain arguments; Self has `family()`, its description, and
/// may have `prepare()`, called when they are new.
template <class Self>
class VectorArguments {
 public:
  [[nodiscard]] std::size_t parameter_count() const { return state_.count(); }
  void parameters(std::span<double> out) const { write_parameters(Self::family(), state_, out); }
  /// @throws InvalidArgument, DomainError  if the size or a value is wrong; *this is then unchanged
  [[nodiscard]] Self with_parameters(std::span<const double> theta) const& {
    return Self(self()).with_parameters(theta);
  }
  /// Takes over the storage of the old model: allocates nothing.
  [[nodiscard]] Self with_parameters(std::span<const double> theta) && {
    assign(Self::family(), state_, theta);
    static_cast<Self&>(*this).prepare();
    return std::move(static_cast<Self&>(*this));
  }

  /// The family's member under which the data are most probable, from this one's arguments where it
  /// matters.
  /// @throws InvalidArgument, DomainError  if none is known, or the data have none
  [[nodiscard]] Self maximum_likelihood(const Empirical& data) const {
    return Self(detail::maximum_likelihood(Self::family(), state_, data));
  }

  // files

  /// As JSON, from which the same bits come back.
  [[nodiscard]] std::string to_json() const { return detail::to_json(Self::family(), state_); }
  /// @throws RuntimeError  if the text is malformed; DomainError, InvalidArgument if a value is
  /// wrong
  [[nodiscard]] static Self from_json(const std::string& text) {
    return Self(detail::from_json(Self::family(), text));
  }
  /// Written beside `path` and renamed, so that a crash leaves the old file or the new.
  void save(const std::string& path) const { detail::save(Self::family(), state_, path); }
  [[nodiscard]] static Self load(const std::string& path) {
    return Self(detail::load(Self::family(), path));
  }
  friend std::ostream& operator<<(std::ostream& out, const Self& p) {
    detail::print(Self::family(), p.state_, out);
    return out;
  }

 protected:
  void prepare() {}  // for Self to hide
  explicit VectorArguments(VectorState state) : state_(std::move(state)) {}

  [[nodiscard]] const VectorState& state() const { return state_; }
  [[nodiscard]] const double* arguments() const { return state_.arguments(); }
  [[nodiscard]] Vector arguments(std::size_t first, std::size_t size) const {
    return as_vector({arguments() + first, size});
  }

 private:
  [[nodiscard]] const Self& self() const { return static_cast<const Self&>(*this); }
  VectorState state_;
};

/// A model of continuous points with plain arguments.
template <class Self>
class VectorModel : public VectorArguments<Self> {
 public:
  using Evaluation = TapeEvaluation;

  [[nodiscard]] std::size_t dimension() const { return Self::family().columns(this->state().n); }

  // moments

  /// Of every column; NaN where undefined, infinite where it diverges.
  [[nodiscard]] Vector mean() const {
    Vector out(static_cast<Index>(dimension()));
    Self::family().mean(this->state().n, this->arguments(), out.data());
    return out;
  }
  [[nodiscard]] Matrix covariance() const {
    const auto d = static_cast<Index>(dimension());
    Matrix out(d, d);
    Self::family().covariance(this->state().n, this->arguments(), out.data());
    return out;
  }
  [[nodiscard]] Vector variance() const { return covariance().diagonal(); }
  /// The differential entropy in nats.
  [[nodiscard]] double entropy() const {
    return Self::family().entropy(this->state().n, this->arguments());
  }

  // log density

  /// At every row of x, n x dimension.
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const {
    return leibler::log_density(static_cast<const Self&>(*this), x);
  }
  /// At one point.
  [[nodiscard]] double log_density(std::span<const double> x) const {
    return detail::log_density(Self::family(), this->state(), x);
  }
  /// At one differentiated point, which is taken to be in the support: on the tape.
  [[nodiscard]] Real log_density(std::span<const Real> x) const {
    const std::vector<Real> a(this->arguments(), this->arguments() + this->state().count());
    return record(Self::family(), this->state().n, x, a);
  }
  [[nodiscard]] Real log_density(const Reals& x) const {
    return log_density(std::span<const Real>(entries(x)));
  }
  void log_density(const Batch& x, double* out, Workspace& workspace) const {
    detail::log_density(Self::family(), this->state(), x, out, workspace);
  }
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const {
    return detail::evaluate(Self::family(), this->state(), x, workspace);
  }
  void log_density(const Evaluation& at, double* out) const { copy_log_density(at, out); }

  // gradients

  void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace&) const {
    copy_point_gradient(at, out);
  }
  [[nodiscard]] std::size_t gradient_sums_size() const { return this->state().count(); }
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace&) const {
    add_argument_sums(at, weight, sums);
  }
  void parameter_gradient(const double* sums, std::span<double> out) const {
    chain_to_parameters(Self::family(), this->state(), sums, out);
  }

  // sample

  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const {
    const Workspace::Frame frame(workspace);
    Self::family().sample(this->state().n, this->arguments(), stream, x, workspace);
  }

 protected:
  using VectorArguments<Self>::VectorArguments;
};

/// With differentiated arguments: a log density on the tape.
template <class Self>
class RecordedVector {
 public:
  /// -inf outside the support, NaN where an entry is.
  /// @throws InvalidArgument  if x has a wrong size
  [[nodiscard]] Real log_density(std::span<const double> x) const {
    return record_observed(Self::family(), n_, x, a_);
  }
  [[nodiscard]] Real log_density(const Vector& x) const { return log_density(as_span(x)); }
  /// At a differentiated point, which is taken to be in the support.
  [[nodiscard]] Real log_density(std::span<const Real> x) const {
    return record(Self::family(), n_, x, a_);
  }
  [[nodiscard]] Real log_density(const Reals& x) const {
    return log_density(std::span<const Real>(entries(x)));
  }

 protected:
  RecordedVector(std::size_t n, std::vector<Real> a) : n_(n), a_(std::move(a)) {}

 private:
  std::size_t n_;
  std::vector<Real> a_;
};

/// What may be a vector of differentiated numbers, as single ones.
[[nodiscard]] inline std::vector<Real> reals(const Reals& x) {
  return entries(x);
}
[[nodiscard]] inline std::vector<Real> reals(std::vector<Real> x) {
  return x;
}
[[nodiscard]] inline std::vector<Real> reals(const Vector& x) {
  return {x.data(), x.data() + x.size()};
}
template <class T>
inline constexpr bool is_plain_vector = std::is_convertible_v<T, Vector>;

/// double for plain arguments, Real as soon as one is differentiated.
template <class... T>
using VectorScalar =
    std::conditional_t<((std::is_arithmetic_v<T> || std::is_convertible_v<T, Matrix>)&&...), double,
                       Real>;

}  // namespace leibler::inline v0::detail
