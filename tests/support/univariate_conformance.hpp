// SPDX-License-Identifier: MIT
#pragma once

#include <boost/test/unit_test.hpp>

#include <leibler/models/conformance.hpp>

#include "univariate_cases.hpp"
#include "univariate_families.hpp"

namespace leibler::test {

/// check_model of the families in the list, with ordinary arguments.
template <class List>
void check_conformance() {
  for (const auto& c : univariate_cases()) {
    for_family<List>(c.family, [&]<class F>() {
      const F f = make_family<F>(c.a);
      const Violations violations = check_model(f);
      BOOST_TEST(violations.empty(), f << ":\n" << violations);
    });
  }
}

}  // namespace leibler::test
