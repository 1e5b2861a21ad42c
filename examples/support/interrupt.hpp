// SPDX-License-Identifier: MIT
#pragma once

namespace leibler::examples {

/// From here on the first Ctrl-C only sets a flag, so that a program can print what it has; the
/// second one kills.
void catch_interrupt();

/// Whether Ctrl-C was pressed since.
[[nodiscard]] bool interrupted();

}  // namespace leibler::examples
