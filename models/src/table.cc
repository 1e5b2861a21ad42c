// SPDX-License-Identifier: MIT
#include <leibler/models/table.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <leibler/engine/kernels/random.hpp>

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

double look_up(std::span<const double> table, double x) {
  if (std::isnan(x)) return x;
  if (!(x >= 0.0 && x < static_cast<double>(table.size())) || x != std::floor(x)) return -infinity;
  return table[static_cast<std::size_t>(x)];
}

void look_up(std::span<const double> table, const Batch& x, double* out) {
  for (std::size_t i = 0; i < x.size; ++i) out[i] = look_up(table, x.data[i]);
  std::fill(out + x.size, out + engine::padded(x.size), 0.0);
}

TableEvaluation evaluate_table(std::span<const double> table, const Batch& x,
                               Workspace& workspace) {
  double* const out = workspace.take(engine::padded(x.size));
  look_up(table, x, out);
  return {x, out};
}

void add_counts(const TableEvaluation& at, const double* weight, std::span<double> counts) {
  for (std::size_t i = 0; i < at.x.size; ++i) {
    const double log_p = at.log_density[i], w = weight ? weight[i] : 1.0;
    if (log_p == -infinity) continue;
    if (std::isnan(log_p)) {
      std::fill(counts.begin(), counts.end(), log_p);
      return;
    }
    counts[static_cast<std::size_t>(at.x.data[i])] += w;
  }
}

void accumulate(std::span<const double> probabilities, std::span<double> cumulative) {
  double running = 0.0;
  for (std::size_t k = 0; k < cumulative.size(); ++k) {
    running += probabilities[k];
    cumulative[k] = std::min(running, 1.0);
  }
  // Rounding must not leave a gap above the last category that has a probability.
  for (std::size_t k = cumulative.size(); k-- > 0;) {
    cumulative[k] = 1.0;
    if (probabilities[k] > 0.0) break;
  }
}

void sample_table(std::span<const double> cumulative, const Stream& stream, const MutableBatch& x,
                  Workspace& workspace) {
  const Workspace::Frame frame(workspace);
  const std::size_t n = engine::padded(x.size);
  auto* const category = reinterpret_cast<std::uint32_t*>(workspace.take(n / 2));
  engine::kernels::category_fill(stream, cumulative.data(), cumulative.size(), category, n);
  std::copy_n(category, n, x.data);
}

TableMoments table_moments(std::span<const double> probabilities) {
  double mean = 0.0, variance = 0.0;
  for (std::size_t k = 0; k < probabilities.size(); ++k) {
    mean += probabilities[k] * static_cast<double>(k);
  }
  for (std::size_t k = 0; k < probabilities.size(); ++k) {
    const double apart = static_cast<double>(k) - mean;
    variance += probabilities[k] * apart * apart;
  }
  return {mean, variance};
}

double table_entropy(std::span<const double> probabilities,
                     std::span<const double> log_probabilities) {
  double entropy = 0.0;
  for (std::size_t k = 0; k < probabilities.size(); ++k) {
    if (probabilities[k] > 0.0) entropy -= probabilities[k] * log_probabilities[k];
  }
  return entropy;
}

}  // namespace leibler::inline v0::detail
