// SPDX-License-Identifier: MIT
#include <leibler/models/joint.hpp>

#include <cmath>
#include <limits>
#include <ostream>

#include <leibler/engine/check.hpp>
#include <leibler/engine/file.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/kernels/random.hpp>
#include <leibler/engine/log_space.hpp>
#include <leibler/models/parts.hpp>

#include "covariance.hpp"
#include "json_reader.hpp"

namespace leibler::inline v0 {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t most_cells = std::size_t{1} << 28;
constexpr auto schema = "leibler.joint";

std::size_t count_cells(std::span<const std::size_t> shape) {
  check::at_least("Joint", "shape.size()", static_cast<std::int64_t>(shape.size()), 1,
                  "give the number of values of each variable");
  std::size_t cells = 1;
  for (std::size_t j = 0; j < shape.size(); ++j) {
    const std::string what = "shape[" + std::to_string(j) + "]";
    check::at_least("Joint", what, static_cast<std::int64_t>(shape[j]), 1,
                    "a variable has at least one value");
    check::at_most("Joint", what, shape[j], most_cells / cells,
                   "a larger table does not fit into memory");
    cells *= shape[j];
  }
  return cells;
}

// Value of every variable at a cell.
void write_values(std::span<const std::size_t> shape, std::size_t cell, double* out,
                  std::size_t stride) {
  for (std::size_t j = shape.size(); j-- > 0;) {
    out[j * stride] = static_cast<double>(cell % shape[j]);
    cell /= shape[j];
  }
}

std::vector<double> by_rows(const Matrix& m) {
  std::vector<double> out;
  for (Index i = 0; i < m.rows(); ++i) {
    for (Index j = 0; j < m.cols(); ++j) out.push_back(m(i, j));
  }
  return out;
}

}  // namespace

Joint::Joint(const Matrix& probabilities)
    : Joint(std::vector{static_cast<std::size_t>(probabilities.rows()),
                        static_cast<std::size_t>(probabilities.cols())},
            by_rows(probabilities)) {}

Joint::Joint(std::span<const std::size_t> shape, std::span<const double> probabilities) {
  const std::size_t cells = count_cells(shape);
  check::size(name, "probabilities.size()", probabilities.size(), cells,
              "give one probability a cell: as many as the product of shape");
  double total = 0.0;
  for (std::size_t c = 0; c < cells; ++c) {
    const double p = probabilities[c];
    if (!(p >= 0.0) || std::isinf(p)) {
      throw DomainError({name,
                         "probabilities",
                         {c},
                         "= " + to_text(p),
                         "probabilities must be finite and >= 0",
                         "look where the value comes from"});
    }
    total += p;
  }
  if (!(std::abs(total - 1.0) <= 1e-9)) {
    throw DomainError({name,
                       "probabilities",
                       {},
                       total == 0.0 ? "are all 0" : "add up to " + to_text(total),
                       "probabilities must add up to 1 within 1e-9",
                       total == 0.0 ? "give one of them a value" : "divide them by their sum"});
  }
  std::vector<double> logits(cells);
  for (std::size_t c = 0; c < cells; ++c) logits[c] = engine::log(probabilities[c]);
  *this = from_logits({shape.begin(), shape.end()}, logits);
}

Joint Joint::from_logits(std::vector<std::size_t> shape, const std::vector<double>& logits) {
  Joint q;
  q.shape_ = std::move(shape);
  for (std::size_t c = 0; c < logits.size(); ++c) {
    if (logits[c] == -infinity) continue;
    q.cells_.push_back(c);
    q.logits_.push_back(logits[c]);
  }
  q.rank_.assign(logits.size(), static_cast<std::uint32_t>(q.cells_.size()));
  for (std::size_t r = 0; r < q.cells_.size(); ++r) {
    q.rank_[q.cells_[r]] = static_cast<std::uint32_t>(r);
  }
  q.log_p_.resize(q.size());
  q.p_.resize(q.size());
  q.cumulative_.resize(q.size());
  q.prepare();
  return q;
}

void Joint::prepare() {
  const double log_total = engine::softmax(logits_, p_);
  double running = 0.0;
  for (std::size_t r = 0; r < size(); ++r) {
    log_p_[r] = logits_[r] - log_total;
    cumulative_[r] = running += p_[r];
  }
}

Vector Joint::probabilities() const {
  Vector out = Vector::Zero(static_cast<Index>(rank_.size()));
  for (std::size_t r = 0; r < size(); ++r) out[static_cast<Index>(cells_[r])] = p_[r];
  return out;
}

