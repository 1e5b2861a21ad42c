// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <ostream>
#include <vector>

#include <leibler/models/evaluate.hpp>
#include <leibler/models/parts.hpp>
#include <leibler/models/univariate/family.hpp>

namespace leibler::inline v0 {

namespace detail {

/// y = shift + scale x of one variable.
struct Line {
  double shift, scale;
  double log_scale;  ///< log |scale|; 0 of a discrete distribution, whose points keep their mass
  bool is_discrete;
};
/// @throws DomainError  unless shift is finite and scale finite and not 0
[[nodiscard]] Line line(double shift, double scale, bool is_discrete);
/// The x of y; of a discrete distribution a whole number if y is exactly one's image.
[[nodiscard]] double undo(const Line& line, double y);
void undo(const Line& line, const Batch& y, const MutableBatch& x);
void apply(const Line& line, const MutableBatch& x);
/// x := factor x, rows up to padded(x.size).
void multiply(double factor, const Batch& from, const MutableBatch& to);
void add_constant(double constant, double* out, std::size_t n);

/// y = shift + A x of several variables.
class LinearMap {
 public:
  /// @throws InvalidArgument, DomainError  unless sizes fit and A is finite and invertible
  LinearMap(std::span<const double> shift, const MatrixView& scale, std::size_t dimension);

  [[nodiscard]] std::size_t dimension() const { return dimension_; }
  [[nodiscard]] double log_determinant() const { return log_determinant_; }
  [[nodiscard]] const double* shift() const { return shift_.data(); }
  [[nodiscard]] const double* scale() const { return scale_.data(); }
  void undo(const Batch& y, const MutableBatch& x) const;
  void apply(const Batch& x, const MutableBatch& y) const;
  /// to := A^-T from, for gradients; to := A^T from, for directions.
  void pull(const Batch& from, const MutableBatch& to) const;
  void push(const Batch& from, const MutableBatch& to) const;
  /// A log density is -inf where y is infinite or x overflows, NaN where y is.
  void settle(const Batch& y, double* log_density) const;
  void moments(const double* mean, const double* covariance, double* mean_out,
               double* covariance_out) const;

 private:
  std::size_t dimension_;
  std::vector<double> shift_, scale_, inverse_;
  double log_determinant_ = 0.0;
};

/// What an Affine of either kind has from its p: the parameters.
template <class Self, class P>
class AffineParameters {
 public:
  [[nodiscard]] const P& base() const { return p_; }

  [[nodiscard]] std::size_t parameter_count() const requires Parametric<P> {
    return p_.parameter_count();
  }
  void parameters(std::span<double> out) const requires Parametric<P> { p_.parameters(out); }
  [[nodiscard]] Self with_parameters(std::span<const double> theta) const& requires Parametric<P> {
    return Self(static_cast<const Self&>(*this)).with_parameters(theta);
  }
  [[nodiscard]] Self with_parameters(std::span<const double> theta) && requires Parametric<P> {
    p_ = std::move(p_).with_parameters(theta);
    return std::move(static_cast<Self&>(*this));
  }
  [[nodiscard]] std::size_t gradient_sums_size() const requires Parametric<P> {
    return p_.gradient_sums_size();
  }
  template <class Evaluation>
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace& workspace) const requires Parametric<P> {
    p_.add_gradient_sums(at.base, weight, sums, workspace);
  }
  void parameter_gradient(const double* sums, std::span<double> out) const requires Parametric<P> {
    p_.parameter_gradient(sums, out);
  }

 protected:
  explicit AffineParameters(P p) : p_(std::move(p)) {}

  P p_;
};

}  // namespace detail

