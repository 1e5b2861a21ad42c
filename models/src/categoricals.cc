// SPDX-License-Identifier: MIT
#include <leibler/models/categoricals.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include <leibler/engine/check.hpp>
#include <leibler/engine/chunks.hpp>
#include <leibler/engine/functions.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/kernels/softmax.hpp>
#include <leibler/engine/parallel.hpp>

#include "category_ratios.hpp"
#include "logits.hpp"
#include "vector_support.hpp"

namespace leibler::inline v0 {

Categoricals::Categoricals(const MatrixView& logits, std::size_t stride,
                           const SoftmaxOptions& options)
    : logits_(logits), stride_(stride), temperature_(options.temperature) {
  constexpr auto where = "Categoricals::from_logits";
  check::at_least(where, "logits.cols()", static_cast<std::int64_t>(logits.columns), 1,
                  "give one row a distribution and one column a category");
  detail::check_temperature(where, options.temperature);
}

Categorical Categoricals::operator[](std::size_t i) const {
  check::in_range("Categoricals", "i", static_cast<double>(i), 0.0, static_cast<double>(count()),
                  "distributions count from 0");
  std::vector<double> row(size());
  for (std::size_t k = 0; k < size(); ++k) row[k] = logits_.data[k * stride_ + i];
  return Categorical::with_logits(row, {temperature_});
}

namespace detail {

namespace {

using engine::kernels::softmax_rows;

// As many rows at a time, and the same number to come, stay in the second-level cache.
constexpr std::size_t most_entries = 1 << 15;

/// One row of a batch, by itself.
class Row {
 public:
  Row(const Categoricals& batch, const char* where, const char* what)
      : batch_(batch), where_(where), what_(what), memory_(3 * batch.size()) {}

  /// @throws DomainError
  void read(std::size_t i) {
    const std::size_t size = batch_.size();
    double* const x = memory_.data();
    bool is_somewhere = false;
    for (std::size_t k = 0; k < size; ++k) {
      const double given = batch_.logits().data[k * batch_.stride() + i];
      if (!(given < plus_infinity))
        fail({i, k}, given, "logits must be below inf and not NaN",
             "look where the value comes from");
      x[k] = given / batch_.temperature();
      if (std::isinf(x[k]) && std::isfinite(given)) {
        fail({i, k}, given, "logits / temperature must be finite",
             "subtract the largest of a row from all");
      }
      is_somewhere = is_somewhere || x[k] > -plus_infinity;
    }
    if (!is_somewhere) {
      throw DomainError({where_,
                         std::string(what_) + ".row(" + std::to_string(i) + ")",
                         {},
                         "is all -inf",
                         "at least one logit must be finite",
                         "they are the logarithms of probabilities that are all 0"});
    }
    log_softmax_of({x, size}, 1.0, {x + size, size});
    engine::kernels::exp_fill(x + size, x + 2 * size, size);
  }

  [[nodiscard]] Categories categories() const {
    const std::span<const double> all = memory_.all();
    const std::size_t size = batch_.size();
    return {all.subspan(0, size), all.subspan(size, size), all.subspan(2 * size, size)};
  }

 private:
  [[noreturn]] void fail(std::vector<std::size_t> index, double value, const char* rule,
                         const char* remedy) const {
    throw DomainError({where_, what_, std::move(index), "= " + to_text(value), rule, remedy});
  }

  const Categoricals& batch_;
  const char* where_;
  const char* what_;
  Scratch<double> memory_;
};

/// Both rows with what they make of each other.
class RowPair {
 public:
  RowPair(const char* where, const Categoricals& p, const Categoricals& q)
      : p_(p, where, "p.logits"), q_(q, where, "q.logits"), ratios_(p.size()) {}

