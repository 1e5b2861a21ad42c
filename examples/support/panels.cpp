// SPDX-License-Identifier: MIT
#include "panels.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <sstream>

#include "text.hpp"

namespace leibler::examples {

Points grid_points(const Window& w, Index side) {
  const auto at = [side](double low, double high, Index i) {
    return low + (high - low) * static_cast<double>(i) / static_cast<double>(side - 1);
  };
  Points x(side * side, 2);
  for (Index j = 0; j < side; ++j) {
    for (Index i = 0; i < side; ++i) {
      x(j * side + i, 0) = at(w.left, w.right, i);
      x(j * side + i, 1) = at(w.bottom, w.top, j);
    }
  }
  return x;
}

std::string density_text(const Points& x, const Vector& density, Index side) {
  std::string text = "# x y density\n";
  for (Index i = 0; i < x.rows(); ++i) {
    text += format("%.5g %.5g %.5g\n", x(i, 0), x(i, 1), density[i]);
    if ((i + 1) % side == 0) text += '\n';
  }
  return text;
}

std::vector<double> contour_levels(Vector density, const Window& w, Index side,
                                   const std::vector<double>& shares) {
  const double cell =
      (w.right - w.left) * (w.top - w.bottom) / static_cast<double>((side - 1) * (side - 1));
  std::sort(density.begin(), density.end(), std::greater<>());
  std::vector<double> levels;
  double mass = 0.0;
  Index i = 0;
  for (const double share : shares) {
    while (i < density.size() && mass < share) mass += cell * density[i++];
    if (i == density.size()) break;
    levels.push_back(density[i]);
  }
  return levels;
}

namespace {

std::string palette(int power) {
  const char* const colours[] = {"#ffffff", "#fee8df", "#fcc0a6", "#fb8d6c",
                                 "#f35640", "#d01f24", "#9a0c15", "#5e000c"};
  std::string text;
  for (std::size_t i = 0; i < std::size(colours); ++i) {
    text += format("%s%g '%s'", i == 0 ? "" : ", ", std::pow(static_cast<double>(i), power),
                   colours[i]);
  }
  return "set palette defined (" + text + ")\n";
}

}  // namespace

std::string Panels::head() const {
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
      << palette(scale_power)
      << format("side = %.1f; gap = %.1f; before = %.1f\n", side, gap, before)
      << "x_of(c) = (before + c * (side + gap)) / width\n"
      << "y_of(r) = 1 - (" << above << " + r * (side + " << between << ")) / height\n";
  return out.str();
}

std::string Panels::panel(std::size_t column, std::size_t row, const std::string& title) {
  return format("set lmargin at screen x_of(%zu); set rmargin at screen x_of(%zu) + side / width\n",
                column, column) +
         format(
             "set tmargin at screen y_of(%zu); set bmargin at screen y_of(%zu) - side / height\n",
             row, row) +
         "set title \"" + title + "\" offset 0,-0.6\n" + "set format y '" +
         (column == 0 ? "%g" : "") + "'\n";
}

std::string Panels::heading(std::size_t row, const std::string& text) {
  return "set label 1 \"{/:Bold " + text + "}\" at screen x_of(0), screen y_of(" +
         std::to_string(row) + ") + 40 / height left\n";
}

std::string Panels::scale(std::size_t first, std::size_t last) const {
  return format(
             "set colorbox user origin x_of(%zu) + (side + 16) / width, y_of(%zu) - side / height "
             "size 14 / width, y_of(%zu) - y_of(%zu) + side / height\n",
             columns - 1, last, first, last) +
         "set cblabel 'density'\n";
}

std::string Panels::end_panel() {
  return "unset label 1; unset colorbox; unset cblabel\n";
}

std::string Panels::end() {
  return "unset multiplot\nset output\n";
}

}  // namespace leibler::examples
