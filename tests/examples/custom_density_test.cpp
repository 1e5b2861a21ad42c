// SPDX-License-Identifier: MIT
// The program custom_density as its users run it.
#define BOOST_TEST_MODULE custom_density
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <sstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "program_runs.hpp"

using namespace leibler::test;

namespace {

struct Folder : ProgramFolder {
  Folder() : ProgramFolder(CUSTOM_DENSITY) {}
};

constexpr auto small =
    "--no-picture --components 3 --restarts 2 --steps 300 --samples 200 --evaluation 20000 ";

// What must be wrong usage: one sentence and where to look.
void check_refused(const std::string& arguments, const std::string& sentence) {
  const Folder folder;
  const auto ended = folder.run("--quiet --no-picture " + arguments);
  BOOST_TEST(ended.code == 2, arguments);
  BOOST_TEST(ended.error == "custom_density: " + sentence + "\nTry custom_density --help.\n");
  BOOST_TEST(ended.out == "");
}

// The least reverse KL of a Gaussian N((0, b), diag(s^2, t^2)) by a search over s, independent of
// the formulas in the program; KL as a function of s after its minimum over b and t.
template <class F>
double least(F&& kl) {
  double best = HUGE_VAL;
  for (double s = 0.1; s < 4.0; s += 1e-5) best = std::min(best, kl(s));
  return best;
}

}  // namespace

BOOST_AUTO_TEST_CASE(help_tells_of_every_option) {
  const auto ended = Folder().run("--help");
  BOOST_TEST(ended.code == 0);
  for (const char* const word :
       {"KL(Q||P)", "ELBO", "log constant", "effective sample size", "--target", "--components",
        "--restarts", "--steps", "--samples", "--rate", "--evaluation", "--no-picture", "--seed",
        "--threads", "--json", "--out", "--quiet", "--version", "Exit code"}) {
    BOOST_TEST(ended.out.find(word) != std::string::npos, word);
  }
  std::istringstream lines(ended.out);
  for (std::string line; std::getline(lines, line);) BOOST_TEST(line.size() <= 100, line);
}

BOOST_AUTO_TEST_CASE(a_run_writes_every_number_with_its_error_and_method) {
  const Folder folder;
  const auto ended = folder.run(std::string(small) + "--json r.json");
  BOOST_TEST(ended.code == 0, ended.error);
  BOOST_TEST(ended.error == "");
  const json all = folder.read_json("r.json");
  check_report(all, "custom_density");
  BOOST_TEST(all.at("settings").at("components") == 3);
  for (const std::string target : {"banana", "funnel"}) {
    BOOST_TEST(ended.out.find(target + ": gradient agrees with differences: at x[") !=
               std::string::npos);
    BOOST_TEST(value_of(all, "largest error of the gradient", target) < 1e-9);
    const double constant = target == "banana" ? std::log(std::numbers::pi) : 0.0;
    for (const std::string family : {"Gaussian", "3 components"}) {
      const std::string which = target + ", " + family;
      const double error = value_of(all, "ELBO", which, "standard_error");
      const double elbo = value_of(all, "ELBO", which), kl = value_of(all, "KL(Q||P)", which);
      BOOST_TEST(error > 0.0);
      BOOST_TEST(std::abs(value_of(all, "log constant, exact", which) - constant) < 1e-15);
      BOOST_TEST(value_of(all, "KL(Q||P)", which, "standard_error") == error);
      BOOST_TEST(std::abs(elbo + kl - constant) < 1e-14);
      BOOST_TEST(kl > -7 * error);
      const double share = value_of(all, "effective sample size", which);
      BOOST_TEST((share > 0.0 && share <= 1.0));
      BOOST_TEST(value_of(all, "seconds of the fit", which) > 0.0);
    }
    BOOST_TEST(value_of(all, "starts that ended there", target + ", 3 components, optimum 1") >=
               1.0);
  }
}

