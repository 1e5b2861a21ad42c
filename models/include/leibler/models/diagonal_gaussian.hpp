// SPDX-License-Identifier: MIT
#pragma once

#include <leibler/models/gaussian.hpp>

namespace leibler::inline v0 {

/// N(mean, diag(stddev^2)): independent coordinates.
///
///     const DiagonalGaussian p(Vector{{0.0, 1.0}}, Vector{{1.0, 0.5}});
///     const Points x = sample(p, 1000, Seed{1});
using DiagonalGaussian = BasicGaussian<engine::kernels::Shape::diagonal>;

static_assert(Distribution<DiagonalGaussian> && Reparameterized<DiagonalGaussian>);

}  // namespace leibler::inline v0
