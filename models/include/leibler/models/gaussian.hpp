// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <leibler/engine/kernels/gaussian.hpp>
#include <leibler/models/distribution.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/gaussian_divergence.hpp>
#include <leibler/models/types.hpp>

namespace leibler::inline v0 {

/// N(mean, L L^T) with L a lower triangle (Gaussian) or a diagonal (DiagonalGaussian).
///
///     log p(x) = -|w|^2 / 2 - sum_i log L_ii - d log(2 pi) / 2,   w = L^-1 (x - mean)
///
/// Parameters, all unconstrained: d means, then L by rows with log L_ii on the diagonal (a
/// diagonal: its d logarithms). Every vector whose log L_ii are within +-708 and whose L^-1 does
/// not overflow is a valid model. Cost per point: d^2 / 2 multiply-adds (a diagonal: d). An object
/// changes only by being moved from.
///
///     const Gaussian p(Vector{{0.0, 1.0}}, Matrix{{2.0, 0.5}, {0.5, 1.0}});
///     const Vector log_p = p.log_density(Points{{0.0, 1.0}, {1.0, 1.0}});
template <engine::kernels::Shape shape>
class BasicGaussian {
  // The library instantiates the members defined in its sources, one by one: an explicit
  // instantiation of the class would compile those that return Eigen objects, too, and programs
  // built with other flags would call them.
 public:
  static constexpr bool is_diagonal = shape == engine::kernels::Shape::diagonal;
  static constexpr bool draws_can_depend = true;
  static constexpr const char* name = is_diagonal ? "DiagonalGaussian" : "Gaussian";

  /// w = L^-1 (x - mean); lives in the workspace.
  struct Evaluation {
    Batch x;
    const double* w;
  };

  /// @param mean        size d >= 1, finite
  /// @param covariance  d x d, symmetric positive definite
  /// @throws InvalidArgument  if a size is wrong
  /// @throws DomainError      if an entry is not finite, or the matrix not symmetric, or not
  ///                          positive definite (the text tells its smallest eigenvalue)
  BasicGaussian(const Vector& mean, const Matrix& covariance) requires(!is_diagonal)
      : BasicGaussian(as_span(mean), as_view(covariance)) {}

  /// @param mean    size d >= 1, finite
  /// @param stddev  size d, finite and > 0
  /// @throws InvalidArgument, DomainError
  BasicGaussian(const Vector& mean, const Vector& stddev) requires(is_diagonal)
      : BasicGaussian(as_span(mean),
                      MatrixView{stddev.data(), static_cast<std::size_t>(stddev.size()), 1}) {}

  /// N(0, I).
  /// @throws InvalidArgument  if dimension is 0
  [[nodiscard]] static BasicGaussian standard(std::size_t dimension);

  // parameters

  [[nodiscard]] std::size_t dimension() const { return dimension_; }
  [[nodiscard]] std::size_t parameter_count() const { return dimension_ + entries(); }

  /// Writes the parameters to out[0, parameter_count()).
  void parameters(std::span<double> out) const;

  /// The model with other parameters.
  /// @throws InvalidArgument, DomainError  if the size or a value is wrong; *this is then unchanged
  [[nodiscard]] BasicGaussian with_parameters(std::span<const double> theta) const& {
    return BasicGaussian(*this).with_parameters(theta);
  }
  /// Takes over the storage of the old model: allocates nothing.
  [[nodiscard]] BasicGaussian with_parameters(std::span<const double> theta) && {
    assign(theta);
    return std::move(*this);
  }

  // moments, marginals, conditionals

  [[nodiscard]] Vector mean() const { return as_vector({values_.data(), dimension_}); }

  /// L L^T.
  [[nodiscard]] Matrix covariance() const {
    Matrix out(static_cast<Index>(dimension_), static_cast<Index>(dimension_));
    write_covariance({out.data(), dimension_ * dimension_});
    return out;
  }

  /// The standard deviation of every coordinate.
  [[nodiscard]] Vector stddev() const {
    Vector out(static_cast<Index>(dimension_));
    write_stddev({out.data(), dimension_});
    return out;
  }

  /// The differential entropy in nats, exact.
  [[nodiscard]] double entropy() const;

  /// The distribution of the named coordinates, in their order.
  /// @param coordinates  distinct, below dimension(), at least one
  /// @throws InvalidArgument
  [[nodiscard]] BasicGaussian marginal(const std::vector<std::size_t>& coordinates) const;

  /// The distribution of the other coordinates, in rising order, where x[observed[i]] = value[i].
  /// @param observed  distinct, below dimension(), at least one and not all
  /// @param value     as many, finite
  /// @throws InvalidArgument, DomainError
  [[nodiscard]] BasicGaussian conditional(const std::vector<std::size_t>& observed,
                                          const Vector& value) const {
    return conditional(observed, as_span(value));
  }
  [[nodiscard]] BasicGaussian conditional(const std::vector<std::size_t>& observed,
                                          std::span<const double> value) const;

