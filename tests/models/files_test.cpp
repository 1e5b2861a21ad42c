// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_files
#include <boost/test/unit_test.hpp>

#include <bit>
#include <clocale>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/empirical.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/gaussian_mixture.hpp>

#include "gaussian_oracle.hpp"
#include "says.hpp"
#include "seed_mixture.hpp"

// JSON of every model: to_json, from_json, save, load.
using namespace leibler;
using test::says;

namespace {

template <class Q>
std::vector<std::uint64_t> bits_of(const Q& q) {
  std::vector<double> theta(q.parameter_count());
  q.parameters(theta);
  std::vector<std::uint64_t> bits;
  for (const double v : theta) bits.push_back(std::bit_cast<std::uint64_t>(v));
  return bits;
}

template <class Q>
void comes_back(const Q& q, const Points& x) {
  const Q again = Q::from_json(q.to_json());
  BOOST_TEST((bits_of(again) == bits_of(q)));
  BOOST_TEST((again.log_density(x) == q.log_density(x)));
  BOOST_TEST(again.to_json() == q.to_json());
}

template <class Q>
void refuses(const std::string& text, const std::string& sentence) {
  BOOST_CHECK_EXCEPTION((void)Q::from_json(text), RuntimeError,
                        says(std::string(Q::name) + "::from_json: " + sentence));
}

std::string path_of(const char* name) {
  return (std::filesystem::temp_directory_path() / name).string();
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_same_bits_come_back) {
  for (const std::size_t d : {std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
    const Points x = test::arbitrary_vector(static_cast<Index>(d), 3).transpose();
    comes_back(GaussianMixture::random(5, d, Seed{1}, {.spread = 1e7, .stddev = 0.1}), x);
    comes_back(GaussianMixture::random(1, d, Seed{2}), x);
    comes_back(Gaussian(test::arbitrary_vector(static_cast<Index>(d), 1),
                        test::arbitrary_covariance(static_cast<Index>(d), 2)),
               x);
    comes_back(DiagonalGaussian(test::arbitrary_vector(static_cast<Index>(d), 1),
                                Vector::Constant(static_cast<Index>(d), 0.1)),
               x);
  }
  const std::vector<double> odd{-0.0, 5e-324, -0.0, -1e22, 0.1};
  comes_back(Gaussian::standard(2).with_parameters(odd), Points{{0.5, 1}});
}

BOOST_AUTO_TEST_CASE(data_come_back_with_the_same_weights_and_draws) {
  const Empirical p(Points{{0.1, 1e300}, {-0.0, 3}, {5, 7}}, Vector{{0.1, 0.2, 3}});
  const Empirical again = Empirical::from_json(p.to_json());
  BOOST_TEST((again.points() == p.points()));
  BOOST_TEST(std::signbit(again.points()(1, 0)));
  BOOST_TEST((again.weights() == p.weights()));
  BOOST_TEST((sample(again, 1000, Seed{1}) == sample(p, 1000, Seed{1})));
  BOOST_TEST(!Empirical::from_json(Empirical(Points{{1}}).to_json()).is_weighted());
}

BOOST_AUTO_TEST_CASE(the_text_is_json_of_the_stated_schema) {
  const auto json = nlohmann::json::parse(test::seed_mixture().to_json());
  BOOST_TEST((json["schema"] == "leibler.gaussian_mixture"));
  BOOST_TEST((json["version"] == 1));
  BOOST_TEST(json["logits"].size() == 4u);
  BOOST_TEST(json["means"][3].size() == 2u);
  BOOST_TEST(json["log_cholesky"][0].size() == 3u);
  BOOST_TEST(json.size() == 5u);
  BOOST_TEST(DiagonalGaussian::standard(1).to_json() ==
             "{\n  \"schema\": \"leibler.diagonal_gaussian\",\n  \"version\": 1,\n  \"mean\": "
             "[0.0],\n  \"log_stddev\": [0.0]\n}\n");
}

BOOST_AUTO_TEST_CASE(what_people_write_by_hand_is_read) {
  const auto p = GaussianMixture::from_json(
      R"({"weights": [0.2, 0.3, 0.2, 0.3], "means": [[1, 0], [6, 4], [-2, 2], [4, -2]],
          "covariances": [[[1, 0], [0, 1]], [[1, 0.5], [0.5, 1]], [[1, -0.5], [-0.5, 1]],
                          [[0.5, 0], [0, 4]]]})");
  BOOST_TEST((bits_of(p) == bits_of(test::seed_mixture())));
  const auto g = Gaussian::from_json(R"({"schema": "leibler.gaussian", "version": 1,
                                         "mean": [1, 2], "covariance": [[2, 1], [1, 3]]})");
  BOOST_TEST((bits_of(g) == bits_of(Gaussian(Vector{{1, 2}}, Matrix{{2, 1}, {1, 3}}))));
  const auto s = DiagonalGaussian::from_json(R"({"mean": [1, 2], "stddev": [0.5, 4]})");
  BOOST_TEST((bits_of(s) == bits_of(DiagonalGaussian(Vector{{1, 2}}, Vector{{0.5, 4}}))));
  BOOST_TEST(DiagonalGaussian::from_json(R"({"mean": [1], "log_stddev": [0]})").stddev()[0] == 1.0);
  BOOST_TEST(
      (Empirical::from_json(R"({"points": [[1, 2], [3, 4]]})").points() == Points{{1, 2}, {3, 4}}));
}

