// SPDX-License-Identifier: MIT
#include <leibler/models/grid.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <ostream>

#include <leibler/engine/check.hpp>
#include <leibler/engine/file.hpp>
#include <leibler/engine/kernels/elementary.hpp>
#include <leibler/engine/kernels/random.hpp>
#include <leibler/engine/log_space.hpp>
#include <leibler/models/parts.hpp>

#include "json_reader.hpp"

namespace leibler::inline v0 {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t most_dimension = 10;
constexpr std::size_t most_nodes = std::size_t{1} << 28;
constexpr auto schema = "leibler.grid";

std::size_t count_nodes(const std::vector<std::vector<double>>& axes) {
  constexpr auto where = "Grid";
  check::at_least(where, "axes.size()", static_cast<std::int64_t>(axes.size()), 1,
                  "give one axis a dimension");
  check::at_most(where, "axes.size()", axes.size(), most_dimension,
                 "a point costs 2^dimension values");
  std::size_t nodes = 1;
  for (std::size_t j = 0; j < axes.size(); ++j) {
    const std::string what = "axes[" + std::to_string(j) + "]";
    const auto& axis = axes[j];
    check::at_least(where, what + ".size()", static_cast<std::int64_t>(axis.size()), 2,
                    "an axis has at least two nodes");
    check::at_most(where, what + ".size()", axis.size(), most_nodes / nodes,
                   "a larger grid does not fit into memory");
    nodes *= axis.size();
    check::finite(where, what, axis, "look where the value comes from");
    for (std::size_t i = 1; i < axis.size(); ++i) {
      if (axis[i] > axis[i - 1] && std::isfinite(axis[i] - axis[i - 1])) continue;
      throw DomainError({where,
                         what,
                         {i},
                         "= " + to_text(axis[i]),
                         "nodes must increase, the one before is " + to_text(axis[i - 1]),
                         "sort them, and leave out what occurs twice"});
    }
  }
  return nodes;
}

// A cell in every dimension and the place within it, from 0 to 1.
struct Cell {
  std::size_t first = 0;  // its lowest node
  std::size_t step[most_dimension];
  double share[most_dimension], width[most_dimension];
};

// The interpolant: corners are folded from the last axis to the first. `along`: the derivative with
// respect to the share of that axis instead.
double interpolate(const Cell& cell, const double* values, std::size_t d, std::size_t along) {
  double corner[std::size_t{1} << most_dimension];
  for (std::size_t c = 0; c < std::size_t{1} << d; ++c) {
    std::size_t node = cell.first;
    for (std::size_t j = 0; j < d; ++j) node += (c >> j & 1) * cell.step[j];
    corner[c] = values[node];
  }
  for (std::size_t j = d; j-- > 0;) {
    const std::size_t half = std::size_t{1} << j;
    for (std::size_t c = 0; c < half; ++c) {
      const double low = corner[c], high = corner[c + half];
      corner[c] = j == along ? high - low : (1.0 - cell.share[j]) * low + cell.share[j] * high;
    }
  }
  return corner[0];
}

}  // namespace

Grid::Axes Grid::lists(const std::vector<Vector>& axes) {
  Axes out;
  for (const Vector& axis : axes) out.emplace_back(axis.data(), axis.data() + axis.size());
  return out;
}

namespace {

Vector by_rows(const Matrix& m) {
  Vector out(m.size());
  for (Index i = 0; i < m.rows(); ++i) {
    for (Index j = 0; j < m.cols(); ++j) out[i * m.cols() + j] = m(i, j);
  }
  return out;
}

}  // namespace

Grid::Grid(const Vector& x, const Vector& y, const Matrix& values)
    : Grid((check::size(name, "values.rows()", static_cast<std::size_t>(values.rows()),
                        static_cast<std::size_t>(x.size()), "give one row a node of x"),
            check::size(name, "values.cols()", static_cast<std::size_t>(values.cols()),
                        static_cast<std::size_t>(y.size()), "give one column a node of y"),
            std::vector<Vector>{x, y}),
           by_rows(values)) {}

