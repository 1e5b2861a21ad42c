// SPDX-License-Identifier: MIT
#include "picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <leibler/engine/file.hpp>

#include "../support/gnuplot.hpp"
#include "../support/text.hpp"

namespace leibler::examples::gradient_variance {

namespace {

const std::array<const char*, 6> colours = {"#c0392b", "#e08214", "#1f3b73",
                                            "#2a9d5c", "#8e44ad", "#7f7f7f"};

// One column of points: x, y, its error; told apart by the name of the estimator.
struct Series {
  std::string name;
  std::string points;  // "x y error" lines
  std::string line;    // "x y" lines of theory, empty where none is known
  std::string line_name;
};

Series& series_of(std::vector<Series>& all, const std::string& name) {
  for (Series& one : all) {
    if (one.name == name) return one;
  }
  return all.emplace_back(Series{name, {}, {}, {}});
}

std::string head(const std::string& stem, int width, int height) {
  return "# Draws " + stem + ".png, or with gnuplot -e \"format='svg'\" " + stem + ".svg\n" +
         "if (!exists('format')) format = 'png'\n" + "if (format eq 'svg') {\n" +
         format(
             "  set terminal svg size %d,%d enhanced font 'DejaVu Sans,13' background "
             "'white'\n} else {\n",
             width, height) +
         format(
             "  set terminal pngcairo size %d,%d enhanced font 'DejaVu Sans,11' background "
             "'white'\n}\n",
             width, height) +
         "set output '" + stem +
         ".' . format\n"
         "set logscale xy\nset format x '10^{%L}'\nset format y '10^{%L}'\n"
         "set border 3 lw 0.8 lc '#555555'\nset tics nomirror textcolor '#333333'\n"
         "set grid lc '#dddddd' lw 0.6\n";
}

// The data of a plot with its command: lines first, points with error bars on them.
std::string plot_of(const std::vector<Series>& all, const std::string& block) {
  std::string data, lines, points;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string name = "$" + block + std::to_string(i);
    const char* const colour = colours[i % colours.size()];
    if (!all[i].line.empty()) {
      data += name + "line << EOD\n" + all[i].line + "EOD\n";
      lines += (lines.empty() ? "" : ", \\\n     ") + name + "line with lines lw 1.6 lc '" +
               colour + "' " +
               (all[i].line_name.empty() ? "notitle" : "title '" + all[i].line_name + "'");
    }
    if (!all[i].points.empty()) {
      data += name + " << EOD\n" + all[i].points + "EOD\n";
      points += (points.empty() ? "" : ", \\\n     ") + name +
                format(" with yerrorbars pt %zu ps 1.1 lw 1.3 lc '%s' ", 4 + i, colour) +
                "title '" + all[i].name + "' noenhanced";
    }
  }
  return data + "plot " + lines + (lines.empty() || points.empty() ? "" : ", \\\n     ") + points +
         '\n';
}

std::string draws_script(const Settings& settings, const std::vector<Measured>& measured) {
  const Exact exact = exact_moments({Cost::Kind::square, 0.0}, settings.theta);
  std::vector<Series> all;
  double least = HUGE_VAL, most = 0.0;
  for (const Measured& one : measured) {
    const auto n = static_cast<double>(one.samples);
    least = std::min(least, n);
    most = std::max(most, n);
    series_of(all, one.estimator).points +=
        format("%.0f %.8g %.3g\n", n, one.variance.value / n, one.variance.standard_error / n);
  }
  const auto line = [&](const std::string& name, double variance) {
    Series& one = series_of(all, name);
    for (const double n : {least / 1.6, most * 1.6}) {
      one.line += format("%.6g %.8g\n", n, variance / n);
    }
    one.line_name = format("%.4g / N", variance);
  };
  line("ScoreFunction", exact.score_function);
  line("Pathwise", exact.pathwise);
  return head("variance", 760, 560) +
         "set title 'Variance of the gradient of E[x²] at θ = " + format("%g", settings.theta) +
         ", measured and exact'\nset xlabel 'N, draws of a gradient'\nset ylabel 'variance of the "
         "gradient'\nset key right top samplen 2\n" +
         format("set xrange [%g:%g]\n", least / 1.6, most * 1.6) + plot_of(all, "s") +
         "set output\n";
}

// The distance from the minimum for a square, else k.
double place_of(const Cost& cost) {
  return cost.kind == Cost::Kind::square ? std::abs(1.0 - cost.k) : cost.k;
}

std::string costs_script(const std::vector<Ranked>& ranking) {
  const std::array titles = {"(x - k)²,  by |θ - k|", "exp(-k x²),  by k", "cos(k x),  by k"};
  std::string text = head("costs", 1180, 480) +
                     "set multiplot layout 1,3 title 'N × variance of the gradient at N(1, 1): "
                     "points measured, lines exact' margins 0.06,0.985,0.30,0.86 spacing 0.05\n"
                     "set key off\n";
  for (std::size_t kind = 0; kind < titles.size(); ++kind) {
    std::vector<Series> all;
    double least = HUGE_VAL, most = 0.0;
    for (const Ranked& ranked : ranking) {
      if (static_cast<std::size_t>(ranked.cost.kind) != kind) continue;
      const double x = place_of(ranked.cost);
      least = std::min(least, x);
      most = std::max(most, x);
      for (const Measured& one : ranked.estimators) {
        series_of(all, one.estimator).points +=
            format("%.6g %.8g %.3g\n", x, one.variance.value, one.variance.standard_error);
      }
    }
    if (all.empty()) continue;
    for (int i = 0; i <= 240; ++i) {
      const double x = least / 1.4 * std::pow(1.96 * most / least, i / 240.0);
      const auto as = static_cast<Cost::Kind>(kind);
      const Cost cost{as, as == Cost::Kind::square ? 1.0 - x : x};
      const Exact exact = exact_moments(cost, 1.0);
      const std::array values = {exact.score_function, exact.leave_one_out(100), exact.pathwise,
                                 exact.coupled, exact.independent};
      for (std::size_t e = 0; e < all.size() && e < values.size(); ++e) {
        all[e].line += format("%.6g %.8g\n", x, values[e]);
      }
    }
    text += std::string("set title '") + titles[kind] + "'\n" +
            (kind == 1 ? "set key at screen 0.5,0.02 bottom center horizontal maxrows 1 samplen 2\n"
                       : "set key off\n") +
            format("set xrange [%g:%g]\n", least / 1.4, 1.4 * most) + plot_of(all, "k");
  }
  return text + "unset multiplot\nset output\n";
}

std::string fit_script(const Journey& journey) {
  std::vector<Series> all;
  for (const Station& station : journey.stations) {
    const double x = static_cast<double>(station.step) + 1.0;
    for (std::size_t e = 0; e < station.variances.size(); ++e) {
      series_of(all, journey.estimators[e]).points += format(
          "%.0f %.8g %.3g\n", x, station.variances[e].value, station.variances[e].standard_error);
    }
  }
  for (Series& one : all) one.line = one.points;
  std::vector<Series> kl(1);
  kl[0].name = "KL(Q‖P)";
  for (const Station& station : journey.stations) {
    if (!(station.kl.value > 3.0 * station.kl.standard_error)) continue;
    kl[0].points +=
        format("%zu %.8g %.3g\n", station.step + 1, station.kl.value, station.kl.standard_error);
  }
  kl[0].line = kl[0].points;
  const double last = static_cast<double>(journey.stations.back().step) + 1.0;
  return head("fit", 820, 640) +
         "set multiplot\nset xlabel 'step'\nset lmargin at screen 0.11; set rmargin at screen "
         "0.97\n"
         "set tmargin at screen 0.92; set bmargin at screen 0.42; set xlabel ''\n"
         "set format x ''\n" +
         format("set xrange [0.8:%.6g]\n", 1.3 * last) +
         "set title 'Along a fit of a mixture by reverse KL: variance of one draw, all "
         "parameters'\nset ylabel 'variance' offset 1,0\nset key bottom left samplen 2\n" +
         plot_of(all, "v") +
         "set tmargin at screen 0.36; set bmargin at screen 0.10; set xlabel 'step + 1'\n"
         "set format x '10^{%L}'\n"
         "set title ''\nset ylabel 'KL(Q‖P)' offset 1,0\nset key off\n" +
         plot_of(kl, "d") + "unset multiplot\nset output\n";
}

}  // namespace

std::string draw(const Settings& settings, const std::vector<Measured>& experiment,
                 const std::vector<Ranked>& ranking, const Journey& journey) {
  if (!settings.wants_picture()) return "";
  const std::string& folder = settings.common.out;
  std::string told;
  const auto add = [&](const std::string& stem, const std::string& script) {
    engine::write_file("--out", folder + "/" + stem + ".gp", script);
    told += draw_pictures(folder, stem, {"png", "svg"}) + '\n';
  };
  if (!experiment.empty()) add("variance", draws_script(settings, experiment));
  if (!ranking.empty()) add("costs", costs_script(ranking));
  if (!journey.stations.empty()) add("fit", fit_script(journey));
  return told;
}

}  // namespace leibler::examples::gradient_variance
