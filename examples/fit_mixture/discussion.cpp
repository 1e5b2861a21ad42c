// SPDX-License-Identifier: MIT
#include "discussion.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <ostream>
#include <string>

#include "../support/text.hpp"

namespace leibler::examples::fit_mixture {

namespace {

constexpr double region = 0.99;

// What is drawn here is for shares and means of order 1: as many draws as runs are compared with.
Index draws(const Settings& settings) {
  return std::min<Index>(settings.evaluation, restart_samples);
}

Seed seed_for(const Settings& settings, std::uint64_t index) {
  return engine::derive(settings.evaluation_options().seed, index);
}

std::string percent(double share) {
  return format(share >= 0.0995 || share == 0.0 ? "%.0f%%"
                : share >= 0.00995              ? "%.1f%%"
                                                : "%.2f%%",
                100.0 * share);
}

// A share of draws; also bounds the error of a mean of numbers in [0, 1].
Estimate share_of(double share, Index n) {
  const double error = std::sqrt(share * (1.0 - share) / static_cast<double>(n));
  return {share, error, static_cast<std::size_t>(n), Method::monte_carlo, true};
}

Estimate mean_of(const Vector& values) {
  engine::Moments moments;
  moments.add(values.data(), static_cast<std::size_t>(values.size()));
  return Estimate::from(moments);
}

// The share of a's draws at which b's density is lower than at 99% of b's own: 1% for a = b.
Estimate share_outside(const GaussianMixture& a, const GaussianMixture& b,
                       const Settings& settings) {
  const Index n = draws(settings);
  Vector own = b.log_density(sample(b, n, seed_for(settings, 1)));
  const auto rank = static_cast<Index>((1.0 - region) * static_cast<double>(n));
  std::nth_element(own.data(), own.data() + rank, own.data() + n);
  const Vector others = b.log_density(sample(a, n, seed_for(settings, 2)));
  const auto below = (others.array() < own[rank]).count();
  return share_of(static_cast<double>(below) / static_cast<double>(n), n);
}

// Where one fit has its mass, seen from P.
struct Place {
  const Row* row;
  Estimate bridge;  // Q outside of P's region
  Estimate missed;  // P outside of Q's region

