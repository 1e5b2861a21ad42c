// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <leibler/engine/tape.hpp>

// How operations are recorded: shared by the arithmetic of Reals and the tape.
namespace leibler::inline v0::engine {

using kernels::Function;
using kernels::Node;
using kernels::Op;

/// The tape that this thread is recording on; null outside an evaluation.
inline constinit thread_local Tape* tape_of_thread = nullptr;

/// @throws InvalidArgument  that says what was done with a Real
[[noreturn]] void misuse(const std::string& value, const std::string& rule,
                         const std::string& remedy);

/// a + b without a rounding error.
inline bool adds_exactly(double a, double b) {
  const double s = a + b, bb = s - a;
  return (a - (s - bb)) + (b - bb) == 0.0;
}

/// The one door to the insides of Real.
struct RealAccess {
  static constexpr std::uint32_t constant_node = 0;

  // The tape of an operand that is no constant, after checking that it may be used now.
  static Tape& tape(const Real& a) {
    check(a.tape_, a.epoch_);
    return *a.tape_;
  }
  static void check(const Tape* tape, std::uint32_t epoch) {
    if (tape != tape_of_thread) {
      misuse("was made by another evaluation or on another thread",
             "a Real may only be used in the evaluation that made it",
             "compute it again from the point that the callable is given");
    }
    if (tape->open_epochs_.back() == epoch) return;
    const auto& open = tape->open_epochs_;
    if (std::find(open.begin(), open.end(), epoch) != open.end()) return;
    if (epoch > open.front()) {
      misuse("was made in a term of a plate that has ended", "what a term makes ends with it",
             "return the term from the function that plate is given and use the sum");
    }
    misuse("was kept from an earlier evaluation",
           "a Real may only be used in the evaluation that made it", "keep plain numbers instead");
  }
  static Tape& tape(const Real& a, const Real& b) {
    if (a.is_constant()) return tape(b);
    Tape& t = tape(a);
    if (!b.is_constant()) (void)tape(b);
    return t;
  }

  static Real make(Tape& t, std::uint32_t index, double scale = 1.0, double shift = -0.0) {
    Real r;
    r.tape_ = &t;
    r.index_ = index;
    r.epoch_ = t.open_epochs_.back();
    r.scale_ = scale;
    r.shift_ = shift;
    return r;
  }
  static double constant(const Real& a) { return a.shift_; }
  static bool is_active(const Tape& t, std::uint32_t index) { return t.nodes_[index].active; }
  static bool is_uniform(const Tape& t, std::uint32_t index) { return t.nodes_[index].uniform; }

  static Real unary(Op op, const Real& a, std::uint32_t first = 0) {
    Tape& t = tape(a);
    Node node{.op = op,
              .a = a.index_,
              .first = first,
              .active = is_active(t, a.index_),
              .uniform = is_uniform(t, a.index_),
              .scale_a = a.scale_,
              .shift_a = a.shift_};
    if (op == Op::softplus) node.first = t.take({.active = false});
    return make(t, t.take(node));
  }
  static Real call(Function function, const Real& a) {
    return unary(Op::call, a, static_cast<std::uint32_t>(function));
  }
  static Real binary(Op op, const Real& a, const Real& b, std::uint32_t first = 0) {
    Tape& t = tape(a, b);
    return make(t, t.take({.op = op,
                           .a = a.index_,
                           .b = b.index_,
                           .first = first,
                           .active = is_active(t, a.index_) || is_active(t, b.index_),
                           .uniform = is_uniform(t, a.index_) && is_uniform(t, b.index_),
                           .scale_a = a.scale_,
                           .shift_a = a.shift_,
                           .scale_b = b.scale_,
                           .shift_b = b.shift_}));
  }

