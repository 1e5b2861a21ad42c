// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace leibler::inline v0::engine {

/// Writes `text` to `path` so that a reader, or a crash at any moment, finds the old file or the
/// whole new one: temporary file beside it, fsync, rename, fsync of the folder. The temporary file
/// has no name while it is written where the file system can do that, so that a killed writer
/// leaves nothing behind.
/// @throws RuntimeError  if a step fails; the old file is then as it was
void write_file(std::string_view where, const std::string& path, std::string_view text);

/// The whole text of a file.
/// @throws RuntimeError  if it cannot be read
[[nodiscard]] std::string read_file(std::string_view where, const std::string& path);

}  // namespace leibler::inline v0::engine
