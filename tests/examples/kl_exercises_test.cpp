// SPDX-License-Identifier: MIT
// The program kl_exercises as its users run it. Numbers are from mpmath, 25 digits, where no
// formula is beside them.
#define BOOST_TEST_MODULE kl_exercises
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "program_runs.hpp"

using namespace leibler::test;

namespace {

struct Folder : ProgramFolder {
  Folder() : ProgramFolder(KL_EXERCISES) {}
};

// One run of everything, for all cases that look at its numbers.
struct Whole {
  Whole() {
    const Folder folder;
    ended = folder.run("--json r.json");
    all = folder.read_json("r.json");
  }
  ProgramFolder::Ended ended;
  json all;
};

const Whole& whole() {
  static const Whole run;
  return run;
}

void check_number(const std::string& which, const std::string& name, double expected,
                  double tolerance = 1e-12) {
  const double value = value_of(whole().all, name, which);
  BOOST_TEST(std::abs(value - expected) <= tolerance * std::max(1.0, std::abs(expected)),
             which << ", " << name << ": " << value << " is not " << expected);
}

// What must be wrong usage: one sentence and where to look.
void check_refused(const std::string& arguments, const std::string& sentence) {
  const auto ended = Folder().run("--quiet " + arguments);
  BOOST_TEST(ended.code == 2, arguments);
  BOOST_TEST(ended.error == "kl_exercises: " + sentence + "\nTry kl_exercises --help.\n");
  BOOST_TEST(ended.out == "");
}

std::set<std::string> sections_of(const json& all) {
  std::set<std::string> sections;
  for (const auto& result : all.at("results")) {
    const std::string which = result.at("case");
    sections.insert(which.substr(0, which.find(',')));
  }
  return sections;
}

}  // namespace

BOOST_AUTO_TEST_CASE(help_tells_of_every_option_and_exercise) {
  const auto ended = Folder().run("--help");
  BOOST_TEST(ended.code == 0);
  for (const char* const word : {"--exercise", "--draws", "--seed", "--threads", "--json", "--out",
                                 "--quiet", "--version", "Exit code", "closed_form", "enumeration",
                                 "quadrature", "monte_carlo", "   1  ", "  10  "}) {
    BOOST_TEST(ended.out.find(word) != std::string::npos, word);
  }
  std::istringstream lines(ended.out);
  for (std::string line; std::getline(lines, line);) BOOST_TEST(line.size() <= 100, line);
}

