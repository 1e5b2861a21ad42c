// SPDX-License-Identifier: MIT
#include "checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include <leibler/engine/error.hpp>
#include <leibler/engine/file.hpp>
#include <leibler/engine/kernels/elementary.hpp>

#include "report.hpp"

namespace leibler::inline v0::detail {

namespace {

constexpr auto schema = "leibler.checkpoint";
constexpr int version = 1;

Json array_of(std::span<const double> values) {
  Json array = Json::array();
  for (const double v : values) array.push_back(json_of(v));
  return array;
}

// What decides the bits of a run; two runs that differ here must not share a file. `start` holds
// the first parameters and what tells objective, estimator and optimizer apart.
Json settings_of(const FitOptions& options, std::span<const double> start) {
  return {{"steps", options.steps},
          {"samples", options.samples},
          {"seed", options.seed.value},
          {"clip_norm", options.clip_norm},
          {"trace_every", options.trace_every},
          {"start", array_of(start)}};
}

[[noreturn]] void refuse(const FitOptions& options, const std::string& value,
                         const std::string& rule) {
  throw RuntimeError({"fit",
                      "options.checkpoint.file \"" + options.checkpoint.file + "\"",
                      {},
                      value,
                      rule,
                      "remove the file or name another"});
}

double number_of(const Json& value) {
  if (value.is_number()) return value.get<double>();
  const auto& text = value.get_ref<const std::string&>();
  double number = 0.0;
  const auto end = text.data() + text.size();
  if (std::from_chars(text.data(), end, number).ptr != end)
    throw Json::type_error::create(302, "", &value);
  return number;
}

std::size_t count_of(const Json& value) {
  // get<std::size_t> would take -1 and 2.5 as well.
  if (!value.is_number_unsigned()) throw Json::type_error::create(302, "", &value);
  return value.get<std::size_t>();
}

std::vector<double> numbers_of(const Json& array, std::size_t size) {
  if (!array.is_array() || array.size() != size) throw Json::out_of_range::create(401, "", &array);
  std::vector<double> values;
  for (const Json& value : array) values.push_back(number_of(value));
  return values;
}

}  // namespace

std::string checkpoint_text(const FitOptions& options, std::span<const double> start,
                            std::size_t step, std::span<const double> theta,
                            std::span<const double> estimator, std::span<const double> optimizer,
                            const std::vector<TracePoint>& trace) {
  Json points = Json::array();
  for (const TracePoint& point : trace) {
    points.push_back({point.step, json_of(point.objective.value),
                      json_of(point.objective.standard_error), point.objective.samples,
                      json_of(point.gradient_norm), static_cast<int>(point.objective.method),
                      point.objective.reliable});
  }
  const Json run = {{"schema", schema},
                    {"version", version},
                    {"settings", settings_of(options, start)},
                    {"step", step},
                    {"parameters", array_of(theta)},
                    {"estimator", array_of(estimator)},
                    {"optimizer", array_of(optimizer)},
                    {"trace", points}};
  return run.dump() + '\n';
}

bool read_checkpoint(const FitOptions& options, std::span<const double> start,
                     const FitState& state) {
  if (!std::filesystem::exists(options.checkpoint.file)) return false;
  const std::string text = engine::read_file("fit", options.checkpoint.file);
  try {
    const Json run = Json::parse(text);
    if (run.at("schema") != schema || run.at("version") != version) {
      refuse(options, "is not a checkpoint of this version",
             "its schema must be \"leibler.checkpoint\", version 1");
    }
    const Json wanted = settings_of(options, start);
    for (const auto& [key, value] : wanted.items()) {
      if (run.at("settings").at(key) == value) continue;
      refuse(options,
             "is of a run with other " +
                 (key == "start" ? std::string("start, objective, estimator or optimizer") : key),
             "a run resumes with the settings it was started with");
    }
    const auto step = count_of(run.at("step"));
    const auto theta = numbers_of(run.at("parameters"), state.theta.size());
    if (step > options.steps || !engine::kernels::all_finite(theta.data(), theta.size())) {
      throw Json::out_of_range::create(401, "", &run);
    }
    const auto estimator = numbers_of(run.at("estimator"), state.estimator.size());
    const auto optimizer = numbers_of(run.at("optimizer"), state.optimizer.size());
    std::vector<TracePoint> trace;
    trace.reserve(state.trace.capacity());
    for (const Json& point : run.at("trace")) {
      const std::size_t method = count_of(point.at(5));
      if (method > static_cast<std::size_t>(Method::monte_carlo)) {
        throw Json::out_of_range::create(401, "", &point);
      }
      const Estimate objective{number_of(point.at(1)), number_of(point.at(2)),
                               count_of(point.at(3)), static_cast<Method>(method),
                               point.at(6).get<bool>()};
      trace.push_back({count_of(point.at(0)), objective, number_of(point.at(4))});
    }
    state.step = step;
    std::copy(theta.begin(), theta.end(), state.theta.begin());
    std::copy(estimator.begin(), estimator.end(), state.estimator.begin());
    std::copy(optimizer.begin(), optimizer.end(), state.optimizer.begin());
    state.trace = std::move(trace);
    return true;
  } catch (const Json::exception&) {
    refuse(options, "is malformed", "it must be what a fit of these types wrote");
  }
}

}  // namespace leibler::inline v0::detail
