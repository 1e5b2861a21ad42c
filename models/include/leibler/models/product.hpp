// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>

#include <leibler/models/evaluate.hpp>
#include <leibler/models/parts.hpp>

namespace leibler::inline v0 {

namespace detail {
/// sum := sum + b, where a density of zero stays zero beside an infinite one.
void add_log_densities(const double* b, double* sum, std::size_t n);
}  // namespace detail

/// p_1(x_1) p_2(x_2) ...: independent blocks of coordinates, side by side.
///
/// A fixed list of several classes, or a vector of one class; dimensions and parameters add up, in
/// order. It can do what all of its blocks can.
///
///     const Product p(Gamma(2, 1), GaussianMixture::random(3, 2, Seed{1}));    // 3 dimensions
///     const Product q(std::vector{Normal(0, 1), Normal(1, 2)});
template <class... P>
class Product {
  using Parts = detail::Parts<P...>;

 public:
  static constexpr const char* name = "Product";
  static constexpr bool is_discrete = Parts::is_discrete;
  static constexpr bool support_moves = Parts::support_moves;
  static constexpr bool implicit_path = Parts::implicit_path;
  static constexpr bool is_on_surface = Parts::is_on_surface;
  static constexpr bool normalized = Parts::is_normalized;

  /// Those of the blocks, and the sum; in the workspace.
  struct Evaluation {
    Batch x;
    typename Parts::Evaluation parts;
    const double* log_density;
  };

  /// @param blocks  at least one
  /// @throws InvalidArgument
  explicit Product(P... blocks) : parts_(std::move(blocks)...) {
    check::at_least(name, "blocks.size()", static_cast<std::int64_t>(parts_.size()), 1,
                    "a product has at least one block");
    dimension_ = detail::total(parts_, [](const auto& p) { return detail::dimension_of(p); });
  }

  // blocks and moments

  [[nodiscard]] std::size_t dimension() const { return dimension_; }
  [[nodiscard]] std::size_t blocks() const { return parts_.size(); }
  /// Block k of a fixed list.
  template <std::size_t k>
  [[nodiscard]] const auto& block() const requires(!Parts::is_list) {
    return parts_.template get<k>();
  }
  /// Block k of a vector. @throws InvalidArgument  if there is none
  [[nodiscard]] const auto& block(std::size_t k) const requires(Parts::is_list) {
    check::at_most("Product::block", "k", k, blocks() - 1, "ask blocks()");
    return parts_[k];
  }

  [[nodiscard]] Vector mean() const requires(Parts::has_mean) {
    Vector out(static_cast<Index>(dimension_));
    Index at = 0;
    parts_.for_each([&](const auto& part, std::size_t) {
      const auto d = static_cast<Index>(detail::dimension_of(part));
      if constexpr (detail::HasScalarMean<std::remove_cvref_t<decltype(part)>>) {
        out[at] = part.mean();
      } else {
        out.segment(at, d) = part.mean();
      }
      at += d;
    });
    return out;
  }
  /// Of every coordinate.
  [[nodiscard]] Vector variance() const requires(Parts::has_spread) {
    return covariance().diagonal();
  }
  /// Zero between blocks.
  [[nodiscard]] Matrix covariance() const requires(Parts::has_spread) {
    Matrix out = Matrix::Zero(static_cast<Index>(dimension_), static_cast<Index>(dimension_));
    Index at = 0;
    parts_.for_each([&](const auto& part, std::size_t) {
      const auto d = static_cast<Index>(detail::dimension_of(part));
      if constexpr (detail::HasVariance<std::remove_cvref_t<decltype(part)>>) {
        out(at, at) = part.variance();
      } else {
        out.block(at, at, d, d) = part.covariance();
      }
      at += d;
    });
    return out;
  }
  /// In nats: the sum of the blocks'.
  [[nodiscard]] double entropy() const requires(Parts::has_entropy) {
    double sum = 0.0;
    parts_.for_each([&](const auto& part, std::size_t) { sum += part.entropy(); });
    return sum;
  }

  // log density