  // log density

  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const {
    double* const w = workspace.take(x.stride * dimension_);
    engine::kernels::gaussian_whiten(shape, x, values_.data(), whitening(), w);
    return {x, w};
  }
  void log_density(const Evaluation& at, double* out) const {
    engine::kernels::gaussian_log_density(at.w, at.x.stride, at.x.size, dimension_, constant_, out);
  }
  void log_density(const Batch& x, double* out, Workspace& workspace) const {
    const Workspace::Frame frame(workspace);
    log_density(evaluate(x, workspace), out);
  }

  /// At every row of x, n x d.
  template <class X>
  [[nodiscard]] Vector log_density(const X& x) const {
    return leibler::log_density(*this, x);
  }

  // gradients

  void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace&) const {
    engine::kernels::gaussian_point_gradient(shape, at.w, at.x.stride, whitening(), out);
  }

  /// d log q = -g^T dx / d theta, and -1 for every log L_ii: the sums are those of a path along -g,
  /// with the sum of weights behind.
  [[nodiscard]] std::size_t gradient_sums_size() const { return dimension_ + entries() + 1; }
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace& workspace) const;

  /// sums += sum_i v_i and sum_i v_i w_i^T.
  void add_path_sums(const Evaluation& at, const Batch& v, double* sums, Workspace&) const {
    engine::kernels::gaussian_path_sums(shape, v, at.w, at.x.stride, sums);
  }
  void parameter_gradient(const double* sums, std::span<double> out) const;

  // sample

  /// x = mean + L z with z standard normal.
  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const;

  /// The same draws and their evaluation, in one pass for a diagonal.
  [[nodiscard]] Evaluation sample_evaluated(const Stream& stream, const MutableBatch& x,
                                            Workspace& workspace) const;

  /// Coordinate j of a mean: mean +- stddev W, W of the Rayleigh distribution; of a log stddev: a
  /// double-sided Maxwell distribution against a normal one, which is the former times a uniform
  /// number where they are coupled. The other coordinates are the same on both sides.
  [[nodiscard]] double measure_pair(std::size_t parameter, const Stream& stream, Coupling coupling,
                                    const MutableBatch& plus, const MutableBatch& minus,
                                    Workspace& workspace) const requires(is_diagonal);

  // files

  /// As JSON, from which the same bits come back; `load` and `from_json` read it, and also a mean
  /// with a "covariance" (DiagonalGaussian: "stddev").
  [[nodiscard]] std::string to_json() const;
  /// @throws RuntimeError  if the text is malformed; DomainError, InvalidArgument if a value is
  /// wrong
  [[nodiscard]] static BasicGaussian from_json(const std::string& text);
  /// Written beside `path` and renamed, so that a crash leaves the old file or the new.
  void save(const std::string& path) const;
  [[nodiscard]] static BasicGaussian load(const std::string& path);

  friend std::ostream& operator<<(std::ostream& out, const BasicGaussian& p) {
    p.print(out);
    return out;
  }

  // plain memory, for compiled code; valid while the object lives

  [[nodiscard]] detail::PlainGaussian plain_gaussian() const {
    return {dimension_, values_.data(), factor(), is_diagonal};
  }

 private:
  explicit BasicGaussian(std::size_t dimension);  // storage only
  // From a covariance, or standard deviations in one column.
  BasicGaussian(std::span<const double> mean, const MatrixView& scale);

  [[nodiscard]] std::size_t entries() const {
    return is_diagonal ? dimension_ : dimension_ * (dimension_ + 1) / 2;
  }
  // One block: parameters, L, L^-1.
  [[nodiscard]] const double* factor() const { return values_.data() + parameter_count(); }
  [[nodiscard]] const double* whitening() const { return factor() + entries(); }

  // `file` is empty where the text is an argument.
  static BasicGaussian read(const std::string& where, const std::string& file,
                            const std::string& text);
  void check_parameters(std::span<const double> theta) const;
  void assign(std::span<const double> theta);
  void prepare();
  void write_covariance(std::span<double> out) const;
  void write_stddev(std::span<double> out) const;
  void print(std::ostream& out) const;

  std::size_t dimension_;
  std::vector<double> values_;
  double constant_ = 0.0;  // log p(mean)
};

/// N(mean, covariance), any covariance.
using Gaussian = BasicGaussian<engine::kernels::Shape::triangle>;

static_assert(Distribution<Gaussian> && Reparameterized<Gaussian>);

}  // namespace leibler::inline v0
