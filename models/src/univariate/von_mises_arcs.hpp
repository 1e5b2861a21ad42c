// SPDX-License-Identifier: MIT
#pragma once

// Masses of arcs under a von Mises density of location 0.
namespace leibler::inline v0::detail {

/// The log of the mass between angles low and high, -2 pi <= low <= high <= 2 pi, whose distance is
/// `length`: to be given apart because the difference may have lost its digits.
[[nodiscard]] double von_mises_log_mass(double low, double high, double length,
                                        double concentration);

/// E[|D|^power; |D| > t] / 2 for the angle D in [-pi, pi], 0 <= t <= pi.
[[nodiscard]] double von_mises_moment_above(double t, int power, double concentration);

}  // namespace leibler::inline v0::detail