  /// At every row of x, n x d.
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const {
    return leibler::log_density(*this, x);
  }
  void log_density(const Batch& x, double* out, Workspace& workspace) const {
    const engine::Workspace::Frame frame(workspace);
    double* const one = workspace.take(engine::padded(x.size));
    for_each_with_offset([&](const auto& part, std::size_t first, std::size_t d) {
      if (first == 0) return part.log_density(detail::columns(x, first, d), out, workspace);
      part.log_density(detail::columns(x, first, d), one, workspace);
      detail::add_log_densities(one, out, x.size);
    });
  }
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const {
    double* const out = workspace.take(engine::padded(x.size));
    const auto parts = parts_.evaluate(
        [&x, first = std::size_t{0}](const auto& part, std::size_t) mutable {
          const std::size_t d = detail::dimension_of(part), at = first;
          first += d;
          return detail::columns(x, at, d);
        },
        workspace);
    const engine::Workspace::Frame frame(workspace);
    double* const one = workspace.take(engine::padded(x.size));
    parts_.for_each(parts, [&](const auto& part, const auto& at, std::size_t k) {
      detail::part_log_density(part, at, k == 0 ? out : one);
      if (k != 0) detail::add_log_densities(one, out, x.size);
    });
    return {x, parts, out};
  }
  void log_density(const Evaluation& at, double* out) const {
    std::copy_n(at.log_density, at.x.size, out);
  }

  // gradients

  void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace& workspace) const
      requires(Parts::is_differentiable) {
    std::size_t first = 0;
    parts_.for_each(at.parts, [&](const auto& part, const auto& of_part, std::size_t) {
      const std::size_t d = detail::dimension_of(part);
      part.point_gradient(of_part, detail::columns(out, first, d), workspace);
      first += d;
    });
  }

  // parameters

  [[nodiscard]] std::size_t parameter_count() const requires(Parts::is_parametric) {
    return detail::total(parts_, [](const auto& p) { return p.parameter_count(); });
  }
  void parameters(std::span<double> out) const requires(Parts::is_parametric) {
    check::size("Product::parameters", "out.size()", out.size(), parameter_count(),
                "ask parameter_count()");
    std::size_t at = 0;
    parts_.for_each([&](const auto& part, std::size_t) {
      part.parameters(out.subspan(at, part.parameter_count()));
      at += part.parameter_count();
    });
  }
  /// @throws InvalidArgument, DomainError  if the size or a value is wrong; *this is then unchanged
  [[nodiscard]] Product with_parameters(std::span<const double> theta) const& requires(
      Parts::is_parametric) {
    return Product(*this).with_parameters(theta);
  }
  [[nodiscard]] Product with_parameters(std::span<const double> theta) &&
      requires(Parts::is_parametric) {
    constexpr auto where = "Product::with_parameters";
    check::size(where, "theta.size()", theta.size(), parameter_count(), "ask parameter_count()");
    parts_.assign(where, theta, 0);
    return std::move(*this);
  }
  [[nodiscard]] std::size_t gradient_sums_size() const requires(Parts::is_parametric) {
    return detail::total(parts_, [](const auto& p) { return p.gradient_sums_size(); });
  }
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace& workspace) const requires(Parts::is_parametric) {
    parts_.for_each(at.parts, [&](const auto& part, const auto& of_part, std::size_t) {
      part.add_gradient_sums(of_part, weight, sums, workspace);
      sums += part.gradient_sums_size();
    });
  }
  void add_path_sums(const Evaluation& at, const Batch& v, double* sums, Workspace& workspace) const
      requires(Parts::is_reparameterized) {
    std::size_t first = 0;
    parts_.for_each(at.parts, [&](const auto& part, const auto& of_part, std::size_t) {
      const std::size_t d = detail::dimension_of(part);
      part.add_path_sums(of_part, detail::columns(v, first, d), sums, workspace);
      sums += part.gradient_sums_size();
      first += d;
    });
  }
  void parameter_gradient(const double* sums, std::span<double> out) const
      requires(Parts::is_parametric) {
    std::size_t to = 0;
    parts_.for_each([&](const auto& part, std::size_t) {
      part.parameter_gradient(sums, out.subspan(to, part.parameter_count()));
      sums += part.gradient_sums_size();
      to += part.parameter_count();
    });
  }

  // sample

  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const
      requires(Parts::is_sampleable) {
    std::size_t k = 0;
    for_each_with_offset([&](const auto& part, std::size_t first, std::size_t d) {
      part.sample(detail::stream_of_part(stream, k++), detail::columns(x, first, d), workspace);
    });
  }

  friend std::ostream& operator<<(std::ostream& out, const Product& p) {
    out << "Product of " << detail::counted(p.blocks(), "block") << " in "
        << detail::counted(p.dimension_, "dimension");
    p.parts_.for_each([&](const auto& part, std::size_t) {
      out << "\n  ";
      detail::print_part(out, part);
    });
    return out;
  }

 private:
  template <class F>
  void for_each_with_offset(F&& f) const {
    std::size_t first = 0;
    parts_.for_each([&](const auto& part, std::size_t) {
      const std::size_t d = detail::dimension_of(part);
      f(part, first, d);
      first += d;
    });
  }

  Parts parts_;
  std::size_t dimension_ = 0;
};

template <class... P>
Product(P...) -> Product<P...>;

}  // namespace leibler::inline v0