  // The same number as a node of its own.
  static Real materialized(const Real& a) {
    if (a.is_constant() || (a.scale_ == 1.0 && a.shift_ == 0.0)) return a;
    Tape& t = tape(a);
    return make(t, t.take({.op = Op::linear,
                           .a = a.index_,
                           .active = is_active(t, a.index_),
                           .uniform = is_uniform(t, a.index_),
                           .scale_a = a.scale_,
                           .shift_a = a.shift_,
                           .scale_b = 0.0}));
  }
  static Real shifted(const Real& a, double c) {
    const Real& exact = adds_exactly(a.shift_, c) || !std::isfinite(c) ? a : materialized(a);
    return make(tape(a), exact.index_, exact.scale_, exact.shift_ + c);
  }
  // scale and shift are multiplied; where the product with the shift would be rounded, the sum of
  // the two could be small beside it.
  static Real times(const Real& a, double c) {
    const double shift = a.shift_ * c;
    const bool is_exact = a.shift_ == 0.0 || std::fma(a.shift_, c, -shift) == 0.0;
    if (is_exact) return make(tape(a), a.index_, a.scale_ * c, a.shift_ == 0.0 ? -0.0 : shift);
    const Real b = materialized(a);
    return make(tape(a), b.index_, b.scale_ * c);
  }
  // So is a quotient; with a shift the scale must be exact too: (x - m) / s has digits that
  // x (1 / s) - m / s has not.
  static Real over(const Real& a, double c) {
    const double shift = a.shift_ / c, scale = a.scale_ / c;
    const bool is_exact = a.shift_ == 0.0 || (std::fma(shift, c, -a.shift_) == 0.0 &&
                                              std::fma(scale, c, -a.scale_) == 0.0);
    const bool is_normal = std::isnormal(scale) && (a.shift_ == 0.0 || std::isnormal(shift));
    if (!is_normal || std::abs(c) > 0x1p1021) return binary(Op::quotient, a, Real(c));
    if (is_exact) return make(tape(a), a.index_, scale, a.shift_ == 0.0 ? -0.0 : shift);
    const Real b = materialized(a);
    return make(tape(a), b.index_, b.scale_ / c);
  }
  static Real add(const Real& a, const Real& b) {
    if (a.is_constant()) return shifted(b, a.shift_);
    if (b.is_constant()) return shifted(a, b.shift_);
    Tape& t = tape(a, b);
    if (a.index_ == b.index_ && a.shift_ == 0.0 && b.shift_ == 0.0) {
      return make(t, a.index_, a.scale_ + b.scale_);
    }
    const bool is_exact = adds_exactly(a.shift_, b.shift_);
    const Real& other = is_exact ? b : materialized(b);
    return make(t, t.take({.op = Op::linear,
                           .a = a.index_,
                           .b = other.index_,
                           .active = is_active(t, a.index_) || is_active(t, other.index_),
                           .uniform = is_uniform(t, a.index_) && is_uniform(t, other.index_),
                           .scale_a = a.scale_,
                           .shift_a = a.shift_ + other.shift_,
                           .scale_b = other.scale_}));
  }

  static Condition condition(Op op, const Real& a, const Real& b) {
    if (a.is_constant() && b.is_constant()) {
      const bool holds = op == Op::less ? a.shift_ < b.shift_ : a.shift_ <= b.shift_;
      return Condition(holds ? 1.0 : 0.0);
    }
    return Condition(binary(op, a, b));
  }
  static Condition condition(const Real& indicator) { return Condition(indicator); }
  static const Real& indicator(const Condition& c) { return c.indicator_; }

  static Real where(const Condition& c, const Real& yes, const Real& no) {
    if (c.indicator_.is_constant()) return c.indicator_.shift_ != 0.0 ? yes : no;
    const Real decides = materialized(c.indicator_);
    Tape& t = tape(decides);
    if (!yes.is_constant()) (void)tape(yes);
    if (!no.is_constant()) (void)tape(no);
    return make(t, t.take({.op = Op::select,
                           .a = yes.index_,
                           .b = no.index_,
                           .first = decides.index_,
                           .active = is_active(t, yes.index_) || is_active(t, no.index_),
                           .uniform = is_uniform(t, yes.index_) && is_uniform(t, no.index_) &&
                                      is_uniform(t, decides.index_),
                           .scale_a = yes.scale_,
                           .shift_a = yes.shift_,
                           .scale_b = no.scale_,
                           .shift_b = no.shift_}));
  }