/// The distribution of y = shift + scale x, x ~ p.
///
///     log q(y) = log p((y - shift) / scale) - log |scale|
///
/// Of one variable: scale is a number, not 0, negative allowed (probabilities and quantiles change
/// sides); a discrete p keeps its masses, on other points. Of several: scale is an invertible
/// matrix. Parameters are those of p; shift and scale are fixed. It can do what p can.
///
///     const Affine p(StudentT(4, 0, 1), 10.0, -2.0);
///     const Affine q(Product(Laplace(0, 1), Normal(0, 1)), Vector{{1, 2}},
///                    Matrix{{2, 0}, {1, 1}});
template <class P, class Scale = double>
class Affine;

template <Density P>
class Affine<P, double> : public detail::AffineParameters<Affine<P, double>, P> {
  using Parameters = detail::AffineParameters<Affine, P>;
  using Parameters::p_;

 public:
  static constexpr const char* name = "Affine";
  static constexpr bool is_discrete = leibler::is_discrete<P>;
  static constexpr bool support_moves = leibler::support_moves<P>;
  static constexpr bool implicit_path = leibler::implicit_path<P>;
  static constexpr bool normalized = is_normalized<P>;

  struct Evaluation {
    Batch x;  ///< y; draws and points are called x everywhere
    detail::PartEvaluation<P> base;
    const double* log_density;
  };

  /// @throws InvalidArgument, DomainError
  Affine(P p, double shift, double scale)
      : Parameters(std::move(p)), line_(detail::line(shift, scale, is_discrete)) {
    check::size(name, "p.dimension()", detail::dimension_of(p_), 1,
                "give a Vector and a Matrix for several");
  }

  [[nodiscard]] double shift() const { return line_.shift; }
  [[nodiscard]] double scale() const { return line_.scale; }

  // at a point

  [[nodiscard]] Interval support() const requires detail::HasTails<P> {
    const Interval ends{map(p_.support().low), map(p_.support().high)};
    return is_rising() ? ends : Interval{ends.high, ends.low};
  }
  [[nodiscard]] double log_density(double y) const requires detail::HasTails<P> {
    return p_.log_density(undo(y)) - line_.log_scale;
  }
  [[nodiscard]] double cdf(double y) const requires detail::HasTails<P> {
    return is_rising() ? p_.cdf(whole(y, false)) : p_.survival(whole(y, true));
  }
  [[nodiscard]] double survival(double y) const requires detail::HasTails<P> {
    return is_rising() ? p_.survival(whole(y, false)) : p_.cdf(whole(y, true));
  }
  [[nodiscard]] double log_cdf(double y) const requires detail::HasTails<P> {
    return is_rising() ? p_.log_cdf(whole(y, false)) : p_.log_survival(whole(y, true));
  }
  [[nodiscard]] double log_survival(double y) const requires detail::HasTails<P> {
    return is_rising() ? p_.log_survival(whole(y, false)) : p_.log_cdf(whole(y, true));
  }
  /// @throws DomainError  unless 0 <= u <= 1
  [[nodiscard]] double quantile(double u) const requires(detail::HasTails<P> && !is_discrete) {
    return map(is_rising() ? p_.quantile(u) : p_.upper_quantile(u));
  }
  [[nodiscard]] double upper_quantile(double u) const
      requires(detail::HasTails<P> && !is_discrete) {
    return map(is_rising() ? p_.upper_quantile(u) : p_.quantile(u));
  }

  [[nodiscard]] double mean() const requires detail::HasScalarMean<P> { return map(p_.mean()); }
  [[nodiscard]] double variance() const requires detail::HasVariance<P> {
    return line_.scale * line_.scale * p_.variance();
  }
  [[nodiscard]] double entropy() const requires detail::HasEntropy<P> {
    return p_.entropy() + line_.log_scale;
  }

  // a model

