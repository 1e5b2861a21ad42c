// SPDX-License-Identifier: MIT
// The program fit_mixture as its users run it.
#define BOOST_TEST_MODULE fit_mixture
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include <leibler/leibler.hpp>

#include "fit_mixture_runs.hpp"

using namespace leibler::test;

BOOST_AUTO_TEST_CASE(help_explains_the_numbers_to_who_has_not_read_the_paper) {
  const auto ended = Folder().run("--help");
  BOOST_TEST(ended.code == 0);
  for (const char* const word : {"KL(P||Q), forward",
                                 "KL(Q||P), reverse",
                                 "in nats",
                                 "standard\nerror",
                                 "--components",
                                 "--objective",
                                 "--estimator",
                                 "--baseline",
                                 "--samples",
                                 "--steps",
                                 "--rate",
                                 "--schedule",
                                 "--warm-up",
                                 "--clip",
                                 "--optimizer",
                                 "--momentum",
                                 "--restarts",
                                 "--spread",
                                 "--seed",
                                 "--threads",
                                 "--data",
                                 "--target",
                                 "--save",
                                 "--checkpoint",
                                 "--json",
                                 "--out",
                                 "--no-picture",
                                 "--quick",
                                 "--quiet",
                                 "--version",
                                 "Exit code"}) {
    BOOST_TEST(ended.out.find(word) != std::string::npos, word);
  }
  std::istringstream lines(ended.out);
  for (std::string line; std::getline(lines, line);) BOOST_TEST(line.size() <= 100, line);
}

BOOST_AUTO_TEST_CASE(version_names_the_program) {
  const auto ended = Folder().run("--version");
  BOOST_TEST(ended.code == 0);
  BOOST_TEST(ended.out.starts_with("fit_mixture "));
}

