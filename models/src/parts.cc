// SPDX-License-Identifier: MIT
#include <leibler/models/parts.hpp>

#include <charconv>

namespace leibler::inline v0::detail {

Stream stream_of_part(const Stream& stream, std::size_t k) {
  // Far from the indices of restarts and repeats, whose seeds come from the same seed.
  constexpr std::uint64_t first = 0x7061727400000000;
  return {engine::derive(stream.seed, first + k), stream.purpose, stream.step, stream.chunk,
          stream.part};
}

void copy_draws(const Batch& from, std::size_t begin, const MutableBatch& to) {
  for (std::size_t j = 0; j < to.dimension; ++j) {
    std::copy_n(from.data + j * from.stride, from.size, to.data + j * to.stride + begin);
  }
}

void fill_padding(const MutableBatch& x) {
  if (x.size == 0) return;
  for (std::size_t j = 0; j < x.dimension; ++j) {
    double* const column = x.data + j * x.stride;
    std::fill(column + x.size, column + engine::padded(x.size), column[x.size - 1]);
  }
}

namespace {

Error moved(Error fields, const char* where, std::size_t offset) {
  fields.where = where;
  const bool is_of_vector = fields.what == "theta" || fields.what == "parameters";
  if (is_of_vector && fields.index.size() == 1) fields.index[0] += offset;
  return fields;
}

}  // namespace

void rethrow_from_part(const char* where, std::size_t offset) {
  try {
    throw;
  } catch (const DomainError& e) {
    throw DomainError(moved(e, where, offset));
  } catch (const InvalidArgument& e) { throw InvalidArgument(moved(e, where, offset)); }
}

std::string short_number(double value) {
  char text[32];
  if (value == 0.0) value = 0.0;  // no "-0"
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::general, 4).ptr;
  return {text, end};
}

std::string indented(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out;
}

std::string counted(std::size_t n, const char* one) {
  return std::to_string(n) + ' ' + one + (n == 1 ? "" : "s");
}

}  // namespace leibler::inline v0::detail
