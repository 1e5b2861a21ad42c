// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include <leibler/models/categorical.hpp>

#include "json_reader.hpp"
#include "vector_support.hpp"

namespace leibler::inline v0::detail {

/// Probabilities of categories: finite, >= 0, adding up to 1 within 1e-9.
/// @throws DomainError
void check_probabilities(std::string_view where, std::span<const double> p);

/// "probabilities" where made of them; else "logits", with "size" and "categories" where some are
/// impossible. Both are read.
void write_categorical(JsonWriter& writer, const Categorical& p);
[[nodiscard]] Categorical read_categorical(const JsonReader& json);

/// log p(k) of categories with these logits: the softplus of what the others add up to, seen from
/// logits[k], so that nothing is lost where p(k) is next to 1.
template <class T>
T categorical_formula(std::size_t k, std::span<const T> logits) {
  using engine::log_sum_exp, engine::softplus;
  Scratch<T> others(logits.size());
  std::copy_n(logits.data(), k, others.data());
  std::copy(logits.begin() + static_cast<std::ptrdiff_t>(k) + 1, logits.end(), others.data() + k);
  return -softplus(log_sum_exp(others.first(logits.size() - 1)) - logits[k]);
}

}  // namespace leibler::inline v0::detail
