// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include <leibler/engine/kernels/mixture.hpp>
#include <leibler/models/distribution.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/types.hpp>

namespace leibler::inline v0 {

namespace detail {
struct GaussianView;
}

/// How GaussianMixture::random spreads its components.
struct RandomMixtureOptions {
  double spread = 1.0;  ///< standard deviation of the means' coordinates around 0, > 0
  double stddev = 1.0;  ///< of every component in every coordinate, > 0
};

/// sum_k w_k N(m_k, L_k L_k^T), full covariances, any number of components and dimensions.
///
/// Parameters, all unconstrained: K logits of the weights; K means; K lower triangles by rows, with
/// log L_ii on the diagonal. Every vector whose log L_ii are within +-708 and whose L^-1 do not
/// overflow is a valid mixture. Cost per point: K (d^2 / 2 multiply-adds and an exponential). An
/// object changes only by being moved from.
///
///     const GaussianMixture p(Vector{{0.4, 0.6}}, Points{{0, 0}, {3, 1}},
///                             {Matrix::Identity(2, 2), Matrix{{1, 0.5}, {0.5, 1}}});
///     const Vector log_p = p.log_density(Points{{0.0, 1.0}});
class GaussianMixture {
 public:
  static constexpr const char* name = "GaussianMixture";
  static constexpr bool draws_can_depend = true;
  static constexpr bool implicit_path = true;

  /// What one chunk's log density and gradients share; lives in the workspace.
  struct Evaluation {
    Batch x;
    engine::kernels::MixtureTerms terms;
  };

  /// @param weights      size K >= 1, > 0, adding up to 1 within 1e-9 (rounding is divided out)
  /// @param means        K x d, finite
  /// @param covariances  K matrices d x d, symmetric positive definite
  /// @throws InvalidArgument  if a size is wrong
  /// @throws DomainError      if a value is; the text names the component, and for a covariance its
  ///                          smallest eigenvalue
  GaussianMixture(const Vector& weights, const Points& means,
                  const std::vector<Matrix>& covariances)
      : GaussianMixture(as_span(weights), as_view(means), as_views(covariances)) {}

  /// Equal weights, means ~ N(0, spread^2 I), covariances stddev^2 I.
  /// @throws InvalidArgument, DomainError
  [[nodiscard]] static GaussianMixture random(std::size_t components, std::size_t dimension,
                                              Seed seed, const RandomMixtureOptions& options = {});

  // parameters

  [[nodiscard]] std::size_t dimension() const { return dimension_; }
  [[nodiscard]] std::size_t components() const { return count_; }
  [[nodiscard]] std::size_t parameter_count() const {
    return count_ * (1 + dimension_ + triangle());
  }

  /// Writes the parameters to out[0, parameter_count()).
  void parameters(std::span<double> out) const;

  /// The model with other parameters.
  /// @throws InvalidArgument, DomainError  if the size or a value is wrong; *this is then unchanged
  [[nodiscard]] GaussianMixture with_parameters(std::span<const double> theta) const& {
    return GaussianMixture(*this).with_parameters(theta);
  }
  /// Takes over the storage of the old model: allocates nothing.
  [[nodiscard]] GaussianMixture with_parameters(std::span<const double> theta) && {
    assign(theta);
    return std::move(*this);
  }

  // parts, moments, marginals, conditionals

  [[nodiscard]] Vector weights() const { return as_vector({weight_data(), count_}); }
  /// K x d.
  [[nodiscard]] Points means() const {
    return Eigen::Map<const Eigen::Matrix<double, -1, -1, Eigen::RowMajor>>(
        mean_data(), static_cast<Index>(count_), static_cast<Index>(dimension_));
  }
  /// Component k, which is below components(); out of range throws InvalidArgument.
  [[nodiscard]] Gaussian component(std::size_t k) const;
  [[nodiscard]] Matrix covariance(std::size_t k) const { return component(k).covariance(); }
  /// Component k < components(); valid while the object lives.
  [[nodiscard]] detail::PlainGaussian plain_gaussian(std::size_t k) const {
    return {dimension_, mean_data() + k * dimension_, values_.data() + factor_at() + k * triangle(),
            false};
  }

