// SPDX-License-Identifier: MIT
#include <leibler/estimators/trace.hpp>

#include <ostream>

namespace leibler::inline v0 {

std::string to_string(FitStatus::Outcome outcome) {
  switch (outcome) {
    case FitStatus::Outcome::finished:
      return "finished";
    case FitStatus::Outcome::converged:
      return "converged";
    case FitStatus::Outcome::stopped:
      return "stopped";
    case FitStatus::Outcome::failed:
      return "failed";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, const FitStatus& status) {
  return out << to_string(status.outcome) << ": " << status.message;
}

}  // namespace leibler::inline v0
