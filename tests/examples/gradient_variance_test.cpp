// SPDX-License-Identifier: MIT
// The program gradient_variance as its users run it.
#define BOOST_TEST_MODULE gradient_variance
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "program_runs.hpp"

using namespace leibler::test;

namespace {

struct Folder : ProgramFolder {
  Folder() : ProgramFolder(GRADIENT_VARIANCE) {}
};

const std::vector<std::string> estimators = {"ScoreFunction", "ScoreFunction, leave-one-out",
                                             "Pathwise", "MeasureValued",
                                             "MeasureValued, independent"};

json quick(const std::string& arguments) {
  const Folder folder;
  const auto ended = folder.run("--quick --no-picture --json r.json " + arguments);
  BOOST_TEST(ended.code == 0, ended.error);
  BOOST_TEST(ended.error == "");
  const json all = folder.read_json("r.json");
  check_report(all, "gradient_variance");
  return all;
}

// What must be wrong usage: one sentence and where to look.
void check_refused(const std::string& arguments, const std::string& sentence) {
  const Folder folder;
  const auto ended = folder.run("--quiet --no-picture --quick " + arguments);
  BOOST_TEST(ended.code == 2, arguments);
  BOOST_TEST(ended.error == "gradient_variance: " + sentence + "\nTry gradient_variance --help.\n");
  BOOST_TEST(ended.out == "");
}

// An estimate of which the exact value is known.
void check_exact(const json& all, const std::string& name, const std::string& which, double exact) {
  const double error = value_of(all, name, which, "standard_error");
  BOOST_TEST(error >= 0.0);
  BOOST_TEST(std::abs(value_of(all, name, which) - exact) <= 7.0 * error + 1e-9,
             name << " of " << which << ": " << value_of(all, name, which) << " +- " << error
                  << " where " << exact << " is right");
}

}  // namespace

BOOST_AUTO_TEST_CASE(help_tells_of_every_option) {
  const auto ended = Folder().run("--help");
  BOOST_TEST(ended.code == 0);
  for (const char* const word :
       {"score function", "REINFORCE", "87 / N", "reparameterisation", "--part", "--theta",
        "--samples", "--repeats", "--starts", "--quick", "--no-picture", "--seed", "--threads",
        "--json", "--out", "--quiet", "--version", "Exit code"}) {
    BOOST_TEST(ended.out.find(word) != std::string::npos, word);
  }
  std::istringstream lines(ended.out);
  for (std::string line; std::getline(lines, line);) BOOST_TEST(line.size() <= 100, line);
}

BOOST_AUTO_TEST_CASE(the_experiment_has_the_known_means_and_variances) {
  const json all = quick("--part experiment --repeats 4000");
  for (const std::string n : {"10", "100", "1000"}) {
    const auto of = [&](const std::string& estimator) {
      return "x^2, N = " + n + ", " + estimator;
    };
    const double draws = std::stod(n);
    // leave-one-out goes over chunks of at most 512
    const double chunk = draws > 512 ? draws / 2 : draws;
    const std::vector<double> variances = {87.0, 42.0 + 34.0 / (chunk - 1.0), 4.0, 4.3718, 3.45916};
    for (std::size_t e = 0; e < estimators.size(); ++e) {
      const auto which = of(estimators[e]);
      check_exact(all, "mean of the gradient", which, 4.0);
      check_exact(all, "N x variance", which, variances[e]);
      BOOST_TEST(std::abs(value_of(all, "N x variance, exact", which) - variances[e]) < 1e-4);
      BOOST_TEST(std::abs(value_of(all, "variance of the gradient", which) * draws -
                          value_of(all, "N x variance", which)) < 1e-10);
    }
    check_exact(all, "mean of the gradient", of("ScoreFunction, optimal baseline"), 4.0);
    check_exact(all, "ratio of variances", "x^2, N = " + n, 21.75);
  }
  const std::string best = "x^2, N = 1000, ScoreFunction, optimal baseline";
  BOOST_TEST(std::abs(value_of(all, "N x variance", best) - 38.0) <
             7 * value_of(all, "N x variance", best, "standard_error") + 0.8);
  BOOST_TEST(std::abs(value_of(all, "N x variance with the best constant baseline, exact", "x^2") -
                      38.0) < 1e-9);
  BOOST_TEST(value_of(all, "ratio of variances, exact", "x^2") == 21.75,
             boost::test_tools::tolerance(1e-12));
  BOOST_TEST(value_of(all, "normals", "experiment") == 2.0 * 4000 * 1110);
}