  [[nodiscard]] static constexpr std::size_t dimension() { return 1; }
  /// At every row of y, n x 1.
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& y) const {
    return leibler::log_density(*this, y);
  }
  void log_density(const Batch& y, double* out, Workspace& workspace) const {
    const engine::Workspace::Frame frame(workspace);
    p_.log_density(take_undone(y, workspace), out, workspace);
    detail::add_constant(-line_.log_scale, out, y.size);
  }
  [[nodiscard]] Evaluation evaluate(const Batch& y, Workspace& workspace) const {
    double* const out = workspace.take(engine::padded(y.size));
    const auto base = detail::evaluate_part(p_, take_undone(y, workspace), workspace);
    detail::part_log_density(p_, base, out);
    detail::add_constant(-line_.log_scale, out, y.size);
    return {y, base, out};
  }
  void log_density(const Evaluation& at, double* out) const {
    std::copy_n(at.log_density, at.x.size, out);
  }
  void point_gradient(const Evaluation& at, const MutableBatch& out,
                      Workspace& workspace) const requires Differentiable<P> {
    p_.point_gradient(at.base, out, workspace);
    detail::multiply(1.0 / line_.scale, out, out);
  }
  void sample(const Stream& stream, const MutableBatch& y,
              Workspace& workspace) const requires Sampleable<P> {
    p_.sample(stream, y, workspace);
    detail::apply(line_, y);
  }

  // a finite support

  [[nodiscard]] std::size_t size() const requires Enumerable<P> { return p_.size(); }
  [[nodiscard]] Points points() const requires Enumerable<P> {
    Points y = p_.points();
    for (Index i = 0; i < y.rows(); ++i) y(i, 0) = map(y(i, 0));
    return y;
  }
  [[nodiscard]] Vector log_probabilities() const requires Enumerable<P> {
    return p_.log_probabilities();
  }

  void add_path_sums(const Evaluation& at, const Batch& v, double* sums,
                     Workspace& workspace) const requires Reparameterized<P> {
    const engine::Workspace::Frame frame(workspace);
    const auto scaled = engine::take_batch(workspace, v.size, 1);
    detail::multiply(line_.scale, v, scaled);
    p_.add_path_sums(at.base, scaled, sums, workspace);
  }

  friend std::ostream& operator<<(std::ostream& out, const Affine& q) {
    out << detail::short_number(q.line_.shift) << " + " << detail::short_number(q.line_.scale)
        << " x, x ~ ";
    detail::print_part(out, q.p_);
    return out;
  }

 private:
  [[nodiscard]] bool is_rising() const { return line_.scale > 0.0; }
  [[nodiscard]] double map(double x) const { return line_.shift + line_.scale * x; }
  [[nodiscard]] double undo(double y) const { return detail::undo(line_, y); }
  // Of a discrete p: the last x that counts for P(Y <= y), or, falling, the last that does not.
  [[nodiscard]] double whole(double y, bool is_falling) const {
    const double x = undo(y);
    if (!is_discrete) return x;
    return is_falling ? std::ceil(x) - 1.0 : std::floor(x);
  }
  [[nodiscard]] Batch take_undone(const Batch& y, Workspace& workspace) const {
    const auto x = engine::take_batch(workspace, y.size, 1);
    detail::undo(line_, y, x);
    return x;
  }

  detail::Line line_;
};

template <Density P>
class Affine<P, Matrix> : public detail::AffineParameters<Affine<P, Matrix>, P> {
  using Parameters = detail::AffineParameters<Affine, P>;
  using Parameters::p_;

  static_assert(!leibler::is_discrete<P>, "leibler: Affine by a matrix needs a continuous p");

 public:
  static constexpr const char* name = "Affine";
  static constexpr bool normalized = is_normalized<P>;
  static constexpr bool support_moves = leibler::support_moves<P>;
  static constexpr bool implicit_path = leibler::implicit_path<P>;
  static constexpr bool is_on_surface = leibler::is_on_surface<P>;

  struct Evaluation {
    Batch x;
    detail::PartEvaluation<P> base;
    const double* log_density;
  };