  [[nodiscard]] const Estimate& mass(std::size_t k) const {
    return row->worth.target_components[k].mass;
  }
  [[nodiscard]] std::size_t size() const { return row->worth.target_components.size(); }
  // Components of P on which Q has at least half of their weight.
  [[nodiscard]] std::size_t covered() const {
    std::size_t count = 0;
    for (const auto& [weight, mass] : row->worth.target_components)
      count += mass.value >= 0.5 * weight;
    return count;
  }
  // Components of P on which Q has more than a twentieth of itself.
  [[nodiscard]] std::size_t lived_in() const {
    std::size_t count = 0;
    for (const auto& share : row->worth.target_components) count += share.mass.value > 0.05;
    return count;
  }
  [[nodiscard]] std::string masses() const {
    std::string text;
    for (std::size_t k = 0; k < size(); ++k) text += (k == 0 ? "" : ", ") + percent(mass(k).value);
    return text;
  }
};

std::vector<Place> places_of(const GaussianMixture& target, const Settings& settings,
                             const std::vector<Row>& rows) {
  std::vector<Place> places;
  for (const Row& row : rows) {
    if (!row.is_done()) continue;
    const GaussianMixture& model = row.best().model;
    places.push_back(
        {&row, share_outside(model, target, settings), share_outside(target, model, settings)});
  }
  return places;
}

void print_places(std::ostream& out, Results& results, const std::vector<Place>& places) {
  std::string weights;
  for (const auto& share : places.front().row->worth.target_components) {
    weights += right(percent(share.weight), 7);
  }
  const std::size_t width = std::max<std::size_t>(weights.size(), 28);
  out << left("Where Q has its mass", 22) << right("on P's components of weight", width)
      << "   Q outside   P outside\n"
      << left("", 22) << right(weights, width) << "  P's region  Q's region\n";
  for (const Place& place : places) {
    const auto name = place.row->name();
    std::string masses;
    for (std::size_t k = 0; k < place.size(); ++k) {
      results.add("mass of Q on a component of P", name + ", component " + std::to_string(k + 1),
                  place.mass(k));
      masses += right(percent(place.mass(k).value), 7);
    }
    results.add("mass of Q outside P's region", name, place.bridge);
    results.add("mass of P outside Q's region", name, place.missed);
    out << "  " << left(name, 20) << right(masses, width) << right(percent(place.bridge.value), 12)
        << right(percent(place.missed.value), 12) << '\n';
  }
  out << paragraph(
             "A distribution's region is where its density is above what 99% of its own draws "
             "see: with Q = P both are 1%.",
             2)
      << '\n';
}

const Place* find(const std::vector<Place>& places, const std::string& objective, bool largest) {
  const Place* found = nullptr;
  for (const Place& place : places) {
    if (place.row->objective == objective && (found == nullptr || largest)) found = &place;
  }
  return found;
}

void discuss_forward(std::ostream& out, const std::vector<Place>& places) {
  const Place* const small = find(places, "forward", false);
  if (small == nullptr) return;
  std::string counts;
  bool all = true;
  for (const Place& place : places) {
    if (place.row->objective != "forward") continue;
    all = all && place.covered() == place.size();
    counts += (counts.empty() ? "" : ", ") + std::to_string(place.covered()) + " of " +
              std::to_string(place.size()) + " with n=" + std::to_string(place.row->components);
  }
  out << "Does forward KL cover every component of P?\n"
      << paragraph(std::string(all ? "Yes: " : "Not everywhere: ") +
                       "Q has at least half of a component's weight on " + counts + ".",
                   2);
  out << "Why are there bridges between the modes?\n"
      << paragraph(
             "With n=" + std::to_string(small->row->components) + ", " +
                 percent(small->bridge.value) +
                 " of Q lies outside P's region. Where P > 0, -log Q grows without bound as Q "
                 "goes to 0, so Q must reach every mode; with too few components it can only "
                 "do so across the gaps, which costs it little.",
             2);
}

void discuss_reverse(std::ostream& out, const std::vector<Place>& places) {
  const Place* const small = find(places, "reverse", false);
  if (small == nullptr) return;
  const std::size_t lived = small->lived_in();
  const auto n = std::to_string(small->row->components);
  std::string answer = lived == 1
                           ? "Here it does: with n=" + n + " only one component of P"
                           : "No: with n=" + n + ", " + std::to_string(lived) + " components of P";
  answer += lived == 1 ? " has" : " have";
  answer += " more than 5% of Q (" + small->masses() + "). ";
  if (lived > 1) answer += "It spreads over modes that lie close, and does not collapse to one. ";
  answer += percent(small->missed.value) + " of P lies outside Q's region, but only " +
            percent(small->bridge.value) +
            " of Q outside P's: where P is near 0, log Q - log P is large, so Q rather leaves a "
            "part of P out than reaches across a gap; leaving it out costs nothing where Q = 0.";
  out << "Does reverse KL collapse to a single mode?\n" << paragraph(answer, 2);
  if (const Place* const large = find(places, "reverse", true); large != small) {
    out << paragraph("With n=" + std::to_string(large->row->components) + ": " + large->masses() +
                         "; " + percent(large->missed.value) + " of P is left out.",
                     2);
  }
}

// What the surrogate (log q - log p) log q, with the first factor held fixed, has for a value: its
// gradient is that of KL(q || p), its value is not KL(q || p).
Estimate surrogate(const GaussianMixture& p, const GaussianMixture& q, const Settings& settings) {
  const Points x = sample(q, draws(settings), seed_for(settings, 3));
  const Vector log_q = q.log_density(x);
  const Vector cost = log_q - p.log_density(x);
  return mean_of(cost.cwiseProduct(log_q));
}

// The mean share of P's draws at which a far start's density is below the floor.
Estimate share_under_floor(const GaussianMixture& p, double floor, const Settings& settings) {
  constexpr Index starts = 200, points = 2000;
  const Points x = sample(p, points, seed_for(settings, 4));
  Vector shares(starts);
  for (Index i = 0; i < starts; ++i) {
    const auto start = GaussianMixture::random(
        p.components(), p.dimension(), seed_for(settings, 100 + static_cast<std::uint64_t>(i)),
        {.spread = 30.0});
    shares[i] = static_cast<double>((start.log_density(x).array() < std::log(floor)).count()) /
                static_cast<double>(points);
  }
  return mean_of(shares);
}

}  // namespace

void discuss(std::ostream& out, Results& results, const GaussianMixture& target,
             const Settings& settings, const std::vector<Row>& rows) {
  const auto places = places_of(target, settings, rows);
  if (places.empty()) return;
  print_places(out, results, places);
  if (target.components() > 1) {
    discuss_forward(out, places);
    discuss_reverse(out, places);
  }
  out << '\n';
}

void discuss_source(std::ostream& out, Results& results, const GaussianMixture& target,
                    const Settings& settings, const std::vector<Row>& rows) {
  const auto item = [&](const std::string& text) { out << "  -" << paragraph(text, 4).substr(3); };
  out << "What the tutorial behind this experiment gets wrong\n";

  const Points mean = target.means().row(0);
  const double x = -5.0 + (mean(1) + 7.0), y = -7.0 + (mean(0) + 5.0);
  results.add("x of the first mean, as the tutorial draws it", "transposed", x, 0.0, "closed_form");
  results.add("y of the first mean, as the tutorial draws it", "transposed", y, 0.0, "closed_form");
  item("Its pictures are transposed: the component at (" + to_text(mean(0)) + ", " +
       to_text(mean(1)) + ") is drawn at (" + to_text(x) + ", " + to_text(y) +
       "), and each panel has a colour scale of its own.");

  constexpr double floor = 1e-10;
  const double reach = std::sqrt(-2.0 * std::log(floor * 2.0 * std::numbers::pi));
  const Estimate under = share_under_floor(target, floor, settings);
  results.add("standard deviations at which N(0, I) meets the floor", "floor 1e-10", reach, 0.0,
              "closed_form");
  results.add("share of P's draws under the floor", "starts ~ N(0, 30^2)", under);
  item("It takes log(density + 1e-10), a floor that N(0, I) meets " + format("%.1f", reach) +
       " standard deviations out and below which there is no gradient. From starts with means "
       "~ N(0, 30^2), " +
       format("%.1f%% +- %.1f%%", 100.0 * under.value, 100.0 * under.standard_error) +
       " of P's draws are under it, and the fits hardly move. Log densities need no floor: try "
       "--spread 30 --steps 20000.");

  const auto reverse = std::find_if(rows.begin(), rows.end(), [](const Row& row) {
    return row.objective == "reverse" && row.is_done();
  });
  if (reverse != rows.end()) {
    const Estimate loss = surrogate(target, reverse->best().model, settings);
    results.add("the tutorial's reverse loss", reverse->name(), loss);
    item(
        "Its reverse loss, (log Q - log P) log Q with the first factor held fixed, has the "
        "gradient of KL(Q||P) but another value: at the end of " +
        reverse->name() + " it is " + with_error(loss) + ", where KL(Q||P) is " +
        with_error(*reverse->worth.reverse_kl) + ".");
  }
  item("It writes the entropy as E[log p]; it is E[-log p].");
  item(
      "A A^T is positive semi-definite, not definite: A = 0 is no covariance. Here every vector of "
      "parameters is a valid mixture.");
  item("It says that reverse KL collapses to a single mode: see above.");
  out << '\n';
}

}  // namespace leibler::examples::fit_mixture
