// SPDX-License-Identifier: MIT
#pragma once

namespace leibler::benchmarks {

/// Calls of operator new so far, by every thread of this program.
[[nodiscard]] long allocations();

}  // namespace leibler::benchmarks