BOOST_AUTO_TEST_CASE(a_run_writes_every_number_with_its_error_and_method) {
  const Folder folder;
  const auto ended = folder.run("--quick --no-picture --restarts 2 --json r.json");
  BOOST_TEST(ended.code == 0, ended.error);
  BOOST_TEST(ended.error == "");
  const json all = folder.read_json("r.json");
  check_report(all, "fit_mixture");
  BOOST_TEST(all.at("settings").at("restarts") == 2);
  BOOST_TEST(all.at("settings").at("steps") == 500);
  for (const std::string objective : {"forward", "reverse"}) {
    for (int n = 1; n <= 4; ++n) {
      const auto which = objective + " n=" + std::to_string(n);
      for (const char* const name : {"KL(P||Q)", "KL(Q||P)", "NLL"}) {
        BOOST_TEST(value_of(all, name, which, "standard_error") > 0.0);
      }
      BOOST_TEST(value_of(all, "seconds of the fit", which) > 0.0);
      BOOST_TEST(value_of(all, "starts that ended there", which + ", optimum 1") >= 1.0);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_target_against_itself_is_exact) {
  const Folder folder;
  BOOST_TEST(folder.run(std::string(small) + "--components 1 --json r.json").code == 0);
  const json all = folder.read_json("r.json");
  BOOST_TEST(value_of(all, "KL(P||Q)", "P against itself") == 0.0);
  BOOST_TEST(value_of(all, "KL(Q||P)", "P against itself") == 0.0);
  const double entropy = value_of(all, "NLL", "P against itself");
  const double error = value_of(all, "NLL", "P against itself", "standard_error");
  BOOST_TEST(error <= 0.01);
  BOOST_TEST(std::abs(entropy - value_of(all, "NLL, exact", "P against itself")) < 7 * error);
}

BOOST_AUTO_TEST_CASE(a_single_gaussian_ends_at_the_exact_optimum_of_either_objective) {
  const Folder folder;
  BOOST_TEST(folder
                 .run("--quiet --no-picture --components 1 --schedule cosine --rate 0.03 --samples "
                      "2000 --steps 3000 --evaluation 200000 --entropy-error 0.01 --json r.json")
                 .code == 0);
  const json all = folder.read_json("r.json");
  for (const auto& [name, which] :
       {std::pair{"KL(P||Q)", "forward n=1"}, {"KL(Q||P)", "reverse n=1"}}) {
    const double best = value_of(all, "best KL, exact", which);
    const double error = value_of(all, name, which, "standard_error");
    BOOST_TEST(std::abs(value_of(all, name, which) - best) < 7 * error + 1e-3 * best);
  }
}

BOOST_AUTO_TEST_CASE(no_number_depends_on_the_threads) {
  const Folder folder;
  const std::string arguments = "--quick --quiet --no-picture --restarts 2 --steps 100 ";
  BOOST_TEST(folder.run(arguments + "--threads 1 --json one.json").code == 0);
  BOOST_TEST(folder.run(arguments + "--threads 2 --json two.json").code == 0);
  BOOST_TEST(
      (numbers_of(folder.read_json("one.json")) == numbers_of(folder.read_json("two.json"))));
}

BOOST_AUTO_TEST_CASE(another_seed_gives_other_numbers) {
  const Folder folder;
  BOOST_TEST(folder.run(std::string(small) + "--components 2 --json a.json").code == 0);
  BOOST_TEST(folder.run(std::string(small) + "--components 2 --seed 7 --json b.json").code == 0);
  BOOST_TEST((numbers_of(folder.read_json("a.json")) != numbers_of(folder.read_json("b.json"))));
}

BOOST_AUTO_TEST_CASE(a_row_does_not_depend_on_the_other_rows) {
  const Folder folder;
  BOOST_TEST(folder.run(std::string(small) + "--json all.json").code == 0);
  BOOST_TEST(
      folder.run(std::string(small) + "--components 3 --objective reverse --json one.json").code ==
      0);
  BOOST_TEST(value_of(folder.read_json("all.json"), "KL(Q||P)", "reverse n=3") ==
             value_of(folder.read_json("one.json"), "KL(Q||P)", "reverse n=3"));
}

BOOST_AUTO_TEST_CASE(every_way_to_fit_runs) {
  for (const char* const arguments :
       {"--components 1 --estimator pathwise", "--baseline leave-one-out",
        "--baseline moving-average --schedule exponential --warm-up 10",
        "--optimizer sgd --momentum 0.9 --rate 0.01 --clip 1 --schedule cosine",
        "--spread 30 --stddev 2 --tolerance 1e-3 --objective forward"}) {
    const auto ended = Folder().run(std::string(small) + arguments);
    BOOST_TEST(ended.code == 0, arguments << ": " << ended.error);
    BOOST_TEST(ended.error == "");
  }
}

BOOST_AUTO_TEST_CASE(pictures_are_drawn_where_gnuplot_is_installed) {
  const Folder folder;
  const auto ended = folder.run("--quick --components 1,2 --out pictures");
  BOOST_TEST(ended.code == 0, ended.error);
  for (const char* const file : {"fit_mixture.gp", "target_density.txt", "target_components.txt",
                                 "forward_2_density.txt", "reverse_2_components.txt"}) {
    BOOST_TEST(fs::file_size(folder / "pictures" / file) > 0u, file);
  }
  if (std::system("command -v gnuplot >/dev/null") != 0) {
    BOOST_TEST(ended.out.find("No picture: gnuplot is not installed.") != std::string::npos);
    return;
  }
  BOOST_TEST(text_of(folder / "pictures/fit_mixture.png").substr(1, 3) == "PNG");
  BOOST_TEST(fs::file_size(folder / "pictures/fit_mixture.png") > 20'000u);
  BOOST_TEST(text_of(folder / "pictures/fit_mixture.svg").find("</svg>") != std::string::npos);
  BOOST_TEST(ended.out.find("Picture: pictures/fit_mixture.png, pictures/fit_mixture.svg\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_picture_is_the_right_way_up) {
  const Folder folder;
  BOOST_TEST(folder.run(std::string(small) + "--components 1 --no-picture=false --out o").code ==
             0);
  std::ifstream in(folder / "o/target_density.txt");
  double most = 0.0, at_x = 0.0, at_y = 0.0;
  for (std::string line; std::getline(in, line);) {
    double x = 0.0, y = 0.0, density = 0.0;
    if (std::istringstream(line) >> x >> y >> density && density > most) {
      most = density;
      at_x = x;
      at_y = y;
    }
  }
  BOOST_TEST(std::abs(at_x - 6.0) < 0.15);  // its highest mode is at (6, 4)
  BOOST_TEST(std::abs(at_y - 4.0) < 0.15);
}

BOOST_AUTO_TEST_CASE(data_of_any_unit_are_fitted_and_the_model_saved) {
  using namespace leibler;
  const Folder folder;
  const GaussianMixture truth(Vector{{0.4, 0.6}}, Points{{2e3, 50, 0}, {4.5e3, 80, 1}},
                              {Matrix{{4e4, 0, 0}, {0, 30, 0}, {0, 0, 1e-4}},
                               Matrix{{9e4, 500, 0}, {500, 40, 0}, {0, 0, 1e-4}}});
  const Points x = sample(truth, 2000, Seed{1});
  std::ostringstream csv;
  csv << "a,b,c\n";
  for (Index i = 0; i < x.rows(); ++i) csv << x(i, 0) << ',' << x(i, 1) << ',' << x(i, 2) << '\n';
  folder.write("points.csv", csv.str());
  const auto ended = folder.run(
      "--data points.csv --components 2 --restarts 4 --steps 3000 --schedule cosine --rate 0.03 "
      "--save models --json r.json");
  BOOST_TEST(ended.code == 0, ended.error);
  BOOST_TEST(ended.out.find("No picture: P is not two-dimensional.") != std::string::npos);
  const auto model = GaussianMixture::load((folder / "models/forward_2.json").string());
  const auto data = Empirical::load_csv((folder / "points.csv").string());
  const double at_truth = cross_entropy(data, truth).value;
  const double at_model = cross_entropy(data, model).value;
  BOOST_TEST(at_model < at_truth);         // the best fit to the data is better than the truth,
  BOOST_TEST(at_model > at_truth - 0.05);  // by half of 19 parameters in 2000 points, or so
  const json all = folder.read_json("r.json");
  BOOST_TEST(std::abs(value_of(all, "NLL", "forward n=2") - at_model) < 1e-12);
}

BOOST_AUTO_TEST_CASE(a_saved_model_is_a_target) {
  const Folder folder;
  BOOST_TEST(folder.run(std::string(small) + "--components 2 --save m").code == 0);
  BOOST_TEST(folder.run(std::string(small) + "--target m/reverse_2.json --json r.json").code == 0);
  BOOST_TEST(value_of(folder.read_json("r.json"), "KL(P||Q)", "P against itself") == 0.0);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_goes_on_to_the_same_bits) {
  const Folder folder;
  const std::string arguments = std::string(small) + "--components 2 --checkpoint c ";
  BOOST_TEST(folder.run(arguments + "--json a.json").code == 0);
  BOOST_TEST(folder.run(arguments + "--json b.json").code == 0);
  BOOST_TEST((numbers_of(folder.read_json("a.json")) == numbers_of(folder.read_json("b.json"))));
}

BOOST_AUTO_TEST_CASE(an_interrupt_ends_the_fits_and_keeps_what_is_known) {
  const Folder folder;
  const auto ended = folder.interrupt({"--quiet", "--no-picture", "--components", "1,2", "--steps",
                                       "100000000", "--entropy-error", "0.01"});
  BOOST_TEST(ended.code == 1);
  BOOST_TEST(ended.error == "fit_mixture: interrupted; what is above is finished.\n");
  BOOST_TEST(value_of(folder.read_json("r.json"), "KL(P||Q)", "P against itself") == 0.0);
}

BOOST_AUTO_TEST_CASE(a_fit_that_fails_is_named_and_the_others_are_kept) {
  const auto ended =
      Folder().run("--quick --no-picture --components 1 --optimizer sgd --rate 1e6 --seed 1");
  BOOST_TEST(ended.code == 1);
  BOOST_TEST(ended.out.find("forward     1  failed") != std::string::npos);
  BOOST_TEST(ended.out.find("forward n=1, start 1: step ") != std::string::npos);
}
