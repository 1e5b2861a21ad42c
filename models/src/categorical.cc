// SPDX-License-Identifier: MIT
#include <leibler/models/categorical.hpp>

#include <algorithm>
#include <cmath>
#include <ostream>

#include <leibler/engine/check.hpp>
#include <leibler/engine/file.hpp>
#include <leibler/engine/kernels/elementary.hpp>

#include "categories.hpp"
#include "category_ratios.hpp"
#include "logits.hpp"
#include "vector_support.hpp"

namespace leibler::inline v0 {

Categorical::Categorical(std::span<const double> logits, std::span<const double> weights)
    : size_(logits.size()), values_(4 * logits.size()), weights_(weights.begin(), weights.end()) {
  std::copy(logits.begin(), logits.end(), values_.begin());
  for (const double v : logits) finite_ += std::isfinite(v);
  prepare();
}

Categorical Categorical::with_logits(std::span<const double> logits,
                                     const SoftmaxOptions& options) {
  constexpr auto where = "Categorical::from_logits";
  detail::check_logits(where, logits);
  detail::check_temperature(where, options.temperature);
  std::vector<double> divided(logits.begin(), logits.end());
  for (std::size_t k = 0; k < divided.size(); ++k) {
    divided[k] /= options.temperature;
    if (std::isfinite(divided[k]) || std::isinf(logits[k])) continue;
    throw DomainError({where,
                       "logits",
                       {k},
                       "= " + to_text(logits[k]),
                       "logits / temperature must be finite",
                       "subtract the largest from all"});
  }
  return Categorical(divided);
}

Categorical Categorical::with_probabilities(std::span<const double> probabilities) {
  std::vector<double> logits(probabilities.size());
  detail::check_probabilities("Categorical::from_probabilities", probabilities);
  engine::kernels::log_fill(probabilities.data(), logits.data(), logits.size());
  return Categorical(logits, probabilities);
}

void detail::check_probabilities(std::string_view where, std::span<const double> p) {
  double total = 0.0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    if (!(p[k] >= 0.0 && std::isfinite(p[k]))) {
      throw DomainError({std::string(where),
                         "probabilities",
                         {k},
                         "= " + to_text(p[k]),
                         "probabilities must be finite and >= 0",
                         "look where the value comes from"});
    }
    total += p[k];
  }
  if (std::abs(total - 1.0) <= 1e-9) return;
  throw DomainError(
      {std::string(where),
       "probabilities",
       {},
       p.empty() ? "are empty" : "add up to " + to_text(total),
       "must add up to 1 within 1e-9",
       p.empty() ? "give every category its probability" : "divide them by their sum"});
}

void Categorical::prepare() {
  double* const p = values_.data() + size_;
  double* const log_p = p + size_;
  detail::log_softmax_of(logits_data(), 1.0, {log_p, size_});
  if (weights_.empty()) {
    engine::kernels::exp_fill(log_p, p, size_);
  } else {
    const double total = engine::kernels::sum(weights_.data(), size_);
    for (std::size_t k = 0; k < size_; ++k) p[k] = weights_[k] / total;
  }
  detail::accumulate({p, size_}, {log_p + size_, size_});
}

void Categorical::parameters(std::span<double> out) const {
  check::size("Categorical::parameters", "out.size()", out.size(), finite_,
              "ask parameter_count()");
  std::copy_if(values_.data(), values_.data() + size_, out.begin(),
               [](double v) { return std::isfinite(v); });
}

void Categorical::assign(std::span<const double> theta) {
  constexpr auto where = "Categorical::with_parameters";
  check::size(where, "parameters.size()", theta.size(), finite_, "ask parameter_count()");
  check::finite(where, "parameters", theta, "the step that made it was too large");
  std::size_t i = 0;
  for (std::size_t k = 0; k < size_; ++k) {
    if (std::isfinite(values_[k])) values_[k] = theta[i++];
  }
  weights_.clear();
  prepare();
}

void Categorical::parameter_gradient(const double* sums, std::span<double> out) const {
  check::size("Categorical::parameter_gradient", "out.size()", out.size(), finite_,
              "ask parameter_count()");
  double total = 0.0;
  for (std::size_t k = 0; k < size_; ++k) total += sums[k];
  std::size_t i = 0;
  for (std::size_t k = 0; k < size_; ++k) {
    if (std::isfinite(values_[k])) out[i++] = sums[k] - total * probability_data()[k];
  }
}

double Categorical::mean() const {
  return detail::table_moments(probability_data()).mean;
}

double Categorical::variance() const {
  return detail::table_moments(probability_data()).variance;
}

double Categorical::entropy() const {
  return detail::table_entropy(probability_data(), table());
}

void Categorical::sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const {
  detail::sample_table({values_.data() + 3 * size_, size_}, stream, x, workspace);
}

