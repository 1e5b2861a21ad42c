// SPDX-License-Identifier: MIT
#include <leibler/engine/tape.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <string>

#include <leibler/engine/check.hpp>
#include <leibler/engine/error.hpp>

namespace leibler::inline v0::engine {

using kernels::Function;
using kernels::Node;
using kernels::Op;

namespace {

// What a thread lends and records on.
struct Pool {
  std::vector<std::unique_ptr<Tape>> tapes;
  std::size_t lent = 0;
  Tape* current = nullptr;
};

Pool& pool_of_thread() {
  thread_local Pool pool;
  return pool;
}

[[noreturn]] void misuse(const std::string& value, const std::string& rule,
                         const std::string& remedy) {
  throw InvalidArgument({"Real", "operand", {}, value, rule, remedy});
}

// a + b without a rounding error.
bool adds_exactly(double a, double b) {
  const double s = a + b, bb = s - a;
  return (a - (s - bb)) + (b - bb) == 0.0;
}

}  // namespace

// The one door to the insides of Real.
struct RealAccess {
  static constexpr std::uint32_t constant_node = 0;

  // The tape of an operand that is no constant, after checking that it may be used now.
  static Tape& tape(const Real& a) {
    check(a.tape_, a.epoch_);
    return *a.tape_;
  }
  static void check(const Tape* tape, std::uint32_t epoch) {
    if (tape != pool_of_thread().current) {
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
    Tape& t = pool_of_thread().current == nullptr ? tape(x[0]) : *pool_of_thread().current;
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

// Arithmetic

Real operator+(const Real& a, const Real& b) {
  if (a.is_constant() && b.is_constant()) {
    return RealAccess::constant(a) + RealAccess::constant(b);
  }
  return RealAccess::add(a, b);
}
Real operator-(const Real& a) {
  if (a.is_constant()) return -RealAccess::constant(a);
  return RealAccess::times(a, -1.0);
}
Real operator-(const Real& a, const Real& b) {
  if (a.is_constant() && b.is_constant()) {
    return RealAccess::constant(a) - RealAccess::constant(b);
  }
  return RealAccess::add(a, -b);
}
Real operator*(const Real& a, const Real& b) {
  if (a.is_constant() && b.is_constant()) {
    return RealAccess::constant(a) * RealAccess::constant(b);
  }
  for (const auto& [c, x] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    if (!c->is_constant()) continue;
    const double factor = RealAccess::constant(*c);
    // 0 x and inf x have to see the infinities and NaN of x.
    return std::isnormal(factor) ? RealAccess::times(*x, factor)
                                 : RealAccess::binary(Op::product, *x, *c);
  }
  return RealAccess::binary(Op::product, a, b);
}
Real operator/(const Real& a, const Real& b) {
  if (a.is_constant() && b.is_constant()) {
    return RealAccess::constant(a) / RealAccess::constant(b);
  }
  if (b.is_constant()) {
    return std::isnormal(RealAccess::constant(b)) ? RealAccess::over(a, RealAccess::constant(b))
                                                  : RealAccess::binary(Op::quotient, a, b);
  }
  return RealAccess::binary(Op::quotient, a, b);
}

// Functions

#define LEIBLER_FUNCTION(name, record)                                     \
  Real name(const Real& x) {                                               \
    return x.is_constant() ? Real(name(RealAccess::constant(x))) : record; \
  }
LEIBLER_FUNCTION(exp, RealAccess::unary(Op::exp, x))
LEIBLER_FUNCTION(log, RealAccess::unary(Op::log, x))
LEIBLER_FUNCTION(log1p, RealAccess::unary(Op::log1p, x))
LEIBLER_FUNCTION(expm1, RealAccess::unary(Op::expm1, x))
LEIBLER_FUNCTION(sqrt, RealAccess::unary(Op::sqrt, x))
LEIBLER_FUNCTION(tanh, RealAccess::unary(Op::tanh, x))
LEIBLER_FUNCTION(logistic, RealAccess::unary(Op::logistic, x))
LEIBLER_FUNCTION(softplus, RealAccess::unary(Op::softplus, x))
LEIBLER_FUNCTION(abs, RealAccess::unary(Op::abs, x))
LEIBLER_FUNCTION(lgamma, RealAccess::call(Function::lgamma, x))
LEIBLER_FUNCTION(digamma, RealAccess::call(Function::digamma, x))
LEIBLER_FUNCTION(erf, RealAccess::call(Function::erf, x))
LEIBLER_FUNCTION(erfc, RealAccess::call(Function::erfc, x))
LEIBLER_FUNCTION(sin, RealAccess::call(Function::sin, x))
LEIBLER_FUNCTION(cos, RealAccess::call(Function::cos, x))
LEIBLER_FUNCTION(log_bessel_i0, RealAccess::call(Function::log_bessel_i0, x))
LEIBLER_FUNCTION(log_bessel_i0_scaled, RealAccess::call(Function::log_bessel_i0_scaled, x))
#undef LEIBLER_FUNCTION

Real pow(const Real& x, const Real& y) {
  if (x.is_constant() && y.is_constant()) {
    return pow(RealAccess::constant(x), RealAccess::constant(y));
  }
  return RealAccess::binary(Op::power, x, y);
}
Real max(const Real& a, const Real& b) {
  return where(b <= a, a, where(a < b, b, a + b));  // a + b where one is NaN
}
Real min(const Real& a, const Real& b) {
  return where(a <= b, a, where(b < a, b, a + b));
}

Condition operator<(const Real& a, const Real& b) {
  return RealAccess::condition(Op::less, a, b);
}
Condition operator<=(const Real& a, const Real& b) {
  return RealAccess::condition(Op::less_equal, a, b);
}
Condition operator&&(const Condition& a, const Condition& b) {
  return RealAccess::condition(RealAccess::indicator(a) * RealAccess::indicator(b));
}
Condition operator!(const Condition& a) {
  return RealAccess::condition(1.0 - RealAccess::indicator(a));
}
Condition operator||(const Condition& a, const Condition& b) {
  return !(!a && !b);
}
Real where(const Condition& condition, const Real& yes, const Real& no) {
  return RealAccess::where(condition, yes, no);
}

Real sum(std::span<const Real> x) {
  return RealAccess::sum(x);
}
Real log_sum_exp(std::span<const Real> x) {
  return RealAccess::log_sum_exp(x);
}
Real dot(std::span<const double> a, std::span<const Real> x) {
  Real total;
  for (std::size_t k = 0; k < x.size(); ++k) total += a[k] * x[k];
  return total;
}
Real dot(std::span<const Real> a, std::span<const Real> x) {
  Real total;
  for (std::size_t k = 0; k < x.size(); ++k) total += a[k] * x[k];
  return total;
}

Reals Reals::of(std::span<const Real> x) {
  return RealAccess::side_by_side(x);
}

Reals exp(const Reals& x) {
  return RealAccess::each(Op::exp, x);
}
Real dot(const double* data, std::size_t stride, const Reals& x) {
  if (x.size() == 0) return 0.0;
  Tape& t = RealAccess::tape(x);
  return RealAccess::make(t, RealAccess::dot(data, stride, x));
}
Reals multiply(const double* data, std::size_t rows, std::size_t row_stride,
               std::size_t column_stride, const Reals& x) {
  return RealAccess::multiply(data, rows, row_stride, column_stride, x);
}

// Tape

void Tape::Free::operator()(double* p) const {
  ::operator delete[](p, std::align_val_t{64});
}

Tape::Lease::Lease() {
  Pool& pool = pool_of_thread();
  if (pool.lent == pool.tapes.size()) pool.tapes.push_back(std::make_unique<Tape>());
  tape_ = pool.tapes[pool.lent++].get();
  before_ = pool.current;
  pool.current = tape_;
}

Tape::Lease::~Lease() {
  Pool& pool = pool_of_thread();
  --pool.lent;
  pool.current = before_;
}

Tape& Tape::current() {
  Tape* const tape = pool_of_thread().current;
  if (tape == nullptr) {
    throw InvalidArgument({"plate",
                           "the call",
                           {},
                           "is outside an evaluation",
                           "a sum of Reals belongs to the density that is evaluated",
                           "call it inside the callable of density or of a program"});
  }
  return *tape;
}

void Tape::start(std::size_t lanes, bool gradient) {
  memory_.lanes = lanes;
  memory_.gradient = gradient;
  memory_.mark = memory_.outer_count = 0;
  count_ = computed_ = 0;
  terms_.clear();
  pending_.clear();
  scratch_.clear();
  constants_.clear();
  pending_shift_ = 0.0;
  is_in_swept_plate_ = false;
  open_epochs_.assign(1, ++last_epoch_);
  const std::uint32_t zero = take({.active = false, .uniform = true});
  std::memset(block(zero), 0, lanes * sizeof(double));
}

void Tape::grow() {
  const std::size_t blocks = std::max<std::size_t>(64, 2 * nodes_.size());
  const std::size_t capacity = blocks * kernels::max_lanes;
  const auto take_block = [&] {
    return std::unique_ptr<double[], Free>(new (std::align_val_t{64}) double[capacity]);
  };
  auto values = take_block(), adjoints = take_block();
  nodes_.resize(blocks);
  touched_.resize(blocks);
  outer_.resize(blocks);
  if (values_) {
    std::copy_n(values_.get(), count_ * memory_.lanes, values.get());
    std::copy_n(adjoints_.get(), count_ * memory_.lanes, adjoints.get());
  }
  values_ = std::move(values);
  adjoints_ = std::move(adjoints);
  memory_.nodes = nodes_.data();
  memory_.values = values_.get();
  memory_.adjoints = adjoints_.get();
  memory_.touched = touched_.data();
  memory_.outer = outer_.data();
}

std::uint32_t Tape::take(const Node& node) {
  if (count_ == nodes_.size()) grow();
  nodes_[count_] = node;
  touched_[count_] = 0;
  return count_++;
}

Real Tape::make(std::uint32_t index) {
  return RealAccess::make(*this, index);
}

void Tape::compute() {
  memory_.terms = terms_.data();
  memory_.constants = constants_.data();
  kernels::tape_forward(memory_, computed_, count_);
  computed_ = count_;
}

Reals Tape::inputs(const Batch& x, std::size_t first, bool active) {
  const std::uint32_t begin = count_;
  for (std::size_t j = 0; j < x.dimension; ++j) {
    const std::uint32_t index = take({.active = active});
    std::memcpy(block(index), x.data + j * x.stride + first, memory_.lanes * sizeof(double));
  }
  return {this, begin, open_epochs_.back(), x.dimension};
}

Reals Tape::inputs(std::span<const double> values) {
  const std::uint32_t begin = count_;
  for (const double v : values) {
    const std::uint32_t index = take({.uniform = true});
    std::fill_n(block(index), memory_.lanes, v);
  }
  return {this, begin, open_epochs_.back(), values.size()};
}

// Plates

void Tape::add_term(const Real& term) {
  if (!term.is_constant()) {
    (void)RealAccess::tape(term);
    pending_.push_back({term.index_, 0, term.scale_});
  }
  pending_shift_ += term.shift_;
}

Real Tape::sum_since(std::size_t begin, double shift_before) {
  const auto count = static_cast<std::uint32_t>(pending_.size() - begin);
  const double shift = pending_shift_;
  pending_shift_ = shift_before;
  if (count == 0) return shift;
  const Node node{.op = Op::sum,
                  .first = static_cast<std::uint32_t>(terms_.size()),
                  .count = count,
                  .shift_a = shift};
  terms_.insert(terms_.end(), pending_.begin() + static_cast<std::ptrdiff_t>(begin),
                pending_.end());
  pending_.resize(begin);
  return make(take(node));
}

Tape::Plate::Plate(Tape& tape, std::size_t n)
    : tape_(tape),
      is_swept_(n >= 32 && !tape.is_in_swept_plate_),
      pending_(tape.pending_.size()),
      shift_(tape.pending_shift_) {
  tape.pending_shift_ = 0.0;
  if (!is_swept_) return;
  tape.compute();
  node_ = tape.take({});
  std::memset(tape.block(node_), 0, tape.memory_.lanes * sizeof(double));
  tape.memory_.mark = tape.computed_ = tape.count_;
  tape.memory_.outer_count = 0;
  terms_ = tape.terms_.size();
  constants_ = tape.constants_.size();
  tape.is_in_swept_plate_ = true;
}

void Tape::Plate::begin_term() {
  tape_.open_epochs_.push_back(++tape_.last_epoch_);
}

void Tape::Plate::end_term() {
  Tape& t = tape_;
  t.open_epochs_.pop_back();
  if (!is_swept_) return;
  t.memory_.terms = t.terms_.data();
  t.memory_.constants = t.constants_.data();
  kernels::tape_finish_term(t.memory_, t.pending_.data() + pending_, t.pending_.size() - pending_,
                            t.pending_shift_, node_, t.count_);
  t.pending_.resize(pending_);
  t.pending_shift_ = 0.0;
  t.terms_.resize(terms_);
  t.constants_.resize(constants_);
  t.count_ = t.computed_ = t.memory_.mark;
}

Real Tape::Plate::close() {
  Tape& t = tape_;
  if (!is_swept_) return t.sum_since(pending_, shift_);
  const auto first = static_cast<std::uint32_t>(t.terms_.size());
  for (std::uint32_t k = 0; k < t.memory_.outer_count; ++k) {
    const std::uint32_t partial = t.take({.active = false}), child = t.memory_.outer[k];
    std::memcpy(t.block(partial), t.memory_.adjoints + child * t.memory_.lanes,
                t.memory_.lanes * sizeof(double));
    t.touched_[child] = 0;
    t.terms_.push_back({child, partial, 1.0});
  }
  t.nodes_[node_] = {.op = Op::partials, .first = first, .count = t.memory_.outer_count};
  t.computed_ = t.count_;
  t.pending_shift_ = shift_;
  t.memory_.mark = t.memory_.outer_count = 0;
  t.is_in_swept_plate_ = false;
  return t.make(node_);
}

Real Tape::linear_model(kernels::Link link, const kernels::LinearModelRows& data,
                        const Real& intercept, const Reals& beta) {
  check::size("linear_model", "beta.size()", beta.size(), data.columns,
              "give one coefficient for each column");
  if (beta.size() != 0) (void)RealAccess::tape(beta);
  // The kernel takes a node and a shift.
  const Real alpha = intercept.is_constant() || intercept.scale_ == 1.0
                         ? intercept
                         : RealAccess::materialized(intercept);
  if (!alpha.is_constant()) (void)RealAccess::tape(alpha);
  const std::uint32_t index = take({});
  const auto first = static_cast<std::uint32_t>(terms_.size());
  const auto count = static_cast<std::uint32_t>(1 + beta.size());
  const std::uint32_t partials = count_;
  for (std::uint32_t k = 0; k < count; ++k) {
    take({.active = false});
    terms_.push_back({k == 0 ? alpha.index_ : beta.first_ + k - 1, partials + k, 1.0});
  }
  nodes_[index] = {.op = Op::partials, .first = first, .count = count};
  compute();
  kernels::linear_model_rows(link, data, block(alpha.index_), alpha.shift_, block(beta.first_),
                             memory_.lanes, block(index), block(partials));
  return make(index);
}

// Results

void Tape::value(const Real& root, double* out) {
  if (root.is_constant()) {
    std::fill_n(out, memory_.lanes, root.shift_);
    return;
  }
  (void)RealAccess::tape(root);
  compute();
  kernels::tape_affine(block(root.index_), root.scale_, root.shift_, out, memory_.lanes);
}

void Tape::gradient(const Real& root, const Reals& inputs, double* out, std::size_t stride) {
  compute();
  const std::size_t bytes = memory_.lanes * sizeof(double);
  if (inputs.size() == 0) return;
  if (!root.is_constant()) {
    (void)RealAccess::tape(root);
    std::fill_n(memory_.adjoints + root.index_ * memory_.lanes, memory_.lanes, root.scale_);
    touched_[root.index_] = 1;
    const auto last = inputs.first_ + static_cast<std::uint32_t>(inputs.size()) - 1;
    if (count_ - 1 > last) kernels::tape_reverse(memory_, last, count_ - 1);
  }
  for (std::size_t j = 0; j < inputs.size(); ++j) {
    const std::size_t index = inputs.first_ + j;
    if (touched_[index]) {
      std::memcpy(out + j * stride, memory_.adjoints + index * memory_.lanes, bytes);
    } else {
      std::memset(out + j * stride, 0, bytes);
    }
  }
}

}  // namespace leibler::inline v0::engine