  void read(std::size_t i) {
    p_.read(i);
    q_.read(i);
    log_ratios(p_.categories(), q_.categories(), {ratios_.data(), ratios_.all().size()});
  }
  [[nodiscard]] Categories p() const { return p_.categories(); }
  [[nodiscard]] Categories q() const { return q_.categories(); }
  [[nodiscard]] std::span<const double> ratios() const { return ratios_.all(); }
  [[nodiscard]] double kl() const { return kl_of_categories(p(), q(), ratios()); }
  void visit(std::size_t i, const CategoryRow& body) const {
    body(i, p().log_probabilities, q().log_probabilities, ratios());
  }

  /// Gradients of weight * kl by the logits, which are a stride apart.
  void gradients(double kl, double p_weight, double q_weight, double* of_p, double* of_q,
                 std::size_t stride) const {
    const auto a = p().probabilities, b = q().probabilities;
    for (std::size_t k = 0; k < a.size(); ++k) {
      const double r = ratios()[k];
      const bool is_in_p = p().logits[k] > -plus_infinity;
      double by_p = 0.0;
      if (is_in_p && kl == plus_infinity) {
        by_p = r == plus_infinity ? plus_infinity : -plus_infinity;
      } else if (a[k] > 0.0) {
        by_p = a[k] * (r - kl);
      }
      const double by_q = std::abs(r) < 0.5 ? a[k] * engine::expm1(-r) : b[k] - a[k];
      of_p[k * stride] = p_weight == 0.0 ? 0.0 : p_weight * by_p;
      of_q[k * stride] = q_weight * by_q;
    }
  }

 private:
  Row p_, q_;
  Scratch<double> ratios_;
};

/// softmax_rows rows of a batch as kernels have them, from row `begin`: where they are, or as a
/// copy. A copy repeats the last of fewer rows.
class RowBlock {
 public:
  RowBlock(const Categoricals& batch, std::size_t begin, double* copy)
      : data_(batch.logits().data + begin), stride_(batch.stride()) {
    if (batch.temperature() == 1.0 && begin + softmax_rows <= batch.count()) return;
    const double* const from = data_;
    const std::size_t last = std::min(softmax_rows, batch.count() - begin) - 1;
    for (std::size_t k = 0; k < batch.size(); ++k) {
      for (std::size_t i = 0; i < softmax_rows; ++i) {
        const double given = from[k * stride_ + std::min(i, last)];
        const double divided = given / batch.temperature();
        copy[k * softmax_rows + i] = divided;
        overflows_ = overflows_ || (std::isinf(divided) && !std::isinf(given));
      }
    }
    data_ = copy;
    stride_ = softmax_rows;
  }

  [[nodiscard]] const double* data() const { return data_; }
  [[nodiscard]] std::size_t stride() const { return stride_; }
  [[nodiscard]] bool overflows() const { return overflows_; }

 private:
  const double* data_;
  std::size_t stride_;
  bool overflows_ = false;
};

/// What is wanted beside KL: gradients, n rows a column, where of_p is not null; or something made
/// of a sum in its place, with what does that for one row.
struct Wanted {
  const double* weights = nullptr;
  double* of_p = nullptr;
  double* of_q = nullptr;
  const engine::kernels::SoftmaxSum* sum = nullptr;
  const std::function<double(double)>* finish = nullptr;
  const CategoryRow* row = nullptr;
};

/// Blocks of rows one after another; a row has the same bits whatever block it is in.
class Worker {
 public:
  Worker(const char* where, const Categoricals& p, const Categoricals& q, double* out,
         const Wanted& to)
      : where_(where), p_(p), q_(q), out_(out), to_(to), n_(p.count()), size_(p.size()) {}

