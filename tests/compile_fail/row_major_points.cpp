// SPDX-License-Identifier: MIT
// expect: leibler: points are column-major (Eigen::MatrixXd, one row a point)
#include <leibler/models/gaussian_mixture.hpp>

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

leibler::Vector densities(const leibler::GaussianMixture& p, const RowMajor& x) {
#ifdef LEIBLER_COMPILE_OK
  return p.log_density(leibler::Points(x));
#else
  return p.log_density(x);
#endif
}
