// SPDX-License-Identifier: MIT
#include <leibler/estimators/batch_divergence.hpp>

namespace leibler::inline v0::detail {

void batch_divergence(const Terms& terms, const Categoricals& p, const Categoricals& q,
                      Threads threads, double* out) {
  for_category_rows(divergence_call, p, q, threads,
                    [&](std::size_t i, std::span<const double> log_p, std::span<const double> log_q,
                        std::span<const double> ratios) {
                      Table table;
                      table.log_p.assign(log_p.begin(), log_p.end());
                      table.log_q.assign(log_q.begin(), log_q.end());
                      table.log_ratio.assign(ratios.begin(), ratios.end());
                      out[i] = enumerate(terms, table).value;
                    });
}

void check_batch_method(const DivergenceOptions& options, bool has_formula) {
  const Method method = options.method.value_or(Method::enumeration);
  if (method == Method::enumeration || (has_formula && method == Method::closed_form)) return;
  no_method(method, has_formula ? "a batch has its formula and its sum, both exact"
                                : "a batch has its sum, which is exact");
}

}  // namespace leibler::inline v0::detail
