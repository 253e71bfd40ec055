// Dot stuffing: the rules of repair one by one, every way a mail can be cut into chunks, and what
// strict and lax clients make of the result.

#include "wire/dot_stream.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/wire/mail_readers.hpp"
#include "tests/unit/wire/random_octets.hpp"

namespace postern::wire {
namespace {

using namespace std::string_literals;
using test::LineEnd;

struct Stuffed {
  std::string octets;
  std::uint64_t counted;
};

Stuffed stuff(const std::vector<std::string_view>& chunks, DotOptions options = {}) {
  DotStuffer stuffer(options);
  Stuffed result{};
  for (const std::string_view chunk : chunks)
    result.octets.append(stuffer.stuff(chunk));
  result.octets.append(stuffer.finish());
  result.counted = stuffer.octets();
  return result;
}

std::string stuffed(const std::string& mail, DotOptions options = {}) {
  return stuff({mail}, options).octets;
}

constexpr DotOptions kNoHeaderFix{.add_end_of_header = false};

// The repairs as the header of dot_stream.hpp tells them, on a whole mail and without any state.
std::string repaired(std::string_view mail, DotOptions options) {
  const auto at = [&](std::size_t index) { return index < mail.size() ? mail[index] : '\n'; };
  std::string out;
  for (std::size_t index = 0; index < mail.size(); ++index) {
    const char octet = mail[index];
    if (octet == '\n' && (index == 0 || mail[index - 1] != '\r')) out += '\r';
    const bool lone = octet == '\r' && (index + 1 == mail.size() || mail[index + 1] != '\n');
    if (lone && options.bare_cr == BareCr::Strip) continue;
    const bool dot_line = index + 1 < mail.size() && mail[index + 1] == '.' &&
                          (at(index + 2) == '\r' || at(index + 2) == '\n');
    out += octet == '\0' && options.replace_nul ? '\x80' : octet;
    if (lone && dot_line && options.bare_cr == BareCr::Guard) out += '\n';
  }
  if (out.empty() || !out.ends_with('\n')) out += "\r\n";
  const bool empty_line = out.starts_with("\r\n") || out.find("\n\r\n") != std::string::npos;
  if (!empty_line && options.add_end_of_header) out += "\r\n";
  return out;
}

std::string with_dots(std::string_view repaired_mail) {
  std::string out;
  bool line_start = true;
  for (const char octet : repaired_mail) {
    if (line_start && octet == '.') out += '.';
    out += octet;
    line_start = octet == '\n';
  }
  return out;
}

TEST(DotStuffer, M098_StuffsADotAfterALineEndAndAtTheVeryStart) {
  EXPECT_EQ(stuffed(".a\r\n\r\n.\r\n..b\r\n"), "..a\r\n\r\n..\r\n...b\r\n");
  EXPECT_EQ(stuffed("a.\r\n\r\nb.c\r\n"), "a.\r\n\r\nb.c\r\n");
}

TEST(DotStuffer, M098_StuffsADotAfterABareLineFeed) {
  EXPECT_EQ(stuffed("a\n\n.\nb\n"), "a\r\n\r\n..\r\nb\r\n");
}

TEST(DotStuffer, M099_MakesALineEndOfTheCrBeforeADotLine) {
  EXPECT_EQ(stuffed("a\r\n\r\nx\r.\ry\r\n"), "a\r\n\r\nx\r\n..\ry\r\n");
  EXPECT_EQ(stuffed("a\r\n\r\nx\r.\r\ny\r\n"), "a\r\n\r\nx\r\n..\r\ny\r\n");
  EXPECT_EQ(stuffed("a\r\n\r\nx\r.\ny\r\n"), "a\r\n\r\nx\r\n..\r\ny\r\n");
  EXPECT_EQ(stuffed("a\r\n\r\nx\r."), "a\r\n\r\nx\r\n..\r\n");
  EXPECT_EQ(stuffed("a\r\n\r\nx\r.y\r\n"), "a\r\n\r\nx\r.y\r\n");
}

TEST(DotStuffer, M100_PassesCrCrLfUnchanged) {
  const std::string mail = "Subject: a\r\r\nTo: b\r\r\n\r\nbody\r\n";

  EXPECT_EQ(stuffed(mail), mail);
}

TEST(DotStuffer, PassesOrStripsLoneCrsIfToldTo) {
  const std::string mail = "a\r\r\nb\rc\r\n\r\nx\r.\r\n";

  EXPECT_EQ(stuffed(mail, {.bare_cr = BareCr::Pass}), mail);
  EXPECT_EQ(stuffed(mail, {.bare_cr = BareCr::Strip}), "a\r\nbc\r\n\r\nx.\r\n");
}

TEST(DotStuffer, M098_StrippingACrAtALineStartLeavesALineStart) {
  EXPECT_EQ(stuffed("a\r\n\r\n\r.\r\n", {.bare_cr = BareCr::Strip}), "a\r\n\r\n..\r\n");
}

TEST(DotStuffer, M101_TurnsNulInto0x80) {
  EXPECT_EQ(stuffed("a\r\n\r\nb\0c\0\r\n"s),
            "a\r\n\r\nb\x80"
            "c\x80\r\n");
  EXPECT_EQ(stuffed("a\r\n\r\nb\0c\r\n"s, {.replace_nul = false}), "a\r\n\r\nb\0c\r\n"s);
}

TEST(DotStuffer, M102_AddsAMissingFinalLineEnd) {
  EXPECT_EQ(stuffed("a\r\n\r\nb"), "a\r\n\r\nb\r\n");
  EXPECT_EQ(stuffed("a\r\n\r\nb\n"), "a\r\n\r\nb\r\n");
  EXPECT_EQ(stuffed("a\r\n\r\nb\r"), "a\r\n\r\nb\r\r\n");
}

TEST(DotStuffer, M102_AddsAnEmptyLineToAHeaderWithoutEnd) {
  EXPECT_EQ(stuffed("Subject: a\r\n"), "Subject: a\r\n\r\n");
  EXPECT_EQ(stuffed("Subject: a"), "Subject: a\r\n\r\n");
  EXPECT_EQ(stuffed("\r\nbody\r\n"), "\r\nbody\r\n");
  EXPECT_EQ(stuffed("Subject: a\r\n", kNoHeaderFix), "Subject: a\r\n");
}

TEST(DotStuffer, M102_AnEmptyMailIsOneEmptyLine) {
  EXPECT_EQ(stuffed(""), "\r\n");
  EXPECT_EQ(stuffed("", kNoHeaderFix), "\r\n");
  EXPECT_EQ(stuff({}).octets, "\r\n");
  EXPECT_EQ(stuff({}).counted, 2U);
  EXPECT_EQ(stuffed("\r", {.bare_cr = BareCr::Strip}), "\r\n");
}

TEST(DotStuffer, CountsTheMailWithoutTheAddedDots) {
  EXPECT_EQ(stuff({".a\n.b"}).counted, std::string_view(".a\r\n.b\r\n\r\n").size());
  EXPECT_EQ(stuff({"a\r\n\r\nx\r", ".\r"}).counted,
            std::string_view("a\r\n\r\nx\r\n.\r\r\n").size());
}

TEST(DotStuffer, PassesOnTheChunkItselfWhereNothingChanges) {
  DotStuffer stuffer;
  const std::string first = "Subject: a\r\n\r\nbo";
  const std::string second = "dy\r\nx.y\r";
  const std::string third = "\n" + std::string(1000, 'z') + "\r\n";

  for (const std::string& chunk : {std::cref(first), std::cref(second), std::cref(third)}) {
    const std::string_view out = stuffer.stuff(chunk);
    EXPECT_EQ(out.data(), chunk.data());
    EXPECT_EQ(out.size(), chunk.size());
  }
  EXPECT_EQ(stuffer.finish(), "");
}

TEST(DotStuffer, HoldsBackWithoutACopy) {
  DotStuffer guard;
  DotStuffer strip({.bare_cr = BareCr::Strip});
  const std::string one = "abc\r.";
  const std::string other = "abc\r";

  const std::string_view guarded = guard.stuff(one);
  const std::string_view stripped = strip.stuff(other);

  EXPECT_EQ(guarded, "abc\r");
  EXPECT_EQ(guarded.data(), one.data());
  EXPECT_EQ(stripped, "abc");
  EXPECT_EQ(stripped.data(), other.data());
}

TEST(DotStuffer, GivesItsBufferBack) {
  DotStuffer stuffer;
  EXPECT_EQ(stuffer.stuff("a\n"), "a\r\n");

  stuffer.shrink();

  EXPECT_EQ(stuffer.stuff("\n.b\n"), "\r\n..b\r\n");
}

TEST(DotStuffer, NeverMoreThanDoublesAChunk) {
  for (const std::string& worst :
       {std::string(1000, '\n'), std::string(1000, '.'), "\n."s, "\r.\r."s}) {
    std::string chunk;
    while (chunk.size() < 1000)
      chunk += worst;
    DotStuffer stuffer;
    EXPECT_LE(stuffer.stuff(chunk).size(), 2 * chunk.size() + 3);
    EXPECT_LE(stuffer.finish().size(), 8U);
  }
}

const std::vector<DotOptions> kAllOptions{
    {},
    {.bare_cr = BareCr::Pass},
    {.bare_cr = BareCr::Strip},
    {.replace_nul = false, .add_end_of_header = false},
    {.bare_cr = BareCr::Strip, .add_end_of_header = false},
};

void expect_right(const std::string& mail, const Stuffed& got, DotOptions options) {
  const std::string expected = repaired(mail, options);
  ASSERT_EQ(got.octets, with_dots(expected)) << testing::PrintToString(mail);
  ASSERT_EQ(got.counted, expected.size()) << testing::PrintToString(mail);
}

// Every mail of up to five octets that matter, cut in every way there is.
TEST(DotStuffer, M098_M099_M100_M101_M102_F014_IsTheSameForEveryCut) {
  const std::string alphabet = "\r\n.\0a"s;
  std::vector<std::string> mails{""};
  for (std::size_t next = 0; next < mails.size(); ++next) {
    const std::string mail = mails[next];
    for (const char octet : alphabet) {
      if (mail.size() < 5) mails.push_back(mail + octet);
    }
    for (std::size_t cuts = 0; cuts < std::size_t{1} << (mail.empty() ? 0 : mail.size() - 1);
         ++cuts) {
      std::vector<std::string_view> chunks;
      std::size_t start = 0;
      for (std::size_t at = 1; at <= mail.size(); ++at) {
        if (at < mail.size() && (cuts >> (at - 1) & 1) == 0) continue;
        chunks.push_back(std::string_view(mail).substr(start, at - start));
        start = at;
      }
      for (const DotOptions options : kAllOptions)
        expect_right(mail, stuff(chunks, options), options);
    }
  }
  EXPECT_EQ(mails.size(), 3906U);
}

TEST(DotStuffer, M098_F014_LongMailIsTheSameForRandomCuts) {
  test::RandomOctets random(5);
  const std::string nasty = "\r\n.\0a"s;
  const std::string mostly_clean = std::string(60, 'a') + nasty;
  for (int round = 0; round < 400; ++round) {
    const std::string mail = random.from(round % 2 == 0 ? nasty : mostly_clean, random.number(600));
    std::vector<std::string_view> chunks;
    for (std::size_t at = 0; at < mail.size();) {
      const std::size_t length = 1 + random.number(round % 3 == 0 ? 3 : 200);
      chunks.push_back(std::string_view(mail).substr(at, length));
      at += length;
    }
    for (const DotOptions options : kAllOptions)
      expect_right(mail, stuff(chunks, options), options);
  }
}

std::string random_mail(test::RandomOctets& random) {
  return random.from("\r\n.\0ab\r\n\r\n"s, random.number(40));
}

TEST(DotStuffer, T031_AStrictReaderGetsTheRepairedMail) {
  test::RandomOctets random(6);
  for (int round = 0; round < 5000; ++round) {
    const std::string mail = random_mail(random);
    for (const DotOptions options : kAllOptions) {
      const std::string answer = stuffed(mail, options) + ".\r\n";

      const auto reading = test::read_mail(answer, LineEnd::CrLf);

      ASSERT_TRUE(reading.has_value());
      EXPECT_EQ(reading->mail, repaired(mail, options));
      EXPECT_EQ(reading->octets, answer.size());
    }
  }
}

TEST(DotStuffer, M099_T033_NoReaderTakesMailForTheEndOfMail) {
  test::RandomOctets random(7);
  for (int round = 0; round < 20'000; ++round) {
    const std::string answer = stuffed(random_mail(random)) + ".\r\n";
    for (const LineEnd line_end : {LineEnd::CrLf, LineEnd::Lf, LineEnd::Cr, LineEnd::Any}) {
      const auto reading = test::read_mail(answer, line_end);

      ASSERT_TRUE(reading.has_value()) << testing::PrintToString(answer);
      EXPECT_EQ(reading->octets, answer.size()) << testing::PrintToString(answer);
    }
  }
}

TEST(DotStuffer, NoLineFeedLeavesWithoutItsCr) {
  test::RandomOctets random(8);
  for (int round = 0; round < 5000; ++round) {
    const std::string out = stuffed(random_mail(random));
    for (std::size_t at = 0; at < out.size(); ++at) {
      if (out[at] == '\n') {
        ASSERT_TRUE(at > 0 && out[at - 1] == '\r');
      }
    }
  }
}

// ---- TopCutter

std::string top(std::string_view mail, std::uint32_t lines, std::size_t chunk_octets) {
  DotStuffer stuffer;
  TopCutter cutter(lines);
  std::string out;
  for (std::size_t at = 0; at < mail.size() && !cutter.enough(); at += chunk_octets) {
    out.append(cutter.take(stuffer.stuff(mail.substr(at, chunk_octets))));
  }
  if (!cutter.enough()) out.append(cutter.take(stuffer.finish()));
  return out;
}

TEST(TopCutter, M112_GivesHeaderEmptyLineAndSoManyLines) {
  const std::string mail = "Subject: a\r\nTo: b\r\n\r\none\r\n.two\r\n\r\nfour";
  const std::string header = "Subject: a\r\nTo: b\r\n\r\n";
  for (std::size_t chunk = 1; chunk <= mail.size(); ++chunk) {
    EXPECT_EQ(top(mail, 0, chunk), header);
    EXPECT_EQ(top(mail, 1, chunk), header + "one\r\n");
    EXPECT_EQ(top(mail, 2, chunk), header + "one\r\n..two\r\n");
    EXPECT_EQ(top(mail, 3, chunk), header + "one\r\n..two\r\n\r\n");
    EXPECT_EQ(top(mail, 4, chunk), header + "one\r\n..two\r\n\r\nfour\r\n");
    EXPECT_EQ(top(mail, 99'999'999, chunk), header + "one\r\n..two\r\n\r\nfour\r\n");
  }
}

TEST(TopCutter, M112_SaysWhenItHasEnough) {
  TopCutter cutter(1);

  EXPECT_EQ(cutter.take("a\r\n\r\nb\r"), "a\r\n\r\nb\r");
  EXPECT_FALSE(cutter.enough());
  EXPECT_EQ(cutter.take("\nc\r\n"), "\n");
  EXPECT_TRUE(cutter.enough());
  EXPECT_EQ(cutter.take("more"), "");
}

TEST(TopCutter, M100_M112_ALineOfCrsEndsTheHeader) {
  EXPECT_EQ(top("a\r\r\n\r\r\nb\r\r\nc\r\r\n", 1, 1), "a\r\r\n\r\r\nb\r\r\n");
  EXPECT_EQ(top("a\r\rb\r\n\r\nc\r\n", 0, 3), "a\r\rb\r\n\r\n");
}

TEST(TopCutter, M102_M112_AHeaderWithoutEndIsAllThereIs) {
  EXPECT_EQ(top("Subject: a", 0, 4), "Subject: a\r\n\r\n");
  EXPECT_EQ(top("", 5, 1), "\r\n");
  EXPECT_EQ(top("\r\nbody\r\n", 0, 1), "\r\n");
}

TEST(TopCutter, M112_IsTheStartOfWhatRetrGives) {
  test::RandomOctets random(9);
  for (int round = 0; round < 2000; ++round) {
    const std::string mail = "a: b\r\n" + random.from("\r\n.a\r\n"s, random.number(60));
    const std::string whole = stuffed(mail);
    for (const std::uint32_t lines : {0U, 1U, 3U, 1000U}) {
      const std::string part = top(mail, lines, 1 + random.number(10));
      EXPECT_TRUE(whole.starts_with(part));
      EXPECT_TRUE(part.ends_with("\r\n"));
      if (lines == 1000) EXPECT_EQ(part, whole);
    }
  }
}

}  // namespace
}  // namespace postern::wire