BOOST_AUTO_TEST_CASE(another_theta_has_its_own_numbers) {
  const json all = quick("--part experiment --theta -0.5 --samples 40 --repeats 4000");
  // theta^4 + 14 theta^2 + 15
  check_exact(all, "N x variance", "x^2, N = 40, ScoreFunction", 18.5625);
  check_exact(all, "N x variance", "x^2, N = 40, Pathwise", 4.0);
  check_exact(all, "mean of the gradient", "x^2, N = 40, Pathwise", -1.0);
}

BOOST_AUTO_TEST_CASE(descents_go_the_same_way_on_average_and_end_where_variances_let_them) {
  const json all = quick("--part descent");
  for (const std::string step : {"10", "30", "200"}) {
    const double exact = 2.0 * std::pow(0.9, std::stod(step));
    BOOST_TEST(std::abs(value_of(all, "theta, exact mean", "step " + step) - exact) < 1e-14);
    for (const auto& estimator : estimators) {
      check_exact(all, "theta", estimator + ", step " + step, exact);
    }
  }
  // E[theta^2] where rate^2 V / draws is what a step adds and (1 - 2 rate)^2 what it keeps
  check_exact(all, "J above its minimum", "Pathwise, step 200",
              0.05 * 0.05 * 4.0 / 10.0 / (1.0 - 0.81));
  const auto left = [&](const std::string& estimator) {
    return value_of(all, "J above its minimum", estimator + ", step 200");
  };
  BOOST_TEST(left("ScoreFunction") > 2.0 * left("Pathwise"));
  BOOST_TEST(left("MeasureValued") < 1e-6);
}

BOOST_AUTO_TEST_CASE(the_ranking_depends_on_the_cost) {
  const json all = quick("--part costs");
  struct Known {
    std::string cost;
    double score, path, coupled;
  };
  for (const auto& [cost, score, path, coupled] : {Known{"(x + 3)^2", 495.0, 4.0, 17.487},
                                                   {"x^2", 30.0, 4.0, 1.093},
                                                   {"exp(-10 x^2)", 0.0769, 0.9416, 0.0207},
                                                   {"cos(5 x)", 0.5, 12.5, 0.296}}) {
    for (const auto& [estimator, exact] :
         {std::pair{"ScoreFunction", score}, {"Pathwise", path}, {"MeasureValued", coupled}}) {
      const double own = value_of(all, "N x variance, exact", cost + ", " + std::string(estimator));
      BOOST_TEST(std::abs(own - exact) < 1.1e-3 * exact + 5e-5, cost << ", " << estimator);
    }
  }
  std::size_t count = 0;
  for (const auto& result : all.at("results")) {
    if (result.at("name") != "N x variance, exact") continue;
    ++count;
    const std::string which = result.at("case");
    check_exact(all, "N x variance", which, result.at("value"));
    check_exact(all, "mean of the gradient", which,
                value_of(all, "mean of the gradient, exact", which));
  }
  BOOST_TEST(count == 60u);
}

BOOST_AUTO_TEST_CASE(strata_have_less_variance_along_a_fit_and_need_fewer_steps) {
  const Folder folder;
  const auto ended = folder.run("--quiet --part fit --no-picture --json r.json");
  BOOST_TEST(ended.code == 0, ended.error);
  const json all = folder.read_json("r.json");
  check_report(all, "gradient_variance");
  const auto variance = [&](const std::string& estimator, const std::string& step) {
    return value_of(all, "variance of a draw", estimator + ", step " + step);
  };
  BOOST_TEST(variance("Stratified", "0") < variance("ScoreFunction, leave-one-out", "0"));
  BOOST_TEST(variance("ScoreFunction, leave-one-out", "0") < variance("ScoreFunction", "0"));
  for (const std::string goal : {"0.05", "0.005"}) {
    BOOST_TEST(value_of(all, "starts that got there", "Stratified, rate 0.1, KL " + goal) >= 8.0);
    BOOST_TEST(value_of(all, "factor over the plain score function in steps",
                        "KL " + goal + ", Stratified") > 1.5);
  }
}