BOOST_AUTO_TEST_CASE(a_gaussian_ends_at_the_exact_optimum) {
  const Folder folder;
  BOOST_TEST(folder
                 .run("--quiet --no-picture --components 1 --restarts 1 --steps 3000 --evaluation "
                      "200000 --json r.json")
                 .code == 0);
  const json all = folder.read_json("r.json");
  const double banana = least([](double s) {
    return -std::log(s) - std::log(0.5) - 0.5 - std::log(2.0) + 0.5 * s * s + 4 * std::pow(s, 4);
  });
  const double funnel =
      least([](double s) { return -std::log(s) + s * s / 4 + s * s / 18 + std::log(3.0) - 0.5; });
  for (const auto& [target, best] : {std::pair{"banana", banana}, {"funnel", funnel}}) {
    const std::string gaussian = std::string(target) + ", Gaussian";
    BOOST_TEST(std::abs(value_of(all, "best KL, exact", gaussian) - best) < 1e-8);
    for (const std::string& which : {gaussian, std::string(target) + ", 1 component"}) {
      const double error = value_of(all, "KL(Q||P)", which, "standard_error");
      BOOST_TEST(std::abs(value_of(all, "KL(Q||P)", which) - best) < 7 * error + 2e-3, which);
      // Where the divergence is flat the parameters scatter.
      const double first =
          value_of(all, which.starts_with("banana") ? "stddev of x0" : "stddev of v", which);
      const double exact =
          which.starts_with("banana") ? std::sqrt((std::sqrt(65.0) - 1) / 32) : std::sqrt(18. / 11);
      BOOST_TEST(std::abs(first - exact) < 0.03 * exact, which);
    }
  }
}

BOOST_AUTO_TEST_CASE(more_components_come_closer) {
  const Folder folder;
  BOOST_TEST(folder
                 .run("--quiet --no-picture --components 8 --restarts 2 --steps 1500 --samples 500 "
                      "--evaluation 100000 --json r.json")
                 .code == 0);
  const json all = folder.read_json("r.json");
  BOOST_TEST(value_of(all, "KL(Q||P)", "banana, 8 components") < 0.06);
  BOOST_TEST(value_of(all, "KL(Q||P)", "funnel, 8 components") < 0.15);
}

BOOST_AUTO_TEST_CASE(no_number_depends_on_the_threads) {
  const Folder folder;
  const std::string arguments = std::string(small) + "--quiet ";
  BOOST_TEST(folder.run(arguments + "--threads 1 --json one.json").code == 0);
  BOOST_TEST(folder.run(arguments + "--threads 2 --json two.json").code == 0);
  BOOST_TEST(
      (numbers_of(folder.read_json("one.json")) == numbers_of(folder.read_json("two.json"))));
}

BOOST_AUTO_TEST_CASE(a_target_alone_has_the_numbers_that_it_has_beside_the_other) {
  const Folder folder;
  const std::string arguments = std::string(small) + "--quiet ";
  BOOST_TEST(folder.run(arguments + "--json both.json").code == 0);
  BOOST_TEST(folder.run(arguments + "--target funnel --json one.json").code == 0);
  const json both = folder.read_json("both.json"), one = folder.read_json("one.json");
  BOOST_TEST(one.at("results").size() < both.at("results").size());
  for (const auto& result : numbers_of(one)) {
    const double other = value_of(both, result.at("name"), result.at("case"));
    BOOST_TEST(result.at("value").get<double>() == other, result);
  }
}

BOOST_AUTO_TEST_CASE(another_seed_gives_other_numbers) {
  const Folder folder;
  const std::string arguments = std::string(small) + "--quiet --target banana ";
  BOOST_TEST(folder.run(arguments + "--json a.json").code == 0);
  BOOST_TEST(folder.run(arguments + "--seed 7 --json b.json").code == 0);
  BOOST_TEST((numbers_of(folder.read_json("a.json")) != numbers_of(folder.read_json("b.json"))));
}

