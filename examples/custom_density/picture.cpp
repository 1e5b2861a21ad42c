// SPDX-License-Identifier: MIT
#include "picture.hpp"

#include <cmath>

#include <leibler/engine/file.hpp>

#include "../support/gnuplot.hpp"
#include "../support/panels.hpp"
#include "../support/text.hpp"

namespace leibler::examples::custom_density {

namespace {

constexpr auto stem = "custom_density";

std::string file_of(const Case& one, const std::string& what) {
  return one.target.name + "_" + what + ".txt";
}

// gnuplot finds the contours, of log p: it is smooth where p itself falls steeply.
std::string find_contours(const Case& one) {
  std::string at;
  for (const double level : one.surface.levels) {
    at += (at.empty() ? "" : ", ") + format("%.6g", std::log(level));
  }
  return "set table '" + file_of(one, "contours") + "'\nset cntrparam levels discrete " + at +
         "\nsplot '" + file_of(one, "target") + "' using 1:2:(log($3))\nunset table\n";
}

std::string axes(const Target& target, double top) {
  const Window& w = target.window;
  return format("set xrange [%g:%g]; set yrange [%g:%g]; set cbrange [0:%.6g]\n", w.left, w.right,
                w.bottom, w.top, top) +
         "set xlabel '" + target.coordinates[0] + "' offset 0,0.6\n";
}

std::string heading_of(const Target& target) {
  std::string text = target.name + ": " + target.formula;
  for (auto at = text.find('~'); at != std::string::npos; at = text.find('~')) {
    text.replace(at, 1, "∼");  // the plain one is gnuplot's own
  }
  return text;
}

std::string title_of(const Case& one, const Row& row) {
  return row.family + ",  KL(Q‖P) = " + format("%.3f", one.reverse_kl(row).value);
}

}  // namespace

std::string draw(const Settings& settings, const std::vector<Case>& cases) {
  if (!settings.wants_picture()) return "";
  const std::string& folder = settings.common.out;
  const auto write = [&](const std::string& name, const std::string& text) {
    engine::write_file("--out", folder + "/" + name, text);
  };
  const Panels layout{.stem = stem,
                      .columns = 3,
                      .rows = cases.size(),
                      .scale_power = 2,
                      .side = 270,
                      .before = 84,
                      .below = 62,
                      .between = 116};
  std::string contours = "set contour base; unset surface\n";
  std::string panels =
      "set label 2 'Lines: 50 and 90% of P lie inside' at screen x_of(2) + side / width, "
      "screen y_of(0) + 40 / height right textcolor '#1f3b73'\n";
  for (std::size_t r = 0; r < cases.size(); ++r) {
    const Case& one = cases[r];
    const Target& target = one.target;
    const Points x = grid_points(target.window, grid);
    const Vector& p = one.surface.density;
    write(file_of(one, "target"), density_text(x, p, grid));
    contours += find_contours(one);
    panels += axes(target, p.maxCoeff()) + Panels::heading(r, heading_of(target));
    const auto add_panel = [&](std::size_t column, const std::string& what,
                               const std::string& title) {
      panels += Panels::panel(column, r, title) + "set ylabel '" +
                (column == 0 ? target.coordinates[1] : "") + "' offset 1.2,0\n" + "plot '" +
                file_of(one, what) + "' with image, '" + file_of(one, "contours") +
                "' with lines lc '#1f3b73' lw 1.1\n" + Panels::end_panel();
    };
    add_panel(0, "target", "Target P");
    panels += "unset label 2\n";
    for (std::size_t i = 0; i < one.rows.size(); ++i) {
      const Row& row = one.rows[i];
      if (!row.is_done()) continue;
      const std::string what = i == 0 ? "gaussian" : "mixture";
      const Vector q = row.best().model.log_density(x).array().exp();
      write(file_of(one, what), density_text(x, q, grid));
      if (i == 1) panels += layout.scale(r, r);
      add_panel(i + 1, what, title_of(one, row));
    }
  }
  write(std::string(stem) + ".gp",
        layout.head() + contours + "unset contour; set surface\n" + panels + Panels::end());
  return draw_pictures(folder, stem, {"png", "svg"});
}

}  // namespace leibler::examples::custom_density
