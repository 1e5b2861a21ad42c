// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_user_model
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <limits>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include <leibler/engine/kernels/random.hpp>
#include <leibler/models/conformance.hpp>
#include <leibler/models/distribution.hpp>
#include <leibler/models/evaluate.hpp>

// The model of docs/adding_a_model.md: every block of code there stands here, and is run.

class Exponential {
 public:
  explicit Exponential(double rate) : rate_(rate) {
    if (!(rate > 0.0) || !std::isfinite(rate)) throw std::domain_error("Exponential: rate");
  }

  std::size_t dimension() const { return 1; }
  double rate() const { return rate_; }

  void log_density(const leibler::Batch& x, double* out, leibler::Workspace&) const {
    const double log_rate = std::log(rate_);
    for (std::size_t i = 0; i < x.size; ++i) {
      const double at = x.data[i];  // "<" is false for a NaN, which stays one
      out[i] = at < 0.0 ? -std::numeric_limits<double>::infinity() : log_rate - rate_ * at;
    }
  }

  void sample(const leibler::Stream& stream, const leibler::MutableBatch& x,
              leibler::Workspace&) const {
    const std::size_t n = leibler::engine::padded(x.size);
    leibler::engine::kernels::uniform_fill(stream, x.data, n);
    for (std::size_t i = 0; i < n; ++i) x.data[i] = -std::log(x.data[i]) / rate_;
  }

  struct Evaluation {
    leibler::Batch x;
  };
  Evaluation evaluate(const leibler::Batch& x, leibler::Workspace&) const { return {x}; }
  void log_density(const Evaluation& at, double* out) const {
    log_density(at.x, out, leibler::Workspace::of_thread());
  }

  void point_gradient(const Evaluation&, const leibler::MutableBatch& out,
                      leibler::Workspace&) const {
    for (std::size_t i = 0; i < out.size; ++i) out.data[i] = -rate_;
  }

  std::size_t parameter_count() const { return 1; }
  void parameters(std::span<double> out) const { out[0] = log_rate_; }

  Exponential with_parameters(std::span<const double> theta) const& {
    return Exponential(*this).with_parameters(theta);
  }
  Exponential with_parameters(std::span<const double> theta) && {
    if (theta.size() != 1) throw std::invalid_argument("Exponential: one parameter");
    const double rate = std::exp(theta[0]);
    if (!(rate > 0.0) || !std::isfinite(rate)) throw std::domain_error("Exponential: log rate");
    log_rate_ = theta[0];
    rate_ = rate;
    return std::move(*this);
  }

  std::size_t gradient_sums_size() const { return 2; }  // of weight, and of weight times x
  void add_gradient_sums(const Evaluation& at, const double* weight, double* sums,
                         leibler::Workspace&) const {
    for (std::size_t i = 0; i < at.x.size; ++i) {
      const double w = weight != nullptr ? weight[i] : 1.0;
      sums[0] += w;
      sums[1] += w * at.x.data[i];
    }
  }
  void parameter_gradient(const double* sums, std::span<double> out) const {
    out[0] = sums[0] - rate_ * sums[1];
  }

  void add_path_sums(const Evaluation& at, const leibler::Batch& v, double* sums,
                     leibler::Workspace&) const {
    for (std::size_t i = 0; i < v.size; ++i) sums[0] -= v.data[i] * at.x.data[i];
  }

 private:
  double rate_;
  double log_rate_ = std::log(rate_);
};

static_assert(leibler::Distribution<Exponential>);
static_assert(leibler::Reparameterized<Exponential>);

int check() {
  const auto violations = leibler::check_model(Exponential(1.5));
  for (const auto& violation : violations) std::cerr << violation << '\n';
  return violations.empty() ? 0 : 1;
}

BOOST_AUTO_TEST_CASE(the_model_of_the_document_keeps_every_promise) {
  BOOST_TEST(check() == 0);
}

BOOST_AUTO_TEST_CASE(public_calls_take_the_model_of_the_document) {
  const Exponential p(2.0);
  const leibler::Vector log_p = leibler::log_density(p, leibler::Points{{0.5}, {-1.0}});
  BOOST_TEST(log_p[0] == std::log(2.0) - 1.0);
  BOOST_TEST(log_p[1] == -std::numeric_limits<double>::infinity());
  const leibler::Points x = leibler::sample(p, 100'000, leibler::Seed{1});
  BOOST_TEST(std::abs(x.mean() - 0.5) < 7 * 0.5 / std::sqrt(1e5));
}

BOOST_AUTO_TEST_CASE(every_block_of_the_document_is_in_this_file) {
  const auto text_of = [](const std::string& path) {
    std::ifstream file(std::string(LEIBLER_SOURCE_DIR) + path);
    BOOST_TEST_REQUIRE(file.good(), path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  };
  // Indentation differs between a block and its place here.
  const auto lines_of = [](const std::string& text) {
    std::istringstream lines(text);
    std::string all = "\n", line;
    while (std::getline(lines, line)) {
      const auto first = line.find_first_not_of(' ');
      if (first != std::string::npos) all += line.substr(first) + '\n';
    }
    return all;
  };
  const std::string here = lines_of(text_of("/tests/models/user_model_test.cpp"));
  const std::string document = text_of("/docs/adding_a_model.md");
  const std::string fence = "```cpp\n";
  int blocks = 0;
  for (auto at = document.find(fence); at != std::string::npos; at = document.find(fence, at)) {
    at += fence.size();
    const std::string block = document.substr(at, document.find("```", at) - at);
    BOOST_TEST(here.find(lines_of(block)) != std::string::npos, "not in this file:\n" << block);
    ++blocks;
  }
  BOOST_TEST(blocks >= 6);
}