BOOST_AUTO_TEST_CASE(every_check_is_as_expected) {
  const auto& [ended, all] = whole();
  BOOST_TEST(ended.code == 0, ended.out);
  BOOST_TEST(ended.error == "");
  BOOST_TEST(ended.out.find("DOES NOT") == std::string::npos);
  BOOST_TEST(ended.out.find("AFTER ALL") == std::string::npos);
  std::size_t held = 0, refuted = 0;
  for (const auto& result : all.at("results")) {
    const bool is_check = result.at("method") == "check";
    const bool is_refuted = result.at("method") == "counterexample";
    if (is_check || is_refuted) BOOST_TEST(result.at("value") == (is_check ? 1.0 : 0.0), result);
    held += is_check ? 1 : 0;
    refuted += is_refuted ? 1 : 0;
  }
  BOOST_TEST(held > 70u);
  BOOST_TEST(refuted == 6u);
  BOOST_TEST(ended.out.find("\n" + std::to_string(held) +
                            " checks hold; 6 claims that can be read elsewhere are shown to be "
                            "wrong.\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(lines_are_not_long_and_say_no_nan) {
  std::istringstream lines(whole().ended.out);
  for (std::string line; std::getline(lines, line);) {
    BOOST_TEST(line.size() <= 100, line);
    BOOST_TEST(line.find("nan") == std::string::npos, line);
  }
}

BOOST_AUTO_TEST_CASE(the_report_has_every_number_once) {
  check_report(whole().all, "kl_exercises");
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& result : whole().all.at("results")) {
    const bool is_new = seen.insert(std::pair(result.at("case"), result.at("name"))).second;
    BOOST_TEST(is_new, result);
    BOOST_TEST(!result.at("method").get<std::string>().empty(), result);
  }
  BOOST_TEST(sections_of(whole().all).size() == 11u);
}

BOOST_AUTO_TEST_CASE(exercise_1_and_2_are_right) {
  check_number("exercise 1", "KL(p || q)", 0.16947054890027);
  check_number("exercise 1", "KL(q || p)", 0.233422528362846);
  check_number("exercise 1", "entropy H(p)", 0.453068395974815);
  check_number("exercise 1", "cross entropy H(p, q)", 0.622538944875085);
  check_number("exercise 1", "KL(p || q) in bits", 0.16947054890027 / std::log(2.0));
  check_number("exercise 1", "perplexity exp H(p, q)", std::exp(0.622538944875085));
  check_number("exercise 1, London", "q log(q/p)", 0.15 * std::log(3.75));
  check_number("exercise 2", "KL(p || q)", 0.396058457204258);
  check_number("exercise 2", "KL(q || p)", 0.365274040749806);
  check_number("exercise 2", "E_p[log(q/p)]", -0.396058457204258);
  check_number("exercise 2", "E_p[q/p - 1]", 0.0);
  check_number("exercise 2, x = 1", "log(q/p)", std::log(5.0 / 3.0));
  check_number("exercise 2, x = 2", "q/p - 1", 2.0);
  check_number("exercise 2, p", "KL", 0.0, 0.0);
}

BOOST_AUTO_TEST_CASE(exercise_3_finds_all_optima) {
  constexpr double fitted = 1e-9;
  const std::string forward = "exercise 3, KL(p || q), N(0, 2^2)";
  check_number(forward, "mu", 0.0, fitted);
  check_number(forward, "sigma", 3.26965092070044, fitted);
  check_number(forward, "KL(p || q)", 0.65147914035648, fitted);
  for (const double side : {-1.0, 1.0}) {
    const std::string reverse =
        std::string("exercise 3, KL(q || p), N(") + (side < 0 ? "-3" : "3") + ", 0.8^2)";
    check_number(reverse, "mu", side * 2.99915365075502, fitted);
    check_number(reverse, "sigma", 0.80158578546871, fitted);
    check_number(reverse, "KL(q || p)", 0.69288347500175, fitted);
  }
  const std::string broad = "exercise 3, KL(q || p), N(0, 2^2)";
  check_number(broad, "mu", 0.0, fitted);
  check_number(broad, "sigma", 2.80349709687868, fitted);
  check_number(broad, "KL(q || p)", 1.5197551310429, fitted);
  const std::string exact = "exercise 3, best forward: p's mean and variance";
  check_number(exact, "sigma", std::sqrt(9.64));
  check_number(exact, "KL(p || q)", 0.663216273711734);
}

BOOST_AUTO_TEST_CASE(exercise_4_and_5_are_right) {
  constexpr double joint = 0.0567375667642;  // known to 1e-13
  check_number("exercise 4", "KL of X and Y, all cells at once", joint);
  for (const char* const order : {"X, then Y given X", "Y, then X given Y"}) {
    const std::string which = std::string("exercise 4, ") + order;
    check_number(which, "joint", joint);
    check_number(which, "sum of both", joint);
  }
  check_number("exercise 4, X, then Y given X", "marginal", 0.0);
  check_number("exercise 4, X, then Y given X", "conditional", joint);
  check_number(
      "exercise 4, Y, then X given Y", "marginal",
      0.5 * std::log(0.5 / 0.35) + 0.35 * std::log(0.35 / 0.45) + 0.15 * std::log(0.15 / 0.2));
  check_number("exercise 5", "KL(p || q), a formula", 2.21953489189184);
  check_number("exercise 5", "an integral", 2.21953489189184);
  const std::string sampled = "the mean of log p - log q over draws";
  const double error = value_of(whole().all, sampled, "exercise 5", "standard_error");
  BOOST_TEST(std::abs(value_of(whole().all, sampled, "exercise 5") - 2.21953489189184) < 7 * error);
  // sd of (x^2 - (x - 2)^2 / 2.25) / 2 for x of N(2, 1.5^2)
  BOOST_TEST(std::abs(error * 1000.0 / std::sqrt(9.0 + 0.5 * 1.25 * 1.25) - 1.0) < 0.02);
  check_number("exercise 5, mu", "exact", 2.0);
  check_number("exercise 5, mu", "differences", 2.0, 1e-8);
  check_number("exercise 5, log sigma", "exact", 1.25);
}

BOOST_AUTO_TEST_CASE(exercise_6_is_right) {
  for (const auto& [name, value] :
       {std::pair("KL(p || q): t log t", 0.223804657185647),
        {"Jensen-Shannon: see below", 0.0508746125395983},
        {"chi-squared: (t - 1)^2", 0.563333333333333},
        {"reverse chi-squared: (t - 1)^2 / t", 0.09 / 0.5 + 0.04 / 0.3 + 0.01 / 0.2},
        {"Le Cam: (t - 1)^2 / (2 t + 2)", 0.5 * (0.09 / 0.7 + 0.04 / 0.8 + 0.01 / 0.5)},
        {"squared Hellinger: (sqrt t - 1)^2 / 2",
         1.0 - std::sqrt(0.1) - std::sqrt(0.15) - std::sqrt(0.06)},
        {"total variation: |t - 1| / 2", 0.3}}) {
    check_number(std::string("exercise 6, ") + name, "by name", value);
    check_number(std::string("exercise 6, ") + name, "by f", value);
  }
  check_number("exercise 6, sqrt(2 JS)", "value", std::sqrt(2 * 0.0508746125395983));
  check_number("exercise 6, sqrt(JS)", "value", std::sqrt(0.0508746125395983));
  check_number("exercise 6, 0.6", "KL(p || q)", 0.223804657185647);
  check_number("exercise 6, 0.6", "TV", 0.3);
  const auto& results = whole().all.at("results");
  for (const auto& result : results) {
    if (result.at("case") == "exercise 6, 1.0" && result.at("name") == "KL(p || q)") {
      BOOST_TEST(result.at("value") == "inf");
    }
  }
}

BOOST_AUTO_TEST_CASE(exercise_7_and_10_are_right) {
  const double policy[] = {.852382305166, .115357400696, .025739715291, .005743306795,
                           .000777272052};
  for (int k = 0; k < 5; ++k) {
    check_number("exercise 7, " + std::to_string(k + 1), "pi*", policy[k]);
  }
  check_number("exercise 7", "log Z with them as given", 2.15972013781174);
  check_number("exercise 7", "KL(pi* || ref)", 0.426008184699122);
  check_number("exercise 7", "E[r] under ref", 1.59095502232205);
  check_number("exercise 7", "E[r] under pi*", 2.73862667668571);
  check_number("exercise 7", "objective E[r] - beta KL at pi*", 2.31261849198659);
  check_number("exercise 7, 1", "implied r", 3.0 - 2.31261849198659);
  check_number("exercise 7, 1", "implied, as given", 3.0 - 2.15972013781174);
  const double updated[] = {.114449977767, .286541580122, .599008442111};
  for (int k = 0; k < 3; ++k) {
    check_number("exercise 10, " + std::to_string(k + 1), "pi*", updated[k]);
  }
  check_number("exercise 10", "KL(pi* || ref)", 0.475182290745459);
  check_number("exercise 10", "E[r] under pi*", 1.3647567759221);
  check_number("exercise 10", "log Z", 1.47447024628611);
  check_number("exercise 10, 0.7", "KL(pi* || ref)", 0.475182290745459);
}

BOOST_AUTO_TEST_CASE(exercise_8_and_9_are_right) {
  // entropy, KL to the student, KL to tau z_T (five digits)
  for (const auto& [tau, entropy, kl, inverse] :
       {std::tuple("0.5", 0.117392361787004, 0.217659633920626, 0.5907),
        {"1", 0.72548053262683, 0.0117468174053563, 0.0},
        {"2", 1.4321455440235, 0.161749029650681, 1.5814},
        {"5", 1.73549241023615, 0.608227621475697, 10.0987}}) {
    const std::string which = std::string("exercise 8, ") + tau;
    check_number(which, "entropy", entropy);
    check_number(which, "student at 1", kl);
    check_number(which, "tau z_T", inverse, 5e-5);
    check_number(which, "z_T / tau", 0.0);
    check_number(which, "fitted", 0.0);
  }
  check_number("exercise 9, KL(teacher || student)", "without T^2", 0.0712476794850393);
  check_number("exercise 9, KL(teacher || student)", "with T^2", 4 * 0.0712476794850393);
}

BOOST_AUTO_TEST_CASE(careful_arithmetic_is_beside_the_careless_one) {
  const std::string section = "careful arithmetic, ";
  check_number(section + "p = (1/2, 1/2), q = (1, 0)", "carelessly", 344.694616768547);
  check_number(section + "p = (1, 0), q = (1/2, 1/2)", "KL(p || q)", std::log(2.0));
  const double near =
      value_of(whole().all, "KL(p || q)", section + "p = (0.3, 0.7), q off by 1e-9");
  BOOST_TEST(std::abs(near / (0.5e-18 / 0.21) - 1.0) < 1e-6);
  BOOST_TEST(whole().ended.out.find("p = (1/2, 1/2), q = (1, 0)       infinite  344.694617\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_number_depends_on_the_threads) {
  const Folder folder;
  BOOST_TEST(folder.run("--quiet --threads 1 --json one.json").code == 0);
  BOOST_TEST((numbers_of(folder.read_json("one.json")) == numbers_of(whole().all)));
}

BOOST_AUTO_TEST_CASE(another_seed_draws_other_numbers_in_exercise_5_alone) {
  const Folder folder;
  BOOST_TEST(folder.run("--quiet --seed 7 --json r.json").code == 0);
  const json other = folder.read_json("r.json"), &all = whole().all;
  std::set<std::string> changed;
  for (std::size_t i = 0; i < all.at("results").size(); ++i) {
    if (other.at("results")[i] == all.at("results")[i]) continue;
    changed.insert(all.at("results")[i].at("case").get<std::string>().substr(0, 10));
  }
  BOOST_TEST((changed == std::set<std::string>{"exercise 5"}));
}

BOOST_AUTO_TEST_CASE(exercises_alone_have_the_numbers_that_they_have_beside_the_others) {
  const Folder folder;
  const std::set<std::string> wanted = {"exercise 5", "exercise 10"};
  for (const char* const how : {"--exercise 10,5", "--exercise 10 --exercise 5 --exercise 5"}) {
    const auto ended = folder.run(std::string(how) + " --json r.json");
    BOOST_TEST(ended.code == 0);
    BOOST_TEST(ended.out.find("\n5  Two Gaussians") < ended.out.find("\n10  How the penalty's"));
    BOOST_TEST(ended.out.find("claims") == std::string::npos);
    const json some = folder.read_json("r.json");
    BOOST_TEST((sections_of(some) == wanted));
    json same = json::array();
    for (const auto& result : whole().all.at("results")) {
      const std::string which = result.at("case");
      if (wanted.count(which.substr(0, which.find(','))) > 0) same.push_back(result);
    }
    BOOST_TEST((some.at("results") == same));
  }
}

BOOST_AUTO_TEST_CASE(fewer_draws_have_a_larger_error) {
  const Folder folder;
  BOOST_TEST(folder.run("--quiet --exercise 5 --draws 10000 --json r.json").code == 0);
  const std::string sampled = "the mean of log p - log q over draws";
  const double few = value_of(folder.read_json("r.json"), sampled, "exercise 5", "standard_error");
  const double many = value_of(whole().all, sampled, "exercise 5", "standard_error");
  BOOST_TEST(std::abs(few / many - 10.0) < 0.5);
  const auto quiet = folder.run("--quiet --exercise 1");
  BOOST_TEST((quiet.code == 0 && quiet.out.empty() && quiet.error.empty()));
}

BOOST_AUTO_TEST_CASE(pictures_are_drawn_where_gnuplot_is_installed) {
  const Folder folder;
  const auto ended = folder.run("--exercise 3,6,8,9 --out pictures");
  BOOST_TEST(ended.code == 0, ended.error);
  const bool can_draw = std::system("command -v gnuplot >/dev/null") == 0;
  for (const std::string which : {"3", "6", "8"}) {
    const std::string stem = "pictures/exercise_" + which;
    BOOST_TEST(fs::file_size(folder / (stem + ".txt")) > 5'000u, stem);
    BOOST_TEST(fs::file_size(folder / (stem + ".gp")) > 500u, stem);
    if (!can_draw) continue;
    BOOST_TEST(text_of(folder / (stem + ".png")).substr(1, 3) == "PNG");
    BOOST_TEST(fs::file_size(folder / (stem + ".png")) > 15'000u, stem);
    BOOST_TEST(text_of(folder / (stem + ".svg")).find("</svg>") != std::string::npos);
    BOOST_TEST(ended.out.find("Picture: " + stem + ".png, " + stem + ".svg\n") !=
               std::string::npos);
  }
  BOOST_TEST(ended.error == "");
  // The data of exercise 6 are those of its table where the path is at q.
  std::istringstream in(text_of(folder / "pictures/exercise_6.txt"));
  bool found = false;
  for (std::string line; std::getline(in, line);) {
    double share = 0.0, forward = 0.0, reverse = 0.0;
    if (!(std::istringstream(line) >> share >> forward >> reverse)) continue;
    if (std::abs(share - 0.6) > 1e-9) continue;
    found = true;
    BOOST_TEST(std::abs(forward - 0.223804657185647) < 1e-8);
    BOOST_TEST(reverse < forward);
  }
  BOOST_TEST(found);
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_refused) {
  check_refused("--exercise 11", "--exercise = 11; must be from 1 to 10; --help lists them.");
  check_refused("--exercise 3,0", "--exercise = 0; must be from 1 to 10; --help lists them.");
  check_refused("--exercise two", "Could not convert: --exercise = two");
  check_refused("--draws 999",
                "--draws = 999; must be >= 1000; fewer do not know their standard error well.");
  check_refused("--threads -2", "--threads = -2; must be >= 0; 0 means every core.");
  check_refused("--seed -1", "--seed: a seed is a whole number >= 0, not -1");
  check_refused("--nonsense", "The following argument was not expected: --nonsense");
}

BOOST_AUTO_TEST_CASE(a_path_that_cannot_be_written_fails_before_the_work) {
  const Folder folder;
  const auto ended = folder.run("--json none/r.json");
  BOOST_TEST(ended.code == 1);
  BOOST_TEST(ended.out == "");
  BOOST_TEST(ended.error ==
             "kl_exercises: --json: file \"none/r.json\" cannot be written (No such file or "
             "directory); its folder must exist and take files; check the path and its "
             "permissions.\n");
}
