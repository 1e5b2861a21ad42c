// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include <leibler/models/distribution.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/types.hpp>

namespace leibler::inline v0 {

/// A table of probabilities over several discrete variables, variable j with values 0, 1, ...,
/// shape[j] - 1.
///
/// Probabilities are given in the order of counting: the last variable runs fastest, so that the
/// cell of (x_0, x_1, x_2) is number (x_0 shape[1] + x_1) shape[2] + x_2. Points are d columns of
/// whole numbers; anything else has log density -inf. A cell may have probability zero: it is never
/// drawn and has no parameter. Parameters: the logits of the others, in their order.
///
///     const Joint p(Matrix{{0.1, 0.2}, {0.3, 0.4}});       // rows: variable 0
///     const Joint of_column = p.marginal({1}), given = p.conditional({0}, Vector{{1.0}});
class Joint {
 public:
  static constexpr const char* name = "Joint";
  static constexpr bool is_discrete = true;

  struct Evaluation {
    Batch x;
    const std::uint32_t* cell;  ///< whose point it is, among those with a probability; or size()
    const double* log_density;
  };

  /// @param shape          the number of values of each variable, all >= 1
  /// @param probabilities  one a cell, >= 0, adding up to 1 within 1e-9 (rounding is divided out)
  /// @throws InvalidArgument, DomainError
  Joint(const std::vector<std::size_t>& shape, const Vector& probabilities)
      : Joint(std::span<const std::size_t>(shape), as_span(probabilities)) {}
  /// Two variables: variable 0 is the row, variable 1 the column.
  explicit Joint(const Matrix& probabilities);

  [[nodiscard]] std::size_t dimension() const { return shape_.size(); }
  [[nodiscard]] const std::vector<std::size_t>& shape() const { return shape_; }
  /// Of every cell, zeros included, in the order above.
  [[nodiscard]] Vector probabilities() const;

  // the support: cells with a probability above zero

  [[nodiscard]] std::size_t size() const { return cells_.size(); }
  [[nodiscard]] Points points() const;
  [[nodiscard]] Vector log_probabilities() const { return as_vector(log_p_); }

  [[nodiscard]] Vector mean() const;
  /// In nats.
  [[nodiscard]] double entropy() const;

  /// The distribution of the named variables, in their order.
  /// @param variables  distinct, below dimension(), at least one
  /// @throws InvalidArgument
  [[nodiscard]] Joint marginal(const std::vector<std::size_t>& variables) const;
  /// The distribution of the other variables, in rising order, where x[observed[i]] = values[i].
  /// @param observed  distinct, below dimension(), at least one and not all
  /// @throws InvalidArgument, DomainError  also where those values have probability zero
  [[nodiscard]] Joint conditional(const std::vector<std::size_t>& observed,
                                  const Vector& values) const {
    return conditional(std::span<const std::size_t>(observed), as_span(values));
  }

  // a model

  /// At every row of x, n x d.
  template <class X>
  [[nodiscard]] Vector log_density(const Eigen::DenseBase<X>& x) const {
    return leibler::log_density(*this, x);
  }
  void log_density(const Batch& x, double* out, Workspace& workspace) const {
    const engine::Workspace::Frame frame(workspace);
    std::copy_n(evaluate(x, workspace).log_density, x.size, out);
  }
  [[nodiscard]] Evaluation evaluate(const Batch& x, Workspace& workspace) const;
  void log_density(const Evaluation& at, double* out) const {
    std::copy_n(at.log_density, at.x.size, out);
  }

  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const;

  [[nodiscard]] std::size_t parameter_count() const { return size(); }
  void parameters(std::span<double> out) const;
  /// @throws InvalidArgument, DomainError  if the size or a value is wrong; *this is then unchanged
  [[nodiscard]] Joint with_parameters(std::span<const double> theta) const& {
    return Joint(*this).with_parameters(theta);
  }
  [[nodiscard]] Joint with_parameters(std::span<const double> theta) && {
    assign(theta);
    return std::move(*this);
  }
  /// Sums of weights, one a cell with a probability.
  [[nodiscard]] std::size_t gradient_sums_size() const { return size(); }
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         Workspace&) const;
  void parameter_gradient(const double* sums, std::span<double> out) const;

  // files

  /// As JSON, from which the same bits come back; "shape" with "probabilities" is read, too.
  [[nodiscard]] std::string to_json() const;
  /// @throws RuntimeError  if the text is malformed; DomainError, InvalidArgument if a value is
  /// wrong
  [[nodiscard]] static Joint from_json(const std::string& text);
  void save(const std::string& path) const;
  [[nodiscard]] static Joint load(const std::string& path);

  friend std::ostream& operator<<(std::ostream& out, const Joint& p) {
    p.print(out);
    return out;
  }

 private:
  Joint() = default;
  Joint(std::span<const std::size_t> shape, std::span<const double> probabilities);
  [[nodiscard]] Joint conditional(std::span<const std::size_t> observed,
                                  std::span<const double> values) const;
  static Joint read(const std::string& where, const std::string& file, const std::string& text);
  /// Cells of logarithms of probability, -inf for none, added to those that are there.
  static Joint from_logits(std::vector<std::size_t> shape, const std::vector<double>& logits);
  void assign(std::span<const double> theta);
  void prepare();
  void print(std::ostream& out) const;

  std::vector<std::size_t> shape_;
  std::vector<std::size_t> cells_;   // with a probability, rising
  std::vector<std::uint32_t> rank_;  // of every cell among those, or their number
  std::vector<double> logits_, log_p_, p_, cumulative_;  // of those
};

static_assert(Distribution<Joint> && Parametric<Joint> && Enumerable<Joint>);

}  // namespace leibler::inline v0
