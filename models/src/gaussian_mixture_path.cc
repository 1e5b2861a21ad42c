// SPDX-License-Identifier: MIT
#include <leibler/models/gaussian_mixture.hpp>

#include <leibler/engine/kernels/mixture_path.hpp>

namespace leibler::inline v0 {

namespace {

// Adds the derivatives by m_k, W^T s1, and by L_k, lower(W^T s2), the diagonal times L_jj.
void add_gradient(const double* totals, const double* whitening, const double* factor,
                  std::size_t d, double* mean, double* lower) {
  const double* const s1 = totals + 1;
  const double* const s2 = totals + 1 + d;
  const auto at = [](std::size_t i, std::size_t j) { return i * (i + 1) / 2 + j; };
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t a = 0; a <= i; ++a) {
      const double w = whitening[at(i, a)];
      mean[a] += w * s1[i];
      for (std::size_t j = 0; j < a; ++j) lower[at(a, j)] += w * s2[at(i, j)];
      lower[at(a, a)] += w * factor[at(a, a)] * s2[at(i, a)];
    }
  }
}

}  // namespace

void GaussianMixture::add_path_sums(const Evaluation& at, const Batch& v, double* sums,
                                    Workspace& workspace) const {
  const Workspace::Frame frame(workspace);
  const std::size_t d = dimension_, size = 1 + d + triangle();
  const engine::kernels::GaussianParts parts{count_,
                                             d,
                                             values_.data(),
                                             mean_data(),
                                             values_.data() + logs_at(0),
                                             values_.data() + factor_at(),
                                             values_.data() + whitening_at()};
  double* const totals = workspace.take_zeros(count_ * size);
  engine::kernels::mixture_path_sums(at.x, v, parts, totals);
  double* const path = sums + parameter_count();  // behind the moments
  for (std::size_t k = 0; k < count_; ++k) {
    const double* const total = totals + k * size;
    path[k] += total[0];
    add_gradient(total, parts.whitening + k * triangle(), parts.scale + k * triangle(), d,
                 path + mean_at(k), path + logs_at(k));
  }
}

}  // namespace leibler::inline v0
