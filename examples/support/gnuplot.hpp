// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace leibler::examples {

/// How running gnuplot went.
enum class Drawn { yes, not_installed, failed };

/// Runs `gnuplot -e "format='<format>'" <script>` in `folder`, without a shell; the script
/// makes the file of its own name that ends in the format.
[[nodiscard]] Drawn run_gnuplot(const std::string& folder, const std::string& script,
                                const std::string& format);

/// Makes the folder where it is not there. @throws RuntimeError  if that cannot be done
void make_folder(const std::string& where, const std::string& folder);

/// What to tell the user of pictures `<stem>.png` and so on, one sentence.
[[nodiscard]] std::string draw_pictures(const std::string& folder, const std::string& stem,
                                        const std::vector<std::string>& formats);

}  // namespace leibler::examples