BOOST_AUTO_TEST_CASE(pictures_are_drawn_where_gnuplot_is_installed) {
  const Folder folder;
  const auto ended = folder.run(std::string(small) + "--no-picture=false --out pictures");
  BOOST_TEST(ended.code == 0, ended.error);
  for (const char* const file : {"custom_density.gp", "banana_target.txt", "banana_gaussian.txt",
                                 "funnel_target.txt", "funnel_mixture.txt"}) {
    BOOST_TEST(fs::file_size(folder / "pictures" / file) > 0u, file);
  }
  // The banana is highest at its bend and its arms point upwards.
  std::ifstream in(folder / "pictures/banana_target.txt");
  double most = 0.0, at_x = 9.0, at_y = 9.0, mean_y = 0.0, mass = 0.0;
  for (std::string line; std::getline(in, line);) {
    double x = 0.0, y = 0.0, density = 0.0;
    if (!(std::istringstream(line) >> x >> y >> density)) continue;
    mass += density;
    mean_y += density * y;
    if (density > most) most = density, at_x = x, at_y = y;
  }
  BOOST_TEST(std::abs(at_x) < 0.05);
  BOOST_TEST(std::abs(at_y) < 0.08);
  BOOST_TEST(std::abs(mean_y / mass - 1.0) < 0.05);
  if (std::system("command -v gnuplot >/dev/null") != 0) {
    BOOST_TEST(ended.out.find("No picture: gnuplot is not installed.") != std::string::npos);
    return;
  }
  BOOST_TEST(ended.error == "");
  BOOST_TEST(fs::file_size(folder / "pictures/funnel_contours.txt") > 1000u);
  BOOST_TEST(text_of(folder / "pictures/custom_density.png").substr(1, 3) == "PNG");
  BOOST_TEST(fs::file_size(folder / "pictures/custom_density.png") > 20'000u);
  BOOST_TEST(text_of(folder / "pictures/custom_density.svg").find("</svg>") != std::string::npos);
  BOOST_TEST(
      ended.out.find("Picture: pictures/custom_density.png, pictures/custom_density.svg\n") !=
      std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_interrupt_ends_the_fits_and_keeps_what_is_known) {
  const Folder folder;
  const auto ended = folder.interrupt({"--no-picture", "--steps", "100000000"});
  BOOST_TEST(ended.code == 1);
  BOOST_TEST(ended.error == "custom_density: interrupted; what is above is finished.\n");
  BOOST_TEST(ended.out.find("banana  Gaussian       not finished\n") != std::string::npos);
  BOOST_TEST(value_of(folder.read_json("r.json"), "largest error of the gradient", "banana") <
             1e-9);
}

BOOST_AUTO_TEST_CASE(a_fit_that_fails_is_named_and_the_others_are_kept) {
  const auto ended = Folder().run(std::string(small) + "--rate 1e6 --target banana");
  BOOST_TEST(ended.code == 1);
  BOOST_TEST(ended.out.find("banana  Gaussian       failed\n") != std::string::npos, ended.out);
  BOOST_TEST(ended.out.find("banana, Gaussian, start 1: step ") != std::string::npos, ended.out);
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_refused) {
  check_refused("--steps 0", "--steps = 0; must be >= 1; take one step or more.");
  check_refused("--samples 1",
                "--samples = 1; must be >= 2; every draw is compared with the others.");
  check_refused("--components 0", "--components = 0; must be >= 1; give a number such as 12.");
  check_refused("--restarts 0", "--restarts = 0; must be >= 1; ask for one start or more.");
  check_refused("--evaluation 1",
                "--evaluation = 1; must be >= 2; a standard error needs two draws.");
  check_refused("--threads -2", "--threads = -2; must be >= 0; 0 means every core.");
  check_refused("--rate 0", "--rate = 0; --rate must be finite and > 0; 0.05 suits both targets.");
  check_refused("--target apple", "--target: apple not in {banana,funnel,both}");
  check_refused("--steps 1.5", "Could not convert: --steps = 1.5");
  check_refused("--seed -1", "--seed: a seed is a whole number >= 0, not -1");
  check_refused("--nonsense", "The following argument was not expected: --nonsense");
}

BOOST_AUTO_TEST_CASE(a_path_that_cannot_be_written_fails_before_the_work) {
  const Folder folder;
  const auto ended = folder.run("--no-picture --json none/r.json");
  BOOST_TEST(ended.code == 1);
  BOOST_TEST(ended.out == "");
  BOOST_TEST(ended.error ==
             "custom_density: --json: file \"none/r.json\" cannot be written (No such file or "
             "directory); its folder must exist and take files; check the path and its "
             "permissions.\n");
}
