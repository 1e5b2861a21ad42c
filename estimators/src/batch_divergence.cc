// SPDX-License-Identifier: MIT
#include <leibler/estimators/batch_divergence.hpp>

#include <cmath>

#include <leibler/engine/functions.hpp>

namespace leibler::inline v0::detail {

namespace {

// Below this, 1 less what it is short of 1 has lost digits.
constexpr double least_integral = 0.05;

}  // namespace

void batch_divergence(const Terms& terms, const Categoricals& p, const Categoricals& q,
                      Threads threads, double* out) {
  const auto by_itself = [&](std::size_t i, std::span<const double> log_p,
                             std::span<const double> log_q, std::span<const double> ratios) {
    Table table;
    table.log_p.assign(log_p.begin(), log_p.end());
    table.log_q.assign(log_q.begin(), log_q.end());
    table.log_ratio.assign(ratios.begin(), ratios.end());
    out[i] = enumerate(terms, table).value;
  };
  const auto finish = [&](double sum) {
    if (!terms.affinity) return sum;
    const LogAffinity& affinity = *terms.affinity;
    if (affinity.a == 1.0 || affinity.is_near(sum)) return affinity.value(sum, 0.0);
    const double integral = 1.0 + affinity.a * (affinity.a - 1.0) * sum;
    if (!(integral > least_integral)) return std::nan("");
    return affinity.value(sum, engine::log(integral));
  };
  const bool is_summed = !terms.is_largest() && terms.generator.kind != Generator::Kind::absence;
  if (is_summed &&
      batch_sum(divergence_call, p, q, terms.generator, threads, finish, by_itself, out)) {
    return;
  }
  for_category_rows(divergence_call, p, q, threads, by_itself);
}

void check_batch_method(const DivergenceOptions& options, bool has_formula) {
  const Method method = options.method.value_or(Method::enumeration);
  if (method == Method::enumeration || (has_formula && method == Method::closed_form)) return;
  no_method(method, has_formula ? "a batch has its formula and its sum, both exact"
                                : "a batch has its sum, which is exact");
}

}  // namespace leibler::inline v0::detail
