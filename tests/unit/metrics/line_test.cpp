// A log line is one line of printable ASCII whatever its fields say (T-071), and a secret cannot be
// one of them (T-070).

#include "metrics/line.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

namespace postern::metrics {
namespace {

using std::chrono::milliseconds;

// T-070: neither a secret nor anything that is no text, number, time or label.
static_assert(LogField<std::string_view> && LogField<std::string> && LogField<User>);
static_assert(LogField<std::uint64_t> && LogField<std::chrono::nanoseconds> && LogField<EndReason>);
static_assert(!LogField<wire::Secret>);
static_assert(!LogField<const void*> && !LogField<Listener>);

constexpr auto kTime = std::chrono::sys_days(std::chrono::year(2026) / 8 / 5) +
                       std::chrono::hours(11) + std::chrono::minutes(40) + milliseconds(27'089);

Line line_in(Format format, Users users = Users::Plain) {
  return {{.format = format, .users = users}, kTime, Level::Info, "session.ended"};
}

// The line with one field, without what all lines begin and end with.
template <class Value>
std::string logfmt(const Value& value) {
  Line line = line_in(Format::Logfmt);
  line("key", value);
  constexpr std::string_view kStart = "2026-08-05T11:40:27.089Z info session.ended";
  const std::string_view all = line.finish();
  EXPECT_TRUE(all.starts_with(kStart)) << all;
  EXPECT_TRUE(all.ends_with('\n')) << all;
  return std::string(all.substr(kStart.size(), all.size() - kStart.size() - 1));
}

template <class Value>
std::string json(const Value& value) {
  Line line = line_in(Format::Json);
  line("key", value);
  constexpr std::string_view kStart =
      R"({"time":"2026-08-05T11:40:27.089Z","level":"info","event":"session.ended")";
  const std::string_view all = line.finish();
  EXPECT_TRUE(all.starts_with(kStart)) << all;
  EXPECT_TRUE(all.ends_with("}\n")) << all;
  return std::string(all.substr(kStart.size(), all.size() - kStart.size() - 2));
}

TEST(Line, TextsWithoutSurprisesStandBare) {
  EXPECT_EQ(logfmt("192.0.2.1"), " key=192.0.2.1");
  EXPECT_EQ(json("192.0.2.1"), R"(,"key":"192.0.2.1")");
}

TEST(Line, AnEmptyTextIsLeftOut) {
  EXPECT_EQ(logfmt(""), "");
  EXPECT_EQ(json(""), "");
}

TEST(Line, BlanksQuotesAndEqualSignsNeedQuotes) {
  EXPECT_EQ(logfmt("RETR 3"), R"( key="RETR 3")");
  EXPECT_EQ(logfmt("a=b"), R"( key="a=b")");
  EXPECT_EQ(logfmt(R"(say "no")"), R"( key="say \"no\"")");
  EXPECT_EQ(logfmt(R"(C:\)"), R"( key="C:\\")");
  EXPECT_EQ(json(R"("\)"), R"(,"key":"\"\\")");
}

TEST(Line, T071_OctetsOutsidePrintableAsciiAreEscaped) {
  EXPECT_EQ(logfmt(std::string_view("a\r\n\0\x1b\x7f\xc3\xa9", 8)),
            R"( key="a\x0d\x0a\x00\x1b\x7f\xc3\xa9")");
  EXPECT_EQ(json(std::string_view("a\r\n\0\x1b\x7f\xc3\xa9", 8)),
            R"(,"key":"a\u000d\u000a\u0000\u001b\u007f\u00c3\u00a9")");
}

TEST(Line, T071_EveryOctetGivesOnePrintableLine) {
  for (const Format format : {Format::Logfmt, Format::Json}) {
    for (int octet = 0; octet < 256; ++octet) {
      Line line = line_in(format);
      line("key", std::string(3, static_cast<char>(octet)));
      const std::string_view all = line.finish();
      EXPECT_EQ(std::ranges::count(all, '\n'), 1) << octet;
      EXPECT_TRUE(std::ranges::all_of(all.substr(0, all.size() - 1), [](char c) {
        return c >= ' ' && c <= '~';
      })) << octet;
    }
  }
}

TEST(Line, T071_AValueTakesAtMost256Octets) {
  EXPECT_EQ(logfmt(std::string(256, 'x')), " key=" + std::string(256, 'x'));
  EXPECT_EQ(logfmt(std::string(257, 'x')), " key=\"" + std::string(253, 'x') + "...\"");
  EXPECT_EQ(json(std::string(256, 'x')), ",\"key\":\"" + std::string(256, 'x') + "\"");
  EXPECT_EQ(json(std::string(5000, 'x')), ",\"key\":\"" + std::string(253, 'x') + "...\"");
}

TEST(Line, T071_AnEscapeIsNotCutInTwo) {
  std::string escaped;
  for (int i = 0; i < 63; ++i)
    escaped += R"(\x01)";  // 252 octets; a 64th and "..." would be 259

  EXPECT_EQ(logfmt(std::string(64, '\x01')), " key=\"" + escaped + "\\x01\"") << "just fits";
  EXPECT_EQ(logfmt(std::string(65, '\x01')), " key=\"" + escaped + "...\"");
}

TEST(Line, NumbersAreWrittenWhole) {
  EXPECT_EQ(logfmt(std::numeric_limits<std::uint64_t>::max()), " key=18446744073709551615");
  EXPECT_EQ(logfmt(std::int64_t{-3}), " key=-3");
  EXPECT_EQ(json(std::uint32_t{7}), R"(,"key":7)");
}

TEST(Line, TimesAreSecondsWithThreeDecimals) {
  EXPECT_EQ(logfmt(milliseconds(61'005)), " key=61.005");
  EXPECT_EQ(logfmt(std::chrono::microseconds(1999)), " key=0.001");
  EXPECT_EQ(logfmt(milliseconds(-5)), " key=0.000");
  EXPECT_EQ(json(milliseconds(1'250)), R"(,"key":1.250)");
}

TEST(Line, LabelValuesAreSpelledAsInMetrics) {
  EXPECT_EQ(logfmt(EndReason::ClientReset), " key=client_reset");
}

TEST(Line, T072_UsersArePlainHashedOrAbsent) {
  const auto user = [](Users users, std::uint8_t key) {
    Line line({.users = users, .key = {std::byte{key}}}, kTime, Level::Info, "x.y");
    line("user", User{"alice@example.net"});
    const std::string_view all = line.finish();
    return std::string(all.substr(all.find("x.y")));
  };

  EXPECT_EQ(user(Users::Plain, 0), "x.y user=alice@example.net\n");
  EXPECT_EQ(user(Users::None, 0), "x.y\n");
  const std::string hash = user(Users::Hash, 0);
  EXPECT_EQ(hash.size(), std::string_view("x.y user=hash:0123456789abcdef\n").size()) << hash;
  EXPECT_TRUE(hash.starts_with("x.y user=hash:")) << hash;
  EXPECT_EQ(user(Users::Hash, 0), hash) << "the same as long as the key is";
  EXPECT_NE(user(Users::Hash, 1), hash);
}

TEST(Line, T071_FieldsBeyondTheRoomAreLeftOut) {
  Line line = line_in(Format::Json);
  for (int i = 0; i < 100; ++i)
    line("key", std::string(300, '\xff'));
  const std::string_view all = line.finish();

  EXPECT_LE(all.size(), kLineOctetsMax);
  EXPECT_TRUE(all.ends_with("\"}\n"));
}

}  // namespace
}  // namespace postern::metrics
