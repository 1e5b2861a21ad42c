// SPDX-License-Identifier: MIT
#pragma once

namespace leibler::test {

/// Whether a sanitizer is built in: then kernels are some fifty times slower, and memory comes from
/// an allocator of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace leibler::test
