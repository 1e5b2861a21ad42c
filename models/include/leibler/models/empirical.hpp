// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include <leibler/models/distribution.hpp>
#include <leibler/models/types.hpp>

namespace leibler::inline v0 {

/// Data as a distribution: row i has probability weight_i / sum of weights.
///
/// A draw is a row, with replacement: a chunk of draws is an unbiased minibatch. It has no density
/// (so no KL), but a finite support: expectations under it can be exact.
///
///     const Empirical data(points);                 // n x d, one row a point
///     const auto fitted = fit(start, ForwardKl(data), Adam{}, options);
class Empirical {
 public:
  static constexpr const char* name = "Empirical";

  /// @param points   n x d, n >= 1, d >= 1, finite; copied
  /// @param weights  none, or size n, finite, >= 0 and not all 0; divided by their sum
  /// @throws InvalidArgument  if there is no point, no column or a wrong number of weights
  /// @throws DomainError      for the first value that is wrong, by row and column
  explicit Empirical(const Points& points, const Vector& weights = Vector())
      : Empirical(as_span(points), static_cast<std::size_t>(points.rows()),
                  static_cast<std::size_t>(points.cols()), as_span(weights)) {}

  [[nodiscard]] std::size_t dimension() const { return dimension_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool is_weighted() const { return !cumulative_.empty(); }

  /// n x d; valid while the object lives.
  [[nodiscard]] Eigen::Map<const Points> points() const {
    return {points_.data(), static_cast<Index>(size_), static_cast<Index>(dimension_)};
  }
  /// Adds up to 1.
  [[nodiscard]] Vector weights() const {
    Vector out(static_cast<Index>(size_));
    write_weights({out.data(), size_});
    return out;
  }
  /// The logarithms of the weights; -inf where one is 0.
  [[nodiscard]] Vector log_probabilities() const {
    Vector out(static_cast<Index>(size_));
    write_log_probabilities({out.data(), size_});
    return out;
  }

  /// The weighted mean and covariance (divided by the sum of weights) of the points.
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

  /// x.size rows drawn with replacement.
  void sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const;

  /// Points and weights as JSON; the same bits come back.
  [[nodiscard]] std::string to_json() const;
  /// @throws RuntimeError  if the text is malformed; DomainError, InvalidArgument if a value is
  /// wrong
  [[nodiscard]] static Empirical from_json(const std::string& text);
  void save(const std::string& path) const;
  [[nodiscard]] static Empirical load(const std::string& path);

  /// Reads numbers separated by commas, one point a line. A first line of names is taken as a
  /// header; empty lines are passed over. The locale does not matter.
  /// @throws RuntimeError  naming the line and what is wrong with it
  [[nodiscard]] static Empirical load_csv(const std::string& path);

  friend std::ostream& operator<<(std::ostream& out, const Empirical& p) {
    p.print(out);
    return out;
  }

 private:
  Empirical(std::span<const double> points, std::size_t size, std::size_t dimension,
            std::span<const double> weights);
  // `file` is empty where the text is an argument.
  static Empirical read(const std::string& where, const std::string& file, const std::string& text);
  void write_weights(std::span<double> out) const;
  void write_log_probabilities(std::span<double> out) const;
  void write_mean(std::span<double> out) const;
  void write_covariance(std::span<double> out) const;
  void print(std::ostream& out) const;

  std::size_t size_, dimension_;
  std::vector<double> points_;      // by column
  std::vector<double> weights_;     // as given, or empty
  std::vector<double> share_;       // the weights divided by their sum, or empty
  std::vector<double> cumulative_;  // of the shares, or empty
};

static_assert(Sampleable<Empirical> && Enumerable<Empirical>);

}  // namespace leibler::inline v0
