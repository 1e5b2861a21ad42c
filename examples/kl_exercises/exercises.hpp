// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "picture.hpp"
#include "settings.hpp"
#include "sheet.hpp"

namespace leibler::examples::kl_exercises {

/// What an exercise works with.
struct Desk {
  const Settings& settings;
  Sheet& sheet;
  std::vector<Picture>& pictures;  ///< added to where settings.wants_pictures()
};

void definition(const Desk& desk);           // 1
void gibbs(const Desk& desk);                // 2
void forward_and_reverse(const Desk& desk);  // 3
void chain(const Desk& desk);                // 4
void gaussians(const Desk& desk);            // 5
void f_divergences(const Desk& desk);        // 6
void best_policy(const Desk& desk);          // 7
void temperatures(const Desk& desk);         // 8
void distillation(const Desk& desk);         // 9
void policy_update(const Desk& desk);        // 10

/// Where careless arithmetic goes wrong.
void careful(const Desk& desk);

}  // namespace leibler::examples::kl_exercises
