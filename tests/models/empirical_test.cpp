// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE models_empirical
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <leibler/models/empirical.hpp>
#include <leibler/models/evaluate.hpp>

#include "says.hpp"

using namespace leibler;
using test::says;
namespace tt = boost::test_tools;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// A file that is there while this lives.
struct CsvFile {
  std::string path;
  explicit CsvFile(const std::string& text)
      : path((std::filesystem::temp_directory_path() / "leibler_empirical_test.csv").string()) {
    std::ofstream(path, std::ios::binary) << text;
  }
  ~CsvFile() { std::remove(path.c_str()); }
};

Points read(const std::string& text) {
  return Empirical::load_csv(CsvFile(text).path).points();
}

void refuses(const std::string& text, const std::string& sentence) {
  const CsvFile file(text);
  BOOST_CHECK_EXCEPTION((void)Empirical::load_csv(file.path), RuntimeError,
                        says("Empirical::load_csv: file \"" + file.path + "\"" + sentence));
}

}  // namespace

BOOST_AUTO_TEST_CASE(weights_are_divided_by_their_sum) {
  const Empirical p(Points{{1, 2}, {3, 4}, {5, 6}}, Vector{{1, 0, 3}});
  BOOST_TEST(p.is_weighted());
  BOOST_TEST(p.weights()[0] == 0.25);
  BOOST_TEST(p.log_probabilities()[1] == -infinity);
  BOOST_TEST(p.log_probabilities()[2] == std::log(0.75), tt::tolerance(1e-15));
  const Empirical equal(Points{{1}, {2}, {3}});
  BOOST_TEST(!equal.is_weighted());
  BOOST_TEST(equal.weights()[2] == 1.0 / 3.0);
}

BOOST_AUTO_TEST_CASE(mean_and_covariance_are_those_of_the_weighted_points) {
  const Empirical p(Points{{0, 0}, {4, 2}}, Vector{{3, 1}});
  BOOST_TEST(p.mean()[0] == 1.0);
  BOOST_TEST(p.mean()[1] == 0.5);
  BOOST_TEST(p.covariance()(0, 0) == 3.0);
  BOOST_TEST(p.covariance()(0, 1) == 1.5);
  BOOST_TEST(p.covariance()(1, 1) == 0.75);
}

