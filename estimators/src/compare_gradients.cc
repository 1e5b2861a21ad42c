// SPDX-License-Identifier: MIT
#include <leibler/estimators/compare_gradients.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>
#include <ostream>

#include <leibler/engine/check.hpp>

#include "report.hpp"

namespace leibler::inline v0 {

namespace detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Mean, variance and the standard error of the variance of column k, over the first n rows.
struct Column {
  double mean = 0.0, variance = 0.0, variance_error = 0.0;
  bool is_exact = true;  // all the same

  Column(const GradientTable& table, std::size_t k, std::size_t n) {
    const auto at = [&](std::size_t r) { return table.gradients[r * table.parameters + k]; };
    const auto count = static_cast<double>(n);
    const double center = at(0);  // so that near-equal gradients keep their digits
    double sum = 0.0;
    for (std::size_t r = 0; r < n; ++r) {
      sum += at(r) - center;
      is_exact = is_exact && at(r) == center;
    }
    mean = center + sum / count;
    if (is_exact) return;
    double squares = 0.0, fourths = 0.0;
    for (std::size_t r = 0; r < n; ++r) {
      const double d = at(r) - mean, square = d * d;
      squares += square;
      fourths += square * square;
    }
    variance = squares / (count - 1.0);
    // var(s^2) = (m4 - s^4 (n - 3) / (n - 1)) / n
    const double spread = fourths / count - variance * variance * (count - 3.0) / (count - 1.0);
    variance_error = std::sqrt(std::max(spread, 0.0) / count);
  }
};

/// Moments of row-by-row differences of column k.
std::pair<double, double> paired_difference(const GradientTable& table,
                                            const GradientTable& reference, std::size_t k,
                                            std::size_t n) {
  engine::Moments moments;
  for (std::size_t r = 0; r < n; ++r) {
    const std::size_t at = r * table.parameters + k;
    const double difference = table.gradients[at] - reference.gradients[at];
    moments.add_differences(&difference, &table.gradients[at], 1);
  }
  return {moments.mean(), moments.standard_error()};
}

double total_error(const EstimatorMoments& moments) {
  double sum = 0.0;
  for (const auto& one : moments.parameters) {
    sum += one.mean.standard_error * one.mean.standard_error;
  }
  return sum;
}

}  // namespace

void check_options(const CompareOptions& options) {
  const auto count = [](std::size_t n) {
    return static_cast<std::int64_t>(std::min<std::size_t>(n, INT64_MAX));
  };
  check::at_least("compare_gradients", "options.repeats", count(options.repeats), 8,
                  "a variance and its error need several gradients");
  check::at_least("compare_gradients", "options.samples", count(options.samples), 1,
                  "a gradient needs a draw");
  check::at_least("compare_gradients", "options.threads.count", options.threads.count, 0,
                  "0 means every core");
}

GradientComparison compare_tables(const std::vector<GradientTable>& tables, std::size_t samples,
                                  std::string objective) {
  GradientComparison all{{}, samples, std::move(objective)};
  std::size_t n = tables.front().done;
  for (const auto& table : tables) n = std::min(n, table.done);
  if (n < 2) {
    throw RuntimeError({"compare_gradients",
                        "options.stop",
                        {},
                        "was asked for before two repeats were done",
                        "every estimator must have drawn two gradients",
                        "stop later"});
  }
  for (const auto& table : tables) {
    EstimatorMoments row{table.name, table.is_unbiased, false, n, 0.0, {}};
    std::vector<double> seconds = table.seconds;
    std::nth_element(seconds.begin(),
                     seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2),
                     seconds.end());
    row.seconds = seconds[seconds.size() / 2];
    const auto draws = static_cast<double>(samples);
    for (std::size_t k = 0; k < table.parameters; ++k) {
      const Column column(table, k, n);
      const double error = std::sqrt(column.variance / static_cast<double>(n));
      const Method method = column.is_exact ? Method::enumeration : Method::monte_carlo;
      GradientMoments one{{column.mean, error, n, method, std::isfinite(error)},
                          {draws * column.variance, draws * column.variance_error, n, method,
                           std::isfinite(column.variance_error)},
                          0.0};
      const double deviation = std::sqrt(one.variance.value);
      one.signal_to_noise = column.mean == 0.0 ? 0.0
                            : deviation == 0.0 ? infinity
                                               : std::abs(column.mean) / deviation;
      row.parameters.push_back(one);
    }
    all.estimators.push_back(std::move(row));
  }
  std::size_t reference = 0;
  for (std::size_t e = 1; e < tables.size(); ++e) {
    const auto& best = all.estimators[reference];
    const auto& one = all.estimators[e];
    if (one.is_unbiased != best.is_unbiased ? one.is_unbiased
                                            : total_error(one) < total_error(best)) {
      reference = e;
    }
  }
  all.estimators[reference].is_reference = true;
  for (std::size_t e = 0; e < tables.size(); ++e) {
    if (e == reference) continue;
    for (std::size_t k = 0; k < tables[e].parameters; ++k) {
      auto& one = all.estimators[e].parameters[k];
      std::tie(one.bias, one.bias_error) = paired_difference(tables[e], tables[reference], k, n);
    }
  }
  return all;
}

}  // namespace detail

