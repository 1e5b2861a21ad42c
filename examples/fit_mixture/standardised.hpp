// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <leibler/leibler.hpp>

#include "../support/command_line.hpp"

namespace leibler::examples::fit_mixture {

/// Data moved and scaled to mean 0 and standard deviation 1 in every column, so that one start and
/// one learning rate suit data in any unit. Mixtures fitted to them are taken back; the
/// likelihood's maximum moves along.
class Standardised {
 public:
  /// @throws InputError  where a column is constant: no density has a best fit to it
  explicit Standardised(const Empirical& data)
      : mean_(data.mean()), scale_(data.covariance().diagonal().cwiseSqrt()) {
    for (Index j = 0; j < scale_.size(); ++j) {
      if (std::isfinite(scale_[j]) && scale_[j] > 1e-12 * std::abs(mean_[j])) continue;
      throw InputError("--data: column " + std::to_string(j + 1) +
                       " has no spread (standard deviation " + to_text(scale_[j]) +
                       "): its likelihood has no maximum; leave the column out.");
    }
  }

  [[nodiscard]] Empirical apply(const Empirical& data) const {
    const Points centred = data.points().rowwise() - mean_.transpose();
    return Empirical(Points(centred * scale_.cwiseInverse().asDiagonal()));
  }

  [[nodiscard]] GaussianMixture back(const GaussianMixture& q) const {
    const Points scaled = q.means() * scale_.asDiagonal();
    std::vector<Matrix> covariances;
    for (std::size_t k = 0; k < q.components(); ++k) {
      covariances.emplace_back(scale_.asDiagonal() * q.covariance(k) * scale_.asDiagonal());
    }
    return {q.weights(), Points(scaled.rowwise() + mean_.transpose()), covariances};
  }

 private:
  Vector mean_, scale_;
};

}  // namespace leibler::examples::fit_mixture
