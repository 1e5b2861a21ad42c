// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <exception>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <leibler/engine/chunks.hpp>
#include <leibler/engine/error.hpp>
#include <leibler/engine/kernels/random.hpp>
#include <leibler/models/distribution.hpp>
#include <leibler/models/types.hpp>

// What the parts of the conformance suite share.
namespace leibler::inline v0 {

/// One promise of a concept that a model does not keep.
struct Violation {
  std::string rule;    ///< the promise: "equal streams give equal draws"
  std::string detail;  ///< where it was broken and by how much

  friend std::ostream& operator<<(std::ostream& out, const Violation& v) {
    return out << v.rule << ": " << v.detail;
  }
};

using Violations = std::vector<Violation>;

inline std::ostream& operator<<(std::ostream& out, const Violations& violations) {
  for (const Violation& v : violations) out << v << '\n';
  return out;
}

/// What a model is tried with.
struct ConformanceOptions {
  Points points{};  ///< where densities are tried; empty: draws, or normals without a sampler
  std::size_t draws = 50'000;    ///< for the statistical rules
  double standard_errors = 7;    ///< their bound
  double tolerance = 1e-6;       ///< relative, of gradients against central differences
  std::size_t parameters = 200;  ///< at most how many are tried one by one, spread evenly
  bool unbounded = true;         ///< whether points at 1e200 and infinity may be tried
  Seed seed{1};
  std::size_t (*allocations)() = nullptr;  ///< counts calls of operator new; null: rule left out
};

namespace conformance {

/// Collects violations, the first of every rule.
class Report {
 public:
  void add(const std::string& rule, const std::string& detail) {
    const auto same = [&](const Violation& v) { return v.rule == rule; };
    if (std::none_of(found_.begin(), found_.end(), same)) found_.push_back({rule, detail});
  }
  void add(const Violations& others) {
    for (const Violation& v : others) add(v.rule, v.detail);
  }
  [[nodiscard]] Violations take() { return std::move(found_); }

 private:
  Violations found_;
};

/// Room behind what a model may write, so that one that writes too far is told and does no harm.
inline constexpr std::size_t spare = 64;

/// A batch that owns its memory, with rows behind the padding that nobody may touch.
class TestBatch {
 public:
  static constexpr double guard = -6.02214076e23;

  TestBatch(std::size_t size, std::size_t dimension, std::size_t extra = 0)
      : size_(size),
        dimension_(dimension),
        stride_(engine::batch_stride(size) + extra),
        memory_(stride_ * dimension + spare, guard) {}
  explicit TestBatch(const Points& x, std::size_t extra = 0)
      : TestBatch(static_cast<std::size_t>(x.rows()), static_cast<std::size_t>(x.cols()), extra) {
    for (std::size_t j = 0; j < dimension_; ++j) {
      for (std::size_t i = 0; i < size_; ++i) {
        at(i, j) = x(static_cast<Index>(i), static_cast<Index>(j));
      }
    }
    repeat_last_row();
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] MutableBatch view() { return {memory_.data(), size_, dimension_, stride_}; }
  [[nodiscard]] Batch view() const { return {memory_.data(), size_, dimension_, stride_}; }
  double& at(std::size_t i, std::size_t j) { return memory_[j * stride_ + i]; }
  [[nodiscard]] double at(std::size_t i, std::size_t j) const { return memory_[j * stride_ + i]; }

