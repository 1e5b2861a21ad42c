// SPDX-License-Identifier: MIT
// What fit_mixture refuses, and how it fails: one sentence each.
#define BOOST_TEST_MODULE fit_mixture_refusals
#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include "fit_mixture_runs.hpp"

using namespace leibler::test;

namespace {

// What must be wrong usage: one sentence and where to look.
void check_refused(const std::string& arguments, const std::string& sentence) {
  const Folder folder;
  const auto ended = folder.run("--quiet --no-picture " + arguments);
  BOOST_TEST(ended.code == 2, arguments);
  BOOST_TEST(ended.error == "fit_mixture: " + sentence + "\nTry fit_mixture --help.\n");
  BOOST_TEST(ended.out == "");
}

// What must fail: one sentence.
void check_fails(const std::string& file, const std::string& text, const std::string& arguments,
                 const std::string& sentence) {
  const Folder folder;
  if (!file.empty()) folder.write(file, text);
  const auto ended = folder.run(small + arguments);
  BOOST_TEST(ended.code == 1, arguments);
  BOOST_TEST(ended.error == "fit_mixture: " + sentence + "\n");
  BOOST_TEST(ended.out == "");
}

std::string mixture(const std::string& weights, const std::string& covariance) {
  return R"({"weights": )" + weights + R"(, "means": [[0, 0], [3, 1]], "covariances": [)" +
         covariance + ", [[1, 0], [0, 1]]]}";
}

}  // namespace

BOOST_AUTO_TEST_CASE(wrong_numbers_are_refused) {
  check_refused("--steps 0", "--steps = 0; must be >= 1; take one step or more.");
  check_refused("--samples -3",
                "--samples = -3; must be >= 1; a gradient needs one point or more.");
  check_refused("--restarts 0", "--restarts = 0; must be >= 1; ask for one start or more.");
  check_refused("--evaluation 1",
                "--evaluation = 1; must be >= 2; a standard error needs two draws.");
  check_refused("--warm-up -1", "--warm-up = -1; must be >= 0; 0 starts with the whole rate.");
  check_refused("--threads -2", "--threads = -2; must be >= 0; 0 means every core.");
  check_refused("--components 2,0",
                "--components[1] = 0; must be >= 1; give numbers such as 1,2,3,4.");
  check_refused("--rate 0", "--rate = 0; --rate must be finite and > 0; 0.01 is the experiment's.");
  check_refused("--rate nan",
                "--rate = nan; --rate must be finite and > 0; 0.01 is the experiment's.");
  check_refused("--spread inf", "--spread = inf; --spread must be finite and > 0.");
  check_refused("--stddev -1", "--stddev = -1; --stddev must be finite and > 0.");
  check_refused("--clip -1", "--clip = -1; --clip must be finite and >= 0; 0 never clips.");
  check_refused("--optimizer sgd --momentum 1",
                "--momentum = 1; --momentum must be in [0, 1); 0.9 is usual.");
  check_refused("--tolerance -1",
                "--tolerance = -1; --tolerance must be finite and >= 0; 0 takes every step.");
  check_refused("--entropy-error 0",
                "--entropy-error = 0; --entropy-error must be finite and > 0; 1e-4 takes about a "
                "second.");
  check_refused("--schedule exponential --final-fraction 2",
                "--final-fraction must be at most 1: the rate does not grow.");
}

BOOST_AUTO_TEST_CASE(what_is_no_option_is_refused) {
  check_refused("--nonsense", "The following argument was not expected: --nonsense");
  check_refused("more", "The following argument was not expected: more");
  check_refused("--objective up", "--objective: up not in {forward,reverse,both}");
  check_refused("--steps 1.5", "Could not convert: --steps = 1.5");
  check_refused("--components 1,x", "Could not convert: --components = 1,x");
  check_refused("--seed -1", "--seed: a seed is a whole number >= 0, not -1");
  check_refused("--json", "--json: 1 required FILE missing");
}