Grid::Grid(Axes axes, std::span<const double> values)
    : axes_(std::move(axes)), values_(values.begin(), values.end()) {
  const std::size_t nodes = count_nodes(axes_), d = dimension();
  check::size(name, "values.size()", values_.size(), nodes,
              "give one value a node: as many as the product of the axes' sizes");
  double largest = 0.0;
  for (std::size_t i = 0; i < nodes; ++i) {
    if (!(values_[i] >= 0.0) || std::isinf(values_[i])) {
      throw DomainError({name,
                         "values",
                         {i},
                         "= " + to_text(values_[i]),
                         "values must be finite and >= 0",
                         "give densities, not their logarithms"});
    }
    largest = std::max(largest, values_[i]);
  }
  if (largest == 0.0) {
    throw DomainError({name,
                       "values",
                       {},
                       "are all 0",
                       "a density must be positive somewhere",
                       "give one of them a value"});
  }
  scaled_.resize(nodes);
  for (std::size_t i = 0; i < nodes; ++i) scaled_[i] = values_[i] / largest;
  // The mass of a cell is its volume times the mean of its corners. Volumes relative to that of
  // the whole grid, so that none overflows.
  std::size_t cells = 1;
  double log_volume = 0.0;
  for (const auto& axis : axes_) {
    cells *= axis.size() - 1;
    log_volume += engine::log(axis.back() / 2.0 - axis.front() / 2.0) + std::log(2.0);
  }
  cumulative_.resize(cells);
  double running = 0.0;
  for (std::size_t c = 0; c < cells; ++c) {
    Cell cell;
    std::size_t rest = c, stride = 1;
    double volume = 1.0;
    for (std::size_t j = d; j-- > 0;) {
      const auto& axis = axes_[j];
      const std::size_t i = rest % (axis.size() - 1);
      rest /= axis.size() - 1;
      cell.first += i * stride;
      cell.step[j] = stride;
      cell.share[j] = 0.5;
      stride *= axis.size();
      volume *= (axis[i + 1] - axis[i]) / 2.0 / (axis.back() / 2.0 - axis.front() / 2.0);
    }
    cumulative_[c] = running += volume * interpolate(cell, scaled_.data(), d, d);
  }
  for (double& c : cumulative_) c /= running;
  log_scaled_normalizer_ = engine::log(running) + log_volume;
  log_normalizer_ = log_scaled_normalizer_ + engine::log(largest);
}

Vector Grid::axis(std::size_t j) const {
  check::at_most("Grid::axis", "j", j, dimension() - 1, "ask dimension()");
  return as_vector(axes_[j]);
}

Vector Grid::mean() const {
  // Integrals of a hat function, and of it times x, from the middle of its axis.
  const std::size_t d = dimension();
  std::vector<std::vector<double>> weight(d), moment(d);
  for (std::size_t j = 0; j < d; ++j) {
    const auto& axis = axes_[j];
    const double middle = axis.front() / 2.0 + axis.back() / 2.0, whole = axis.back() - middle;
    weight[j].assign(axis.size(), 0.0);
    moment[j].assign(axis.size(), 0.0);
    for (std::size_t i = 0; i + 1 < axis.size(); ++i) {
      const double a = (axis[i] - middle) / whole, b = (axis[i + 1] - middle) / whole, h = b - a;
      weight[j][i] += h / 2.0;
      weight[j][i + 1] += h / 2.0;
      moment[j][i] += h * (2.0 * a + b) / 6.0;
      moment[j][i + 1] += h * (a + 2.0 * b) / 6.0;
    }
  }
  std::vector<double> sum(d, 0.0), factor(d);
  double mass = 0.0;
  for (std::size_t node = 0; node < scaled_.size(); ++node) {
    if (scaled_[node] == 0.0) continue;
    std::vector<std::size_t> at(d);
    std::size_t rest = node;
    double product = scaled_[node];
    for (std::size_t j = d; j-- > 0;) {
      at[j] = rest % axes_[j].size();
      rest /= axes_[j].size();
      product *= weight[j][at[j]];
    }
    mass += product;
    for (std::size_t j = 0; j < d; ++j) { sum[j] += product / weight[j][at[j]] * moment[j][at[j]]; }
  }
  Vector out(static_cast<Index>(d));
  for (std::size_t j = 0; j < d; ++j) {
    const auto& axis = axes_[j];
    const double middle = axis.front() / 2.0 + axis.back() / 2.0;
    out[static_cast<Index>(j)] = middle + sum[j] / mass * (axis.back() - middle);
  }
  return out;
}

void Grid::evaluate(const Batch& x, double* out, const MutableBatch* gradient) const {
  const std::size_t d = dimension();
  for (std::size_t i = 0; i < x.size; ++i) {
    Cell cell;
    bool is_nan = false, is_inside = true;
    std::size_t stride = 1;
    for (std::size_t j = d; j-- > 0;) {
      const double v = x.data[j * x.stride + i];
      const auto& axis = axes_[j];
      is_nan = is_nan || std::isnan(v);
      is_inside = is_inside && v >= axis.front() && v <= axis.back();
      if (is_inside) {
        const auto above = std::upper_bound(axis.begin() + 1, axis.end() - 1, v);
        const auto k = static_cast<std::size_t>(above - axis.begin()) - 1;
        cell.first += k * stride;
        cell.step[j] = stride;
        cell.width[j] = axis[k + 1] - axis[k];
        cell.share[j] = (v - axis[k]) / cell.width[j];
      }
      stride *= axis.size();
    }
    const double value = is_inside && !is_nan ? interpolate(cell, scaled_.data(), d, d) : 0.0;
    out[i] = is_nan        ? std::numeric_limits<double>::quiet_NaN()
             : value > 0.0 ? engine::log(value) - log_scaled_normalizer_
                           : -infinity;
    if (gradient == nullptr) continue;
    for (std::size_t j = 0; j < d; ++j) {
      double& g = gradient->data[j * gradient->stride + i];
      g = value > 0.0 ? interpolate(cell, scaled_.data(), d, j) / value / cell.width[j]
          : is_nan    ? std::numeric_limits<double>::quiet_NaN()
                      : 0.0;
    }
  }
}