BOOST_AUTO_TEST_CASE(no_number_depends_on_the_threads) {
  const json one = numbers_of(quick("--threads 1 --repeats 200"));
  BOOST_TEST((numbers_of(quick("--threads 2 --repeats 200")) == one));
  BOOST_TEST((numbers_of(quick("--threads 3 --repeats 200")) == one));
}

BOOST_AUTO_TEST_CASE(another_seed_gives_other_numbers) {
  const std::string arguments = "--part experiment --samples 10 ";
  BOOST_TEST((numbers_of(quick(arguments)) != numbers_of(quick(arguments + "--seed 7"))));
}

BOOST_AUTO_TEST_CASE(a_part_alone_has_the_numbers_that_it_has_beside_others) {
  const json both = quick("--part descent --part costs"), one = quick("--part costs");
  BOOST_TEST(one.at("results").size() < both.at("results").size());
  for (const auto& result : numbers_of(one)) {
    const double other = value_of(both, result.at("name"), result.at("case"));
    BOOST_TEST(result.at("value").get<double>() == other, result);
  }
}

BOOST_AUTO_TEST_CASE(pictures_are_drawn_where_gnuplot_is_installed) {
  const Folder folder;
  const auto ended = folder.run("--quick --out pictures");
  BOOST_TEST(ended.code == 0, ended.error);
  for (const std::string stem : {"variance", "costs", "fit"}) {
    const auto script = text_of(folder / ("pictures/" + stem + ".gp"));
    BOOST_TEST(script.find("set logscale xy") != std::string::npos);
    BOOST_TEST(script.find("yerrorbars") != std::string::npos);
  }
  const auto script = text_of(folder / "pictures/variance.gp");
  for (const char* const word : {"87 / N", "4 / N", "ScoreFunction", "MeasureValued"}) {
    BOOST_TEST(script.find(word) != std::string::npos, word);
  }
  if (std::system("command -v gnuplot >/dev/null") != 0) {
    BOOST_TEST(ended.out.find("No picture: gnuplot is not installed.") != std::string::npos);
    return;
  }
  BOOST_TEST(ended.error == "");
  for (const std::string stem : {"variance", "costs", "fit"}) {
    const std::string path = "pictures/" + stem;
    BOOST_TEST(text_of(folder / (path + ".png")).substr(1, 3) == "PNG");
    BOOST_TEST(fs::file_size(folder / (path + ".png")) > 20'000u);
    BOOST_TEST(text_of(folder / (path + ".svg")).find("</svg>") != std::string::npos);
    BOOST_TEST(ended.out.find("Picture: " + path + ".png, " + path + ".svg\n") !=
               std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(an_interrupt_ends_the_experiment_and_keeps_what_is_known) {
  const Folder folder;
  const auto ended =
      folder.interrupt({"--no-picture", "--samples", "10", "1000000", "--repeats", "100000"});
  BOOST_TEST(ended.code == 1);
  BOOST_TEST(ended.error == "gradient_variance: interrupted; what is above is finished.\n");
  check_report(folder.read_json("r.json"), "gradient_variance");
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_refused) {
  check_refused("--repeats 7",
                "--repeats = 7; must be >= 8; a variance and its error need several.");
  check_refused("--samples 10 2",
                "--samples = 2; must be >= 3; the best baseline is fitted to other draws.");
  check_refused("--starts 0", "--starts = 0; must be >= 1; ask for one start or more.");
  check_refused("--threads -2", "--threads = -2; must be >= 0; 0 means every core.");
  check_refused("--theta 1e200",
                "--theta = 1e+200; --theta must be in [-1000, 1000); the experiment's is 2.");
  check_refused("--theta nan",
                "--theta = nan; --theta must be in [-1000, 1000); the experiment's is 2.");
  check_refused("--part apple", "--part: apple not in {experiment,descent,costs,fit}");
  check_refused("--seed -1", "--seed: a seed is a whole number >= 0, not -1");
  check_refused("--nonsense", "The following argument was not expected: --nonsense");
}

BOOST_AUTO_TEST_CASE(a_path_that_cannot_be_written_fails_before_the_work) {
  const auto ended = Folder().run("--no-picture --json none/r.json");
  BOOST_TEST(ended.code == 1);
  BOOST_TEST(ended.out == "");
  BOOST_TEST(ended.error ==
             "gradient_variance: --json: file \"none/r.json\" cannot be written (No such file or "
             "directory); its folder must exist and take files; check the path and its "
             "permissions.\n");
}
