// SPDX-License-Identifier: MIT
#include <cstdint>
#include <vector>

#include <boost/math/special_functions/erf.hpp>
#include <boost/random/sobol.hpp>

#include <leibler/engine/check.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/kernels/random.hpp>

// Draws of a chunk that depend on each other; kernels/random.cc has the independent ones.
namespace leibler::inline v0::engine::kernels {

namespace {

// Dimensions of the sequence for each part of a stream, whose draws must not share one.
constexpr std::size_t most_columns = 400;

/// x, mirror(x), x', mirror(x') ... from the first half of out.
template <class Mirror>
void spread(double* out, std::size_t n, const Mirror& mirror) {
  for (std::size_t i = n / 2; i-- > 0;) {
    const double x = out[i];
    out[2 * i] = x;
    out[2 * i + 1] = mirror(x);
  }
}

/// Uniform on (0, 1): odd multiples of 2^-53.
double uniform_of(std::uint64_t bits) {
  return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
}

void sobol_fill(const Stream& stream, double* out, std::size_t rows, std::size_t columns) {
  check::at_most("sample", "columns of a low-discrepancy sequence", columns, most_columns,
                 "use independent draws");
  const std::size_t first = stream.part * most_columns;
  std::vector<std::uint64_t> shift((columns + 1) / 2 * 2);
  philox_fill({stream.seed, stream.purpose, stream.step, stream.chunk, stream.part}, shift.data(),
              shift.size());
  boost::random::sobol sequence(first + columns);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < first + columns; ++j) {
      // the sequence begins behind its first point, which is 0
      const std::uint64_t word = i == 0 ? 0 : sequence();
      if (j >= first) out[(j - first) * rows + i] = uniform_of(word ^ shift[j - first]);
    }
  }
}

}  // namespace

void uniform_fill(const Stream& stream, double* out, std::size_t rows, std::size_t columns) {
  switch (stream.dependence) {
    case Dependence::none:
      return uniform_fill(stream, out, rows * columns);
    case Dependence::mirrored:
      uniform_fill(stream, out, rows * columns / 2);
      return spread(out, rows * columns, [](double u) { return 1.0 - u; });
    case Dependence::low_discrepancy:
      return sobol_fill(stream, out, rows, columns);
  }
}

void normal_fill(const Stream& stream, double* out, std::size_t rows, std::size_t columns) {
  switch (stream.dependence) {
    case Dependence::none:
      return normal_fill(stream, out, rows * columns);
    case Dependence::mirrored:
      normal_fill(stream, out, rows * columns / 2);
      return spread(out, rows * columns, [](double z) { return -z; });
    case Dependence::low_discrepancy:
      sobol_fill(stream, out, rows, columns);
      for (std::size_t i = 0; i < rows * columns; ++i) {
        constexpr double root_two = 1.41421356237309504880;
        out[i] = -root_two * boost::math::erfc_inv(2.0 * out[i]);
      }
  }
}

}  // namespace leibler::inline v0::engine::kernels
