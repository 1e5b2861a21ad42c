// SPDX-License-Identifier: MIT
#include <leibler/engine/file.hpp>
#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/empirical.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/gaussian_mixture.hpp>

#include "json_reader.hpp"

// The files hold the parameters themselves, so that the same bits come back. What people write by
// hand (weights, covariances, standard deviations) goes through the constructors and their checks.
namespace leibler::inline v0 {

using detail::JsonPlace;
using detail::JsonReader;
using detail::JsonWriter;
using detail::Table;
using engine::kernels::Shape;

namespace {

constexpr auto mixture_schema = "leibler.gaussian_mixture";
constexpr auto empirical_schema = "leibler.empirical";
constexpr auto log_triangle = "log_cholesky";
constexpr auto log_diagonal = "log_stddev";

constexpr const char* gaussian_schema(Shape shape) {
  return shape == Shape::diagonal ? "leibler.diagonal_gaussian" : "leibler.gaussian";
}

std::string call(const char* name, const char* function) {
  return std::string(name) + "::" + function;
}

void append(std::vector<double>& to, const std::vector<double>& values) {
  to.insert(to.end(), values.begin(), values.end());
}

}  // namespace

// Gaussian, DiagonalGaussian

template <Shape shape>
std::string BasicGaussian<shape>::to_json() const {
  JsonWriter writer(gaussian_schema(shape));
  writer.numbers("mean", {values_.data(), dimension_});
  writer.numbers(is_diagonal ? log_diagonal : log_triangle,
                 {values_.data() + dimension_, entries()});
  return writer.text();
}

template <Shape shape>
BasicGaussian<shape> BasicGaussian<shape>::read(const std::string& where, const std::string& file,
                                                const std::string& text) {
  constexpr auto exact = is_diagonal ? log_diagonal : log_triangle;
  constexpr auto natural = is_diagonal ? "stddev" : "covariance";
  const JsonReader json(where, file, text);
  json.check_schema(gaussian_schema(shape), json.has(exact) && !is_diagonal);
  json.allow_only({"mean", natural, exact});
  json.check_not_both(exact, natural);
  auto theta = json.numbers("mean");
  const std::size_t d = theta.size();
  if (json.has(exact)) {
    json.check_not_empty("mean", d);
    append(theta, json.numbers(exact, is_diagonal ? d : d * (d + 1) / 2));
    return json.checked_parameters(
        [&] { return standard(d).with_parameters(theta); }, theta.size(),
        [&](std::size_t i) {
          if (i == theta.size()) return JsonPlace{exact, {}};
          return i < d ? JsonPlace{"mean", {i}} : JsonPlace{exact, {i - d}};
        });
  }
  if constexpr (is_diagonal) {
    const auto stddev = json.numbers(natural);
    return json.checked([&] {
      return BasicGaussian(theta, MatrixView{stddev.data(), stddev.size(), 1});
    });
  } else {
    const Table covariance = json.table(natural);
    return json.checked([&] { return BasicGaussian(theta, covariance.view()); });
  }
}

template <Shape shape>
BasicGaussian<shape> BasicGaussian<shape>::from_json(const std::string& text) {
  return read(call(name, "from_json"), "", text);
}

template <Shape shape>
void BasicGaussian<shape>::save(const std::string& path) const {
  engine::write_file(call(name, "save"), path, to_json());
}

template <Shape shape>
BasicGaussian<shape> BasicGaussian<shape>::load(const std::string& path) {
  const std::string where = call(name, "load");
  return read(where, path, engine::read_file(where, path));
}

// GaussianMixture

std::string GaussianMixture::to_json() const {
  JsonWriter writer(mixture_schema);
  writer.numbers("logits", {values_.data(), count_});
  writer.rows("means", {mean_data(), count_ * dimension_}, dimension_);
  writer.rows(log_triangle, {values_.data() + logs_at(0), count_ * triangle()}, triangle());
  return writer.text();
}

GaussianMixture GaussianMixture::read(const std::string& where, const std::string& file,
                                      const std::string& text) {
  const JsonReader json(where, file, text);
  const bool is_exact = json.has("logits") || json.has(log_triangle);
  json.check_schema(mixture_schema, is_exact);
  json.allow_only({"weights", "means", "covariances", "logits", log_triangle});
  for (const char* const exact : {"logits", log_triangle}) {
    for (const char* const natural : {"weights", "covariances"})
      json.check_not_both(exact, natural);
  }
  if (is_exact) {
    auto theta = json.numbers("logits");
    json.check_not_empty("logits", theta.size());
    const std::size_t count = theta.size();
    const Table means = json.table("means");
    json.check_not_empty("means", means.columns);
    GaussianMixture q(count, means.columns);
    const Table rows = json.table("means", count, means.columns);
    for (std::size_t k = 0; k < count; ++k) append(theta, rows.row(k));
    const Table factors = json.table(log_triangle, count, q.triangle());
    for (std::size_t k = 0; k < count; ++k) append(theta, factors.row(k));
    const std::size_t d = means.columns, logs_at = count * (1 + d);
    return json.checked_parameters(
        [&] { return std::move(q).with_parameters(theta); }, theta.size(),
        [&](std::size_t i) {
          if (i == theta.size()) return JsonPlace{log_triangle, {}};
          if (i < count) return JsonPlace{"logits", {i}};
          if (i < logs_at) return JsonPlace{"means", {(i - count) / d, (i - count) % d}};
          return JsonPlace{log_triangle,
                           {(i - logs_at) / factors.columns, (i - logs_at) % factors.columns}};
        });
  }
  const auto weights = json.numbers("weights");
  const Table means = json.table("means");
  const std::vector<Table> covariances = json.tables("covariances");
  std::vector<MatrixView> views;
  for (const Table& covariance : covariances) views.push_back(covariance.view());
  return json.checked([&] { return GaussianMixture(weights, means.view(), views); });
}

GaussianMixture GaussianMixture::from_json(const std::string& text) {
  return read(call(name, "from_json"), "", text);
}

void GaussianMixture::save(const std::string& path) const {
  engine::write_file(call(name, "save"), path, to_json());
}

GaussianMixture GaussianMixture::load(const std::string& path) {
  const std::string where = call(name, "load");
  return read(where, path, engine::read_file(where, path));
}

// Empirical

std::string Empirical::to_json() const {
  JsonWriter writer(empirical_schema);
  std::vector<double> by_row(points_.size());
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t j = 0; j < dimension_; ++j) {
      by_row[i * dimension_ + j] = points_[j * size_ + i];
    }
  }
  writer.rows("points", by_row, dimension_);
  if (!weights_.empty()) writer.numbers("weights", weights_);
  return writer.text();
}

