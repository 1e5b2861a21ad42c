// SPDX-License-Identifier: MIT
#include <leibler/models/discretized.hpp>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include <leibler/engine/check.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/kernels/random.hpp>

#include "logits.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr auto where = "Discretized";

}  // namespace

PointTable::PointTable(std::span<const double> points, std::size_t rows, std::size_t columns,
                       std::size_t dimension)
    : probabilities_(rows), logs_(rows), cumulative_(rows) {
  check::at_least(where, "points.rows()", static_cast<std::int64_t>(rows), 1,
                  "give one row a point");
  check::size(where, "points.cols()", columns, dimension, "give one column a dimension of q");
  check::finite(where, "points", points.data(), rows, columns, rows, "leave the others out");
  auto set = std::make_shared<Set>();
  set->dimension = columns;
  set->x.assign(points.begin(), points.end());
  for (double& v : set->x) v += 0.0;  // 0 and -0 are the same point
  set->order.resize(rows);
  std::iota(set->order.begin(), set->order.end(), std::size_t{0});
  const auto compare = [&](std::size_t a, std::size_t b) {
    for (std::size_t j = 0; j < columns; ++j) {
      const double of_a = set->x[j * rows + a], of_b = set->x[j * rows + b];
      if (of_a != of_b) return of_a < of_b ? -1 : 1;
    }
    return 0;
  };
  std::sort(set->order.begin(), set->order.end(),
            [&](std::size_t a, std::size_t b) { return compare(a, b) < 0; });
  for (std::size_t i = 1; i < rows; ++i) {
    const std::size_t a = set->order[i - 1], b = set->order[i];
    if (compare(a, b) != 0) continue;
    throw DomainError({where,
                       "points",
                       {std::max(a, b)},
                       "is the same as points[" + std::to_string(std::min(a, b)) + "]",
                       "every point must be there once",
                       "leave one of them out"});
  }
  points_ = std::move(set);
}

void PointTable::assign(std::span<const double> log_density) {
  bool is_possible = false;
  for (std::size_t i = 0; i < log_density.size(); ++i) {
    is_possible = is_possible || log_density[i] > -infinity;
    if (log_density[i] < infinity) continue;
    throw DomainError({where,
                       "q's log density at points",
                       {i},
                       "= " + to_text(log_density[i]),
                       "must be a number below +inf",
                       "leave this point out"});
  }
  if (!is_possible) {
    throw DomainError({where,
                       "q",
                       {},
                       "is 0 at every point",
                       "one of them must have a density",
                       "look at q's support"});
  }
  const std::size_t n = log_density.size();
  log_softmax_of(log_density, 1.0, logs_);
  engine::kernels::exp_fill(logs_.data(), probabilities_.data(), n);
  accumulate(probabilities_, cumulative_);
  likely_ = static_cast<std::size_t>(std::max_element(logs_.begin(), logs_.end()) - logs_.begin());
}

void PointTable::log_density(const Batch& x, double* out) const {
  const Set& set = *points_;
  const std::size_t n = size();
  for (std::size_t i = 0; i < x.size; ++i) {
    const auto is_below = [&](std::size_t row, std::size_t) {
      for (std::size_t j = 0; j < set.dimension; ++j) {
        const double of_row = set.x[j * n + row], of_x = x.data[j * x.stride + i];
        if (of_row != of_x) return of_row < of_x;
      }
      return false;
    };
    const auto at = std::lower_bound(set.order.begin(), set.order.end(), std::size_t{0}, is_below);
    bool is_there = at != set.order.end();
    double sum = 0.0;
    for (std::size_t j = 0; j < set.dimension; ++j) {
      const double of_x = x.data[j * x.stride + i];
      is_there = is_there && set.x[j * n + *at] == of_x;
      if (std::isnan(of_x)) sum = of_x;
    }
    out[i] = std::isnan(sum) ? sum : is_there ? logs_[*at] : -infinity;
  }
  std::fill(out + x.size, out + engine::padded(x.size), 0.0);
}

void PointTable::sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const {
  const Workspace::Frame frame(workspace);
  const std::size_t n = engine::padded(x.size);
  auto* const row = reinterpret_cast<std::uint32_t*>(workspace.take(n / 2));
  engine::kernels::category_fill(stream, cumulative_.data(), size(), row, n);
  for (std::size_t j = 0; j < x.dimension; ++j) {
    const double* const column = points() + j * size();
    for (std::size_t i = 0; i < n; ++i) x.data[j * x.stride + i] = column[row[i]];
  }
}

double weights_where_possible(const double* weight, const double* log_p, std::size_t n,
                              double* out) {
  double total = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = log_p[i] == -infinity ? 0.0 : weight == nullptr ? 1.0 : weight[i];
    total += out[i];
  }
  return total;
}

void subtract_expected(const double* sums, double total, const double* expected, std::size_t n,
                       double* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = sums[i] - total * expected[i];
}

}  // namespace leibler::inline v0::detail
