// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include <leibler/models/divergence.hpp>

// What the KL formulas of exponential families are made of, with digits near p = q.
namespace leibler::inline v0::detail {

/// p log(p / q) - p + q for p, q >= 0.
[[nodiscard]] double kl_of_rates(double p, double q);
/// KL of two events of probability p and q.
[[nodiscard]] double kl_of_events(double p, double q);
/// exp_rest(log(p / q)) = p / q - 1 - log(p / q) for p, q > 0.
[[nodiscard]] double kl_of_scales(double p, double q);
[[nodiscard]] double kl_of_laplaces(double location_p, double scale_p, double location_q,
                                    double scale_q);
[[nodiscard]] double kl_of_gammas(double shape_p, double rate_p, double shape_q, double rate_q);
/// Of concentrations; a Beta is one of two.
[[nodiscard]] double kl_of_dirichlets(std::span<const double> p, std::span<const double> q);

}  // namespace leibler::inline v0::detail
