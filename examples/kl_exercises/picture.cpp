// SPDX-License-Identifier: MIT
#include "picture.hpp"

#include <cmath>

#include <leibler/engine/file.hpp>

#include "../support/gnuplot.hpp"
#include "../support/text.hpp"

namespace leibler::examples::kl_exercises {

namespace {

// What all pictures share. `data` is the name of the data file.
std::string head(const Picture& picture) {
  return "# Draws " + picture.stem + ".png, or with gnuplot -e \"format='svg'\" " + picture.stem +
         ".svg\n" + "if (!exists('format')) format = 'png'\n" + "data = '" + picture.stem +
         ".txt'\n" + format("width = %d; height = %d\n", picture.width, picture.height) +
         R"(if (format eq 'svg') {
  set terminal svg size width,height enhanced font 'DejaVu Sans,13' background 'white'
} else {
  set terminal pngcairo size width,height enhanced font 'DejaVu Sans,11' background 'white'
}
set output ')" +
         picture.stem + R"(.' . format
set border 3 lw 0.8 lc '#555555'
set tics out nomirror scale 0.6 textcolor '#333333'
set grid lc '#e4e4e4' lt 1 lw 0.8
set key noautotitle Left reverse samplen 2.4 spacing 1.25 width -6
)";
}

}  // namespace

Picture picture_of_fits(const Matrix& data, const std::array<std::string, 3>& titles) {
  return {"exercise_3",
          {"x", "p", "best_forward", "best_reverse", "second_minimum_of_reverse"},
          data,
          R"(set title "{/:Bold One Gaussian for two modes}"
set xlabel 'x'; set ylabel 'density'
set xrange [-8:8]; set yrange [0:0.6]; set xtics 2
set key top right
plot data using 1:2 with filledcurves y1=0 fc '#dbe2ec' title 'target p', \
     data using 1:2 with lines lw 1.4 lc '#1f3b73', \
     data using 1:3 with lines lw 2.2 lc '#2a7f4f' title ')" +
              titles[0] + R"(', \
     data using 1:4 with lines lw 2.2 lc '#c8372d' title ')" +
              titles[1] + R"(', \
     data using 1:5 with lines lw 1.8 dt (8,5) lc '#d98a1f' title ')" +
              titles[2] + "'\n",
          860,
          470};
}

Picture picture_of_path(const Matrix& data, double at) {
  return {"exercise_6",
          {"share", "KL_pq", "KL_qp", "chi_squared", "JS", "squared_Hellinger", "TV"},
          data,
          format("at = %g\n", at) +
              R"(set multiplot layout 1,2 margins 0.06,0.985,0.125,0.86 spacing 0.065
set xlabel 'from p (0) to a distribution without the first outcome (1)'
set xrange [0:1]; set xtics 0.2
set key top left
set arrow 1 from at, graph 0 to at, graph 1 nohead lc '#999999' lw 1 dt (4,4) back
set label 1 "exercise's q" at at, graph 0.98 right rotate by 90 offset -0.7,0 textcolor '#777777'
set title "{/:Bold Divergences from p}" offset 0,0.4
set ylabel 'divergence (KL and JS in nats)' offset 1.2,0
set yrange [0:1.25]
plot data using 1:4 with lines lw 2.2 lc '#8a5a9e' title 'χ²(p, q), infinite at 1', \
     data using 1:2 with lines lw 2.2 lc '#2a7f4f' title 'KL(p‖q), infinite at 1', \
     data using 1:3 with lines lw 2.2 lc '#c8372d' title 'KL(q‖p)', \
     data using 1:7 with lines lw 2.2 lc '#1f3b73' title 'total variation', \
     data using 1:6 with lines lw 2.2 lc '#d98a1f' title 'squared Hellinger', \
     data using 1:5 with lines lw 2.2 lc '#3aa0b8' title 'Jensen-Shannon'
set title "{/:Bold Total variation and its bounds}" offset 0,0.4
set ylabel 'total variation' offset 1.2,0
set yrange [0:0.8]
plot data using 1:(sqrt($2/2)) with lines lw 2.2 lc '#2a7f4f' title 'sqrt(KL(p‖q) / 2), Pinsker', \
     data using 1:(sqrt($3/2)) with lines lw 2.2 lc '#c8372d' title 'sqrt(KL(q‖p) / 2), Pinsker', \
     data using 1:(sqrt(2*$5)) with lines lw 2.2 lc '#3aa0b8' title 'sqrt(2 JS)', \
     data using 1:7 with lines lw 3 lc '#1f3b73' title 'total variation', \
     data using 1:(sqrt($5)) with lines lw 1.8 dt (8,5) lc '#888888' title 'sqrt(JS): no bound'
unset multiplot
)",
          1180,
          500};
}

Picture picture_of_temperatures(const Matrix& data, const Matrix& marks) {
  std::string points = "$marks << EOD\n";
  const Index last = marks.rows() - 1;
  for (Index i = 0; i < last; ++i) points += format("%.9g %.9g\n", marks(i, 0), marks(i, 1));
  points += format("EOD\nbest = %.9g; least = %.9g\n", marks(last, 0), marks(last, 1));
  return {"exercise_8",
          {"tau", "student_at_1", "both_at_tau"},
          data,
          points +
              format("set label 1 'least at τ = %.2f' at best, least center offset 0,-1.1 "
                     "textcolor '#c8372d'\n",
                     marks(last, 0)) +
              R"(set title "{/:Bold A teacher at temperature τ and a student}"
set xlabel 'temperature τ of the teacher'; set ylabel 'KL(teacher‖student), nats'
set logscale xy
set xrange [0.2:10]; set yrange [2e-4:4]
set xtics (0.2, 0.5, 1, 2, 5, 10); set format y '%g'
set key top left
plot data using 1:3 with lines lw 2.2 dt (8,5) lc '#2a7f4f' title 'student at τ, too', \
     data using 1:2 with lines lw 2.4 lc '#1f3b73' title 'student as it is, at 1', \
     $marks using 1:2 with points pt 7 ps 1.1 lc '#1f3b73' title "the exercise's temperatures", \
     '+' using (best):(least) every ::0::0 with points pt 7 ps 1.3 lc '#c8372d'
)",
          860,
          500};
}

std::string draw(const std::string& folder, const Picture& picture) {
  const auto write = [&](const std::string& ending, const std::string& text) {
    engine::write_file("--out", folder + "/" + picture.stem + ending, text);
  };
  std::string text = "#";
  for (const std::string& column : picture.columns) text += ' ' + column;
  text += '\n';
  for (Index i = 0; i < picture.data.rows(); ++i) {
    for (Index j = 0; j < picture.data.cols(); ++j) {
      const double value = picture.data(i, j);
      text += (j == 0 ? "" : " ") + (std::isfinite(value) ? format("%.9g", value) : "?");
    }
    text += '\n';
  }
  write(".txt", text);
  write(".gp", head(picture) + "set datafile missing '?'\n" + picture.script + "set output\n");
  return draw_pictures(folder, picture.stem, {"png", "svg"});
}

}  // namespace leibler::examples::kl_exercises
