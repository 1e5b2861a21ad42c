// SPDX-License-Identifier: MIT
#include <leibler/models/vector_family.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <ostream>

#include <leibler/engine/check.hpp>
#include <leibler/engine/file.hpp>
#include <leibler/engine/log_space.hpp>

#include "json_reader.hpp"
#include "vector_support.hpp"

namespace leibler::inline v0::detail {

namespace {

struct Bound {
  const VectorFamily& family;
  std::size_t n;
};

TapeFormula tape_formula(const Bound& bound) {
  return {&bound,
          [](const void* self, const Real* x, const Real* a) {
            const auto& [family, n] = *static_cast<const Bound*>(self);
            return family.record(n, x, a);
          },
          [](const void* self, const double* x, std::size_t stride) {
            const auto& [family, n] = *static_cast<const Bound*>(self);
            return family.is_inside(n, x, stride);
          }};
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

void check_point_size(const VectorFamily& family, std::size_t n, std::size_t size) {
  check::size(call(family.name, "log_density"), "x.size()", size, family.columns(n),
              "give one number a coordinate");
}

}  // namespace

// Parameters

VectorState with_arguments(const VectorFamily& family, std::size_t n, std::span<const double> a) {
  VectorState state{n, std::vector<double>(2 * a.size()), true};
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double lower = family.lower(n, k, a.data());
    state.values[k] = std::isinf(lower) ? a[k] : engine::log(a[k] - lower);
    state.values[a.size() + k] = a[k];
  }
  return state;
}

void write_parameters(const VectorFamily& family, const VectorState& state, std::span<double> out) {
  check::size(call(family.name, "parameters"), "out.size()", out.size(), state.count(),
              "ask parameter_count()");
  std::copy_n(state.values.data(), state.count(), out.data());
}

void assign(const VectorFamily& family, VectorState& state, std::span<const double> theta) {
  const std::size_t count = state.count();
  const auto where = [&] { return call(family.name, "with_parameters"); };
  if (theta.size() != count) {
    check::size(where(), "parameters.size()", theta.size(), count, "ask parameter_count()");
  }
  if (std::equal(theta.begin(), theta.end(), state.values.begin(), same_bits)) return;
  Scratch<double> a(count);
  for (std::size_t k = 0; k < count; ++k) {
    const double lower = family.lower(state.n, k, a.data());
    const double distance = std::isinf(lower) ? 0.0 : engine::exp(theta[k]);
    a[k] = std::isinf(lower) ? theta[k] : lower + distance;
    const bool is_valid = std::isfinite(theta[k]) && std::isfinite(a[k]) &&
                          (std::isinf(lower) || (std::isnormal(distance) && a[k] > lower));
    if (is_valid) continue;
    throw DomainError({where(),
                       "parameters",
                       {k},
                       "= " + to_text(theta[k]),
                       std::isinf(lower) ? "must be finite"
                                         : "what it is the logarithm of must be a normal number",
                       "the step that made it was too large"});
  }
  if (family.check != nullptr) family.check(state.n, a.data());
  std::copy(theta.begin(), theta.end(), state.values.begin());
  std::copy_n(a.data(), count, state.values.data() + count);
  state.is_given = false;
}

void chain_to_parameters(const VectorFamily& family, const VectorState& state, const double* sums,
                         std::span<double> out) {
  const std::size_t count = state.count();
  check::size(call(family.name, "parameter_gradient"), "out.size()", out.size(), count,
              "ask parameter_count()");
  for (std::size_t k = 0; k < count; ++k) {
    const double lower = family.lower(state.n, k, state.arguments());
    out[k] = std::isinf(lower) ? sums[k] : sums[k] * engine::exp(state.values[k]);
  }
}

// Batches and points

TapeEvaluation evaluate(const VectorFamily& family, const VectorState& state, const Batch& x,
                        Workspace& workspace) {
  const Bound bound{family, state.n};
  return evaluate_on_tape(tape_formula(bound), x, {state.arguments(), state.count()}, true,
                          workspace);
}

void log_density(const VectorFamily& family, const VectorState& state, const Batch& x, double* out,
                 Workspace& workspace) {
  const Bound bound{family, state.n};
  log_density_on_tape(tape_formula(bound), x, {state.arguments(), state.count()}, out, workspace);
}

namespace {

// 1 inside the support, 0 outside, NaN where an entry is.
double position(const VectorFamily& family, std::size_t n, std::span<const double> x) {
  check_point_size(family, n, x.size());
  bool is_finite = true;
  for (const double v : x) {
    if (std::isnan(v)) return v;
    is_finite = is_finite && std::isfinite(v);
  }
  return is_finite && family.is_inside(n, x.data(), 1) ? 1.0 : 0.0;
}

}  // namespace

double log_density(const VectorFamily& family, const VectorState& state,
                   std::span<const double> x) {
  const double at = position(family, state.n, x);
  if (std::isnan(at)) return at;
  return at == 1.0 ? family.log_density(state.n, x.data(), state.arguments()) : -plus_infinity;
}

Real record(const VectorFamily& family, std::size_t n, std::span<const Real> x,
            std::span<const Real> a) {
  check_point_size(family, n, x.size());
  return family.record(n, x.data(), a.data());
}

Real record_observed(const VectorFamily& family, std::size_t n, std::span<const double> x,
                     std::span<const Real> a) {
  const double at = position(family, n, x);
  if (at != 1.0) return std::isnan(at) ? at : -plus_infinity;
  Scratch<Real> point(x.size());
  std::copy(x.begin(), x.end(), point.data());
  return family.record(n, point.data(), a.data());
}

// Maximum likelihood

VectorState maximum_likelihood(const VectorFamily& family, const VectorState& start,
                               const Empirical& data) {
  if (family.maximum_likelihood == nullptr) {
    throw InvalidArgument({call(family.name, "maximum_likelihood"),
                           "the family",
                           {},
                           "has no estimate of its own",
                           "it is fitted by gradients",
                           "use fit(q, ForwardKl(data), Adam{})"});
  }
  const auto points = points_of(
      family.name, data, family.columns(start.n),
      [&](const double* x, std::size_t stride) { return family.is_inside(start.n, x, stride); });
  std::vector<double> a(start.arguments(), start.arguments() + start.count());
  family.maximum_likelihood(start.n, points, a.data());
  return with_arguments(family, start.n, a);
}

// Files

namespace {

VectorState read(const VectorFamily& family, const std::string& where, const std::string& file,
                 const std::string& text) {
  const JsonReader json(where, file, text);
  json.check_schema(family.schema, json.has("parameters"));
  std::vector<const char*> keys;
  for (const char* const key : family.keys) {
    if (key != nullptr) keys.push_back(key);
  }
  const auto natural = keys;
  for (const char* const key : {"size", "parameters"}) keys.push_back(key);
  json.allow_only(keys);
  if (!json.has("parameters")) {
    std::size_t n = 0;
    const auto a = family.read(json, n);
    return with_arguments(family, n, a);
  }
  for (const char* const key : natural) json.check_not_both("parameters", key);
  const auto theta = json.numbers("parameters");
  const double size = json.number("size");
  if (!(size >= 1.0 && size <= 1e6 && size == std::floor(size))) {
    json.fail({"size", {}}, "= " + to_text(size), "must be a whole number from 1 to 10^6",
              "save() writes the right form");
  }
  VectorState state{static_cast<std::size_t>(size), {}, false};
  const std::size_t count = family.count(state.n);
  if (theta.size() != count) {
    json.fail({"parameters", {}}, "has " + std::to_string(theta.size()) + " numbers",
              "must have " + std::to_string(count), "make the lengths agree");
  }
  state.values.assign(2 * count, not_a_number);
  return json.checked([&] {
    assign(family, state, theta);
    return state;
  });
}

}  // namespace

std::string to_json(const VectorFamily& family, const VectorState& state) {
  JsonWriter writer(family.schema);
  if (state.is_given) {
    family.write(writer, state.n, state.arguments());
  } else {
    writer.number("size", static_cast<double>(state.n));
    writer.numbers("parameters", state.parameters());
  }
  return writer.text();
}

VectorState from_json(const VectorFamily& family, const std::string& text) {
  return read(family, call(family.name, "from_json"), "", text);
}

void save(const VectorFamily& family, const VectorState& state, const std::string& path) {
  engine::write_file(call(family.name, "save"), path, to_json(family, state));
}

VectorState load(const VectorFamily& family, const std::string& path) {
  const std::string where = call(family.name, "load");
  return read(family, where, path, engine::read_file(where, path));
}

void print(const VectorFamily& family, const VectorState& state, std::ostream& out) {
  out << family.print(state.n, state.arguments());
}

}  // namespace leibler::inline v0::detail