BOOST_AUTO_TEST_CASE(files_are_saved_and_loaded) {
  const std::string path = path_of("leibler_files_test.json");
  const auto p = test::seed_mixture();
  p.save(path);
  BOOST_TEST((bits_of(GaussianMixture::load(path)) == bits_of(p)));
  BOOST_CHECK_EXCEPTION(
      (void)Gaussian::load(path), RuntimeError,
      says("Gaussian::load: file \"" + path +
           "\", schema is \"leibler.gaussian_mixture\"; must be \"leibler.gaussian\"; "
           "this is another model."));
  std::ofstream(path) << "{\n  \"weights\": [1.0,\n}";
  BOOST_CHECK_EXCEPTION((void)GaussianMixture::load(path), RuntimeError,
                        says("GaussianMixture::load: file \"" + path +
                             "\" is not JSON at line 3, column 1 (near \"}\"); a model is one JSON "
                             "object; save() writes the right form."));
  std::remove(path.c_str());
  BOOST_CHECK_EXCEPTION((void)Empirical::load("/nowhere/p.json"), RuntimeError,
                        says("Empirical::load: file \"/nowhere/p.json\" cannot be read (No such "
                             "file or directory); it must be a file that can be read; check the "
                             "path and its permissions."));
  BOOST_CHECK_EXCEPTION(
      p.save("/nowhere/p.json"), RuntimeError,
      says("GaussianMixture::save: file \"/nowhere/p.json\" cannot be written (No "
           "such file or directory); its folder must exist and take files; check the path and its "
           "permissions."));
}

BOOST_AUTO_TEST_CASE(text_that_is_not_json_is_named_by_line_and_column) {
  const std::string rule = "; a model is one JSON object; save() writes the right form.";
  refuses<Gaussian>("", "text is not JSON at line 1, column 1 (near the end)" + rule);
  refuses<Gaussian>("{\"mean\": [0]",
                    "text is not JSON at line 1, column 13 (near the end)" + rule);
  refuses<Gaussian>("{\"mean\": [NaN]}",
                    "text is not JSON at line 1, column 11 (near \"NaN]}\")" + rule);
  refuses<Gaussian>("{\"mean\": [0],\n \"covariance\": [[1.]]}",
                    "text is not JSON at line 2, column 20 (near \"]]}\")" + rule);
  refuses<Gaussian>("{\"mean\": [1e999]}",
                    "text has a number too large at line 1, column 11 (near \"1e999]}\"); numbers "
                    "must fit double precision; change the unit.");
  refuses<Gaussian>("[1, 2]",
                    "text is a list; must be a JSON object; save() writes the right form.");
  refuses<Gaussian>("{} {}", "text is not JSON at line 1, column 4 (near \"{}\")" + rule);
  refuses<Gaussian>(std::string(100'000, '['),
                    "text is not JSON at line 1, column 100001 (near the end)" + rule);
}

BOOST_AUTO_TEST_CASE(values_of_the_wrong_kind_are_named_by_their_path) {
  refuses<GaussianMixture>(R"({"weights": [0.5, null], "means": [], "covariances": []})",
                           "weights[1] is null; must be a number; write a number there.");
  refuses<GaussianMixture>(R"({"weights": 1, "means": [], "covariances": []})",
                           "weights is a number; must be a list of numbers; write [1, 2.5].");
  refuses<GaussianMixture>(R"({"weights": [1], "means": [[0, "1"]], "covariances": []})",
                           "means[0, 1] is a string; must be a number; write a number there.");
  refuses<GaussianMixture>(R"({"weights": [0.5, 0.5], "means": [[0, 0], [1]], "covariances": []})",
                           "means[1] has 1 number; must have 2; make the lengths agree.");
  refuses<GaussianMixture>(
      R"({"weights": [0.5, 0.5], "means": [[0], [1]], "covariances": [[[1]], ["x"]]})",
      "covariances[1, 0] is a string; must be a list of numbers; write [1, 2.5].");
  refuses<GaussianMixture>(R"({"weights": [1], "means": [[0, 0]], "covariances": [[[1, 0], [0]]]})",
                           "covariances[0, 1] has 1 number; must have 2; make the lengths agree.");
  refuses<GaussianMixture>(
      R"({"weights": [1], "means": [[0]], "covariances": {"a": true}})",
      "covariances is an object; must be a list of matrices; write [[[1, 0], [0, 1]]].");
  refuses<GaussianMixture>(
      R"({"weights": [1], "means": [[0]], "covariances": [true]})",
      "covariances[0] is true or false; must be a list of rows; write [[1, 2], [3, 4]].");
}

BOOST_AUTO_TEST_CASE(keys_that_do_not_fit_are_named) {
  refuses<Gaussian>(R"({"mean": [0], "covarance": [[1]]})",
                    "key \"covarance\" is unknown; the keys are schema, version, mean, covariance, "
                    "log_cholesky; check the spelling.");
  refuses<Gaussian>(R"({"mean": [0]})", "covariance is missing; the model needs it; add it.");
  refuses<Gaussian>(R"({"mean": [0], "mean": [1], "covariance": [[1]]})",
                    "mean is there twice; a key must be there once; leave out one of them.");
  refuses<GaussianMixture>(
      R"({"schema": "leibler.gaussian_mixture", "version": 1, "logits": [0], "weights": [1],
          "means": [[0]], "log_cholesky": [[0]]})",
      "logits is there beside weights; they say the same; leave out one of them.");
  refuses<DiagonalGaussian>(
      R"({"mean": [0], "stddev": [1], "log_stddev": [0]})",
      "log_stddev is there beside stddev; they say the same; leave out one of "
      "them.");
}

