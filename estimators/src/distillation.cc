// SPDX-License-Identifier: MIT
#include <leibler/estimators/distillation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <leibler/engine/check.hpp>
#include <leibler/engine/functions.hpp>
#include <leibler/models/univariate/divergences.hpp>

namespace leibler::inline v0 {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr const char* here = "Distillation";

/// One row of logits, divided by the temperature.
void soften(const char* what, std::size_t row, std::size_t rows, double temperature,
            std::span<double> logits) {
  const auto index = [&](std::size_t k) {
    return rows == 1 ? std::vector<std::size_t>{k} : std::vector<std::size_t>{row, k};
  };
  bool any = false;
  for (std::size_t k = 0; k < logits.size(); ++k) {
    const double given = logits[k];
    logits[k] /= temperature;
    any = any || given > -infinity;
    if (given < infinity && (std::isfinite(logits[k]) || given == -infinity)) continue;
    const bool is_given = !(given < infinity);
    throw DomainError(
        {here, what, index(k), "= " + to_text(given),
         is_given ? "logits must be below inf and not NaN" : "logits / temperature must be finite",
         is_given ? "look where the value comes from" : "subtract the largest from all"});
  }
  if (any) return;
  throw DomainError({here, what,
                     rows == 1 ? std::vector<std::size_t>{} : std::vector<std::size_t>{row},
                     "are all -inf", "at least one must be finite",
                     "they are the logarithms of probabilities that are all 0"});
}

/// Logarithms of both probabilities and of q / p, by differences of logits where those are small.
struct Pair {
  std::vector<double> log_p, log_q, ratio;

  Pair(std::span<const double> teacher, std::span<const double> student)
      : log_p(teacher.begin(), teacher.end()),
        log_q(student.begin(), student.end()),
        ratio(student.size()) {
    const double of_p = engine::log_sum_exp(teacher), of_q = engine::log_sum_exp(student);
    double rest = 0.0, largest = 0.0;
    for (std::size_t k = 0; k < ratio.size(); ++k) {
      ratio[k] = student[k] == teacher[k] ? 0.0 : student[k] - teacher[k];
      log_p[k] -= of_p;
      log_q[k] -= of_q;
      largest = std::max(largest, std::abs(ratio[k]));
      rest += engine::exp(log_p[k]) * engine::expm1(ratio[k]);
    }
    const double shift = largest < 0.5 ? engine::log1p(rest) : of_q - of_p;
    for (double& r : ratio) r -= shift;
  }
};

double loss_of(const Pair& at, Direction direction) {
  const auto kl = Kl::generator();
  double sum = 0.0;
  for (std::size_t k = 0; k < at.ratio.size(); ++k) {
    sum += direction == Direction::forward ? kl.term(at.log_p[k], at.log_q[k], -at.ratio[k])
                                           : kl.term(at.log_q[k], at.log_p[k], at.ratio[k]);
  }
  return sum;
}

/// d KL(p || q) / d (logits of q): q - p; of the terms with q > 0 alone q P - p, P the p of those.
void forward_slopes(const Pair& at, std::span<double> out) {
  double missed = 0.0;
  for (std::size_t k = 0; k < out.size(); ++k) {
    if (at.log_q[k] == -infinity) missed += engine::exp(at.log_p[k]);
  }
  for (std::size_t k = 0; k < out.size(); ++k) {
    out[k] = 0.0;
    if (at.log_q[k] == -infinity) continue;
    const double p = engine::exp(at.log_p[k]), q = engine::exp(at.log_q[k]), r = at.ratio[k];
    out[k] = (std::abs(r) < 1.0 ? p * engine::expm1(r) : q - p) - q * missed;
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
  for (std::size_t i = 0; i < teacher_.count; ++i) {
    soften("teacher_logits", i, teacher_.count, options_.temperature,
           {teacher_.values.data() + i * teacher_.size, teacher_.size});
  }
}

double Distillation::evaluate_rows(const Rows& student, double* gradient) const {
  check::size(here, "student_logits.rows()", student.count, teacher_.count,
              "give every row of the teacher one of the student");
  check::size(here, "student_logits.cols()", student.size, teacher_.size,
              "teacher and student have the same categories");
  const double t = options_.temperature, scale = options_.squared_temperature ? t : 1.0;
  const auto count = static_cast<double>(teacher_.count);
  std::vector<double> softened = student.values;
  double sum = 0.0;
  for (std::size_t i = 0; i < student.count; ++i) {
    const std::size_t begin = i * student.size;
    const std::span<double> row(softened.data() + begin, student.size);
    soften("student_logits", i, student.count, t, row);
    const Pair at({teacher_.values.data() + begin, teacher_.size}, row);
    sum += loss_of(at, options_.direction);
    if (gradient == nullptr) continue;
    const std::span<double> out(gradient + begin, student.size);
    if (options_.direction == Direction::forward) {
      forward_slopes(at, out);
    } else {
      reverse_slopes(at, out);
    }
    for (double& slope : out) slope = slope / t * scale * scale / count;
  }
  return sum * scale * scale / count;
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