  /// @param shift  size d, finite
  /// @param scale  d x d, finite and invertible
  /// @throws InvalidArgument, DomainError
  Affine(P p, const Vector& shift, const Matrix& scale)
      : Parameters(std::move(p)), map_(as_span(shift), as_view(scale), detail::dimension_of(p_)) {}

  [[nodiscard]] Vector shift() const { return as_vector({map_.shift(), dimension()}); }
  [[nodiscard]] Matrix scale() const {
    const auto d = static_cast<Index>(dimension());
    return Eigen::Map<const Matrix>(map_.scale(), d, d);
  }

  [[nodiscard]] Vector mean() const requires detail::HasMean<P> {
    const Vector of_p = p_.mean();
    Vector out(of_p.size());
    map_.moments(of_p.data(), nullptr, out.data(), nullptr);
    return out;
  }
  [[nodiscard]] Matrix covariance() const requires detail::HasCovariance<P> {
    const Matrix of_p = p_.covariance();
    Matrix out(of_p.rows(), of_p.cols());
    map_.moments(nullptr, of_p.data(), nullptr, out.data());
    return out;
  }
  [[nodiscard]] double entropy() const requires detail::HasEntropy<P> {
    return p_.entropy() + map_.log_determinant();
  }

  [[nodiscard]] std::size_t dimension() const { return map_.dimension(); }
  /// At every row of y, n x d.
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& y) const {
    return leibler::log_density(*this, y);
  }
  void log_density(const Batch& y, double* out, Workspace& workspace) const {
    const engine::Workspace::Frame frame(workspace);
    p_.log_density(take_undone(y, workspace), out, workspace);
    map_.settle(y, out);
  }
  [[nodiscard]] Evaluation evaluate(const Batch& y, Workspace& workspace) const {
    double* const out = workspace.take(engine::padded(y.size));
    const auto base = detail::evaluate_part(p_, take_undone(y, workspace), workspace);
    detail::part_log_density(p_, base, out);
    map_.settle(y, out);
    return {y, base, out};
  }
  void log_density(const Evaluation& at, double* out) const {
    std::copy_n(at.log_density, at.x.size, out);
  }
  void point_gradient(const Evaluation& at, const MutableBatch& out,
                      Workspace& workspace) const requires Differentiable<P> {
    const engine::Workspace::Frame frame(workspace);
    const auto of_p = engine::take_batch(workspace, at.x.size, dimension());
    p_.point_gradient(at.base, of_p, workspace);
    map_.pull(of_p, out);
  }
  void sample(const Stream& stream, const MutableBatch& y,
              Workspace& workspace) const requires Sampleable<P> {
    const engine::Workspace::Frame frame(workspace);
    const auto x = engine::take_batch(workspace, y.size, dimension());
    p_.sample(stream, x, workspace);
    map_.apply(x, y);
    detail::fill_padding(y);
  }

  void add_path_sums(const Evaluation& at, const Batch& v, double* sums,
                     Workspace& workspace) const requires Reparameterized<P> {
    const engine::Workspace::Frame frame(workspace);
    const auto pushed = engine::take_batch(workspace, v.size, dimension());
    map_.push(v, pushed);
    p_.add_path_sums(at.base, pushed, sums, workspace);
  }

  friend std::ostream& operator<<(std::ostream& out, const Affine& q) {
    out << "Affine in " << detail::counted(q.dimension(), "dimension")
        << ", log |det scale| = " << detail::short_number(q.map_.log_determinant()) << ": ";
    detail::print_part(out, q.p_);
    return out;
  }

 private:
  [[nodiscard]] Batch take_undone(const Batch& y, Workspace& workspace) const {
    const auto x = engine::take_batch(workspace, y.size, dimension());
    map_.undo(y, x);
    detail::fill_padding(x);
    return x;
  }

  detail::LinearMap map_;
};

template <class P>
Affine(P, double, double) -> Affine<P, double>;
template <class P>
Affine(P, const Vector&, const Matrix&) -> Affine<P, Matrix>;

}  // namespace leibler::inline v0