Categorical Categorical::maximum_likelihood(const Empirical& data) const {
  const auto points = detail::points_of(name, data, 1, [&](const double* x, std::size_t) {
    return log_density(*x) > -detail::plus_infinity;
  });
  std::vector<double> share(size_, 0.0);
  double total = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    share[static_cast<std::size_t>(points.x[i])] += points.weight[i];
    total += points.weight[i];
  }
  for (double& v : share) v /= total;
  return with_probabilities(share);
}

// What two of them make of each other

namespace {

detail::Categories categories_of(const Categorical& p) {
  return {p.logits_data(), p.table(), p.probability_data(), p.weights_data()};
}

}  // namespace

void detail::log_ratios(const Categorical& p, const Categorical& q, std::span<double> out) {
  log_ratios(categories_of(p), categories_of(q), out);
}

double detail::kl_of(const Categorical& p, const Categorical& q) {
  Scratch<double> ratios(std::max(p.size(), q.size()));
  log_ratios(p, q, {ratios.data(), ratios.all().size()});
  return kl_of_categories(categories_of(p), categories_of(q), ratios.all());
}

// Files: JSON has no -inf, so logits are those of the categories that are possible.

void detail::write_categorical(JsonWriter& writer, const Categorical& p) {
  if (!p.weights_data().empty()) {
    writer.numbers("probabilities", p.weights_data());
    return;
  }
  const auto all = p.logits_data();
  std::vector<double> logits, categories;
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (!std::isfinite(all[k])) continue;
    logits.push_back(all[k]);
    categories.push_back(static_cast<double>(k));
  }
  writer.numbers("logits", logits);
  if (logits.size() == all.size()) return;
  writer.number("size", static_cast<double>(all.size()));
  writer.numbers("categories", categories);
}

Categorical detail::read_categorical(const JsonReader& json) {
  for (const char* const other : {"logits", "size", "categories"}) {
    json.check_not_both("probabilities", other);
  }
  if (json.has("probabilities")) {
    const auto p = json.numbers("probabilities");
    return json.checked([&] { return Categorical::with_probabilities(p); });
  }
  auto logits = json.numbers("logits");
  if (json.has("categories") || json.has("size")) {
    const auto categories = json.numbers("categories", logits.size());
    const double size = json.number("size");
    if (!(size >= 1.0 && size <= 1e9 && size == std::floor(size))) {
      json.fail({"size", {}}, "= " + to_text(size), "must be a whole number from 1 to 10^9",
                "give the number of categories");
    }
    std::vector<double> all(static_cast<std::size_t>(size), -plus_infinity);
    for (std::size_t i = 0; i < categories.size(); ++i) {
      const double k = categories[i], least = i == 0 ? 0.0 : categories[i - 1] + 1.0;
      if (!(k >= least && k < size && k == std::floor(k))) {
        json.fail({"categories", {i}}, "= " + to_text(k),
                  "must be whole numbers that rise and are below size", "categories count from 0");
      }
      all[static_cast<std::size_t>(k)] = logits[i];
    }
    logits = std::move(all);
  }
  return json.checked([&] { return Categorical::with_logits(logits, {}); });
}

std::string Categorical::to_json() const {
  detail::JsonWriter writer("leibler.categorical");
  detail::write_categorical(writer, *this);
  return writer.text();
}

Categorical Categorical::read(const std::string& where, const std::string& file,
                              const std::string& text) {
  const detail::JsonReader json(where, file, text);
  json.check_schema("leibler.categorical", false);
  json.allow_only({"logits", "size", "categories", "probabilities"});
  return detail::read_categorical(json);
}

Categorical Categorical::from_json(const std::string& text) {
  return read("Categorical::from_json", "", text);
}

void Categorical::save(const std::string& path) const {
  engine::write_file("Categorical::save", path, to_json());
}

Categorical Categorical::load(const std::string& path) {
  return read("Categorical::load", path, engine::read_file("Categorical::load", path));
}

void Categorical::print(std::ostream& out) const {
  out << "Categorical(probabilities = " + detail::brief_list(probability_data()) + ")";
}

// Differentiated logits

RealCategorical::RealCategorical(std::vector<Real> logits, const SoftmaxOptions& options)
    : logits_(std::move(logits)) {
  constexpr auto where = "Categorical::from_logits";
  check::at_least(where, "logits.size()", static_cast<std::int64_t>(logits_.size()), 1,
                  "give every category its logit");
  detail::check_temperature(where, options.temperature);
  if (options.temperature == 1.0) return;
  for (Real& v : logits_) v = v / options.temperature;
}

Real RealCategorical::log_density(double x) const {
  if (std::isnan(x)) return x;
  if (!(x >= 0.0 && x < static_cast<double>(size())) || x != std::floor(x)) {
    return -detail::plus_infinity;
  }
  return detail::categorical_formula<Real>(static_cast<std::size_t>(x), logits_);
}

}  // namespace leibler::inline v0
