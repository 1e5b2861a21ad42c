// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

#include <leibler/models/conformance.hpp>

#include "allocations.hpp"

// For the tests of the conformance suite: right models pass it, faults are found by their rule.
namespace leibler::test {

inline ConformanceOptions options() {
  ConformanceOptions o;
  o.draws = 20'000;
  o.allocations = &allocations;
  return o;
}

template <class Q>
void keeps_every_promise(const Q& q, const ConformanceOptions& with = options()) {
  const Violations violations = check_model(q, with);
  BOOST_TEST(violations.empty(), violations);
}

inline bool breaks(const Violations& violations, const std::string& rule) {
  return std::any_of(violations.begin(), violations.end(),
                     [&](const Violation& v) { return v.rule == rule; });
}

template <class Check, class Q>
void must_break(Check&& check, const Q& q, const std::string& rule) {
  const Violations violations = check(q, options());
  BOOST_TEST(breaks(violations, rule), "expected \"" << rule << "\", got:\n" << violations);
}

inline const auto whole = [](const auto& q, const ConformanceOptions& o) {
  return check_model(q, o);
};

}  // namespace leibler::test
