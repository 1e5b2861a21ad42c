// SPDX-License-Identifier: MIT
#include <leibler/engine/tape.hpp>

#include <algorithm>
#include <cstring>
#include <new>

#include <leibler/engine/check.hpp>
#include <leibler/engine/error.hpp>

#include "real_access.hpp"

namespace leibler::inline v0::engine {

namespace {

// What a thread lends.
struct Pool {
  std::vector<std::unique_ptr<Tape>> tapes;
  std::size_t lent = 0;
};

Pool& pool_of_thread() {
  thread_local Pool pool;
  return pool;
}

}  // namespace

void Tape::Free::operator()(double* p) const {
  ::operator delete[](p, std::align_val_t{64});
}

Tape::Lease::Lease() {
  Pool& pool = pool_of_thread();
  if (pool.lent == pool.tapes.size()) pool.tapes.push_back(std::make_unique<Tape>());
  tape_ = pool.tapes[pool.lent++].get();
  before_ = tape_of_thread;
  tape_of_thread = tape_;
}

Tape::Lease::~Lease() {
  --pool_of_thread().lent;
  tape_of_thread = before_;
}

Tape& Tape::current() {
  Tape* const tape = tape_of_thread;
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
