// SPDX-License-Identifier: MIT
#include <leibler/estimators/distillation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>
#include <leibler/models/categoricals.hpp>

namespace leibler::inline v0 {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr const char* here = "Distillation";

/// Column-major logits of so many rows.
/// @throws InvalidArgument, DomainError
void check_logits(const char* what, std::span<const double> logits, std::size_t rows,
                  double temperature) {
  const auto index = [&](std::size_t row, std::optional<std::size_t> k) {
    std::vector<std::size_t> out;
    if (rows > 1) out.push_back(row);
    if (k) out.push_back(*k);
    return out;
  };
  std::vector<bool> is_possible(rows, false);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double given = logits[i];
    if (given > -infinity) is_possible[i % rows] = true;
    if (given < infinity && (given == -infinity || std::isfinite(given / temperature))) continue;
    const bool is_given = !(given < infinity);
    throw DomainError(
        {here, what, index(i % rows, i / rows), "= " + to_text(given),
         is_given ? "logits must be below inf and not NaN" : "logits / temperature must be finite",
         is_given ? "look where the value comes from" : "subtract the largest from all"});
  }
  for (std::size_t row = 0; row < rows; ++row) {
    if (is_possible[row]) continue;
    throw DomainError({here, what, index(row, std::nullopt), "are all -inf",
                       "at least one must be finite",
                       "they are the logarithms of probabilities that are all 0"});
  }
}

/// Logarithms of both probabilities of a row, and of q / p.
struct Pair {
  std::vector<double> log_p, log_q, ratio;

  Pair(std::vector<double> teacher, std::vector<double> student)
      : log_p(std::move(teacher)), log_q(std::move(student)) {
    const double of_p = engine::log_sum_exp(log_p), of_q = engine::log_sum_exp(log_q);
    for (std::size_t k = 0; k < log_p.size(); ++k) {
      log_p[k] -= of_p;
      log_q[k] -= of_q;
      ratio.push_back(log_q[k] == log_p[k] ? 0.0 : log_q[k] - log_p[k]);
    }
  }
};

/// d KL(p || q) / d (logits of q): q - p; of the terms with q > 0 alone q P - p, P the p of those.
void forward_slopes(const Pair& at, std::span<double> out) {
  double missed = 0.0;
  for (std::size_t k = 0; k < out.size(); ++k) {
    if (at.log_q[k] == -infinity) missed += engine::exp(at.log_p[k]);
  }
  for (std::size_t k = 0; k < out.size(); ++k) {
    out[k] = 0.0;
    if (at.log_q[k] == -infinity) continue;
    const double p = engine::exp(at.log_p[k]), q = engine::exp(at.log_q[k]);
    out[k] = q - p - q * missed;
  }
}

/// d KL(q || p) / d (logits of q): q (r - E_q[r]) with r = log(q / p); of the terms with p > 0
/// alone q ((r + 1) - E_q[r + 1]), both 0 elsewhere.
void reverse_slopes(const Pair& at, std::span<double> out) {
  double mean = 0.0, beyond = 0.0;
  for (std::size_t k = 0; k < out.size(); ++k) {
    const double q = engine::exp(at.log_q[k]);
    if (at.log_p[k] == -infinity) {
      beyond += q;
    } else if (q > 0.0) {
      mean += q * at.ratio[k];
    }
  }
  for (std::size_t k = 0; k < out.size(); ++k) {
    const double q = engine::exp(at.log_q[k]);
    if (q == 0.0) {
      out[k] = 0.0;
    } else if (at.log_p[k] == -infinity) {
      out[k] = -q * (mean + 1.0 - beyond);
    } else {
      out[k] = q * (at.ratio[k] - mean + beyond);
    }
  }
}

}  // namespace

Distillation::Distillation(Rows teacher, const DistillationOptions& options)
    : options_(options), teacher_(std::move(teacher)) {
  check::at_least(here, "teacher_logits.size()", static_cast<std::int64_t>(teacher_.values.size()),
                  1, "give every category its logit");
  check::positive(here, "options.temperature", options_.temperature,
                  "at 1 nothing changes, above it probabilities come closer to each other");
  check_logits("teacher_logits", teacher_.values, teacher_.count, options_.temperature);
}

double Distillation::evaluate_rows(const Rows& student, double* gradient) const {
  check::size(here, "student_logits.rows()", student.count, teacher_.count,
              "give every row of the teacher one of the student");
  check::size(here, "student_logits.cols()", student.size, teacher_.size,
              "teacher and student have the same categories");
  const std::size_t n = teacher_.count, size = teacher_.size;
  const double t = options_.temperature;
  check_logits("student_logits", student.values, n, t);
  const auto batch_of = [&](const Rows& rows) {
    return Categoricals::from_logits(
        Eigen::Map<const Points>(rows.values.data(), static_cast<Index>(n),
                                 static_cast<Index>(size)),
        {.temperature = t});
  };
  const Categoricals p = batch_of(teacher_), q = batch_of(student);
  const bool is_forward = options_.direction == Direction::forward;
  const Categoricals &first = is_forward ? p : q, &second = is_forward ? q : p;
  const double scale = options_.squared_temperature ? t : 1.0;
  std::vector<double> values(n);
  if (gradient == nullptr) {
    detail::batch_kl(here, first, second, options_.threads, values.data());
  } else {
    const std::vector<double> weights(n, scale * scale / static_cast<double>(n));
    std::vector<double> of_teacher(n * size);
    detail::batch_kl_gradients(here, first, second, weights.data(), options_.threads, values.data(),
                               is_forward ? of_teacher.data() : gradient,
                               is_forward ? gradient : of_teacher.data());
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    sum += values[i];
    if (gradient == nullptr || std::isfinite(values[i])) continue;
    const auto row = [&](const Rows& rows) {
      std::vector<double> out(size);
      for (std::size_t k = 0; k < size; ++k) out[k] = rows.values[k * n + i] / t;
      return out;
    };
    const Pair at(row(teacher_), row(student));
    std::vector<double> slopes(size);
    if (is_forward) {
      forward_slopes(at, slopes);
    } else {
      reverse_slopes(at, slopes);
    }
    for (std::size_t k = 0; k < size; ++k) {
      gradient[k * n + i] = slopes[k] / t * scale * scale / static_cast<double>(n);
    }
  }
  return sum / static_cast<double>(n) * scale * scale;
}

Estimate Distillation::evaluate(const Categorical& student, std::span<double> gradient) const {
  const auto logits = student.logits_data();
  std::vector<double> slopes(gradient.empty() ? 0 : logits.size());
  const double value = evaluate_rows({1, logits.size(), {logits.begin(), logits.end()}},
                                     gradient.empty() ? nullptr : slopes.data());
  if (!gradient.empty()) {
    check::size(here, "gradient.size()", gradient.size(), student.parameter_count(),
                "ask parameter_count()");
    std::size_t i = 0;
    for (std::size_t k = 0; k < logits.size(); ++k) {
      if (logits[k] > -infinity) gradient[i++] = slopes[k];
    }
  }
  return {value, 0.0, 0, Method::closed_form, true};
}

}  // namespace leibler::inline v0
