// The fast scan and the plain one are of one opinion, and it is the right one.

#include "wire/clean_run.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/wire/random_octets.hpp"

namespace postern::wire {
namespace {

using namespace std::string_literals;

TEST(CleanRun, EndsBeforeTheFirstOctetThatNeedsCare) {
  const std::vector<std::tuple<char, std::string, std::size_t>> cases{{'x', ""s, 0},
                                                                      {'x', "abc"s, 3},
                                                                      {'x', "a\r\nb"s, 4},
                                                                      {'x', "a\nb"s, 1},
                                                                      {'x', "a\rb"s, 2},
                                                                      {'x', "a\r\n.b"s, 3},
                                                                      {'x', "a.b"s, 3},
                                                                      {'x', "a\0b"s, 1},
                                                                      {'\n', "."s, 0},
                                                                      {'x', "."s, 1},
                                                                      {'\r', "\n"s, 1},
                                                                      {'\r', "a"s, 0},
                                                                      {'\r', "."s, 0},
                                                                      {'x', "\n"s, 0},
                                                                      {'x', "\r"s, 1},
                                                                      {'\r', "\r"s, 0},
                                                                      {'x', "\r\r\n"s, 1},
                                                                      {'\n', "\r\n.\r\n"s, 2},
                                                                      {'x', "\r\n\r\n"s, 4}};
  for (const auto& [before, octets, expected] : cases) {
    EXPECT_EQ(clean_run(before, octets), expected) << octets;
    EXPECT_EQ(clean_run_plain(before, octets), expected) << octets;
  }
}

// Long enough for whole strides, blocks and a rest; the odd octets at each place once.
TEST(CleanRun, M098_SeesTheSameAtEveryPlaceOfABlock) {
  const std::string clean(200, 'a');
  for (const std::string& odd : {"\0"s, "\n"s, "\r"s, "\r\n."s, "\r\n\n"s, "\r\n"s, "\r\r"s}) {
    for (std::size_t place = 0; place + odd.size() <= clean.size(); ++place) {
      std::string octets = clean;
      octets.replace(place, odd.size(), odd);
      EXPECT_EQ(clean_run('x', octets), clean_run_plain('x', octets)) << place;
    }
  }
}

TEST(CleanRun, M098_SeesTheSameInRandomMail) {
  test::RandomOctets random(4);
  const std::string alphabet = "\r\n\r\n.\0a"s + std::string(200, 'b');
  for (int round = 0; round < 5000; ++round) {
    const std::string octets = random.from(alphabet, random.number(400));
    for (const char before : {'x', '\r', '\n'}) {
      EXPECT_EQ(clean_run(before, octets), clean_run_plain(before, octets));
    }
  }
}

TEST(CleanRun, ReadsNothingBehindItsEnd) {
  // An allocation of just these octets: a sanitizer build sees one octet too many.
  for (std::size_t length = 0; length < 200; ++length) {
    const std::vector<char> octets(length, 'a');
    EXPECT_EQ(clean_run('x', std::string_view(octets.data(), octets.size())), length);
  }
}

}  // namespace
}  // namespace postern::wire