Points Joint::points() const {
  Points out(static_cast<Index>(size()), static_cast<Index>(dimension()));
  for (std::size_t r = 0; r < size(); ++r) write_values(shape_, cells_[r], out.data() + r, size());
  return out;
}

Vector Joint::mean() const {
  Vector out = Vector::Zero(static_cast<Index>(dimension()));
  std::vector<double> x(dimension());
  for (std::size_t r = 0; r < size(); ++r) {
    write_values(shape_, cells_[r], x.data(), 1);
    for (std::size_t j = 0; j < x.size(); ++j) out[static_cast<Index>(j)] += p_[r] * x[j];
  }
  return out;
}

double Joint::entropy() const {
  double sum = 0.0;
  for (std::size_t r = 0; r < size(); ++r) sum -= p_[r] == 0.0 ? 0.0 : p_[r] * log_p_[r];
  return sum;
}

Joint Joint::marginal(const std::vector<std::size_t>& variables) const {
  detail::check_coordinates("Joint::marginal", "variables", variables, dimension());
  std::vector<std::size_t> shape;
  for (const std::size_t j : variables) shape.push_back(shape_[j]);
  std::vector<double> logits(count_cells(shape), -infinity), x(dimension());
  for (std::size_t r = 0; r < size(); ++r) {
    write_values(shape_, cells_[r], x.data(), 1);
    std::size_t cell = 0;
    for (const std::size_t j : variables) cell = cell * shape_[j] + static_cast<std::size_t>(x[j]);
    logits[cell] = engine::log_add_exp(logits[cell], log_p_[r]);
  }
  return from_logits(std::move(shape), logits);
}

Joint Joint::conditional(std::span<const std::size_t> observed,
                         std::span<const double> values) const {
  constexpr auto where = "Joint::conditional";
  detail::check_observed(where, observed, values, dimension());
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const std::size_t n = shape_[observed[i]];
    const double v = values[i];
    if (v >= 0.0 && v < static_cast<double>(n) && v == std::floor(v)) continue;
    throw DomainError({where,
                       "values",
                       {i},
                       "= " + to_text(v),
                       "variable " + std::to_string(observed[i]) + " has the values 0 to " +
                           std::to_string(n - 1),
                       "give one of them"});
  }
  const std::vector<std::size_t> rest = detail::complement(observed, dimension());
  std::vector<std::size_t> shape;
  for (const std::size_t j : rest) shape.push_back(shape_[j]);
  std::vector<double> logits(count_cells(shape), -infinity), x(dimension());
  bool has_any = false;
  for (std::size_t r = 0; r < size(); ++r) {
    write_values(shape_, cells_[r], x.data(), 1);
    bool is_seen = true;
    for (std::size_t i = 0; i < observed.size(); ++i) is_seen &= x[observed[i]] == values[i];
    if (!is_seen) continue;
    std::size_t cell = 0;
    for (const std::size_t j : rest) cell = cell * shape_[j] + static_cast<std::size_t>(x[j]);
    logits[cell] = log_p_[r];
    has_any = has_any || log_p_[r] > -infinity;
  }
  if (!has_any) {
    throw DomainError({where,
                       "values",
                       {},
                       "have probability 0",
                       "what is observed must be possible",
                       "give other values"});
  }
  return from_logits(std::move(shape), logits);
}

Joint::Evaluation Joint::evaluate(const Batch& x, Workspace& workspace) const {
  const std::size_t n = engine::padded(x.size), d = dimension();
  double* const out = workspace.take(n);
  auto* const cell = reinterpret_cast<std::uint32_t*>(workspace.take(n));
  const auto none = static_cast<std::uint32_t>(size());
  for (std::size_t i = 0; i < x.size; ++i) {
    std::size_t at = 0;
    bool is_nan = false, is_inside = true;
    for (std::size_t j = 0; j < d; ++j) {
      const double v = x.data[j * x.stride + i];
      is_nan = is_nan || std::isnan(v);
      is_inside = is_inside && v >= 0.0 && v < static_cast<double>(shape_[j]) && v == std::floor(v);
      if (is_inside) at = at * shape_[j] + static_cast<std::size_t>(v);
    }
    cell[i] = is_inside ? rank_[at] : none;
    out[i] = is_nan           ? std::numeric_limits<double>::quiet_NaN()
             : cell[i] < none ? log_p_[cell[i]]
                              : -infinity;
  }
  return {x, cell, out};
}