// E[x x'] - m m' has no digit left here.
BOOST_AUTO_TEST_CASE(moments_of_data_far_from_the_origin_do_not_cancel) {
  const Empirical p(Points{{1e7 + 1, 1e7}, {1e7 - 1, 1e7 + 2}, {1e7, 1e7 + 1}});
  BOOST_TEST(p.mean()[0] == 1e7);
  BOOST_TEST(p.covariance()(0, 0) == 2.0 / 3.0, tt::tolerance(1e-14));
  BOOST_TEST(p.covariance()(1, 0) == -2.0 / 3.0, tt::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(rows_without_weight_are_never_drawn) {
  const Empirical p(Points{{0}, {1}, {2}, {3}, {4}}, Vector{{0, 1e-3, 0, 1, 0}});
  const Points x = sample(p, 100'000, Seed{1});
  const double ones = static_cast<double>((x.array() == 1.0).count());
  BOOST_TEST(ones + static_cast<double>((x.array() == 3.0).count()) == 100'000.0);
  const double expected = 1e5 * 1e-3 / 1.001;
  BOOST_TEST(std::abs(ones - expected) < 7 * std::sqrt(expected));
}

BOOST_AUTO_TEST_CASE(errors_are_whole_sentences) {
  const auto refused = [](const Points& x, const Vector& w, const std::string& text) {
    BOOST_CHECK_EXCEPTION((void)Empirical(x, w), std::logic_error, says("Empirical: " + text));
  };
  refused(Points(0, 2), Vector(), "points.rows() = 0; must be >= 1; give one row a point.");
  refused(Points(2, 0), Vector(), "points.cols() = 0; must be >= 1; give one column a dimension.");
  refused(Points{{0, 1}, {2, not_a_number}}, Vector(),
          "points[1, 1] = nan; points must be finite; leave out or fill in missing values.");
  refused(Points{{-infinity}}, Vector(),
          "points[0, 0] = -inf; points must be finite; leave out or fill in missing values.");
  refused(Points{{0.0}, {1.0}}, Vector{{1.0}},
          "weights.size() = 1; must be 2; give one weight a row of points.");
  refused(Points{{0.0}, {1.0}}, Vector{{1.0, -1.0}},
          "weights[1] = -1; weights must be finite and >= 0; leave out the point.");
  refused(Points{{0.0}, {1.0}}, Vector{{not_a_number, 1.0}},
          "weights[0] = nan; weights must be finite and >= 0; leave out the point.");
  refused(
      Points{{0.0}, {1.0}}, Vector{{0.0, 0.0}},
      "weights add up to 0; their sum must be finite and > 0; give at least one point a weight.");
  refused(Points{{0.0}, {1.0}}, Vector{{1e308, 1e308}},
          "weights add up to inf; their sum must be finite and > 0; divide them by the largest.");
}

BOOST_AUTO_TEST_CASE(csv_is_read_with_and_without_a_header) {
  const Points expected{{1, -2.5}, {3e-5, 4}};
  BOOST_TEST((read("1,-2.5\n3e-5,4\n") == expected));
  BOOST_TEST((read("x,y\n1,-2.5\n3e-5,4") == expected));
  BOOST_TEST((read("\r\nx, y\r\n\r\n 1 ,\t-2.5\r\n  \r\n3e-5,+4\r\n") == expected));
  BOOST_TEST((read("\xEF\xBB\xBFx,y\n1,-2.5\n3e-5,4\n\n") == expected));
  BOOST_TEST((read("0.1\n") == Points{{0.1}}));
}

BOOST_AUTO_TEST_CASE(malformed_csv_is_named_by_line_and_column) {
  const std::string number = "; must be a finite number; leave out or fill in missing values.";
  refuses("", " is empty; there must be at least one line of numbers; give one point a line.");
  refuses("\n \r\n",
          " is empty; there must be at least one line of numbers; give one point a line.");
  refuses("x,y\n",
          " has a header and no points; there must be at least one line of numbers; give one "
          "point a line.");
  refuses("1,2\n\n3\n",
          ", points[1] has 1 field in line 3; must have 2, like the first line; separate numbers "
          "by commas.");
  refuses("x,y\n1,2,3\n",
          ", points[0] has 3 fields in line 2; must have 2, like the first line; separate "
          "numbers by commas.");
  refuses("1,2\n3,4x\n", ", points[1, 1] is \"4x\" in line 2, column 2" + number);
  refuses("1,abc\n", ", points[0, 1] is \"abc\" in line 1, column 2" + number);
  refuses("x,y\n1,nan\n", ", points[0, 1] is \"nan\" in line 2, column 2" + number);
  refuses("nan,nan\n", ", points[0, 0] is \"nan\" in line 1, column 1" + number);
  refuses("1,2\n-inf,4\n", ", points[1, 0] is \"-inf\" in line 2, column 1" + number);
  refuses("1,2\n3,\n", ", points[1, 1] is nothing in line 2, column 2" + number);
  refuses(",\n", ", points[0, 0] is nothing in line 1, column 1" + number);
  refuses("1,1e999\n", ", points[0, 1] is \"1e999\" in line 1, column 2" + number);
  refuses("1,++2\n", ", points[0, 1] is \"++2\" in line 1, column 2" + number);
  refuses("1,\"" + std::string(60, 'a') + "\"\n",
          ", points[0, 1] is \"\"" + std::string(39, 'a') + "...\" in line 1, column 2" + number);
  refuses(std::string("1,2\n3,\0x\n", 9), ", points[1, 1] is \"?x\" in line 2, column 2" + number);
}

BOOST_AUTO_TEST_CASE(the_place_in_a_csv_is_a_field_of_the_error) {
  const CsvFile file("x,y\n1,2\n\n3,oops\n");
  try {
    (void)Empirical::load_csv(file.path);
    BOOST_FAIL("a word was taken for a number");
  } catch (const Error& e) {
    BOOST_TEST(e.what == "file \"" + file.path + "\", points");
    BOOST_TEST((e.index == std::vector<std::size_t>{1, 1}));
    BOOST_TEST(e.value == "is \"oops\" in line 4, column 2");
  }
}

BOOST_AUTO_TEST_CASE(a_first_line_of_damaged_numbers_is_no_header) {
  const std::string number = "; must be a finite number; leave out or fill in missing values.";
  for (const char* const field :
       {"1;2", "1.5.2", "1.0f", "+x", "-", ".x", "NA", "na", "null", "NULL", "?", "NaN", "\"1\"",
        "'1'", "\" 2.5\"", "\"NA\"", "\"\""}) {
    const std::string name = std::string(", points[0, 0] is \"") + field + '"';
    refuses(std::string(field) + "\n3\n", name + " in line 1, column 1" + number);
    refuses(std::string("\n") + field + ",y\n3,4\n", name + " in line 2, column 1" + number);
  }
  refuses("\"1\",\"2\"\n3,4\n", ", points[0, 0] is \"\"1\"\" in line 1, column 1" + number);
  refuses("1,NA\n3,4\n", ", points[0, 1] is \"NA\" in line 1, column 2" + number);
  refuses(",y\n3,4\n", ", points[0, 0] is nothing in line 1, column 1" + number);
  for (const char* const header : {"x,y", "\"x\",\"y 1\"", "'x','y'", "x1,nano",
                                   "NA_1,null hypothesis", "_1,(2)", "\xC3\xA4,what?"}) {
    BOOST_TEST((read(std::string(header) + "\n3,4\n") == Points{{3, 4}}), header);
  }
}

BOOST_AUTO_TEST_CASE(a_csv_file_that_is_not_there_is_an_error) {
  BOOST_CHECK_EXCEPTION((void)Empirical::load_csv("/nowhere/data.csv"), RuntimeError,
                        says("Empirical::load_csv: file \"/nowhere/data.csv\" cannot be read (No "
                             "such file or directory); it must be a file that can be read; check "
                             "the path and its permissions."));
}

BOOST_AUTO_TEST_CASE(prints_what_it_is) {
  std::ostringstream out;
  out << Empirical(Points{{0, 0}, {4, 2}}, Vector{{3, 1}}) << '\n' << Empirical(Points{{7}});
  BOOST_TEST(
      out.str() ==
      "Empirical of 2 weighted points in 2 dimensions: mean (1, 0.5), stddev (1.732, 0.866), "
      "correlation 1\n"
      "Empirical of 1 point in 1 dimension: mean (7), stddev (0)");
}
