// SPDX-License-Identifier: MIT
// expect: leibler: logits are column-major (Eigen::MatrixXd, one row a distribution)
#include <leibler/models/categoricals.hpp>

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

leibler::Categorical first(const RowMajor& logits) {
#ifdef LEIBLER_COMPILE_OK
  const leibler::Points columns = logits;
  return leibler::Categoricals::from_logits(columns)[0];
#else
  return leibler::Categoricals::from_logits(logits)[0];
#endif
}
