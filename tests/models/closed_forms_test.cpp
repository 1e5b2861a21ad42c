// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_closed_forms
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <leibler/models/closed_form.hpp>
#include <leibler/models/dirichlet.hpp>
#include <leibler/models/lkj_cholesky.hpp>
#include <leibler/models/wishart.hpp>

#include "reference_rows.hpp"
#include "univariate_families.hpp"

using namespace leibler;

namespace {

constexpr double infinity = HUGE_VAL;

/// A line of closed_forms_values.txt.
struct Row {
  std::string divergence, p, of_p, q, of_q, exact, terms;
};

std::vector<Row> rows() {
  std::ifstream file(LEIBLER_SOURCE_DIR "/tests/models/closed_forms_values.txt");
  std::vector<Row> out;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    Row row;
    std::istringstream(line) >> row.divergence >> row.p >> row.of_p >> row.q >> row.of_q >>
        row.exact >> row.terms;
    out.push_back(row);
  }
  return out;
}

/// A family by its name: the pairs of all of them as types would be 500.
detail::PlainFamily plain(const std::string& name, const std::vector<double>& a) {
  const detail::Family* family = nullptr;
  test::for_family(name, [&]<class F>() { family = &F::family(); });
  BOOST_TEST_REQUIRE((family != nullptr && family->count == a.size()), name);
  return {family, a.data()};
}

std::optional<double> by_name(const std::string& name, const detail::RenyiPair& pair) {
  const auto colon = name.find(':');
  const std::string what = name.substr(0, colon);
  const double order =
      colon == std::string::npos ? 0.0 : std::strtod(name.c_str() + colon + 1, nullptr);
  if (what == "Kl") return detail::by_powers(Kl{}, pair);
  if (what == "Jeffreys") return detail::by_powers(Jeffreys{}, pair);
  if (what == "Alpha") return detail::by_powers(Alpha{order}, pair);
  if (what == "Renyi") return detail::by_powers(Renyi{order}, pair);
  if (what == "ChiSquared") return detail::by_powers(ChiSquared{}, pair);
  if (what == "ReverseChiSquared") return detail::by_powers(ReverseChiSquared{}, pair);
  if (what == "SquaredHellinger") return detail::by_powers(SquaredHellinger{}, pair);
  if (what == "Bhattacharyya") return detail::by_powers(Bhattacharyya{}, pair);
  BOOST_FAIL(what);
  return std::nullopt;
}

std::optional<double> by_name(const std::string& name, const detail::PlainFamily& p,
                              const detail::PlainFamily& q) {
  using detail::PlainFamily;
  return by_name(name, {&p, &q,
                        [](const Powers& o, const void* x, const void* y) {
                          return detail::scaled_renyi(o, *static_cast<const PlainFamily*>(x),
                                                      *static_cast<const PlainFamily*>(y));
                        },
                        [](const void* x, const void* y) {
                          return detail::log_shared(*static_cast<const PlainFamily*>(x),
                                                    *static_cast<const PlainFamily*>(y));
                        }});
}

std::optional<double> value_of(const Row& row) {
  const std::vector<double> a = test::numbers(row.of_p), b = test::numbers(row.of_q);
  const auto of = [&](const auto& p, const auto& q) {
    return by_name(row.divergence, detail::renyi_pair(p, q));
  };
  if (row.p == "Normal" && row.q == "Normal") return of(Normal(a[0], a[1]), Normal(b[0], b[1]));
  if (row.p == "Dirichlet") {
    return of(Dirichlet(Vector{{a[0], a[1], a[2]}}), Dirichlet(Vector{{b[0], b[1], b[2]}}));
  }
  if (row.p == "Wishart") {
    return of(Wishart(a[0], Matrix{{a[1], a[2]}, {a[2], a[3]}}),
              Wishart(b[0], Matrix{{b[1], b[2]}, {b[2], b[3]}}));
  }
  if (row.p == "Lkj4") return of(LkjCholesky(4, a[0]), LkjCholesky(4, b[0]));
  return by_name(row.divergence, plain(row.p, a), plain(row.q, b));
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_formula_is_the_reference_number) {
  const auto all = rows();
  BOOST_TEST_REQUIRE(all.size() > 400u);
  std::map<std::string, double> largest;
  for (const Row& row : all) {
    const std::optional<double> got = value_of(row);
    const std::string text = row.divergence + ' ' + row.p + '(' + row.of_p + ") " + row.q + '(' +
                             row.of_q + "), exact " + row.exact;
    BOOST_TEST(got.has_value(), text << ": nothing");
    if (!got) continue;
    const double error = test::error_of(*got, std::strtold(row.exact.c_str(), nullptr),
                                        std::strtold(row.terms.c_str(), nullptr));
    double& most = largest[row.p + ' ' + row.q];
    most = std::max(most, error);
    BOOST_TEST(error <= 1e-13, text << ", got " << *got << ", off by " << error);
  }
  for (const auto& [pair, error] : largest) BOOST_TEST_MESSAGE(pair << " | " << error);
}
