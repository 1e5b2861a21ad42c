// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string>
#include <vector>

#include <leibler/models/types.hpp>

namespace leibler::examples::kl_exercises {

/// A gnuplot script and its data.
struct Picture {
  std::string stem;                  ///< of the files: <stem>.txt, <stem>.gp, <stem>.png
  std::vector<std::string> columns;  ///< of the data
  Matrix data;
  std::string script;  ///< after what all pictures share; `data` is the file's name
  int width, height;   ///< pixels
};

/// Exercise 3.
/// @param data    x, p, forward, reverse, second minimum: densities
/// @param titles  of the last three
[[nodiscard]] Picture picture_of_fits(const Matrix& data, const std::array<std::string, 3>& titles);

/// Exercise 6. @param data  share, KL(p || q), KL(q || p), chi^2, JS, H^2, TV
/// @param at  share of the exercise's own q
[[nodiscard]] Picture picture_of_path(const Matrix& data, double at);

/// Exercise 8. @param data  tau, KL to the student as it is, KL where both are softened
/// @param marks  tau and KL: those of the exercise, the least one last
[[nodiscard]] Picture picture_of_temperatures(const Matrix& data, const Matrix& marks);

/// Writes data and script to the folder and runs gnuplot. Returns what to tell the user.
[[nodiscard]] std::string draw(const std::string& folder, const Picture& picture);

}  // namespace leibler::examples::kl_exercises
