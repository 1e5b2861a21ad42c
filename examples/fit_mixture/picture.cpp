// SPDX-License-Identifier: MIT
#include "picture.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <sstream>

#include <leibler/engine/file.hpp>

#include "../support/gnuplot.hpp"
#include "../support/text.hpp"

namespace leibler::examples::fit_mixture {

namespace {

constexpr Index grid = 151;  // points along each side
constexpr auto stem = "fit_mixture";

struct Window {
  double left, right, bottom, top;
};

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

Points grid_points(const Window& w) {
  Points x(grid * grid, 2);
  for (Index j = 0; j < grid; ++j) {
    for (Index i = 0; i < grid; ++i) {
      x(j * grid + i, 0) = w.left + (w.right - w.left) * static_cast<double>(i) / (grid - 1);
      x(j * grid + i, 1) = w.bottom + (w.top - w.bottom) * static_cast<double>(j) / (grid - 1);
    }
  }
  return x;
}

// Lines of x, y, density; an empty line after every row of the grid.
std::string density_text(const Points& x, const Vector& density) {
  std::string text = "# x y density\n";
  for (Index i = 0; i < x.rows(); ++i) {
    text += format("%.5g %.5g %.5g\n", x(i, 0), x(i, 1), density[i]);
    if ((i + 1) % grid == 0) text += '\n';
  }
  return text;
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

std::string head_of_script(std::size_t columns, std::size_t rows, const Window& w, double top) {
  // A panel and what is around it, in pixels.
  const double side = 330, gap = 22, before = 62, behind = 124, above = 78, below = 40,
               between = 90;
  const auto c = static_cast<double>(columns), r = static_cast<double>(rows);
  const double width = before + c * side + (c - 1) * gap + behind;
  const double height = above + r * side + (r - 1) * between + below;
  std::ostringstream out;
  out << "# Draws " << stem << ".png, or with gnuplot -e \"format='svg'\" " << stem << ".svg\n"
      << "if (!exists('format')) format = 'png'\n"
      << format("width = %.1f; height = %.1f\n", width, height) << "if (format eq 'svg') {\n"
      << "  set terminal svg size width,height enhanced font 'DejaVu Sans,13' background 'white'\n"
      << "} else {\n"
      << "  set terminal pngcairo size width,height enhanced font 'DejaVu Sans,11' background "
         "'white'\n"
      << "}\n"
      << "set output '" << stem << ".' . format\n"
      << "set multiplot\n"
      << "unset key; unset colorbox; set border lw 0.8 lc '#555555'\n"
      << "set tics out nomirror scale 0.6 textcolor '#333333'\n"
      << "set xrange [" << w.left << ':' << w.right << "]; set yrange [" << w.bottom << ':' << w.top
      << "]\n"
      << "set palette defined (0 '#ffffff', 1 '#fee8df', 2 '#fcc0a6', 3 '#fb8d6c', 4 '#f35640', "
         "5 '#d01f24', 6 '#9a0c15', 7 '#5e000c')\n"
      << format("set cbrange [0:%.6g]\n", top) << "set style line 1 lc '#1f3b73' lw 1.2\n"
      << "set style line 2 lc 'white' pt 2 ps 1.1 lw 4\n"
      << "set style line 3 lc '#1f3b73' pt 2 ps 0.9 lw 1.8\n"
      << format("side = %.1f; gap = %.1f; before = %.1f\n", side, gap, before)
      << "x_of(c) = (before + c * (side + gap)) / width\n"
      << "y_of(r) = 1 - (" << above << " + r * (side + " << between << ")) / height\n";
  return out.str();
}

void add_panel(std::ostringstream& out, const Panel& panel, std::size_t column, std::size_t row,
               bool with_data) {
  out << format("set lmargin at screen x_of(%zu); set rmargin at screen x_of(%zu) + side / width\n",
                column, column)
      << format(
             "set tmargin at screen y_of(%zu); set bmargin at screen y_of(%zu) - side / height\n",
             row, row)
      << "set title \"" << panel.title << "\" offset 0,-0.6\n"
      << "set format y '" << (column == 0 ? "%g" : "") << "'\n";
  if (panel.mixture == nullptr) {
    out << "plot 'points.txt' with points pt 7 ps 0.25 lc '#1f3b73'\n";
    return;
  }
  out << "plot '" << panel.file << "_density.txt' with image";
  if (with_data) out << ", 'points.txt' with points pt 7 ps 0.15 lc '#70808080'";
  out << ", \\\n     '" << panel.file << "_components.txt' index 1 with lines ls 1"
      << ", \\\n     '" << panel.file
      << "_components.txt' index 0 with points ls 2, '' index 0 with points ls 3\n";
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
  const Points x = grid_points(window);
  double top = 0.0;
  if (problem.data) write("points.txt", points_text(*problem.data));
  for (const auto& [objective, panels] : strips) {
    for (const Panel& panel : panels) {
      if (panel.mixture == nullptr) continue;
      const Vector density = panel.mixture->log_density(x).array().exp();
      top = std::max(top, density.maxCoeff());
      write(panel.file + "_density.txt", density_text(x, density));
      write(panel.file + "_components.txt", component_text(*panel.mixture));
    }
  }

  std::ostringstream script;
  script << head_of_script(columns, strips.size(), window, top);
  for (std::size_t row = 0; row < strips.size(); ++row) {
    const auto& [objective, panels] = strips[row];
    script << "set label 1 \"{/:Bold " << label(objective, problem.data.has_value())
           << "}\" at screen x_of(0), screen y_of(" << row << ") + 40 / height left\n";
    for (std::size_t column = 0; column < panels.size(); ++column) {
      if (column + 1 == panels.size() && row == 0) {
        script << "set colorbox user origin x_of(" << columns - 1
               << ") + (side + 16) / width, y_of(" << strips.size() - 1
               << ") - side / height size 14 / width, y_of(0) - y_of(" << strips.size() - 1
               << ") + side / height\n"
               << "set cblabel 'density'\n";
      }
      add_panel(script, panels[column], column, row, problem.data.has_value());
      script << "unset label 1; unset colorbox; unset cblabel\n";
    }
  }
  script << "unset multiplot\nset output\n";
  write(std::string(stem) + ".gp", script.str());
  return draw_pictures(folder, stem, {"png", "svg"});
}

}  // namespace leibler::examples::fit_mixture
