// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace leibler::inline v0::engine {

/// The instruction set that the kernels run on: "AVX-512", "AVX2", "SSE4" or "scalar". AVX2 and
/// AVX-512 give the same bits; below AVX2, without a fused multiply-add, nothing is promised.
[[nodiscard]] std::string instruction_set();

/// Those this build and this processor can run, best first; "scalar" is always among them unless
/// the build was made for one set (LEIBLER_SINGLE_TARGET).
[[nodiscard]] std::vector<std::string> instruction_sets();

/// For tests and benchmarks: run on one of instruction_sets() from now on. Not while others work.
/// @throws InvalidArgument  if `name` is not one of them
void use_instruction_set(const std::string& name);

}  // namespace leibler::inline v0::engine
