// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include <leibler/estimators/estimate.hpp>

namespace leibler::examples {

/// What an example writes with --json FILE:
///
///     {"program": .., "version": .., "settings": {..},
///      "results": [{"name": .., "case": .., "value": .., "standard_error": .., "method": ..}, ..]}
///
/// with every number that it prints. Numbers that are not finite are the texts "inf", "-inf",
/// "nan".
class Results {
 public:
  using Json = nlohmann::ordered_json;

  Results(const std::string& program, Json settings);

  void add(const std::string& name, const std::string& which, const Estimate& estimate);

  /// A number that is no Estimate; method: "reference", "count", "measured", ...
  void add(const std::string& name, const std::string& which, double value, double standard_error,
           const std::string& method);

  /// Replaces the file as a whole. @throws RuntimeError  if it cannot be written
  void write(const std::string& path) const;

 private:
  Json all_;
};

}  // namespace leibler::examples