  /// Of the whole mixture.
  [[nodiscard]] Vector mean() const {
    Vector out(static_cast<Index>(dimension_));
    write_mean({out.data(), dimension_});
    return out;
  }
  [[nodiscard]] Matrix covariance() const {
    Matrix out(static_cast<Index>(dimension_), static_cast<Index>(dimension_));
    write_covariance({out.data(), dimension_ * dimension_});
    return out;
  }

  /// The distribution of the named coordinates, in their order: again a mixture.
  /// @param coordinates  distinct, below dimension(), at least one
  /// @throws InvalidArgument
  [[nodiscard]] GaussianMixture marginal(const std::vector<std::size_t>& coordinates) const;

  /// The distribution of the other coordinates, in rising order, where x[observed[i]] = value[i]:
  /// weights are multiplied by every component's density of the value, in log space. A component
  /// so far away that the logarithm of its weight is beyond the range of double is left out.
  /// @param observed  distinct, below dimension(), at least one and not all
  /// @param value     as many, finite
  /// @throws InvalidArgument, DomainError
  [[nodiscard]] GaussianMixture conditional(const std::vector<std::size_t>& observed,
                                            const Vector& value) const {
    return conditional(observed, as_span(value));
  }
  [[nodiscard]] GaussianMixture conditional(const std::vector<std::size_t>& observed,
                                            std::span<const double> value) const;

  // log density

  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const {
    const Evaluation at = take_evaluation(x, workspace);
    engine::kernels::mixture_terms(x, forms(), at.terms);
    return at;
  }
  void log_density(const Evaluation& at, double* out) const {
    engine::kernels::mixture_log_density(at.terms, at.x.size, out);
  }
  void log_density(const Batch& x, double* out, Workspace& workspace) const {
    const Workspace::Frame frame(workspace);
    engine::kernels::mixture_density_only(x, forms(), take_evaluation(x, workspace).terms, out);
  }

  /// At every row of x, n x d.
  template <class X>
  [[nodiscard]] Vector log_density(const X& x) const {
    return leibler::log_density(*this, x);
  }

  /// p(component k | x) in column k of out, `stride` rows apart.
  void responsibilities(const Evaluation& at, double* out, std::size_t stride) const {
    engine::kernels::mixture_responsibilities(at.terms, at.x.stride, at.x.size, count_, out,
                                              stride);
  }

  // gradients

  /// Moments of every component, then the gradient along paths: as moments it would lose the digits
  /// that covariances of high condition take.
  [[nodiscard]] std::size_t gradient_sums_size() const { return 2 * parameter_count(); }

  /// sums += sum_i weight_i r_ik (1, u, u u^T) with u = x_i - m_k; no weight means 1.
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace& workspace) const {
    const Workspace::Frame frame(workspace);
    double* const ratio = workspace.take(engine::padded(at.x.size));
    engine::kernels::mixture_ratio(at.terms, at.x.size, weight, ratio);
    engine::kernels::weighted_moments(at.x, forms(), at.terms, ratio, sums);
  }

  /// d/d logit_k = S0_k - w_k sum S0;  d/d m_k = W^T W S1;
  /// d/d L_k = lower(W^T (W S2 W^T - S0 I)), its diagonal times L_ii;  W = L_k^-1;
  /// and the gradient along paths.
  void parameter_gradient(const double* sums, std::span<double> out) const;

  void point_gradient(const Evaluation& at, const MutableBatch& out, Workspace&) const {
    engine::kernels::mixture_point_gradient(at.x, forms(), at.terms, out.data, out.stride);
  }

  /// The path of a point on which the distribution function of every coordinate, given those before
  /// it, stays what it is [1, 2]: a property of the point and the parameters alone, whichever
  /// component was drawn. Between components that are far apart it is as long as the density there
  /// is low: steep, but rarely drawn. Cost per point: K (d^2 multiply-adds, d exponentials).
  ///
  /// [1] M. Figurnov, S. Mohamed and A. Mnih. Implicit reparameterization gradients. NeurIPS, 2018.
  /// [2] A. Graves. Stochastic backpropagation through mixture density distributions. 2016.
  void add_path_sums(const Evaluation& at, const Batch& v, double* sums,
                     Workspace& workspace) const;

  // sample

  /// Draws the number of points of each component, then each component's points side by side: rows
  /// come sorted by component.
  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const;

  // strata: the draws of every component by themselves

