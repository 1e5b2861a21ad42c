// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <leibler/engine/functions.hpp>
#include <leibler/engine/kernels/tape.hpp>
#include <leibler/engine/types.hpp>

// Reverse-mode automatic differentiation [1] of formulas at a block of points.
//
// [1] A. Griewank and A. Walther. Evaluating derivatives. SIAM, 2008. Chapter 3.
namespace leibler::inline v0::engine {

class Tape;

/// A differentiated number, at all points of a block side by side: scale * node + shift, or a
/// constant.
///
/// Multiplying by a constant, adding one and changing the sign cost no node as long as they are
/// exact in this form. Every operation is compiled in the engine, so a user's flags change neither
/// speed nor bits. Functions that exist for doubles mean the same here; NaN, infinities and
/// subnormals give what they give there.
///
/// A Real lives as long as the evaluation, or the term of a plate, in which it was made. Using it
/// later, on another thread or inside another density's evaluation throws InvalidArgument.
class Real {
 public:
  Real(double constant = 0.0) : shift_(constant) {}  // NOLINT: numbers are Reals

  [[nodiscard]] bool is_constant() const { return tape_ == nullptr; }

 private:
  friend class Tape;
  friend class Reals;
  friend struct RealAccess;

  Tape* tape_ = nullptr;
  std::uint32_t index_ = 0, epoch_ = 0;
  double scale_ = 0.0, shift_ = 0.0;
};

[[nodiscard]] Real operator+(const Real& a, const Real& b);
[[nodiscard]] Real operator-(const Real& a, const Real& b);
[[nodiscard]] Real operator*(const Real& a, const Real& b);
[[nodiscard]] Real operator/(const Real& a, const Real& b);
[[nodiscard]] Real operator-(const Real& a);
[[nodiscard]] inline Real operator+(const Real& a) {
  return a;
}
inline Real& operator+=(Real& a, const Real& b) {
  return a = a + b;
}
inline Real& operator-=(Real& a, const Real& b) {
  return a = a - b;
}
inline Real& operator*=(Real& a, const Real& b) {
  return a = a * b;
}
inline Real& operator/=(Real& a, const Real& b) {
  return a = a / b;
}

[[nodiscard]] Real exp(const Real& x);
[[nodiscard]] Real log(const Real& x);
[[nodiscard]] Real sqrt(const Real& x);
[[nodiscard]] Real log1p(const Real& x);
[[nodiscard]] Real expm1(const Real& x);
[[nodiscard]] Real tanh(const Real& x);
[[nodiscard]] Real sin(const Real& x);
[[nodiscard]] Real cos(const Real& x);
[[nodiscard]] Real erf(const Real& x);
[[nodiscard]] Real erfc(const Real& x);
[[nodiscard]] Real logistic(const Real& x);
[[nodiscard]] Real softplus(const Real& x);
[[nodiscard]] Real lgamma(const Real& x);
[[nodiscard]] Real digamma(const Real& x);
[[nodiscard]] Real log_bessel_i0(const Real& x);
/// The derivative at 0 is 0.
[[nodiscard]] Real log_bessel_i0_scaled(const Real& x);
/// The derivative at 0 is 0.
[[nodiscard]] Real abs(const Real& x);
/// Where they are equal the derivative is that of the first.
[[nodiscard]] Real max(const Real& a, const Real& b);
[[nodiscard]] Real min(const Real& a, const Real& b);
[[nodiscard]] Real pow(const Real& x, const Real& y);

/// The outcome of a comparison at every point: for `where` only, never for `if`.
class Condition {
 private:
  friend struct RealAccess;
  explicit Condition(const Real& indicator) : indicator_(indicator) {}
  Real indicator_;  // 1 or 0
};
[[nodiscard]] Condition operator<(const Real& a, const Real& b);
[[nodiscard]] Condition operator<=(const Real& a, const Real& b);
[[nodiscard]] inline Condition operator>(const Real& a, const Real& b) {
  return b < a;
}
[[nodiscard]] inline Condition operator>=(const Real& a, const Real& b) {
  return b <= a;
}
[[nodiscard]] Condition operator&&(const Condition& a, const Condition& b);
[[nodiscard]] Condition operator||(const Condition& a, const Condition& b);
[[nodiscard]] Condition operator!(const Condition& a);

/// yes where the condition holds, no elsewhere. Both are computed; the one that is not taken has no
/// say in the gradient, even where it is infinite or NaN.
[[nodiscard]] Real where(const Condition& condition, const Real& yes, const Real& no);

/// sum_k a[k] x[k], of equal sizes, as one node; the numbers are copied.
[[nodiscard]] Real dot(std::span<const double> a, std::span<const Real> x);
[[nodiscard]] Real dot(std::span<const Real> a, std::span<const Real> x);
[[nodiscard]] Real sum(std::span<const Real> x);

/// log sum_k exp x[k] as one node; -inf for nothing or where all are -inf.
[[nodiscard]] Real log_sum_exp(std::span<const Real> x);

/// Several differentiated numbers, side by side on the tape.
class Reals {
 public:
  Reals() = default;

