// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <cmath>
#include <ostream>
#include <string>

#include <leibler/engine/instruction_set.hpp>

#include "../support/text.hpp"

namespace leibler::examples::custom_density {

namespace {

std::string percent(const Estimate& share) {
  return with_error(100.0 * share.value, 100.0 * share.standard_error) + '%' +
         (share.reliable ? "" : " *");
}

void report_row(std::ostream& out, Results& results, const Case& one, const Row& row) {
  out << left(one.target.name, 8) << left(row.family, 15);
  if (!row.is_done()) {
    out << (row.runs.empty() ? "not finished\n" : "failed\n");
    return;
  }
  const auto name = one.name(row);
  const Estimate kl = one.reverse_kl(row);
  const Estimate& share = *row.worth.effective_sample_size;
  results.add("ELBO", name, *row.worth.elbo);
  results.add("log constant, exact", name, one.target.log_constant, 0.0, "reference");
  results.add("KL(Q||P)", name, kl);
  results.add("effective sample size", name, share);
  results.add("seconds of the fit", name, row.best().seconds, 0.0, "measured");
  std::string exact;
  if (row.family == "Gaussian") {
    results.add("best KL, exact", name, one.target.best_gaussian, 0.0, "reference");
    exact = format("%.6f", one.target.best_gaussian);
  }
  out << left(with_error(*row.worth.elbo), 21) << right(format("%.5f", one.target.log_constant), 8)
      << "  " << left(with_error(kl), 20) << left(exact, 10) << left(percent(share), 18)
      << format("%7.3f", row.best().seconds) << '\n';
}

}  // namespace

void report_settings(std::ostream& out, const Settings& s) {
  out << "custom_density " << version() << " (" << engine::instruction_set() << "), seed "
      << s.common.seed << "\n\n";
  for (const Target& target : {banana_facts(), funnel_facts()}) {
    if (s.wants(target.name)) out << left(target.name, 10) << target.formula << '\n';
  }
  out << left("fits", 10) << "one Gaussian (pathwise gradients) and a mixture of " << s.family()
      << " (score function,\n"
      << left("", 10) << "leave-one-out), " << s.restarts << " start"
      << (s.restarts == 1 ? "" : "s") << ": reverse KL, " << s.steps << " steps of " << s.samples
      << " fresh draws,\n"
      << left("", 10) << "Adam at rate " << to_text(s.rate) << " (cosine)\n\n";
}

bool report_gradient(std::ostream& out, Results& results, const Target& target,
                     const GradientCheck& check) {
  out << target.name << ": " << check << '\n';
  const auto add = [&](const char* name, double value, const char* method) {
    results.add(name, target.name, value, 0.0, method);
  };
  add("largest error of the gradient", check.largest_error, "differences");
  add("point of the largest error", static_cast<double>(check.point), "differences");
  add("entry of the largest error", static_cast<double>(check.coordinate), "differences");
  add("gradient there", check.analytic, "automatic");
  add("gradient there, by differences", check.numeric, "differences");
  return check.passed;
}

void report_fits(std::ostream& out, Results& results, const std::vector<Case>& cases) {
  out << '\n'
      << left("P", 8) << left("Q", 15) << left("ELBO", 21) << "log const  " << left("KL(Q||P)", 19)
      << "best KL   " << left("eff. sample size", 18) << "seconds\n"
      << left("", 44) << right("exact", 8) << left("", 22) << "exact\n";
  bool reliable = true;
  for (const Case& one : cases) {
    for (const Row& row : one.rows) {
      report_row(out, results, one, row);
      if (row.is_done()) reliable &= row.worth.effective_sample_size->reliable;
    }
  }
  if (!reliable) out << "  * decided by a few draws of large weight: not reliable\n";
  for (const Case& one : cases) {
    for (const Row& row : one.rows) {
      report_optima(out, results, one.name(row), row.runs, row.optima);
      report_failures(out, one.name(row), row.runs, row.starts);
    }
  }
  out << '\n';
}

void discuss(std::ostream& out, Results& results, const std::vector<Case>& cases) {
  constexpr double short_of = 0.9;  // of the target's standard deviation
  bool any = false;
  for (const Case& one : cases) {
    const Target& p = one.target;
    for (const Row& row : one.rows) {
      if (!row.is_done()) continue;
      any = true;
      const Vector stddev = row.best().model.covariance().diagonal().cwiseSqrt();
      std::string sizes, missed;
      for (std::size_t j = 0; j < 2; ++j) {
        const std::string what = "stddev of " + p.coordinates[j];
        const double own = stddev[static_cast<Index>(j)];
        results.add(what, one.name(row), own, 0.0, "closed_form");
        results.add(what + ", exact", one.name(row), p.stddev[j], 0.0, "reference");
        sizes += (j == 0 ? "" : ", ") + what + format(" %.2f of %.2f", own, p.stddev[j]);
        if (own < short_of * p.stddev[j] && missed.empty()) missed = p.ends[j];
      }
      out << paragraph(one.name(row) + ": " + sizes + "; " +
                       (missed.empty() ? "covers all of it." : "misses " + missed + "."));
    }
  }
  if (!any) return;
  out << paragraph(
             "Reverse KL is large where Q has mass but P has none: a family that cannot bend stays "
             "inside of P and leaves its far parts out; more components follow the shape, most of "
             "them where most of the mass is.")
      << '\n';
}

}  // namespace leibler::examples::custom_density
