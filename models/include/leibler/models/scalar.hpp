// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>

#include <leibler/engine/check.hpp>
#include <leibler/engine/tape.hpp>
#include <leibler/models/types.hpp>

// The words in which densities and families are written, for plain and differentiated numbers.
namespace leibler::inline v0 {

using engine::Condition;
using engine::digamma;
using engine::log_sum_exp;
using engine::logistic;
using engine::Real;
using engine::Reals;
using engine::softplus;
using engine::where;

/// What a family stores for an argument: double for every plain number, otherwise its own type.
template <class T>
using Scalar = std::conditional_t<std::is_arithmetic_v<std::remove_cvref_t<T>>, double,
                                  std::remove_cvref_t<T>>;

/// What comes out of a formula of these: Real as soon as one of them is.
template <class... T>
using Result =
    std::conditional_t<(std::is_same_v<std::remove_cvref_t<T>, Real> || ...), Real, double>;

/// f(0) + ... + f(n - 1). On the tape each term is swept back at once, so that memory is that of
/// one term; what f makes lives until it returns.
template <class F>
[[nodiscard]] auto plate(Index n, F&& f) -> Scalar<decltype(f(n))> {
  using T = Scalar<decltype(f(n))>;
  if constexpr (std::is_same_v<T, Real>) {
    return engine::Tape::current().plate(
        n < 0 ? 0 : static_cast<std::size_t>(n),
        [&](std::size_t j) { return Real(f(static_cast<Index>(j))); });
  } else {
    T sum = 0.0;
    for (Index j = 0; j < n; ++j) sum = sum + f(j);
    return sum;
  }
}

/// A row, a column or any vector of data with a vector of differentiated numbers, as one node.
/// @throws InvalidArgument  if the sizes differ
template <class Derived>
[[nodiscard]] Real dot(const Eigen::MatrixBase<Derived>& data, const Reals& x) {
  static_assert(Derived::IsVectorAtCompileTime, "leibler: dot takes a vector and Reals");
  check::size("dot", "x.size()", x.size(), static_cast<std::size_t>(data.size()),
              "give one number for each entry of data");
  return engine::dot(data.derived().data(), static_cast<std::size_t>(data.derived().innerStride()),
                     x);
}

/// Matrix times vector.
/// @throws InvalidArgument  if x.size() is not data.cols()
[[nodiscard]] inline Reals operator*(const Matrix& data, const Reals& x) {
  check::size("Matrix * Reals", "x.size()", x.size(), static_cast<std::size_t>(data.cols()),
              "give one number for each column");
  const auto rows = static_cast<std::size_t>(data.rows());
  return engine::multiply(data.data(), rows, 1, rows, x);
}

}  // namespace leibler::inline v0