BOOST_AUTO_TEST_CASE(other_schemas_and_versions_are_refused) {
  refuses<Gaussian>(R"({"schema": "leibler.tree", "mean": [0], "covariance": [[1]]})",
                    "schema is \"leibler.tree\"; must be \"leibler.gaussian\"; this is another "
                    "model.");
  refuses<Gaussian>(
      R"({"schema": 3, "mean": [0], "covariance": [[1]]})",
      "schema is a number; must be \"leibler.gaussian\"; save() writes the right form.");
  refuses<Gaussian>(R"({"mean": [0], "log_cholesky": [0]})",
                    "schema is missing; the model needs it; add it.");
  const std::string begin = R"({"schema": "leibler.gaussian", "mean": [0], "log_cholesky": [0], )";
  refuses<Gaussian>(begin + R"("version": 2})",
                    "version = 2; must be 1; read it with a newer leibler.");
  refuses<Gaussian>(begin + R"("version": 0})",
                    "version = 0; must be 1; save() writes the right form.");
  refuses<Gaussian>(begin + R"("version": "1"})",
                    "version is a string; must be 1; save() writes the right form.");
  refuses<Gaussian>(begin.substr(0, begin.size() - 2) + "}",
                    "version is missing; the model needs it; add it.");
}

BOOST_AUTO_TEST_CASE(lengths_of_exact_parameters_are_checked) {
  const std::string begin = R"({"schema": "leibler.gaussian_mixture", "version": 1, )";
  refuses<GaussianMixture>(begin + R"("logits": [], "means": [], "log_cholesky": []})",
                           "logits is empty; must have at least one number; write a number there.");
  refuses<GaussianMixture>(begin + R"("logits": [0], "means": [[]], "log_cholesky": [[]]})",
                           "means is empty; must have at least one number; write a number there.");
  refuses<GaussianMixture>(begin + R"("logits": [0, 0], "means": [[0]], "log_cholesky": [[0]]})",
                           "means has 1 row; must have 2; make the lengths agree.");
  refuses<GaussianMixture>(begin + R"("logits": [0], "means": [[0, 0]], "log_cholesky": [[0, 0]]})",
                           "log_cholesky[0] has 2 numbers; must have 3; make the lengths agree.");
  refuses<GaussianMixture>(begin + R"("logits": [0], "means": [[0, 0]]})",
                           "log_cholesky is missing; the model needs it; add it.");
  refuses<DiagonalGaussian>(R"({"mean": [0, 0], "log_stddev": [0]})",
                            "log_stddev has 1 number; must have 2; make the lengths agree.");
  refuses<Empirical>(R"({"points": [[1]], "weights": []})",
                     "weights is empty; must have at least one number; write a number there.");
}

