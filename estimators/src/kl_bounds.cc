// SPDX-License-Identifier: MIT
#include <leibler/estimators/kl_bounds.hpp>

#include <cstdio>
#include <ostream>

#include "report.hpp"

namespace leibler::inline v0 {

std::string KlBounds::to_json() const {
  const detail::Json all = {
      {"lower_bound", detail::json_of(lower_bound)}, {"upper_bound", detail::json_of(upper_bound)},
      {"variational", detail::json_of(variational)}, {"matched", detail::json_of(matched)},
      {"product", detail::json_of(product)},         {"sampled", detail::json_of(sampled)}};
  return all.dump();
}

std::ostream& operator<<(std::ostream& out, const KlBounds& b) {
  const auto line = [&](const char* name, double value) {
    char text[64];
    std::snprintf(text, sizeof text, "%-28s%.4g\n", name, value);
    out << text;
  };
  line("lower bound", b.lower_bound);
  line("upper bound", b.upper_bound);
  line("variational approximation", b.variational);
  line("matched approximation", b.matched);
  line("product approximation", b.product);
  return out << "sampled                     " << b.sampled;
}

}  // namespace leibler::inline v0
