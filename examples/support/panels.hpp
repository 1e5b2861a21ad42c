// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <leibler/models/types.hpp>

// Square pictures of densities in the plane, in rows and columns: the parts of a gnuplot script
// that all such pictures share, and their data.
namespace leibler::examples {

struct Window {
  double left, right, bottom, top;
};

/// `side` points along each side, row by row from the bottom.
[[nodiscard]] Points grid_points(const Window& window, Index side);

/// Lines of x, y, density; an empty line after every row of the grid.
[[nodiscard]] std::string density_text(const Points& x, const Vector& density, Index side);

/// The densities whose contours hold these shares of the mass, in growing order, as far as the grid
/// reaches.
[[nodiscard]] std::vector<double> contour_levels(Vector density, const Window& window, Index side,
                                                 const std::vector<double>& shares);

struct Panels {
  std::string stem;  ///< of the files: <stem>.gp, <stem>.png
  std::size_t columns, rows;

  int scale_power = 1;  ///< colours are even in density^(1/power): 2 shows faint places

  // A panel and what is around it, in pixels.
  double side = 330, gap = 22, before = 62, behind = 124, above = 78, below = 40, between = 90;

  /// Opens the picture and sets what all panels share.
  [[nodiscard]] std::string head() const;

  /// Places the next plot.
  [[nodiscard]] static std::string panel(std::size_t column, std::size_t row,
                                         const std::string& title);

  /// Writes a heading over a row of panels, with the next plot.
  [[nodiscard]] static std::string heading(std::size_t row, const std::string& text);

  /// Draws the colour scale behind rows [first, last], with the next plot.
  [[nodiscard]] std::string scale(std::size_t first, std::size_t last) const;

  /// Takes heading and scale back, for the next panel.
  [[nodiscard]] static std::string end_panel();

  [[nodiscard]] static std::string end();
};

}  // namespace leibler::examples