  /// Rows sorted by component, counts[k] of component k; counts has components() entries that add
  /// up to x.size.
  void sample_components(const Stream& stream, const std::size_t* counts, const MutableBatch& x,
                         Workspace& workspace) const;
  /// Valid while the object lives.
  [[nodiscard]] std::span<const double> plain_weights() const { return {weight_data(), count_}; }
  /// Of one component.
  [[nodiscard]] std::size_t component_sums_size() const { return dimension_ + triangle(); }
  /// sums += sum_i v_i^T dx_i / d(m_k, L_k) for draws x = m_k + L_k z of component k.
  void add_component_path_sums(std::size_t k, const Batch& x, const Batch& v, double* sums,
                               Workspace& workspace) const;
  /// The gradient of sum_k w_k E_k[h] by costs[k] = w_k E_k[h] and the sums of all components.
  void component_gradient(const double* costs, const double* sums, std::span<double> out) const;

  // files

  /// As JSON, from which the same bits come back; `load` and `from_json` read it, and also
  /// "weights", "means" and "covariances" as the constructor takes them.
  [[nodiscard]] std::string to_json() const;
  /// @throws RuntimeError  if the text is malformed; DomainError, InvalidArgument if a value is
  /// wrong
  [[nodiscard]] static GaussianMixture from_json(const std::string& text);
  /// Written beside `path` and renamed, so that a crash leaves the old file or the new.
  void save(const std::string& path) const;
  [[nodiscard]] static GaussianMixture load(const std::string& path);

  friend std::ostream& operator<<(std::ostream& out, const GaussianMixture& p) {
    p.print(out);
    return out;
  }

 private:
  GaussianMixture(std::size_t count, std::size_t dimension);  // storage only
  GaussianMixture(std::span<const double> weights, const MatrixView& means,
                  std::span<const MatrixView> covariances);

  [[nodiscard]] std::size_t triangle() const { return engine::kernels::triangle(dimension_); }

  // One block of memory, each part padded to whole octets: parameters, then what evaluation needs.
  [[nodiscard]] std::size_t packed() const { return engine::octets(count_ * triangle()); }
  [[nodiscard]] std::size_t factor_at() const { return engine::octets(parameter_count()); }
  [[nodiscard]] std::size_t whitening_at() const { return factor_at() + packed(); }
  [[nodiscard]] std::size_t constant_at() const { return whitening_at() + packed(); }
  [[nodiscard]] std::size_t weight_at() const { return constant_at() + engine::octets(count_); }
  [[nodiscard]] std::size_t cumulative_at() const { return weight_at() + engine::octets(count_); }
  [[nodiscard]] std::size_t size() const { return cumulative_at() + engine::octets(count_); }
  [[nodiscard]] std::size_t mean_at(std::size_t k) const { return count_ + k * dimension_; }
  [[nodiscard]] std::size_t logs_at(std::size_t k) const {
    return count_ * (1 + dimension_) + k * triangle();
  }
  [[nodiscard]] const double* mean_data() const { return values_.data() + count_; }
  [[nodiscard]] const double* weight_data() const { return values_.data() + weight_at(); }

  [[nodiscard]] Evaluation take_evaluation(const Batch& x, Workspace& workspace) const {
    const std::size_t n = x.stride;
    return {x,
            {workspace.take(n), workspace.take(n), workspace.take(n), workspace.take(n * count_)}};
  }
  [[nodiscard]] engine::kernels::QuadraticForms forms() const {
    return {count_, dimension_, mean_data(), values_.data() + whitening_at(),
            values_.data() + constant_at()};
  }

  // `file` is empty where the text is an argument.
  static GaussianMixture read(const std::string& where, const std::string& file,
                              const std::string& text);
  [[nodiscard]] detail::GaussianView component_view(std::size_t k) const;
  void check_parameters(std::span<const double> theta) const;
  void assign(std::span<const double> theta);
  void prepare();
  void write_mean(std::span<double> out) const;
  void write_covariance(std::span<double> out) const;
  void print(std::ostream& out) const;

  std::size_t count_, dimension_;
  std::vector<double> values_;
};

static_assert(Distribution<GaussianMixture> && Parametric<GaussianMixture> &&
              Reparameterized<GaussianMixture> && Stratifiable<GaussianMixture>);

}  // namespace leibler::inline v0