  void run(std::size_t begin, std::size_t end) const {
    engine::Workspace& workspace = engine::Workspace::of_thread();
    const engine::Workspace::Frame frame(workspace);
    const std::size_t most = std::max(most_entries / size_ / softmax_rows, std::size_t{1});
    Scratches scratch{workspace.take(4 * softmax_rows * size_)};
    if (to_.of_p != nullptr) {
      // a block may begin as many rows before the panel
      scratch.stride = (most + 1) * softmax_rows;
      scratch.of_p = workspace.take(scratch.stride * size_) + softmax_rows;
      scratch.of_q = workspace.take(scratch.stride * size_) + softmax_rows;
    }
    for (std::size_t row = begin; row < end; row += most * softmax_rows) {
      panel(row, std::min(end, row + most * softmax_rows), scratch);
    }
  }

 private:
  struct Scratches {
    double* entries;
    std::size_t stride = 0;  // of gradients, from the first row of a panel
    double *of_p = nullptr, *of_q = nullptr;
  };

  // Rows [begin, end), while those that follow are asked for.
  void panel(std::size_t begin, std::size_t end, const Scratches& scratch) const {
    const std::size_t blocks = (end - begin + softmax_rows - 1) / softmax_rows;
    const std::size_t next = std::min(end + (end - begin), n_) - end;
    const double *const p = p_.logits().data + end, *const q = q_.logits().data + end;
    for (std::size_t i = 0; i < blocks; ++i) {
      const std::size_t last_column = next == 0 ? 0 : (i + 1) * size_ / blocks;
      // Reading on into rows of others is free; at the end, back into rows already done.
      const std::size_t row = begin + i * softmax_rows;
      const std::size_t first = n_ < softmax_rows ? 0 : std::min(row, n_ - softmax_rows);
      block(first, row, std::min(end, row + softmax_rows),
            {p, q, next, i * size_ / blocks, last_column}, scratch, begin);
    }
    if (to_.of_p != nullptr) {
      for (std::size_t k = 0; k < size_; ++k) {  // whole columns of a panel: memory likes runs
        std::copy_n(scratch.of_p + k * scratch.stride, end - begin, to_.of_p + k * n_ + begin);
        std::copy_n(scratch.of_q + k * scratch.stride, end - begin, to_.of_q + k * n_ + begin);
      }
    }
    for (std::size_t i = begin; i < end; ++i) {
      if (std::isnan(out_[i])) by_itself(i);
    }
  }

  // Rows [first, last) of the block that begins at row `begin`.
  void block(std::size_t begin, std::size_t first, std::size_t last,
             const engine::kernels::SoftmaxFetch& fetch, const Scratches& scratch,
             std::size_t panel) const {
    const std::size_t entries = softmax_rows * size_;
    double* const memory = scratch.entries;
    const RowBlock of_p(p_, begin, memory), of_q(q_, begin, memory + entries);
    double total[softmax_rows], mean[softmax_rows], kl[softmax_rows], weight[softmax_rows];
    const engine::kernels::SoftmaxTerms terms{memory + 2 * entries, memory + 3 * entries, total,
                                              mean};
    engine::kernels::softmax_kl({of_p.data(), of_p.stride(), of_q.data(), of_q.stride(), size_},
                                fetch, terms, kl);
    if (of_p.overflows() || of_q.overflows()) std::fill_n(kl, softmax_rows, not_a_number);
    if (to_.sum != nullptr) {
      engine::kernels::softmax_sum(terms, size_, kl, *to_.sum, kl);
      for (double& v : kl) v = (*to_.finish)(v);
    }
    std::copy(kl + (first - begin), kl + (last - begin), out_ + first);
    if (to_.of_p == nullptr) return;
    for (std::size_t i = 0; i < softmax_rows; ++i) {
      weight[i] = to_.weights == nullptr || begin + i >= n_ ? 1.0 : to_.weights[begin + i];
    }
    const auto at = static_cast<std::ptrdiff_t>(begin) - static_cast<std::ptrdiff_t>(panel);
    engine::kernels::softmax_kl_gradient(
        terms, size_,
        {kl, weight, 1.0 / p_.temperature(), 1.0 / q_.temperature(), scratch.of_p + at,
         scratch.stride, scratch.of_q + at, scratch.stride});
  }

