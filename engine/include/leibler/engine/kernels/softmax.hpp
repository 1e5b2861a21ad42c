// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace leibler::inline v0::engine::kernels {

/// Rows that the softmax kernels work on together.
inline constexpr std::size_t softmax_rows = 16;

/// Logits of p and of q: softmax_rows rows of `count` columns, a stride apart.
struct SoftmaxPair {
  const double* p;
  std::size_t p_stride;
  const double* q;
  std::size_t q_stride;
  std::size_t count;
};

/// What is asked for from memory meanwhile: columns [begin, end) of both, `rows` rows each.
struct SoftmaxFetch {
  const double* p = nullptr;
  const double* q = nullptr;
  std::size_t rows = 0, begin = 0, end = 0;
};

/// What the value leaves for the gradients: softmax_rows * count entries of the first two, one
/// column after another, and softmax_rows of the others.
struct SoftmaxTerms {
  double* share;  ///< exp(p - max p)
  double* gap;    ///< q - p, less that where p is largest; where p is -inf the same of q alone
  double* total;  ///< of the shares
  double* mean;   ///< of the gaps under p
};

/// out[i] = KL(softmax p || softmax q) of row i. With e = q - p - E_p[q - p] it is log(1 +
/// E_p[exp(e)
/// - 1 - e]): no term is negative, two exponentials an entry are all, and equal rows give 0. Within
/// (count + 10) ulp of what these logits, as numbers, say.
///
/// NaN for what is not in its range: an entry that is NaN or +inf, a row of -inf throughout, one
/// where q is -inf and p is not, entries of p more than 690 apart, an e above 700.
void softmax_kl(const SoftmaxPair& logits, const SoftmaxFetch& fetch, const SoftmaxTerms& terms,
                double* out);

/// Of weight[i] times row i's KL by the logits over their scales: p = -weight p_scale p e,
/// q = weight q_scale (q - p), columns a stride apart. Rows of a kl that is NaN get NaN.
struct SoftmaxGradient {
  const double* kl;
  const double* weight;
  double p_scale, q_scale;
  double* p;
  std::size_t p_stride;
  double* q;
  std::size_t q_stride;
};
void softmax_kl_gradient(const SoftmaxTerms& terms, std::size_t count,
                         const SoftmaxGradient& gradient);

/// A sum over the columns that is >= 0 term by term.
struct SoftmaxSum {
  enum class Term {
    kl,                            ///< p log(p / q) - p + q
    reverse_kl,                    ///< q log(q / p) - q + p
    mean_kl,                       ///< w of kl from p to m, 1 - w of kl from q to m
    power,                         ///< (p^a q^(1 - a) - a p - (1 - a) q) / (a (a - 1))
    difference_of_logarithms,      ///< (p - q) (log p - log q)
    absolute_difference,           ///< |p - q| / 2
    squared_difference_over_p,     ///< (p - q)^2 / p
    squared_difference_over_q,     ///< (p - q)^2 / q
    squared_difference_over_both,  ///< (p - q)^2 / (p + q) / 2
    squared_difference_of_roots,   ///< (sqrt p - sqrt q)^2 / 2
  };
  Term term;
  double missing;  ///< the term over q where p = 0
  double a = 0.5;  ///< of power, not 0 or 1; the w of mean_kl
  double s = 0.5;  ///< of mean_kl: m = s p + (1 - s) q
};
/// out[i] = the sum of row i, from what softmax_kl left; NaN where kl[i] is, or where a term leaves
/// the range of numbers. out may be kl. Within (2 count + 20) ulp, also between near-equal rows.
void softmax_sum(const SoftmaxTerms& terms, std::size_t count, const double* kl,
                 const SoftmaxSum& sum, double* out);

}  // namespace leibler::inline v0::engine::kernels
