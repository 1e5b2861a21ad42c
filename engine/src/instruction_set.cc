// SPDX-License-Identifier: MIT
#include <leibler/engine/instruction_set.hpp>

#include <cstdint>
#include <utility>

#include <hwy/highway.h>
#include <hwy/targets.h>

#include <leibler/engine/error.hpp>

namespace leibler::inline v0::engine {

namespace {

using Target = std::pair<std::int64_t, const char*>;

#ifdef LEIBLER_SINGLE_TARGET
// One target in this build, the baseline of the kernels' own compile flags.
constexpr Target targets[] = {{HWY_AVX2, "AVX2"}};
std::int64_t available() {
  return HWY_AVX2;
}
#else
constexpr Target targets[] = {
    {HWY_AVX3, "AVX-512"}, {HWY_AVX2, "AVX2"}, {HWY_SSE4, "SSE4"}, {HWY_BASELINE_SCALAR, "scalar"}};
// What the processor can do, whatever a test chose before, of what was compiled.
std::int64_t available() {
  static const std::int64_t all = [] {
    hwy::SetSupportedTargetsForTest(0);
    return static_cast<std::int64_t>(hwy::SupportedTargets()) | HWY_BASELINE_SCALAR;
  }();
  return all;
}
#endif

std::int64_t chosen = 0;  // 0: the best there is

}  // namespace

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const auto& [target, name] : targets) {
    if ((available() & target) != 0) names.emplace_back(name);
  }
  return names;
}

std::string instruction_set() {
  for (const auto& [target, name] : targets) {
    if (target == chosen) return name;
  }
  return instruction_sets().front();
}

void use_instruction_set(const std::string& name) {
  for (const auto& [target, known] : targets) {
    if (name != known || (available() & target) == 0) continue;
    chosen = target;
#ifndef LEIBLER_SINGLE_TARGET
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
#endif
    return;
  }
  std::string known;
  for (const std::string& set : instruction_sets()) known += (known.empty() ? "" : ", ") + set;
  throw InvalidArgument({"use_instruction_set",
                         "name",
                         {},
                         "= " + name,
                         "name must be one of " + known,
                         "ask instruction_sets()"});
}

}  // namespace leibler::inline v0::engine