Empirical Empirical::read(const std::string& where, const std::string& file,
                          const std::string& text) {
  const JsonReader json(where, file, text);
  json.check_schema(empirical_schema, false);
  json.allow_only({"points", "weights"});
  const Table points = json.table("points");
  std::vector<double> weights;
  if (json.has("weights")) {
    weights = json.numbers("weights");
    json.check_not_empty("weights", weights.size());
  }
  return json.checked(
      [&] { return Empirical(points.values, points.rows, points.columns, weights); });
}

Empirical Empirical::from_json(const std::string& text) {
  return read(call(name, "from_json"), "", text);
}

void Empirical::save(const std::string& path) const {
  engine::write_file(call(name, "save"), path, to_json());
}

Empirical Empirical::load(const std::string& path) {
  const std::string where = call(name, "load");
  return read(where, path, engine::read_file(where, path));
}

template std::string BasicGaussian<Shape::diagonal>::to_json() const;
template BasicGaussian<Shape::diagonal> BasicGaussian<Shape::diagonal>::from_json(
    const std::string&);
template void BasicGaussian<Shape::diagonal>::save(const std::string&) const;
template BasicGaussian<Shape::diagonal> BasicGaussian<Shape::diagonal>::load(const std::string&);
template std::string BasicGaussian<Shape::triangle>::to_json() const;
template BasicGaussian<Shape::triangle> BasicGaussian<Shape::triangle>::from_json(
    const std::string&);
template void BasicGaussian<Shape::triangle>::save(const std::string&) const;
template BasicGaussian<Shape::triangle> BasicGaussian<Shape::triangle>::load(const std::string&);

}  // namespace leibler::inline v0
