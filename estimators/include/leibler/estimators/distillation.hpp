// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <leibler/estimators/estimate.hpp>
#include <leibler/estimators/objective.hpp>
#include <leibler/models/categorical.hpp>
#include <leibler/models/types.hpp>

namespace leibler::inline v0 {

/// Of a KL divergence between a teacher p, or a target, and a student q.
enum class Direction {
  forward,  ///< KL(p || q): the student covers all that the teacher does
  reverse,  ///< KL(q || p): the student leaves out what it cannot follow
};

struct DistillationOptions {
  double temperature = 1.0;  ///< both logits are divided by it, finite and > 0
  Direction direction = Direction::forward;
  /// Times temperature^2: gradients then keep their size as the temperature rises [1].
  bool squared_temperature = false;
  Threads threads{};  ///< of a batch
};

/// The loss of a student that imitates a teacher's softened probabilities [1], exact: with
/// p = softmax(teacher / T) and q = softmax(student / T) KL(p || q) or KL(q || p), on request times
/// T^2; of a batch the mean over its rows.
///
/// An objective of `fit`, too, of one row: the student a Categorical, whose logits are divided by
/// the temperature here and not in the model.
///
///     fit(Categorical::from_logits(start), distillation, Lbfgs{})
///
/// A logit of -inf is a probability of 0: a loss is infinite where q = 0 < p (in reverse, p = 0 <
/// q). The student's best logits are the teacher's, up to a shift, at any temperature: the same one
/// divides both.
///
///     const Distillation distillation(Vector{{4.0, 1.5, -1.0}}, {.temperature = 2.0});
///     const Estimate loss = distillation.loss(Vector{{2.5, 1.0, 0.0}});
///     const Vector slope = distillation.gradient(Vector{{2.5, 1.0, 0.0}});
///
/// [1] G. Hinton, O. Vinyals and J. Dean. Distilling the knowledge in a neural network. NIPS deep
///     learning workshop, 2014. Section 2.
class Distillation {
 public:
  /// @param teacher_logits  K, or n x K, one row an example: finite or -inf, one finite a row
  /// @throws InvalidArgument  if there is none
  /// @throws DomainError      for a value out of range, or one that overflows when divided by T
  template <class X>
  explicit Distillation(const Eigen::DenseBase<X>& teacher_logits,
                        const DistillationOptions& options = {})
      : Distillation(rows_of(teacher_logits), options) {}

  /// Of student logits of the same shape, finite or -inf, one finite a row.
  /// @throws InvalidArgument, DomainError
  template <class X>
  [[nodiscard]] Estimate loss(const Eigen::DenseBase<X>& student_logits) const {
    return {evaluate_rows(rows_of(student_logits), nullptr), 0.0, 0, Method::closed_form, true};
  }

  /// d loss / d student logits, in their shape; 0 where a logit is -inf. Of an infinite loss that
  /// of its finite terms.
  /// @throws InvalidArgument, DomainError
  template <class X>
  [[nodiscard]] auto gradient(const Eigen::DenseBase<X>& student_logits) const {
    Points result(student_logits.rows(), student_logits.cols());
    (void)evaluate_rows(rows_of(student_logits), result.data());
    return typename X::PlainObject(result);
  }

  [[nodiscard]] const DistillationOptions& options() const { return options_; }

  // an objective

  using Model = Categorical;

  [[nodiscard]] static const char* name() { return "distillation loss"; }
  [[nodiscard]] static constexpr std::size_t dimension() { return 1; }
  /// The loss of a student's logits, and its gradient by those that are finite unless that is
  /// empty. @throws InvalidArgument, DomainError
  [[nodiscard]] Estimate evaluate(const Categorical& student, std::span<double> gradient) const;

 private:
  /// Entry k of row i is values[k count + i].
  struct Rows {
    std::size_t count, size;
    std::vector<double> values;
  };

  template <class X>
  [[nodiscard]] static Rows rows_of(const Eigen::DenseBase<X>& x) {
    constexpr bool is_one = X::IsVectorAtCompileTime;  // one example
    Rows rows{is_one ? 1 : static_cast<std::size_t>(x.rows()),
              static_cast<std::size_t>(is_one ? x.size() : x.cols()),
              std::vector<double>(static_cast<std::size_t>(x.size()))};
    Eigen::Map<Points>(rows.values.data(), x.rows(), x.cols()) = x;
    return rows;
  }

  Distillation(Rows teacher, const DistillationOptions& options);
  /// Fills gradient unless it is null.
  double evaluate_rows(const Rows& student, double* gradient) const;

  DistillationOptions options_;
  Rows teacher_;
};

static_assert(KnownObjective<Distillation>);

}  // namespace leibler::inline v0