  /// These numbers side by side: themselves where they are, otherwise a node each.
  [[nodiscard]] static Reals of(std::span<const Real> x);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] Real operator[](std::ptrdiff_t j) const {
    Real r;
    r.tape_ = tape_;
    r.index_ = first_ + static_cast<std::uint32_t>(j);
    r.epoch_ = epoch_;
    r.scale_ = 1.0;
    r.shift_ = -0.0;  // which keeps the sign of a zero
    return r;
  }
  /// Entries [begin, begin + n).
  [[nodiscard]] Reals part(std::size_t begin, std::size_t n) const {
    return {tape_, first_ + static_cast<std::uint32_t>(begin), epoch_, n};
  }
  /// These and the n inputs that were made right after them.
  [[nodiscard]] Reals and_next(std::size_t n) const { return {tape_, first_, epoch_, size_ + n}; }

 private:
  friend class Tape;
  friend struct RealAccess;
  Reals(Tape* tape, std::uint32_t first, std::uint32_t epoch, std::size_t size)
      : tape_(tape), first_(first), epoch_(epoch), size_(size) {}

  Tape* tape_ = nullptr;
  std::uint32_t first_ = 0, epoch_ = 0;
  std::size_t size_ = 0;
};

/// Entry by entry.
[[nodiscard]] Reals exp(const Reals& x);

/// sum_k data[k * stride] x[k] as one node; the numbers are copied.
[[nodiscard]] Real dot(const double* data, std::size_t stride, const Reals& x);

/// Matrix times vector: entry i is sum_k data[i * row_stride + k * column_stride] x[k], a node
/// each.
[[nodiscard]] Reals multiply(const double* data, std::size_t rows, std::size_t row_stride,
                             std::size_t column_stride, const Reals& x);

/// Records what a formula does at a block of points and gives its gradient in one sweep back.
///
/// Memory is kept: after the first evaluation of a shape nothing is allocated.
class Tape {
 public:
  /// Lends a tape of this thread until the scope ends: the one that Reals are recorded on. An
  /// evaluation inside another one, or one that a waiting thread picks up, gets a tape of its own.
  class Lease {
   public:
    Lease();
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    [[nodiscard]] Tape& operator*() const { return *tape_; }
    [[nodiscard]] Tape* operator->() const { return tape_; }

   private:
    Tape* tape_;
    Tape* before_;
  };
  /// The tape that this thread is recording on.
  /// @throws InvalidArgument  if there is none
  [[nodiscard]] static Tape& current();

  Tape() = default;
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  /// Forgets everything; `lanes` points from now on, a multiple of 32, at most max_lanes. Without
  /// `gradient` only values are kept.
  void start(std::size_t lanes, bool gradient);

  /// Rows [first, first + lanes) of every column of x as inputs. Without `active` no gradient in
  /// them is wanted, and none is computed.
  [[nodiscard]] Reals inputs(const Batch& x, std::size_t first, bool active = true);
  /// Inputs that are the same everywhere.
  [[nodiscard]] Reals inputs(std::span<const double> values);

  /// Terms of a sum whose derivative is 1: the log density of a program.
  void add_term(const Real& term);

  /// A sum over terms. A long one, which is not inside another, is swept back term by term: memory
  /// of one term, and of one block for each node outside that is used inside.
  class Plate {
   public:
    Plate(Tape& tape, std::size_t n);
    void begin_term();
    void end_term();
    /// The sum of what add_term was given.
    [[nodiscard]] Real close();

   private:
    Tape& tape_;
    bool is_swept_;
    std::uint32_t node_ = 0;
    std::size_t pending_, terms_ = 0, constants_ = 0;
    double shift_;
  };

  /// f(0) + ... + f(n - 1) as a plate. What f makes lives until it returns.
  template <class F>
  [[nodiscard]] Real plate(std::size_t n, F&& f) {
    Plate plate(*this, n);
    for (std::size_t j = 0; j < n; ++j) {
      plate.begin_term();
      add_term(f(j));
      plate.end_term();
    }
    return plate.close();
  }

  /// sum_i log p(y_i | alpha + x_i beta) as one node, up to terms of the data alone.
  /// @throws InvalidArgument  if data.columns is not beta.size()
  [[nodiscard]] Real linear_model(kernels::Link link, const kernels::LinearModelRows& data,
                                  const Real& alpha, const Reals& beta);

  /// root at all points.
  void value(const Real& root, double* out);
  /// d root / d inputs, column j at out + j * stride.
  void gradient(const Real& root, const Reals& inputs, double* out, std::size_t stride);

  [[nodiscard]] std::size_t node_count() const { return count_; }

 private:
  friend struct RealAccess;
  std::uint32_t take(const kernels::Node& node);
  [[nodiscard]] Real make(std::uint32_t index);
  [[nodiscard]] Real sum_since(std::size_t begin, double shift_before);
  void compute();  // all nodes that are recorded but not computed yet, in one call
  void grow();
  double* block(std::uint32_t index) { return memory_.values + index * memory_.lanes; }

  struct Free {
    void operator()(double* p) const;
  };
  kernels::TapeMemory memory_;
  std::vector<kernels::Node> nodes_;
  std::unique_ptr<double[], Free> values_, adjoints_;
  std::vector<std::uint8_t> touched_;
  std::vector<std::uint32_t> outer_, scratch_;
  std::vector<kernels::Term> terms_, pending_;
  std::vector<double> constants_;
  double pending_shift_ = 0.0;
  std::uint32_t count_ = 0, computed_ = 0;
  // Whose Reals may be used: the evaluation's and those of the open terms, innermost last.
  std::vector<std::uint32_t> open_epochs_;
  std::uint32_t last_epoch_ = 0;
  bool is_in_swept_plate_ = false;
};

}  // namespace leibler::inline v0::engine
