// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

// The sweeps of the tape, over `lanes` points at a time.
namespace leibler::inline v0::engine::kernels {

/// What a node computes from its operands A = scale_a a + shift_a and B = scale_b b + shift_b.
enum class Op : std::uint32_t {
  given,     ///< a constant, an input, or a block that another node owns
  linear,    ///< A + scale_b b
  product,   ///< A B
  quotient,  ///< A / B
  exp,
  log,
  log1p,
  expm1,
  sqrt,
  tanh,
  logistic,  ///< 1 / (1 + exp -A)
  softplus,  ///< log(1 + exp A); block `first` holds its derivative
  abs,
  less,         ///< A < B as 1 or 0; no gradient
  less_equal,   ///< A <= B as 1 or 0; no gradient
  select,       ///< node `first` is not 0 ? A : B
  call,         ///< function `first` of A, point by point
  power,        ///< A to the power of B
  dot,          ///< sum_k constants[first + k] * node (a + k), count terms
  sum,          ///< shift_a + sum_k terms[first + k], count terms
  log_sum_exp,  ///< log sum_k exp(terms[first + k]), count terms
  partials,     ///< value and derivatives already known: terms[first + k] = (child, block)
};

/// Functions without a kernel of their own, by the number that a `call` node holds.
enum class Function : std::uint32_t {
  lgamma,
  digamma,
  erf,
  erfc,
  sin,
  cos,
  log_bessel_i0,
  log_bessel_i0_scaled
};

struct Term {
  std::uint32_t index, block;
  double scale;
};

struct Node {
  Op op = Op::given;
  std::uint32_t a = 0, b = 0, first = 0, count = 0;
  bool active = true;    ///< a gradient with respect to an operand is wanted
  bool uniform = false;  ///< the same at every point: computed once
  double scale_a = 1.0, shift_a = -0.0, scale_b = 1.0, shift_b = -0.0;
};

/// The tape as kernels see it. Block i, `lanes` doubles, holds node i at that many points. Node 0
/// is the constant 0. An adjoint is read only once it is touched, so that none is ever cleared.
struct TapeMemory {
  Node* nodes = nullptr;
  double* values = nullptr;
  double* adjoints = nullptr;
  std::uint8_t* touched = nullptr;
  Term* terms = nullptr;
  double* constants = nullptr;
  std::uint32_t* outer = nullptr;  ///< nodes before `mark` that a reverse sweep touched first
  std::uint32_t outer_count = 0, mark = 0;
  std::size_t lanes = 0;  ///< a multiple of 32, at most max_lanes
  bool gradient = true;   ///< keep what a reverse sweep needs
};
inline constexpr std::size_t max_lanes = 256;

/// Computes nodes [begin, end): one dispatch for all of them.
void tape_forward(const TapeMemory& tape, std::uint32_t begin, std::uint32_t end);

/// Adds the adjoints of nodes (begin, end] to their operands, last node first.
void tape_reverse(TapeMemory& tape, std::uint32_t begin, std::uint32_t end);

/// Computes nodes [mark, end); node `plate` += sum_k scale_k terms[k] + shift; for gradients,
/// sweeps them back.
void tape_finish_term(TapeMemory& tape, const Term* terms, std::size_t count, double shift,
                      std::uint32_t plate, std::uint32_t end);

/// out[i] = scale values[i] + shift.
void tape_affine(const double* values, double scale, double shift, double* out, std::size_t lanes);

/// How the mean of y_i depends on eta_i = alpha + x_i beta, and what a row adds to the sum.
enum class Link : std::uint32_t {
  logistic,  ///< log p(y_i), y_i in {0, 1} with P(1) = 1 / (1 + exp -eta_i)
  log,       ///< y_i eta_i - exp(eta_i): Poisson without -log y_i!
  identity,  ///< -(y_i - eta_i)^2 / 2: Gaussian of unit variance without its constant
};

/// Rows of a generalised linear model: X is rows x columns.
struct LinearModelRows {
  const double* x;
  const double* y;
  std::size_t rows, columns, row_stride, column_stride;
};

/// value = the sum over rows, partials = d value / d (alpha, beta): blocks of `lanes`. A block of
/// rows at a time, all etas, then all residuals, then all derivatives.
void linear_model_rows(Link link, const LinearModelRows& data, const double* alpha,
                       double alpha_shift, const double* beta, std::size_t lanes, double* value,
                       double* partials);

}  // namespace leibler::inline v0::engine::kernels