  static Tape& tape(const Reals& x) {
    check(x.tape_, x.epoch_);
    return *x.tape_;
  }
  static Reals each(Op op, const Reals& x) {
    if (x.size_ == 0) return x;
    Tape& t = tape(x);
    const std::uint32_t first = t.count_;
    for (std::uint32_t j = 0; j < x.size_; ++j) t.take({.op = op, .a = x.first_ + j});
    return {&t, first, t.open_epochs_.back(), x.size_};
  }
  static std::uint32_t dot(const double* data, std::size_t stride, const Reals& x) {
    Tape& t = *x.tape_;
    Node node{.op = Op::dot,
              .a = x.first_,
              .first = static_cast<std::uint32_t>(t.constants_.size()),
              .count = static_cast<std::uint32_t>(x.size_)};
    for (std::size_t k = 0; k < x.size_; ++k) t.constants_.push_back(data[k * stride]);
    return t.take(node);
  }
  static Reals multiply(const double* data, std::size_t rows, std::size_t row_stride,
                        std::size_t column_stride, const Reals& x) {
    Tape& t = tape(x);
    const std::uint32_t first = t.count_;
    for (std::size_t i = 0; i < rows; ++i) (void)dot(data + i * row_stride, column_stride, x);
    return {&t, first, t.open_epochs_.back(), rows};
  }

  static Reals side_by_side(std::span<const Real> x) {
    if (x.empty()) return {};
    Tape& t = tape_of_thread == nullptr ? tape(x[0]) : *tape_of_thread;
    bool are_neighbours = true;
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (!x[k].is_constant()) (void)tape(x[k]);
      are_neighbours = are_neighbours && !x[k].is_constant() && x[k].scale_ == 1.0 &&
                       x[k].shift_ == 0.0 && x[k].index_ == x[0].index_ + k;
    }
    if (are_neighbours) return {&t, x[0].index_, t.open_epochs_.back(), x.size()};
    const std::uint32_t first = t.count_;
    for (const Real& v : x) {
      t.take({.op = Op::linear,
              .a = v.index_,
              .active = is_active(t, v.index_),
              .uniform = is_uniform(t, v.index_),
              .scale_a = v.scale_,
              .shift_a = v.shift_,
              .scale_b = 0.0});
    }
    return {&t, first, t.open_epochs_.back(), x.size()};
  }

  // A node over several operands, constants among them in `shift` (sum) or as blocks of their own.
  static Tape* tape_of(std::span<const Real> x) {
    Tape* found = nullptr;
    for (const Real& v : x) {
      if (!v.is_constant()) found = &tape(v);
    }
    return found;
  }
  static Real sum(std::span<const Real> x) {
    Tape* const t = tape_of(x);
    double shift = 0.0;
    if (t == nullptr) {
      for (const Real& v : x) shift += v.shift_;
      return shift;
    }
    const auto first = static_cast<std::uint32_t>(t->terms_.size());
    std::uint32_t count = 0;
    for (const Real& v : x) {
      if (!v.is_constant()) {
        t->terms_.push_back({v.index_, 0, v.scale_});
        ++count;
      }
      shift += v.shift_;
    }
    return make(*t, t->take({.op = Op::sum, .first = first, .count = count, .shift_a = shift}));
  }
  static Real log_sum_exp(std::span<const Real> x) {
    Tape* const t = tape_of(x);
    if (t == nullptr) {
      std::vector<double> constants;
      for (const Real& v : x) constants.push_back(v.shift_);
      return engine::log_sum_exp(std::span<const double>(constants));
    }
    // Operands become nodes first: their terms are side by side.
    const std::size_t pending = t->scratch_.size();
    for (const Real& v : x) {
      std::uint32_t index = materialized(v).index_;
      if (v.is_constant()) {
        index = t->take({.active = false});
        std::fill_n(t->block(index), t->memory_.lanes, v.shift_);
      }
      t->scratch_.push_back(index);
    }
    const auto first = static_cast<std::uint32_t>(t->terms_.size());
    for (std::size_t k = pending; k < t->scratch_.size(); ++k) {
      t->terms_.push_back({t->scratch_[k], 0, 1.0});
    }
    t->scratch_.resize(pending);
    return make(*t, t->take({.op = Op::log_sum_exp,
                             .first = first,
                             .count = static_cast<std::uint32_t>(x.size())}));
  }
};

}  // namespace leibler::inline v0::engine
