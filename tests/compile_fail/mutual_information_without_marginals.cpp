// SPDX-License-Identifier: MIT
// What two parts share needs the distribution of either.
// expect: leibler: mutual_information needs a distribution with marginal(coordinates)
#include <leibler/leibler.hpp>

double shared(const leibler::Dirichlet<>& p, const leibler::Gaussian& q) {
#ifdef LEIBLER_COMPILE_OK
  return leibler::mutual_information(q).value + p.entropy();
#else
  return leibler::mutual_information(p).value + q.entropy();
#endif
}