Grid::Evaluation Grid::evaluate(const Batch& x, Workspace& workspace) const {
  double* const out = workspace.take(engine::padded(x.size));
  const auto gradient = engine::take_batch(workspace, x.size, dimension());
  evaluate(x, out, &gradient);
  return {x, out, gradient};
}

void Grid::point_gradient(const Evaluation& at, const MutableBatch& out, Workspace&) const {
  detail::copy_draws(at.point_gradient, 0, out);
}

void Grid::sample(const Stream& stream, const MutableBatch& x, Workspace& workspace) const {
  const engine::Workspace::Frame frame(workspace);
  const std::size_t d = dimension(), n = engine::padded(x.size);
  auto* const drawn = reinterpret_cast<std::uint32_t*>(workspace.take(n));
  double* const u = workspace.take(n * d);
  engine::kernels::category_fill(stream.for_part(2), cumulative_.data(), cumulative_.size(), drawn,
                                 n);
  engine::kernels::uniform_fill(stream, u, n * d);
  for (std::size_t i = 0; i < n; ++i) {
    Cell cell;
    std::size_t rest = drawn[i], stride = 1, node[most_dimension];
    for (std::size_t j = d; j-- > 0;) {
      node[j] = rest % (axes_[j].size() - 1);
      rest /= axes_[j].size() - 1;
      cell.first += node[j] * stride;
      cell.step[j] = stride;
      cell.share[j] = 0.5;  // the mean over what is not yet drawn
      stride *= axes_[j].size();
    }
    for (std::size_t j = 0; j < d; ++j) {
      cell.share[j] = 0.0;
      double low = interpolate(cell, scaled_.data(), d, d);
      cell.share[j] = 1.0;
      double high = interpolate(cell, scaled_.data(), d, d);
      const double larger = std::max(low, high);  // squares must not underflow
      low /= larger;
      high /= larger;
      // The inverse of the distribution function of a density that rises from low to high.
      const double v = u[i * d + j];
      const double root = std::sqrt((1.0 - v) * low * low + v * high * high);
      cell.share[j] = v * (low + high) / (low + root);
      const double a = axes_[j][node[j]], b = axes_[j][node[j] + 1];
      x.data[j * x.stride + i] = std::min(
          std::max(a + cell.share[j] * (b - a), std::nextafter(a, b)), std::nextafter(b, a));
    }
  }
}

void Grid::print(std::ostream& out) const {
  std::string text = "Grid of ";
  for (std::size_t j = 0; j < dimension(); ++j) {
    text += (j == 0 ? "" : " x ") + std::to_string(axes_[j].size());
  }
  text += " nodes on ";
  for (std::size_t j = 0; j < dimension(); ++j) {
    text += (j == 0 ? "[" : " x [") + detail::short_number(axes_[j].front()) + ", " +
            detail::short_number(axes_[j].back()) + "]";
  }
  out << text;
}

std::string Grid::to_json() const {
  detail::JsonWriter writer(schema);
  for (std::size_t j = 0; j < dimension(); ++j) {
    writer.numbers(("axis_" + std::to_string(j)).c_str(), axes_[j]);
  }
  writer.numbers("values", values_);
  return writer.text();
}

Grid Grid::read(const std::string& where, const std::string& file, const std::string& text) {
  const detail::JsonReader json(where, file, text);
  json.check_schema(schema, false);
  std::vector<std::string> names;
  for (std::size_t j = 0; j < most_dimension; ++j) names.push_back("axis_" + std::to_string(j));
  std::vector<const char*> keys{"values"};
  Axes axes;
  for (const std::string& axis : names) {
    if (axes.size() + 1 != keys.size() || (!axes.empty() && !json.has(axis.c_str()))) break;
    keys.push_back(axis.c_str());
    axes.push_back(json.numbers(axis.c_str()));
  }
  json.allow_only(keys);
  const auto values = json.numbers("values");
  return json.checked([&] { return Grid(axes, std::span<const double>(values)); });
}

Grid Grid::from_json(const std::string& text) {
  return read("Grid::from_json", "", text);
}

void Grid::save(const std::string& path) const {
  engine::write_file("Grid::save", path, to_json());
}

Grid Grid::load(const std::string& path) {
  return read("Grid::load", path, engine::read_file("Grid::load", path));
}

}  // namespace leibler::inline v0
