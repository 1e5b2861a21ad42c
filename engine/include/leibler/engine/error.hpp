// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace leibler::inline v0 {

/// What every exception of the library says beside the standard type it derives from.
///
/// The text is one sentence made of the fields,
///     where: what[index] value; rule; remedy.
///     GaussianMixture: covariances[2] is not positive definite (smallest eigenvalue -0.134);
///     covariances must be symmetric positive definite; add a multiple of the identity.
///
///     try { ... } catch (const leibler::Error& e) { std::cerr << e.where << ' ' << e.value; }
struct Error {
  std::string where;  ///< the call or the class: "GaussianMixture", "fit"
  std::string what;   ///< the argument: "covariances", "options.samples"
  /// Which entry of it: [i] of a list, [row, column] of a matrix, [i][row, column] of a list of
  /// matrices; empty where it has none.
  std::vector<std::size_t> index;
  std::string value;   ///< what it is: "= -0.5", "is not positive definite (...)"
  std::string rule;    ///< what would be right: "weights must be positive"
  std::string remedy;  ///< what to do about it

  /// The fields as one sentence.
  [[nodiscard]] std::string sentence() const;
};

/// A shape, a count or a combination of arguments that cannot be.
class InvalidArgument : public std::invalid_argument, public Error {
 public:
  explicit InvalidArgument(Error fields);
  using std::invalid_argument::what;  // e.what() is the sentence; the field is Error::what
};

/// A number outside the set on which it has a meaning.
class DomainError : public std::domain_error, public Error {
 public:
  explicit DomainError(Error fields);
  using std::domain_error::what;
};

/// What no argument shows: a file that cannot be read or written, a computation that failed.
class RuntimeError : public std::runtime_error, public Error {
 public:
  explicit RuntimeError(Error fields);
  using std::runtime_error::what;
};

/// The shortest decimal text that reads back as the same double: "0.1", "-2.5e-300", "nan".
[[nodiscard]] std::string to_text(double value);

/// The value to three digits, for numbers that were computed.
[[nodiscard]] std::string to_short_text(double value);

}  // namespace leibler::inline v0
