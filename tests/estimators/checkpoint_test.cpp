// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE estimators_checkpoint
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/forward_kl.hpp>
#include <leibler/estimators/pathwise.hpp>
#include <leibler/estimators/reverse_kl.hpp>
#include <leibler/estimators/score_function.hpp>
#include <leibler/estimators/sgd.hpp>
#include <leibler/models/diagonal_gaussian.hpp>

#include "fits.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"

using namespace leibler;
using namespace leibler::test;

namespace {

// A file name of its own, gone afterwards.
class Scratch {
 public:
  Scratch() : folder_(std::filesystem::temp_directory_path() / ("leibler_checkpoint_" + id())) {
    std::filesystem::create_directory(folder_);
  }
  ~Scratch() { std::filesystem::remove_all(folder_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] std::string file() const { return (folder_ / "run.json").string(); }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
  [[nodiscard]] std::string text() const {
    std::ifstream in(file());
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& text) const { std::ofstream(file()) << text; }

 private:
  static std::string id() {
    static int next = 0;
    return std::to_string(::getpid()) + "_" + std::to_string(next++);
  }
  std::filesystem::path folder_;
};

// Runs `run(options)` with a stop after step `stop_at`, then again from the file.
template <class Run>
void check_resumes(const Run& run, FitOptions options, std::size_t stop_at) {
  const auto whole = run(options);
  const Scratch scratch;
  options.checkpoint = {scratch.file(), 1'000'000};
  std::stop_source source;
  FitOptions first = options;
  first.stop = source.get_token();
  first.trace_every = options.trace_every;
  first.progress = [&](const Progress& p) {
    if (p.step + 1 == stop_at) source.request_stop();
  };
  if (stop_at == 0) source.request_stop();
  const auto stopped = run(first);
  BOOST_TEST_REQUIRE(stopped.status.steps == stop_at);
  const auto resumed = run(options);
  BOOST_TEST(numbers_of(resumed) == numbers_of(whole));
  BOOST_TEST(resumed.status.message == whole.status.message);
  BOOST_TEST(scratch.files() == 1u);
  // A run that is over is only read.
  BOOST_TEST(numbers_of(run(options)) == numbers_of(whole));
}

Fit<GaussianMixture> short_fit(const FitOptions& options) {
  return fit(GaussianMixture::random(2, 2, {5}), ForwardKl(seed_mixture()), Adam{}, options);
}

FitOptions with_file(const std::string& file) {
  return {.trace_every = 1, .steps = 10, .samples = 50, .checkpoint = {file, 3}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_interrupted_run_goes_on_to_the_same_bits_with_every_optimizer) {
  const ForwardKl objective(seed_mixture());
  const auto start = GaussianMixture::random(2, 2, {5});
  const FitOptions options{.trace_every = 1, .steps = 40, .samples = 64, .seed = {9}};
  const auto check = [&](const auto& optimizer) {
    for (const std::size_t stop_at : {0u, 1u, 2u, 17u, 39u}) {
      BOOST_TEST_CONTEXT("stopped after " << stop_at) {
        check_resumes([&](const FitOptions& o) { return fit(start, objective, optimizer, o); },
                      options, stop_at);
      }
    }
  };
  check(Adam{.learning_rate = cosine_decay(0.05)});
  check(Adam{.learning_rate = warm_up(0.05, 20)});
  check(Sgd{.learning_rate = 0.01});
  check(Sgd{.learning_rate = exponential_decay(0.01, 0.1), .momentum = 0.9, .nesterov = true});
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_goes_on_to_the_same_bits_with_every_estimator) {
  const ReverseKl objective(seed_mixture());
  const FitOptions options{.clip_norm = 2.0, .trace_every = 1, .steps = 30, .samples = 1100};
  for (const std::size_t stop_at : {0u, 1u, 13u, 29u}) {
    for (const auto baseline :
         {Baseline::none, Baseline::leave_one_out, Baseline::moving_average}) {
      check_resumes(
          [&](const FitOptions& o) {
            return fit(GaussianMixture::random(3, 2, {5}), objective,
                       ScoreFunction{.baseline = baseline}, Adam{.learning_rate = 0.1}, o);
          },
          options, stop_at);
    }
    // A covariance that its own factor does not give back to the bit.
    check_resumes(
        [&](const FitOptions& o) {
          return fit(nearest_gaussian(), objective, Pathwise{}, Adam{.learning_rate = 0.1}, o);
        },
        options, stop_at);
  }
}

BOOST_AUTO_TEST_CASE(a_run_that_converged_is_read_as_converged) {
  const FitOptions options{.trace_every = 2,
                           .convergence = {.tolerance = 0.1, .window = 5},
                           .steps = 5000,
                           .samples = 400};
  check_resumes(
      [](const FitOptions& o) {
        return fit(Gaussian::standard(2), ForwardKl(nearest_gaussian()),
                   Adam{.learning_rate = 0.05}, o);
      },
      options, 3 * 2 + 1);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_is_written_every_so_many_steps) {
  const Scratch scratch;
  FitOptions options = with_file(scratch.file());
  std::vector<bool> there;
  options.progress = [&](const Progress&) {
    there.push_back(std::filesystem::exists(scratch.file()));
  };
  (void)short_fit(options);
  BOOST_TEST((there == std::vector<bool>(10, true)));  // the first is written before any step
  // Where a step threw, the last one written is there to go on from.
  std::filesystem::remove(scratch.file());
  options.progress = [](const Progress& p) {
    if (p.step == 8) throw std::runtime_error("power cut");
  };
  BOOST_CHECK_THROW((void)short_fit(options), std::runtime_error);
  options.progress = [](const Progress& p) { BOOST_TEST(p.step >= 6u); };
  const auto resumed = short_fit(options);
  BOOST_TEST(numbers_of(resumed) ==
             numbers_of(short_fit({.trace_every = 1, .steps = 10, .samples = 50})));
}

BOOST_AUTO_TEST_CASE(a_failed_run_keeps_the_checkpoint_from_before_it_failed) {
  const Scratch scratch;
  const DiagonalGaussian p(Vector{{0.0}}, Vector{{40.0}}), q(Vector{{0.0}}, Vector{{1.0}});
  FitOptions options{.steps = 100, .samples = 10, .checkpoint = {scratch.file(), 1}};
  const auto failed = fit(q, ForwardKl(p), Adam{.learning_rate = 1e5}, options);
  BOOST_TEST((failed.status.outcome == FitStatus::Outcome::failed));
  BOOST_TEST(failed.status.steps == 0u);
  BOOST_TEST(scratch.text().find("\"step\":0,") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_of_another_run_is_refused_and_left_as_it_was) {
  const Scratch scratch;
  (void)short_fit(with_file(scratch.file()));
  const std::string before = scratch.text();
  const auto refuses = [&](const std::string& what, const auto& change) {
    FitOptions options = with_file(scratch.file());
    change(options);
    BOOST_CHECK_EXCEPTION((void)short_fit(options), std::runtime_error,
                          says("fit: options.checkpoint.file \"" + scratch.file() +
                               "\" is of a run with other " + what +
                               "; a run resumes with the settings it was started with; remove the "
                               "file or name another."));
    BOOST_TEST(scratch.text() == before);
  };
  refuses("steps", [](FitOptions& o) { o.steps = 11; });
  refuses("samples", [](FitOptions& o) { o.samples = 51; });
  refuses("seed", [](FitOptions& o) { o.seed = {1}; });
  refuses("clip_norm", [](FitOptions& o) { o.clip_norm = 1.0; });
  refuses("trace_every", [](FitOptions& o) { o.trace_every = 2; });
  BOOST_CHECK_EXCEPTION((void)fit(GaussianMixture::random(2, 2, {6}), ForwardKl(seed_mixture()),
                                  Adam{}, with_file(scratch.file())),
                        std::runtime_error,
                        says("fit: options.checkpoint.file \"" + scratch.file() +
                             "\" is of a run with other start, objective, estimator or optimizer; "
                             "a run resumes with the settings it was "
                             "started with; remove the file or name another."));
  BOOST_TEST(scratch.text() == before);
}

BOOST_AUTO_TEST_CASE(a_spoiled_file_is_refused_and_left_as_it_was) {
  const Scratch scratch;
  (void)short_fit(with_file(scratch.file()));
  const std::string good = scratch.text();
  const auto refuses = [&](const std::string& text, const std::string& what,
                           const std::string& rule) {
    scratch.write(text);
    BOOST_TEST_CONTEXT(text.substr(0, 60)) {
      BOOST_CHECK_EXCEPTION((void)short_fit(with_file(scratch.file())), std::runtime_error,
                            says("fit: options.checkpoint.file \"" + scratch.file() + "\" " + what +
                                 "; " + rule + "; remove the file or name another."));
      BOOST_TEST(scratch.text() == text);
    }
  };
  const auto malformed = [&](const std::string& text) {
    refuses(text, "is malformed", "it must be what a fit of these types wrote");
  };
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const auto at = text.find(from);
    BOOST_TEST_REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
  };
  malformed("");
  malformed("no JSON at all");
  malformed("[]");
  malformed("{}");
  malformed(std::string(100, '\0'));
  for (std::size_t i = 1; i < 20; ++i) malformed(good.substr(0, good.size() * i / 20));
  malformed(replaced("\"step\":10", "\"step\":11"));  // beyond the run: it would never end
  malformed(replaced("\"step\":10", "\"step\":-1"));
  malformed(replaced("\"step\":10", "\"step\":2.5"));
  malformed(replaced("\"step\":10", "\"step\":\"10\""));
  malformed(replaced("\"parameters\":[", "\"parameters\":[0.5,"));
  malformed(replaced("\"parameters\":[", "\"parameters\":[\"nan\",0.0],\"was\":["));
  malformed(replaced("\"optimizer\":[", "\"optimizer\":[\"fast\",0.0],\"was\":["));
  malformed(replaced("\"trace\":[[", "\"trace\":[[],["));
  const std::string version = "its schema must be \"leibler.checkpoint\", version 1";
  refuses(replaced("\"version\":1", "\"version\":2"), "is not a checkpoint of this version",
          version);
  refuses(replaced("leibler.checkpoint", "leibler.model"), "is not a checkpoint of this version",
          version);
}

BOOST_AUTO_TEST_CASE(a_file_of_another_objective_optimizer_or_estimator_is_refused) {
  const auto p = seed_mixture();
  const auto q = GaussianMixture::random(2, 2, {5});
  const Scratch scratch;
  const FitOptions options = with_file(scratch.file());
  const Adam adam{.learning_rate = cosine_decay(0.01)};
  (void)fit(q, ReverseKl(p), ScoreFunction{}, adam, options);
  const std::string before = scratch.text();
  const auto refused = [&](const auto& run) {
    BOOST_CHECK_EXCEPTION(
        (void)run(), std::runtime_error,
        says("fit: options.checkpoint.file \"" + scratch.file() +
             "\" is of a run with other start, objective, estimator or optimizer; "
             "a run resumes with the settings it was started with; remove the "
             "file or name another."));
    BOOST_TEST(scratch.text() == before);
  };
  const auto other = GaussianMixture::random(3, 2, {8});
  refused([&] { return fit(q, ReverseKl(other), ScoreFunction{}, adam, options); });
  refused([&] { return fit(q, ForwardKl(p), adam, options); });
  refused([&] { return fit(q, ReverseKl(p), ScoreFunction{}, Sgd{}, options); });
  refused(
      [&] { return fit(q, ReverseKl(p), ScoreFunction{}, Adam{.learning_rate = 0.01}, options); });
  refused([&] {
    return fit(q, ReverseKl(p), ScoreFunction{}, Adam{.learning_rate = cosine_decay(0.02)},
               options);
  });
  for (const Baseline baseline : {Baseline::leave_one_out, Baseline::moving_average}) {
    refused(
        [&] { return fit(q, ReverseKl(p), ScoreFunction{.baseline = baseline}, adam, options); });
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_costs_no_step) {
  FitOptions options = with_file("/nowhere/fit.json");
  options.progress = [](const Progress&) { BOOST_ERROR("a step was taken"); };
  BOOST_CHECK_THROW((void)short_fit(options), RuntimeError);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_or_read_is_an_error) {
  BOOST_CHECK_EXCEPTION((void)short_fit(with_file("/no/such/folder/run.json")), std::runtime_error,
                        says("fit: file \"/no/such/folder/run.json\" cannot be written (No such "
                             "file or directory); its folder must exist and take files; "
                             "check the path and its permissions."));
  const Scratch scratch;
  std::filesystem::create_directory(scratch.file());
  BOOST_CHECK_THROW((void)short_fit(with_file(scratch.file())), std::runtime_error);
}

// A child process writes a checkpoint every few steps and is killed at a random moment, again and
// again, until one gets to the end. Every file it leaves must be readable, and nothing is lost.
BOOST_AUTO_TEST_CASE(a_killed_process_loses_nothing) {
  const Scratch scratch;
  const FitOptions plain{.trace_every = 50, .steps = 400, .samples = 32};
  FitOptions options = plain;
  options.threads = {1};
  options.checkpoint = {scratch.file(), 4};
  std::mt19937 random(1);
  int kills = 0;
  for (bool done = false; !done && kills < 300;) {
    const pid_t child = ::fork();
    BOOST_TEST_REQUIRE(child >= 0);
    if (child == 0) {
      int code = 3;
      try {
        code = short_fit(options).status.outcome == FitStatus::Outcome::finished ? 0 : 2;
      } catch (...) {}
      ::_exit(code);
    }
    if (kills < 20) {
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 25'000));
      ::kill(child, SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status)) {
      BOOST_TEST_REQUIRE(WEXITSTATUS(status) == 0);  // 3: it found a file it could not read
      done = true;
    } else {
      ++kills;
    }
  }
  BOOST_TEST_MESSAGE(kills << " kills");
  BOOST_TEST(kills > 0);
  BOOST_TEST(numbers_of(short_fit(options)) == numbers_of(short_fit(plain)));
}