double GradientMoments::bias_score() const {
  if (bias == 0.0) return 0.0;
  return bias_error == 0.0 ? std::copysign(detail::infinity, bias) : bias / bias_error;
}

double EstimatorMoments::total_variance() const {
  double sum = 0.0;
  for (const auto& one : parameters) sum += one.variance.value;
  return sum;
}

const EstimatorMoments& GradientComparison::operator[](const std::string& name) const {
  std::string known;
  for (const auto& row : estimators) {
    if (row.name == name) return row;
    known += (known.empty() ? "" : ", ") + ('"' + row.name + '"');
  }
  throw InvalidArgument({"GradientComparison",
                         "name",
                         {},
                         "= \"" + name + "\" is not among the estimators",
                         "must be one of " + known,
                         "estimators are named by their settings"});
}

namespace {

// A bias beyond this many standard errors is one; a suite of some hundred parameters shows none by
// chance.
constexpr double most_bias_score = 5.0;

double worst_score(const EstimatorMoments& row) {
  double worst = 0.0;
  for (const auto& one : row.parameters) worst = std::max(worst, std::abs(one.bias_score()));
  return worst;
}

bool is_fit_to_choose(const EstimatorMoments& row) {
  return row.is_unbiased && worst_score(row) < most_bias_score &&
         std::isfinite(row.total_variance());
}

std::string padded_text(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(text.size(), width), ' ');
}

std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g ns", 1e9 * seconds);
  return text;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

const EstimatorMoments& GradientComparison::best() const {
  const EstimatorMoments* best = nullptr;
  for (const auto& row : estimators) {
    if (!is_fit_to_choose(row)) continue;
    if (best == nullptr || row.work_variance() < best->work_variance()) best = &row;
  }
  if (best == nullptr) {
    throw RuntimeError({"GradientComparison::best",
                        "estimators",
                        {},
                        "are all biased or of infinite variance",
                        "one must be unbiased",
                        "add ScoreFunction{}, which is"});
  }
  return *best;
}

std::string GradientComparison::to_json() const {
  detail::Json rows = detail::Json::array();
  for (const auto& row : estimators) {
    detail::Json parameters = detail::Json::array();
    for (const auto& one : row.parameters) {
      parameters.push_back({{"mean", detail::json_of(one.mean)},
                            {"variance", detail::json_of(one.variance)},
                            {"signal_to_noise", detail::json_of(one.signal_to_noise)},
                            {"bias", detail::json_of(one.bias)},
                            {"bias_error", detail::json_of(one.bias_error)}});
    }
    rows.push_back({{"name", row.name},
                    {"is_unbiased", row.is_unbiased},
                    {"is_reference", row.is_reference},
                    {"repeats", row.repeats},
                    {"seconds", detail::json_of(row.seconds)},
                    {"total_variance", detail::json_of(row.total_variance())},
                    {"work_variance", detail::json_of(row.work_variance())},
                    {"parameters", parameters}});
  }
  return detail::Json{{"objective", objective}, {"samples", samples}, {"estimators", rows}}.dump();
}

