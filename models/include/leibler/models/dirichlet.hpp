// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <leibler/engine/check.hpp>
#include <leibler/models/univariate/divergences.hpp>
#include <leibler/models/vector_family.hpp>

namespace leibler::inline v0 {

namespace detail {

extern const VectorFamily dirichlet_family;

/// @throws InvalidArgument, DomainError
[[nodiscard]] std::vector<double> dirichlet_arguments(std::span<const double> concentration);
/// @throws InvalidArgument  if there are fewer than two
void check_dirichlet_size(std::size_t count);
/// sums[k] += sum_i v_i^T dx_i / d concentration_k.
void add_dirichlet_path_sums(std::size_t n, const double* a, const Batch& x, const Batch& v,
                             double* sums, Workspace& workspace);

}  // namespace detail

/// Probabilities of K categories: x has K columns, all >= 0, that add up to 1 within 1e-9;
/// elsewhere the log density is -inf.
///
///     log p(x) = sum_k (a_k - 1) log x_k + log Gamma(sum_k a_k) - sum_k log Gamma(a_k),
///     a = concentration
///
/// It is a density of the first K - 1 coordinates; the last one is 1 minus their sum. The point
/// gradient is that of the formula in all K columns, (a_k - 1) / x_k: what a direction along the
/// simplex, of sum zero, is multiplied with.
///
/// Parameters: log concentration.
///
///     const Dirichlet p(Vector{{2.0, 3.0, 5.0}});
template <class T = double>
class Dirichlet;

template <>
class Dirichlet<double> : public detail::VectorModel<Dirichlet<double>> {
  using Base = detail::VectorModel<Dirichlet<double>>;

 public:
  static constexpr const char* name = "Dirichlet";
  static constexpr bool is_on_surface = true;
  static constexpr bool implicit_path = true;
  static const detail::VectorFamily& family() { return detail::dirichlet_family; }

  /// @param concentration  size K >= 2, finite and > 0
  /// @throws InvalidArgument, DomainError
  explicit Dirichlet(const Vector& concentration)
      : Base(detail::with_arguments(family(), as_span(concentration).size(),
                                    detail::dirichlet_arguments(as_span(concentration)))) {}

  [[nodiscard]] Vector concentration() const { return arguments(0, dimension()); }

  /// Along concentration k share k follows its distribution function, the others keep their
  /// proportions.
  void add_path_sums(const Evaluation& at, const Batch& v, double* sums,
                     Workspace& workspace) const {
    detail::add_dirichlet_path_sums(dimension(), Base::arguments(), at.x, v, sums, workspace);
  }

 private:
  using Base::arguments;
  friend detail::VectorArguments<Dirichlet<double>>;
  explicit Dirichlet(detail::VectorState state) : Base(std::move(state)) {}
};

/// With a differentiated concentration: a log density on the tape.
template <>
class Dirichlet<Real> : public detail::RecordedVector<Dirichlet<Real>> {
 public:
  static const detail::VectorFamily& family() { return detail::dirichlet_family; }

  /// @param concentration  Reals or a std::vector<Real>, > 0 at every point
  /// @throws InvalidArgument  if there are fewer than two
  template <class C>
  explicit Dirichlet(const C& concentration) : Dirichlet(0, detail::reals(concentration)) {}

 private:
  Dirichlet(int, const std::vector<Real>& a)
      : RecordedVector((detail::check_dirichlet_size(a.size()), a.size()), a) {}
};

template <class C>
Dirichlet(const C&) -> Dirichlet<detail::VectorScalar<C>>;

static_assert(Distribution<Dirichlet<>> && Reparameterized<Dirichlet<>>);

/// Of all orders; infinite where a concentration of the mix a p + b q is not above 0.
[[nodiscard]] inline std::optional<double> scaled_renyi(const Powers& o, const Dirichlet<>& p,
                                                        const Dirichlet<>& q) {
  const Vector of_p = p.concentration(), of_q = q.concentration();
  return detail::renyi_of_dirichlets(o, as_span(of_p), as_span(of_q));
}

}  // namespace leibler::inline v0
