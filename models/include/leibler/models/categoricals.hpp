// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <type_traits>

#include <leibler/models/categorical.hpp>
#include <leibler/models/divergence.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/softmax.hpp>
#include <leibler/models/types.hpp>

namespace leibler::inline v0 {

/// n distributions over the same K categories, row i of an n x K matrix being the logits of
/// distribution i, divided by a temperature: what a classifier says of n inputs. See Categorical.
///
///     const auto p = Categoricals::from_logits(teacher, {.temperature = 2.0});
///     const auto q = Categoricals::from_logits(student, {.temperature = 2.0});
///     const Vector kl = divergence(Kl{}, p, q);
///
/// It is a view: it reads the matrix where it is, which must outlive it. So the rows are checked by
/// every call that reads them.
class Categoricals {
 public:
  static constexpr const char* name = "Categoricals";

  /// @param logits  n x K, K >= 1, column-major, of a matrix, a block of whole rows or columns, or
  ///                a map; every row as Categorical::from_logits has it
  /// @throws InvalidArgument  if there are no columns
  /// @throws DomainError      if the temperature is not finite and > 0
  template <class X>
  [[nodiscard]] static Categoricals from_logits(const Eigen::DenseBase<X>& logits,
                                                const SoftmaxOptions& options = {}) {
    static_assert(std::is_same_v<typename X::Scalar, double>, "leibler: logits are doubles");
    static_assert(X::ColsAtCompileTime != 1,
                  "leibler: logits of a batch are n x K, one row a distribution; for one "
                  "distribution there is Categorical::from_logits(logits)");
    static_assert(!X::IsRowMajor,
                  "leibler: logits are column-major (Eigen::MatrixXd, one row a distribution); a "
                  "row-major matrix is not copied silently: keep it as Points(x)");
    static_assert((X::Flags & Eigen::DirectAccessBit) != 0,
                  "leibler: Categoricals is a view of logits in memory; keep the result of a "
                  "formula as Points first");
    if constexpr ((X::Flags & Eigen::DirectAccessBit) != 0) {
      static_assert(Eigen::internal::inner_stride_at_compile_time<X>::ret == 1,
                    "leibler: the rows of the logits stand next to each other; keep them as "
                    "Points(x)");
      const X& x = logits.derived();
      return Categoricals(
          {x.data(), static_cast<std::size_t>(x.rows()), static_cast<std::size_t>(x.cols())},
          static_cast<std::size_t>(x.outerStride()), options);
    }
  }
  /// A temporary would be gone before it is read.
  template <class X>
  static Categoricals from_logits(Eigen::PlainObjectBase<X>&& logits,
                                  const SoftmaxOptions& options = {}) = delete;

  /// n, how many distributions there are.
  [[nodiscard]] std::size_t count() const { return logits_.rows; }
  /// K, how many categories each of them has.
  [[nodiscard]] std::size_t size() const { return logits_.columns; }
  [[nodiscard]] double temperature() const { return temperature_; }

  /// Distribution i, by itself.
  /// @throws DomainError  as Categorical::from_logits does, or if i is not below count()
  [[nodiscard]] Categorical operator[](std::size_t i) const;

  // plain memory, for compiled code

  [[nodiscard]] const MatrixView& logits() const { return logits_; }
  /// From one column to the next.
  [[nodiscard]] std::size_t stride() const { return stride_; }

 private:
  Categoricals(const MatrixView& logits, std::size_t stride, const SoftmaxOptions& options);

  MatrixView logits_;
  std::size_t stride_;
  double temperature_;
};

struct LogitGradientOptions {
  Vector weights{};  ///< n, finite; none: every row counts 1
  Threads threads{};
};

/// The KL of every row and its gradients.
struct LogitGradients {
  Vector values;  ///< n: without weights
  Points p, q;    ///< n x K: of the weighted sum of the values by the logits as they were given
};

namespace detail {

/// @throws InvalidArgument  if p and q are not as many, or of different sizes
void check_batches(const char* where, const Categoricals& p, const Categoricals& q);

/// out[i] = KL of row i.
void batch_kl(const char* where, const Categoricals& p, const Categoricals& q, Threads threads,
              double* out);
/// Of n x K columns without gaps; weights may be null.
void batch_kl_gradients(const char* where, const Categoricals& p, const Categoricals& q,
                        const double* weights, Threads threads, double* values, double* of_p,
                        double* of_q);

/// body(i, log p, log q, log ratios) for row i; the spans are valid meanwhile.
using CategoryRow = std::function<void(std::size_t, std::span<const double>,
                                       std::span<const double>, std::span<const double>)>;
/// For every row.
void for_category_rows(const char* where, const Categoricals& p, const Categoricals& q,
                       Threads threads, const CategoryRow& body);
/// out[i] = finish(the sum of the generator's terms in row i), where there is fast arithmetic for
/// them; where that is NaN body has to write it. False, and nothing is done, where there is none.
[[nodiscard]] bool batch_sum(const char* where, const Categoricals& p, const Categoricals& q,
                             const Generator& generator, Threads threads,
                             const std::function<double(double)>& finish, const CategoryRow& body,
                             double* out);

}  // namespace detail

/// Gradients of sum_i w_i KL(p_i || q_i) by both batches of logits z:
///
///     d/dz_p[i, k] = w_i p_k (log p_k - log q_k - KL_i) / temperature of p
///     d/dz_q[i, k] = w_i (q_k - p_k) / temperature of q
///
/// For the mean give w_i = 1 / n. A logit of -inf has gradient 0 unless the other's is finite:
/// d/dz_q is w q where p = 0. Where KL is infinite so is d/dz_p: +inf where q = 0 < p, -inf where
/// both are positive, times w; a row of weight 0 has gradient 0. What `out` has of memory is used
/// again, which at this size is half of the time. Results never depend on `threads`.
/// @throws InvalidArgument  if the batches or the weights are not as many, or of different sizes
/// @throws DomainError      if a logit is NaN or +inf, all of a row are -inf, or a weight is not
///                          finite
inline void logit_gradients(const Kl&, const Categoricals& p, const Categoricals& q,
                            LogitGradients& out, const LogitGradientOptions& options = {}) {
  constexpr auto where = "logit_gradients";
  detail::check_batches(where, p, q);
  if (options.weights.size() != 0) {
    check::size(where, "options.weights.size()", as_span(options.weights).size(), p.count(),
                "give every row its weight");
    check::finite(where, "options.weights", as_span(options.weights),
                  "look where the value comes from");
  }
  const auto n = static_cast<Index>(p.count()), size = static_cast<Index>(p.size());
  out.values.resize(n);
  out.p.resize(n, size);
  out.q.resize(n, size);
  detail::batch_kl_gradients(where, p, q,
                             options.weights.size() == 0 ? nullptr : options.weights.data(),
                             options.threads, out.values.data(), out.p.data(), out.q.data());
}

[[nodiscard]] inline LogitGradients logit_gradients(const Kl& kl, const Categoricals& p,
                                                    const Categoricals& q,
                                                    const LogitGradientOptions& options = {}) {
  LogitGradients out;
  logit_gradients(kl, p, q, out, options);
  return out;
}

}  // namespace leibler::inline v0
