// SPDX-License-Identifier: MIT
// The program fit_mixture as its users run it. FIT_MIXTURE is its path.
#define BOOST_TEST_MODULE fit_mixture
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <leibler/leibler.hpp>

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A folder of its own, gone with the test; programs run in it.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "fit_mixture_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  struct Ended {
    int code;
    std::string out, error;
  };
  [[nodiscard]] Ended run(const std::string& arguments) const {
    const std::string command =
        "cd '" + path_.string() + "' && '" FIT_MIXTURE "' " + arguments + " >out.log 2>error.log";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(path_ / "out.log"),
            text_of(path_ / "error.log")};
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
  }
  [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] json read_json(const std::string& name) const {
    return json::parse(text_of(path_ / name));
  }

 private:
  fs::path path_;
};

constexpr auto small = "--quick --quiet --no-picture --steps 50 --evaluation 2000 ";

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

// The results but for times, which differ from run to run.
json numbers_of(const json& all) {
  json kept = json::array();
  for (const auto& result : all.at("results")) {
    if (result.at("method") != "measured") kept.push_back(result);
  }
  return kept;
}

double value_of(const json& all, const std::string& name, const std::string& which,
                const char* field = "value") {
  for (const auto& result : all.at("results")) {
    if (result.at("name") == name && result.at("case") == which) return result.at(field);
  }
  BOOST_FAIL("no result " << name << " of " << which);
  return 0.0;
}

}  // namespace

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
  std::set<std::string> keys;
  for (const auto& [key, value] : all.items()) keys.insert(key);
  BOOST_TEST((keys == std::set<std::string>{"program", "version", "settings", "results"}));
  BOOST_TEST(all.at("program") == "fit_mixture");
  BOOST_TEST(all.at("settings").at("restarts") == 2);
  BOOST_TEST(all.at("settings").at("steps") == 500);
  for (const auto& result : all.at("results")) {
    BOOST_TEST(result.size() == 5u);
    for (const char* const field : {"name", "case", "value", "standard_error", "method"}) {
      BOOST_TEST(result.contains(field), field);
    }
  }
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
  const std::string report = (folder / "r.json").string();
  const pid_t program = fork();
  if (program == 0) {
    std::freopen((folder / "error.log").c_str(), "w", stderr);
    execl(FIT_MIXTURE, "fit_mixture", "--quiet", "--no-picture", "--components", "1,2", "--steps",
          "100000000", "--entropy-error", "0.01", "--json", report.c_str(), nullptr);
    _exit(127);
  }
  // The report is written first of all, once interrupts are caught.
  int status = 0;
  while (!fs::exists(report) && waitpid(program, &status, WNOHANG) == 0) usleep(10'000);
  if (fs::exists(report)) {
    kill(program, SIGINT);
    waitpid(program, &status, 0);
  }
  BOOST_TEST(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == 1);
  BOOST_TEST(text_of(folder / "error.log") ==
             "fit_mixture: interrupted; what is above is finished.\n");
  BOOST_TEST(value_of(folder.read_json("r.json"), "KL(P||Q)", "P against itself") == 0.0);
}

BOOST_AUTO_TEST_CASE(a_fit_that_fails_is_named_and_the_others_are_kept) {
  const auto ended =
      Folder().run("--quick --no-picture --components 1 --optimizer sgd --rate 1e6 --seed 1");
  BOOST_TEST(ended.code == 1);
  BOOST_TEST(ended.out.find("forward     1  failed") != std::string::npos);
  BOOST_TEST(ended.out.find("forward n=1, start 1: step ") != std::string::npos);
}

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