  void fill_padding(double value) {
    for (std::size_t j = 0; j < dimension_; ++j) {
      for (std::size_t i = size_; i < engine::padded(size_); ++i) at(i, j) = value;
    }
  }
  void repeat_last_row() {
    for (std::size_t j = 0; j < dimension_; ++j) {
      for (std::size_t i = size_; i < engine::padded(size_); ++i) at(i, j) = at(size_ - 1, j);
    }
  }
  /// Rows [padded(size) + 8, stride) and what lies behind the last column.
  [[nodiscard]] bool guards_stand() const {
    for (std::size_t j = 0; j < dimension_; ++j) {
      for (std::size_t i = engine::padded(size_) + 8; i < stride_; ++i) {
        if (at(i, j) != guard) return false;
      }
    }
    return std::all_of(memory_.end() - spare, memory_.end(), [](double v) { return v == guard; });
  }
  /// Rows [begin, begin + size) as a batch of their own.
  [[nodiscard]] TestBatch rows(std::size_t begin, std::size_t size) const {
    TestBatch part(size, dimension_);
    for (std::size_t j = 0; j < dimension_; ++j) {
      for (std::size_t i = 0; i < size; ++i) part.at(i, j) = at(begin + i, j);
    }
    part.repeat_last_row();
    return part;
  }

 private:
  std::size_t size_, dimension_, stride_;
  std::vector<double> memory_;
};

inline bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}
inline bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return same(x, y); });
}
inline bool same(const TestBatch& a, const TestBatch& b) {
  for (std::size_t j = 0; j < a.view().dimension; ++j) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!same(a.at(i, j), b.at(i, j))) return false;
    }
  }
  return true;
}

/// log p at every row, by one call for the whole chunk.
template <Density P>
std::vector<double> log_density(const P& p, const TestBatch& x) {
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  std::vector<double> out(engine::padded(x.size()) + spare);
  p.log_density(x.view(), out.data(), workspace);
  out.resize(x.size());
  return out;
}

template <Sampleable P>
TestBatch draws(const P& p, const Stream& stream, std::size_t n) {
  Workspace& workspace = Workspace::of_thread();
  const Workspace::Frame frame(workspace);
  TestBatch x(n, p.dimension());
  p.sample(stream, x.view(), workspace);
  return x;
}

/// n standard normals of an address that no sampler uses.
inline std::vector<double> normals(const ConformanceOptions& options, std::uint32_t which,
                                   std::size_t n) {
  std::vector<double> out(n);
  engine::kernels::normal_fill({options.seed, Purpose::permutation, 1, which}, out.data(), n);
  return out;
}

/// Where densities and gradients are tried: at most a chunk.
template <class P>
TestBatch trial_points(const P& p, const ConformanceOptions& options) {
  if (options.points.size() != 0) {
    const auto most = static_cast<Index>(engine::chunk_size(p.dimension()));
    return TestBatch(options.points.topRows(std::min(options.points.rows(), most)).eval());
  }
  constexpr std::size_t n = 67;  // neither a whole group nor half of one
  if constexpr (Sampleable<P>) {
    return draws(p, {options.seed, Purpose::user}, n).rows(0, n);
  } else {
    TestBatch x(n, p.dimension());
    const auto z = normals(options, 0, n * p.dimension());
    for (std::size_t j = 0; j < p.dimension(); ++j) {
      for (std::size_t i = 0; i < n; ++i) x.at(i, j) = z[j * n + i];
    }
    x.repeat_last_row();
    return x;
  }
}

/// Which of `count` parameters are tried one by one: all, or some from one end to the other.
inline std::vector<std::size_t> tried_parameters(std::size_t count,
                                                 const ConformanceOptions& options) {
  const std::size_t n = std::min(count, options.parameters);
  std::vector<std::size_t> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = n < 2 ? 0 : i * (count - 1) / (n - 1);
  return out;
}

/// Runs what may throw, on a model that has a dimension; an exception is a violation of its own.
template <class P, class Body>
void guarded(Report& report, const char* part, const P& p, Body&& body) {
  try {
    if (p.dimension() < 1) return report.add("there is at least one dimension", "there is none");
    body();
  } catch (const std::exception& error) {
    report.add(std::string(part) + " does not throw", error.what());
  }
}

inline std::string at_point(std::size_t i) {
  return " at point " + std::to_string(i);
}

}  // namespace conformance
}  // namespace leibler::inline v0