BOOST_AUTO_TEST_CASE(options_that_contradict_each_other_are_refused) {
  check_refused("--estimator pathwise",
                "--estimator pathwise follows how a draw moves with the parameters, which it does "
                "not smoothly where components are chosen: it is for a single Gaussian, "
                "--components 1; for more use --estimator score.");
  check_refused("--estimator pathwise --components 1 --baseline leave-one-out",
                "--baseline is for --estimator score: a pathwise gradient has none.");
  check_refused("--objective forward --baseline none",
                "--estimator and --baseline choose among gradients of reverse KL; forward KL has "
                "one gradient: leave them out.");
  check_refused("--baseline leave-one-out --samples 1",
                "--baseline leave-one-out needs --samples 2 or more.");
  check_refused("--momentum 0.5", "--momentum is for --optimizer sgd: Adam has its own.");
  check_refused("--final-fraction 0.5", "--final-fraction is for --schedule exponential.");
  check_refused("--data a.csv --target b.json", "--data excludes --target");
  check_refused(
      "--data a.csv --objective reverse",
      "--objective reverse needs the density of the target, which data do not have: leave "
      "it out (data are fitted by forward KL), or give the target's density with --target "
      "FILE.");
}

BOOST_AUTO_TEST_CASE(a_malformed_csv_fails_with_its_place) {
  const std::string where = "--data: Empirical::load_csv: file \"a.csv\"";
  check_fails("", "", "--data a.csv",
              where +
                  " cannot be read (No such file or directory); it must be a file that can be "
                  "read; check the path and its "
                  "permissions.");
  check_fails("a.csv", "", "--data a.csv",
              where +
                  " is empty; there must be at least one line of numbers; give one point a "
                  "line.");
  check_fails(
      "a.csv", "x,y\n1,2\n3,oops\n", "--data a.csv",
      where +
          ", points[1, 1] is \"oops\" in line 3, column 2; must be a finite number; leave out "
          "or fill in missing values.");
  check_fails(
      "a.csv", "1,2\n1,nan\n", "--data a.csv",
      where +
          ", points[1, 1] is \"nan\" in line 2, column 2; must be a finite number; leave out "
          "or fill in missing values.");
  check_fails(
      "a.csv", "1,2\n1,2,3\n", "--data a.csv",
      where +
          ", points[1] has 3 fields in line 2; must have 2, like the first line; separate numbers "
          "by commas.");
  check_fails("a.csv", "1,2\n1,3\n", "--data a.csv",
              "--data: column 1 has no spread (standard deviation 0): its likelihood has no "
              "maximum; leave the column out.");
}

BOOST_AUTO_TEST_CASE(a_malformed_target_fails_with_its_place) {
  check_fails("a.json", R"({"weights": [1)", "--target a.json",
              "--target: GaussianMixture::load: file \"a.json\" is not JSON at line 1, column 15 "
              "(near the end); a model is one JSON object; save() writes the right form.");
  check_fails("a.json", mixture("[0.5, 0.4]", "[[1, 0], [0, 1]]"), "--target a.json",
              "--target: GaussianMixture::load: file \"a.json\", weights add up to 0.9; weights "
              "must add up to 1 "
              "within 1e-9; divide them by their sum.");
  check_fails("a.json", mixture("[0.5, 0.5]", "[[1, 2], [2, 1]]"), "--target a.json",
              "--target: GaussianMixture::load: file \"a.json\", covariances[0] is not positive "
              "definite (smallest "
              "eigenvalue -1); covariances must be symmetric positive definite; add a multiple of "
              "the identity.");
}

BOOST_AUTO_TEST_CASE(a_path_that_cannot_be_written_fails_before_the_work) {
  check_fails("", "", "--json none/r.json",
              "--json: file \"none/r.json\" cannot be written (No such file or directory); its "
              "folder must exist and take files; check "
              "the path and its permissions.");
  check_fails("file", "x", "--save file",
              "--save: folder \"file\" cannot be made (Not a directory); check the path and its "
              "permissions.");
}