BOOST_AUTO_TEST_CASE(wrong_values_are_named_by_the_call_and_their_key) {
  const auto refused = [](auto&& call, const std::string& sentence) {
    BOOST_CHECK_EXCEPTION(call(), std::logic_error, says(sentence));
  };
  const std::string mixture = "GaussianMixture::from_json: ";
  refused(
      [] {
        (void)GaussianMixture::from_json(
            R"({"weights": [1], "means": [[0, 0]], "covariances": [[[1, 2], [2, 1]]]})");
      },
      mixture +
          "covariances[0] is not positive definite (smallest eigenvalue -1); covariances must be "
          "symmetric positive definite; add a multiple of the identity.");
  refused(
      [] {
        (void)GaussianMixture::from_json(
            R"({"weights": [1], "means": [[0, 0]], "covariances": [[[1, 2], [0, 1]]]})");
      },
      mixture +
          "covariances[0][1, 0] = 0 but [0, 1] = 2; covariances must be symmetric positive "
          "definite; average it with its transpose.");
  refused(
      [] {
        (void)GaussianMixture::from_json(R"({"weights": [], "means": [], "covariances": []})");
      },
      mixture + "means.rows() = 0; must be >= 1; a mixture has at least one component.");
  refused([] { (void)DiagonalGaussian::from_json(R"({"mean": [0], "log_stddev": [800]})"); },
          "DiagonalGaussian::from_json: log_stddev[0] = 800; the logarithm of a scale must be "
          "within +-708; save() writes the right form.");
  refused([] { (void)Empirical::from_json(R"({"points": [[1]], "weights": [-1]})"); },
          "Empirical::from_json: weights[0] = -1; weights must be finite and >= 0; leave out the "
          "point.");
  const std::string exact =
      R"({"schema": "leibler.gaussian_mixture", "version": 1, "logits": [0, 0],
          "means": [[0, 0], [1, 1]], "log_cholesky": [[0, 0, 0], )";
  refused([&] { (void)GaussianMixture::from_json(exact + "[0, 0, -709]]}"); },
          mixture +
              "log_cholesky[1, 2] = -709; the logarithm of a scale must be within +-708; save() "
              "writes the right form.");
  refused([&] { (void)GaussianMixture::from_json(exact + "[-700, 1e300, -700]]}"); },
          mixture +
              "log_cholesky make a covariance that is singular to working precision; the inverse "
              "of its factor must be finite; save() writes the right form.");
}

BOOST_AUTO_TEST_CASE(a_file_and_the_place_in_it_are_fields_of_the_error) {
  const std::string path = path_of("leibler_files_test_place.json");
  const auto fields_of = [&](const std::string& text) {
    std::ofstream(path) << text;
    try {
      (void)GaussianMixture::load(path);
    } catch (const Error& e) { return e; }
    return Error{};
  };
  const Error value =
      fields_of(R"({"weights": [0.5, 0.5], "means": [[0], [1]], "covariances": [[[1]], [[-1]]]})");
  BOOST_TEST(value.where == "GaussianMixture::load");
  BOOST_TEST(value.what == "file \"" + path + "\", covariances");
  BOOST_TEST((value.index == std::vector<std::size_t>{1}));
  const Error form =
      fields_of(R"({"weights": [0.5, 0.5], "means": [[0], [1]], "covariances": [[[1]], [["x"]]]})");
  BOOST_TEST(form.what == "file \"" + path + "\", covariances");
  BOOST_TEST((form.index == std::vector<std::size_t>{1, 0, 0}));
  BOOST_TEST(form.value == "is a string");
  std::remove(path.c_str());
}

// Every prefix and every text with one byte changed is read or refused; nothing else happens.
BOOST_AUTO_TEST_CASE(damaged_text_never_does_anything_but_throw) {
  const std::string text = GaussianMixture::random(2, 2, Seed{1}).to_json();
  std::size_t refused = 0;
  const auto try_to_read = [&](const std::string& damaged) {
    try {
      (void)GaussianMixture::from_json(damaged);
    } catch (const Error&) { ++refused; }
  };
  for (std::size_t n = 0; n + 2 < text.size(); ++n) try_to_read(text.substr(0, n));
  BOOST_TEST(refused == text.size() - 2);
  for (std::size_t n = 0; n < text.size(); ++n) {
    for (const char c : {'x', '"', '[', '}', '-', '9', '\0', '\xff'}) {
      std::string damaged = text;
      damaged[n] = c;
      try_to_read(damaged);
    }
  }
  BOOST_TEST(refused > 3 * text.size());
}

BOOST_AUTO_TEST_CASE(the_locale_does_not_matter) {
  const std::string before = std::setlocale(LC_NUMERIC, nullptr);
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"}) {
    if (std::setlocale(LC_NUMERIC, name) == nullptr) continue;
    const auto p = DiagonalGaussian::from_json(R"({"mean": [0.5], "log_stddev": [0.25]})");
    BOOST_TEST(p.mean()[0] == 0.5);
    BOOST_TEST(p.to_json().find("0.25") != std::string::npos);
  }
  std::setlocale(LC_NUMERIC, before.c_str());
}
