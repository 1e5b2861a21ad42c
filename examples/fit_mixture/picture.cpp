// SPDX-License-Identifier: MIT
#include "picture.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <leibler/engine/file.hpp>

#include "../support/gnuplot.hpp"
#include "../support/panels.hpp"
#include "../support/text.hpp"

namespace leibler::examples::fit_mixture {

namespace {

constexpr Index grid = 151;  // points along each side
constexpr auto stem = "fit_mixture";

// One small picture: a density with the components of its mixture, or data.
struct Panel {
  std::string file, title;
  const GaussianMixture* mixture;  // null: the data
};

Window window_of(const Problem& problem, const Settings& settings) {
  if (settings.is_experiment()) return {-5, 10, -7, 8};
  Points low, high;
  if (problem.data) {
    low = problem.data->points().colwise().minCoeff();
    high = problem.data->points().colwise().maxCoeff();
  } else {
    const Points means = problem.target->means();
    Points reach(means.rows(), 2);
    for (Index k = 0; k < means.rows(); ++k) {
      reach.row(k) = 3.2 * problem.target->component(static_cast<std::size_t>(k)).stddev();
    }
    low = (means - reach).colwise().minCoeff();
    high = (means + reach).colwise().maxCoeff();
  }
  const Points margin = 0.08 * (high - low);
  return {low(0) - margin(0), high(0) + margin(0), low(1) - margin(1), high(1) + margin(1)};
}

// The mean and the 2-sigma ellipse m + 2 L (cos t, sin t) of every component, two blocks each, told
// apart by index; components that died are left out.
std::string component_text(const GaussianMixture& q) {
  std::string means = "# mean of every component: x y weight\n", ellipses;
  const Points m = q.means();
  const Vector weights = q.weights();
  for (std::size_t k = 0; k < q.components(); ++k) {
    const auto row = static_cast<Index>(k);
    if (weights[row] < died_below) continue;
    means += format("%.6g %.6g %.4g\n", m(row, 0), m(row, 1), weights[row]);
    const Matrix c = q.covariance(k);
    const double l00 = std::sqrt(c(0, 0)), l10 = c(1, 0) / l00;
    const double l11 = std::sqrt(std::max(c(1, 1) - l10 * l10, 0.0));
    for (int i = 0; i <= 72; ++i) {
      const double t = 2.0 * std::numbers::pi * i / 72;
      const double u = 2.0 * std::cos(t), v = 2.0 * std::sin(t);
      ellipses += format("%.6g %.6g\n", m(row, 0) + l00 * u, m(row, 1) + l10 * u + l11 * v);
    }
    ellipses += '\n';
  }
  return means + "\n\n# 2-sigma ellipse of every component: x y\n" + ellipses;
}

// At most 2000 of them: more only makes a blot.
std::string points_text(const Empirical& data) {
  const auto points = data.points();
  const Index step = (points.rows() + 1999) / 2000;
  std::string text = "# x y\n";
  for (Index i = 0; i < points.rows(); i += step) {
    text += format("%.6g %.6g\n", points(i, 0), points(i, 1));
  }
  return text;
}

std::string title_of(const Row& row) {
  std::string title =
      std::to_string(row.components) + " component" + (row.components == 1 ? "" : "s");
  const double value = row.minimised().value;
  const char* const what = !row.worth.forward_kl        ? "NLL"
                           : row.objective == "forward" ? "KL(P‖Q)"
                                                        : "KL(Q‖P)";
  return title + ",  " + what + " = " + (std::abs(value) < 5e-5 ? "0.0000" : format("%.4f", value));
}

// The panels of one objective with the target in front: one row of the picture.
std::vector<Panel> panels_of(const Problem& problem, const std::vector<Row>& rows,
                             const std::string& objective) {
  std::vector<Panel> panels;
  panels.push_back({problem.data ? "points" : "target", problem.data ? "Data" : "Ground truth P",
                    problem.data ? nullptr : &*problem.target});
  for (const Row& row : rows) {
    if (row.objective != objective || !row.is_done()) continue;
    panels.push_back(
        {objective + "_" + std::to_string(row.components), title_of(row), &row.best().model});
  }
  return panels;
}

// The axes, the colours and the lines of every panel.
std::string styles(const Window& w, double top) {
  return format("set xrange [%g:%g]; set yrange [%g:%g]\n", w.left, w.right, w.bottom, w.top) +
         format("set cbrange [0:%.6g]\n", top) +
         "set style line 1 lc '#1f3b73' lw 1.2\n"
         "set style line 2 lc 'white' pt 2 ps 1.1 lw 4\n"
         "set style line 3 lc '#1f3b73' pt 2 ps 0.9 lw 1.8\n";
}

std::string plot_of(const Panel& panel, bool with_data) {
  if (panel.mixture == nullptr) {
    return "plot 'points.txt' with points pt 7 ps 0.25 lc '#1f3b73'\n";
  }
  std::string text = "plot '" + panel.file + "_density.txt' with image";
  if (with_data) text += ", 'points.txt' with points pt 7 ps 0.15 lc '#70808080'";
  const std::string components = "'" + panel.file + "_components.txt'";
  return text + ", \\\n     " + components + " index 1 with lines ls 1, \\\n     " + components +
         " index 0 with points ls 2, '' index 0 with points ls 3\n";
}

std::string label(const std::string& objective, bool has_data) {
  if (has_data) return "Forward KL (maximum likelihood)";
  return objective == "forward" ? "Forward KL: least KL(P‖Q), covers P"
                                : "Reverse KL: least KL(Q‖P), stays inside P";
}

}  // namespace

std::string draw(const Problem& problem, const Settings& settings, const std::vector<Row>& rows) {
  if (settings.no_picture || settings.common.out.empty()) return "";
  if (problem.dimension() != 2) return "No picture: P is not two-dimensional.";
  std::vector<std::pair<std::string, std::vector<Panel>>> strips;
  std::size_t columns = 0;
  for (const char* const objective : {"forward", "reverse"}) {
    auto panels = panels_of(problem, rows, objective);
    if (panels.size() < 2) continue;
    columns = std::max(columns, panels.size());
    strips.emplace_back(objective, std::move(panels));
  }
  if (strips.empty()) return "";

  const std::string& folder = settings.common.out;
  const auto write = [&](const std::string& name, const std::string& text) {
    engine::write_file("--out", folder + "/" + name, text);
  };
  const Window window = window_of(problem, settings);
  const Points x = grid_points(window, grid);
  double top = 0.0;
  if (problem.data) write("points.txt", points_text(*problem.data));
  for (const auto& [objective, panels] : strips) {
    for (const Panel& panel : panels) {
      if (panel.mixture == nullptr) continue;
      const Vector density = panel.mixture->log_density(x).array().exp();
      top = std::max(top, density.maxCoeff());
      write(panel.file + "_density.txt", density_text(x, density, grid));
      write(panel.file + "_components.txt", component_text(*panel.mixture));
    }
  }

  const Panels layout{stem, columns, strips.size()};
  std::string script = layout.head() + styles(window, top);
  for (std::size_t row = 0; row < strips.size(); ++row) {
    const auto& [objective, panels] = strips[row];
    script += Panels::heading(row, label(objective, problem.data.has_value()));
    for (std::size_t column = 0; column < panels.size(); ++column) {
      if (column + 1 == panels.size() && row == 0) script += layout.scale(0, strips.size() - 1);
      script += Panels::panel(column, row, panels[column].title) +
                plot_of(panels[column], problem.data.has_value()) + Panels::end_panel();
    }
  }
  script += Panels::end();
  write(std::string(stem) + ".gp", script);
  return draw_pictures(folder, stem, {"png", "svg"});
}

}  // namespace leibler::examples::fit_mixture
