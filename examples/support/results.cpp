// SPDX-License-Identifier: MIT
#include "results.hpp"

#include <cmath>

#include <leibler/engine/error.hpp>
#include <leibler/engine/file.hpp>

#include "command_line.hpp"

namespace leibler::examples {

namespace {

Results::Json number(double value) {
  return std::isfinite(value) ? Results::Json(value) : Results::Json(to_text(value));
}

}  // namespace

Results::Results(const std::string& program, Json settings)
    : all_{{"program", program},
           {"version", version()},
           {"settings", std::move(settings)},
           {"results", Json::array()}} {}

void Results::add(const std::string& name, const std::string& which, const Estimate& estimate) {
  add(name, which, estimate.value, estimate.standard_error, to_string(estimate.method));
}

void Results::add(const std::string& name, const std::string& which, double value,
                  double standard_error, const std::string& method) {
  all_["results"].push_back({{"name", name},
                             {"case", which},
                             {"value", number(value)},
                             {"standard_error", number(standard_error)},
                             {"method", method}});
}

void Results::write(const std::string& path) const {
  engine::write_file("--json", path, all_.dump(2) + "\n");
}

}  // namespace leibler::examples