std::string GradientComparison::to_gnuplot(const std::string& picture) const {
  const bool is_svg = picture.size() > 4 && picture.substr(picture.size() - 4) == ".svg";
  std::string text = is_svg ? "set terminal svg size 900,560 enhanced background 'white'\n"
                            : "set terminal pngcairo size 900,560 enhanced\n";
  text += "set output " + quoted(picture) + "\nset logscale y\nset grid ytics\nset key outside\n" +
          "set xlabel 'parameter'\nset ylabel 'variance of one draw'\n" + "set title " +
          quoted("Gradient of " + objective) + "\nset xtics 1\n";
  for (std::size_t e = 0; e < estimators.size(); ++e) {
    text += "$e" + std::to_string(e) + " << EOD\n";
    for (std::size_t k = 0; k < estimators[e].parameters.size(); ++k) {
      const Estimate& variance = estimators[e].parameters[k].variance;
      if (!(variance.value > 0.0) || !std::isfinite(variance.value)) continue;
      text += std::to_string(k) + ' ' + to_text(variance.value) + ' ' +
              to_text(variance.standard_error) + '\n';
    }
    text += "EOD\n";
  }
  for (std::size_t e = 0; e < estimators.size(); ++e) {
    // side by side, so that equal variances are both seen
    const double shift =
        0.1 * (static_cast<double>(e) - 0.5 * static_cast<double>(estimators.size() - 1));
    text += (e == 0 ? "plot " : ", ") + ("$e" + std::to_string(e)) + " using ($1+" +
            to_text(shift) + "):2:3 with yerrorbars pt 7 title " + quoted(estimators[e].name) +
            " noenhanced";
  }
  return text + '\n';
}

std::ostream& operator<<(std::ostream& out, const GradientComparison& comparison) {
  std::size_t width = 9;
  for (const auto& row : comparison.estimators) width = std::max(width, row.name.size());
  out << "gradient of " << comparison.objective << ", " << comparison.samples
      << " samples a gradient\n"
      << padded_text("estimator", width) << "  parameter  " << padded_text("mean", 22)
      << padded_text("variance of one draw", 24) << padded_text("signal/noise", 14)
      << padded_text("bias / error", 14) << "time a draw";
  const auto number = [](double value) { return to_short_text(value); };
  for (const auto& row : comparison.estimators) {
    for (std::size_t k = 0; k < row.parameters.size(); ++k) {
      const auto& one = row.parameters[k];
      out << '\n'
          << padded_text(k == 0 ? row.name : "", width) << "  "
          << padded_text(std::to_string(k), 11)
          << padded_text(to_string_with_error(one.mean.value, one.mean.standard_error), 22)
          << padded_text(to_string_with_error(one.variance.value, one.variance.standard_error), 24)
          << padded_text(number(one.signal_to_noise), 14)
          << padded_text(row.is_reference ? "reference" : number(one.bias_score()), 14);
      if (k == 0) out << seconds_text(row.seconds) << (row.is_unbiased ? "" : "  (biased)");
    }
  }
  return out;
}

namespace detail {

EstimatorChoice choose(GradientComparison comparison) {
  const EstimatorMoments& best = comparison.best();
  EstimatorChoice choice;
  choice.index = static_cast<std::size_t>(&best - comparison.estimators.data());
  choice.name = best.name;
  choice.reason = best.name +
                  " has the least variance times time: " + to_short_text(best.total_variance()) +
                  " x " + seconds_text(best.seconds);
  for (const auto& row : comparison.estimators) {
    if (&row == &best) continue;
    choice.reason += "; " + row.name + ": ";
    if (!row.is_unbiased) {
      choice.reason += "biased";
    } else if (worst_score(row) >= most_bias_score) {
      choice.reason +=
          "disagrees with the others by " + to_short_text(worst_score(row)) + " standard errors";
    } else {
      choice.reason += to_short_text(row.work_variance() / best.work_variance()) +
                       " times as much (" + to_short_text(row.total_variance()) + " x " +
                       seconds_text(row.seconds) + ")";
    }
  }
  choice.comparison = std::move(comparison);
  return choice;
}

}  // namespace detail

std::ostream& operator<<(std::ostream& out, const EstimatorChoice& choice) {
  return out << choice.reason;
}

}  // namespace leibler::inline v0
