// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>

#include <leibler/estimators/divergence_estimate.hpp>
#include <leibler/models/categoricals.hpp>
#include <leibler/models/reversed.hpp>

namespace leibler::inline v0 {

namespace detail {

void batch_divergence(const Terms& terms, const Categoricals& p, const Categoricals& q,
                      Threads threads, double* out);
/// @throws InvalidArgument  for a method that does not apply
void check_batch_method(const DivergenceOptions& options, bool has_formula);

}  // namespace detail

/// D(p_i, q_i) of every row i, exactly: entry i is what two Categoricals of these logits have.
///
///     const Vector kl = divergence(Kl{}, Categoricals::from_logits(teacher),
///                                  Categoricals::from_logits(student));
///
/// In nats; 0 where rows are equal, with its digits where they nearly are. Kl reads every logit
/// once and takes two exponentials for a pair of them, the others three to five and JensenShannon a
/// logarithm, too. Scalar sums, some fifty times as slow, are FDivergence, Renyi of order 0 and
/// infinity, and rows of infinite KL. The methods are enumeration and, of Kl, closed_form.
/// Allocates n numbers. Results never depend on `threads`; options about samples have no meaning
/// here.
/// @throws InvalidArgument  if p and q are not as many, or of different sizes, or for another
/// method
/// @throws DomainError      if a logit is NaN or +inf, or all of a row are -inf, naming the row
template <Divergence D>
[[nodiscard]] Vector divergence(const D& d, const Categoricals& p, const Categoricals& q,
                                const DivergenceOptions& options = {}) {
  constexpr bool is_kl = std::is_same_v<D, Kl>;
  detail::check_batches(detail::divergence_call, p, q);
  detail::check_batch_method(options, is_kl);
  Vector out(static_cast<Index>(p.count()));
  if (is_kl && options.method != Method::enumeration) {
    detail::batch_kl(detail::divergence_call, p, q, options.threads, out.data());
  } else {
    detail::batch_divergence(detail::terms_of(d), p, q, options.threads, out.data());
  }
  return out;
}

/// The same with the arguments exchanged; an error's p and q are those of the divergence forward.
template <class D>
[[nodiscard]] Vector divergence(const Reversed<D>& d, const Categoricals& p, const Categoricals& q,
                                const DivergenceOptions& options = {}) {
  return divergence(d.forward(), q, p, options);
}

}  // namespace leibler::inline v0
