// SPDX-License-Identifier: MIT
#pragma once

#include "program_runs.hpp"

// FIT_MIXTURE is the path of the program.
namespace leibler::test {

struct Folder : ProgramFolder {
  Folder() : ProgramFolder(FIT_MIXTURE) {}
};

inline constexpr auto small = "--quick --quiet --no-picture --steps 50 --evaluation 2000 ";

}  // namespace leibler::test