  // By arithmetic on logarithms.
  void by_itself(std::size_t i) const {
    RowPair row(where_, p_, q_);
    row.read(i);
    if (to_.row != nullptr) return row.visit(i, *to_.row);
    out_[i] = row.kl();
    if (to_.of_p == nullptr) return;
    const double weight = to_.weights == nullptr ? 1.0 : to_.weights[i];
    row.gradients(out_[i], weight / p_.temperature(), weight / q_.temperature(), to_.of_p + i,
                  to_.of_q + i, n_);
  }

  const char* where_;
  const Categoricals& p_;
  const Categoricals& q_;
  double* out_;
  Wanted to_;
  std::size_t n_, size_;
};

void run(const char* where, const Categoricals& p, const Categoricals& q, Threads threads,
         double* out, const Wanted& to) {
  const Worker worker(where, p, q, out, to);
  const engine::Chunks chunks{p.count(), p.size()};
  engine::for_chunks(chunks.count(), threads,
                     [&](std::size_t i) { worker.run(chunks.begin(i), chunks.begin(i + 1)); });
}

std::optional<engine::kernels::SoftmaxSum::Term> fast_term(const Generator& generator) {
  using Kind = Generator::Kind;
  using Term = engine::kernels::SoftmaxSum::Term;
  switch (generator.kind) {
    case Kind::kl:
      return Term::kl;
    case Kind::alpha:
      return generator.a == 0.0 ? Term::reverse_kl : generator.a == 1.0 ? Term::kl : Term::power;
    case Kind::reverse_kl:
      return Term::reverse_kl;
    case Kind::jeffreys:
      return Term::difference_of_logarithms;
    case Kind::jensen_shannon:
      return Term::mean_kl;
    case Kind::total_variation:
      return Term::absolute_difference;
    case Kind::chi_squared:
      return Term::squared_difference_over_q;
    case Kind::reverse_chi_squared:
      return Term::squared_difference_over_p;
    case Kind::squared_hellinger:
      return Term::squared_difference_of_roots;
    case Kind::le_cam:
      return Term::squared_difference_over_both;
    default:
      return std::nullopt;
  }
}

}  // namespace

void check_batches(const char* where, const Categoricals& p, const Categoricals& q) {
  check::size(where, "q.count()", q.count(), p.count(), "p and q are compared row by row");
  check::size(where, "q.size()", q.size(), p.size(),
              "give a category that one of them lacks a logit of -inf");
}

void batch_kl(const char* where, const Categoricals& p, const Categoricals& q, Threads threads,
              double* out) {
  run(where, p, q, threads, out, {});
}

void batch_kl_gradients(const char* where, const Categoricals& p, const Categoricals& q,
                        const double* weights, Threads threads, double* values, double* of_p,
                        double* of_q) {
  run(where, p, q, threads, values, {weights, of_p, of_q});
}

bool batch_sum(const char* where, const Categoricals& p, const Categoricals& q,
               const Generator& generator, Threads threads,
               const std::function<double(double)>& finish, const CategoryRow& body, double* out) {
  const auto term = fast_term(generator);
  if (!term) return false;
  const engine::kernels::SoftmaxSum sum{*term, generator.scaled(-plus_infinity), generator.a,
                                        generator.skew};
  run(where, p, q, threads, out, {.sum = &sum, .finish = &finish, .row = &body});
  return true;
}

void for_category_rows(const char* where, const Categoricals& p, const Categoricals& q,
                       Threads threads, const CategoryRow& body) {
  const engine::Chunks chunks{p.count(), p.size()};
  engine::for_chunks(chunks.count(), threads, [&](std::size_t c) {
    RowPair row(where, p, q);
    for (std::size_t i = chunks.begin(c); i < chunks.begin(c + 1); ++i) {
      row.read(i);
      row.visit(i, body);
    }
  });
}

}  // namespace detail

}  // namespace leibler::inline v0