void Joint::sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const {
  const engine::Workspace::Frame frame(workspace);
  const std::size_t n = engine::padded(x.size);
  auto* const drawn = reinterpret_cast<std::uint32_t*>(workspace.take(n));
  engine::kernels::category_fill(stream, cumulative_.data(), size(), drawn, n);
  for (std::size_t i = 0; i < n; ++i) {
    write_values(shape_, cells_[drawn[i]], x.data + i, x.stride);
  }
}

void Joint::parameters(std::span<double> out) const {
  check::size("Joint::parameters", "out.size()", out.size(), size(), "ask parameter_count()");
  std::copy(logits_.begin(), logits_.end(), out.begin());
}

void Joint::assign(std::span<const double> theta) {
  constexpr auto where = "Joint::with_parameters";
  check::size(where, "theta.size()", theta.size(), size(), "ask parameter_count()");
  check::finite(where, "theta", theta, "look where the value comes from");
  std::copy(theta.begin(), theta.end(), logits_.begin());
  prepare();
}

void Joint::add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                              Workspace&) const {
  for (std::size_t i = 0; i < at.x.size; ++i) {
    const double w = weight != nullptr ? weight[i] : 1.0;
    if (at.cell[i] < size()) {
      sums[at.cell[i]] += w;
    } else if (std::isnan(at.log_density[i])) {  // an error in the data must show
      sums[0] += w * at.log_density[i];
    }
  }
}

void Joint::parameter_gradient(const double* sums, std::span<double> out) const {
  const double total = engine::kernels::sum(sums, size());
  for (std::size_t r = 0; r < size(); ++r) out[r] = sums[r] - p_[r] * total;
}

void Joint::print(std::ostream& out) const {
  std::string text = "Joint of ", mean_text;
  const Vector m = mean();
  for (std::size_t j = 0; j < dimension(); ++j) {
    text += (j == 0 ? "" : " x ") + std::to_string(shape_[j]);
    mean_text += (j == 0 ? "" : ", ") + detail::short_number(m[static_cast<Index>(j)]);
  }
  out << text + " values: mean (" + mean_text + ")";
}

std::string Joint::to_json() const {
  detail::JsonWriter writer(schema);
  writer.numbers("shape", std::vector<double>(shape_.begin(), shape_.end()));
  writer.numbers("logits", logits_);
  if (size() != rank_.size()) {
    writer.numbers("cells", std::vector<double>(cells_.begin(), cells_.end()));
  }
  return writer.text();
}

Joint Joint::read(const std::string& where, const std::string& file, const std::string& text) {
  const detail::JsonReader json(where, file, text);
  json.check_schema(schema, json.has("logits"));
  json.allow_only({"shape", "probabilities", "logits", "cells"});
  json.check_not_both("probabilities", "logits");
  json.check_not_both("probabilities", "cells");
  const auto whole = [&](const char* key, double most) {
    std::vector<std::size_t> out;
    for (const double v : json.numbers(key)) {
      if (!(v >= 0.0 && v < most && v == std::floor(v))) {
        json.fail({key, {out.size()}}, "= " + to_text(v),
                  "it must be a whole number below " + to_text(most), "count from 0");
      }
      out.push_back(static_cast<std::size_t>(v));
    }
    return out;
  };
  const std::vector<std::size_t> shape = whole("shape", static_cast<double>(most_cells) + 1.0);
  if (!json.has("logits")) {
    const auto p = json.numbers("probabilities");
    return json.checked([&] { return Joint(std::span<const std::size_t>(shape), p); });
  }
  const std::size_t cells = json.checked([&] { return count_cells(shape); });
  std::vector<double> logits(cells, -infinity);
  if (json.has("cells")) {
    const auto at = whole("cells", static_cast<double>(cells));
    json.check_not_empty("cells", at.size());
    const auto values = json.numbers("logits", at.size());
    for (std::size_t r = 0; r < at.size(); ++r) logits[at[r]] = values[r];
  } else {
    logits = json.numbers("logits", cells);
  }
  return from_logits(shape, logits);
}

Joint Joint::from_json(const std::string& text) {
  return read("Joint::from_json", "", text);
}

void Joint::save(const std::string& path) const {
  engine::write_file("Joint::save", path, to_json());
}

Joint Joint::load(const std::string& path) {
  return read("Joint::load", path, engine::read_file("Joint::load", path));
}

}  // namespace leibler::inline v0
