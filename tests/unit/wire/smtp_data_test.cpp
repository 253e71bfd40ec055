// The relay of messages: what ends one, what becomes of odd line ends, every way it can be cut into
// chunks, and what strict and lax servers make of the result.

#include "wire/smtp_data.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/wire/mail_readers.hpp"
#include "tests/unit/wire/random_octets.hpp"

namespace postern::wire::smtp {
namespace {

using namespace std::string_literals;
using test::LineEnd;

struct Relayed {
  std::string out;
  std::size_t consumed = 0;
  bool ended = false;
  bool bare_newline = false;
  bool nul = false;
  std::uint64_t octets = 0;
};

Relayed relay(std::string_view in, std::size_t chunk_octets, bool bare_end = false) {
  DataRelay relay(bare_end);
  Relayed result;
  while (result.consumed < in.size() && !relay.ended()) {
    result.out += relay.take(in.substr(result.consumed, chunk_octets));
    result.consumed += relay.consumed();
  }
  result.ended = relay.ended();
  result.bare_newline = relay.saw_bare_newline();
  result.nul = relay.saw_nul();
  result.octets = relay.octets();
  return result;
}

Relayed relay(std::string_view in) {
  return relay(in, std::max<std::size_t>(in.size(), 1));
}

// The rules on a whole message, without any state: where it ends, what its lines are, how they are
// written.
struct Model {
  std::string out;
  std::size_t consumed = std::string::npos;  // npos: no end
  std::uint64_t octets = 0;
};

Model model(std::string_view in) {
  Model model;
  const std::string framed = "\r\n" + std::string(in);
  const std::size_t end = framed.find("\r\n.\r\n");
  if (end == std::string::npos) return model;
  model.consumed = end + 3;
  std::string content;
  const std::string body = framed.substr(0, end + 2);
  for (std::size_t at = 2; at < body.size(); ++at) {
    const bool stuffed = body[at] == '.' && body.compare(at - 2, 2, "\r\n") == 0;
    if (!stuffed) content += body[at];
  }
  std::string lines;
  for (std::size_t at = 0; at < content.size(); ++at) {
    const std::string_view rest = std::string_view(content).substr(at);
    if (rest.starts_with("\r\r\n")) {
      lines += "\r\n";
      at += 2;
    } else if (rest.starts_with("\r\n")) {
      lines += "\r\n";
      ++at;
    } else if (rest.front() == '\r' || rest.front() == '\n') {
      lines += "\r\n";
    } else if (rest.front() != '\0') {
      lines += rest.front();
    }
  }
  model.octets = lines.size();
  bool line_start = true;
  for (const char octet : lines) {
    if (line_start && octet == '.') model.out += '.';
    model.out += octet;
    line_start = octet == '\n';
  }
  return model;
}

TEST(DataRelay, S030_CleanMailPassesAsItIs) {
  const std::string mail = "Subject: x\r\n\r\none\r\n..two\r\n...three\r\n";

  const Relayed result = relay(mail + ".\r\nQUIT\r\n");

  EXPECT_TRUE(result.ended);
  EXPECT_EQ(result.out, mail);
  EXPECT_EQ(result.consumed, mail.size() + 3);
  EXPECT_EQ(result.octets, mail.size() - 2);
  EXPECT_FALSE(result.bare_newline);
}

TEST(DataRelay, AnEmptyMessageIsADotAlone) {
  const Relayed result = relay(".\r\n");

  EXPECT_TRUE(result.ended);
  EXPECT_EQ(result.out, "");
}

TEST(DataRelay, S028_OnlyADotBetweenTwoCrlfEndsIt) {
  for (const std::string& false_end : {"\n.\n"s,
                                       "\n.\r\n"s,
                                       "\r\n.\n"s,
                                       "\r.\r"s,
                                       "\r\n.\r"s,
                                       "\n.\r"s,
                                       "\r.\r\n"s,
                                       "\r.\n"s,
                                       "\r\n.\r\r\n"s,
                                       "\r\n\0.\r\n"s,
                                       "\r\n.\0\r\n"s}) {
    const std::string mail = "a" + false_end + "MAIL FROM:<x@y>\r\nRCPT TO:<z@y>\r\nDATA\r\nb\r\n";

    const Relayed result = relay(mail + ".\r\n");

    EXPECT_TRUE(result.ended);
    EXPECT_EQ(result.consumed, mail.size() + 3) << testing::PrintToString(false_end);
    EXPECT_NE(result.out.find("MAIL FROM"), std::string::npos);
    for (const LineEnd reader : {LineEnd::CrLf, LineEnd::Lf, LineEnd::Cr, LineEnd::Any}) {
      const std::string sent = result.out + ".\r\n";
      const auto read = test::read_mail(sent, reader);
      ASSERT_TRUE(read);
      EXPECT_EQ(read->octets, sent.size()) << testing::PrintToString(false_end);
    }
  }
}

TEST(DataRelay, OddLineEndsBecomeCrlfAndAreNoted) {
  EXPECT_EQ(relay("a\nb\r\n.\r\n").out, "a\r\nb\r\n");
  EXPECT_EQ(relay("a\rb\r\n.\r\n").out, "a\r\nb\r\n");
  EXPECT_EQ(relay("a\r\r\nb\r\n.\r\n").out, "a\r\nb\r\n");
  EXPECT_EQ(relay("a\r\r\r\nb\r\n.\r\n").out, "a\r\n\r\nb\r\n");
  EXPECT_EQ(relay("a\n.b\r\n.\r\n").out, "a\r\n..b\r\n");
  for (const std::string_view odd : {"a\nb\r\n.\r\n", "a\rb\r\n.\r\n", "a\r\r\nb\r\n.\r\n"}) {
    EXPECT_TRUE(relay(odd).bare_newline);
  }
}

TEST(DataRelay, S032_NulIsNotedAndLeftOut) {
  const Relayed result = relay("a\0b\r\n.\r\n"s);

  EXPECT_TRUE(result.nul);
  EXPECT_EQ(result.out, "ab\r\n");
  EXPECT_FALSE(relay("ab\r\n.\r\n").nul);
}

TEST(DataRelay, S033_ABareDotLineEndsItOnlyWhereThatIsAllowed) {
  const std::string mail = "a\n..b\n.\nQUIT\n";

  EXPECT_FALSE(relay(mail, 1).ended);
  const Relayed allowed = relay(mail, mail.size(), true);
  EXPECT_TRUE(allowed.ended);
  EXPECT_EQ(allowed.consumed, mail.size() - 5);
  EXPECT_EQ(relay(mail, 1, true).out, allowed.out);
}

// T-030, T-031, S-029: every mail of these octets up to a length, cut everywhere.
TEST(DataRelay, S029_T030_T031_EveryShortMailIsOneMessageForEveryReader) {
  constexpr std::string_view kOctets = "\r\n.a";
  constexpr std::size_t kLengthMax = 8;
  std::size_t count = 1;
  for (std::size_t length = 0; length <= kLengthMax; ++length, count *= kOctets.size()) {
    for (std::size_t number = 0; number < count; ++number) {
      std::string mail;
      for (std::size_t at = 0, rest = number; at < length; ++at, rest /= kOctets.size()) {
        mail += kOctets[rest % kOctets.size()];
      }
      const std::string in = mail + "\r\n.\r\n";
      const Model expected = model(in);
      const Relayed whole = relay(in);
      ASSERT_TRUE(whole.ended) << testing::PrintToString(mail);
      ASSERT_EQ(whole.out, expected.out) << testing::PrintToString(mail);
      ASSERT_EQ(whole.consumed, expected.consumed) << testing::PrintToString(mail);
      ASSERT_EQ(whole.octets, expected.octets) << testing::PrintToString(mail);
      ASSERT_EQ(relay(in, 1).out, whole.out) << testing::PrintToString(mail);
      for (const LineEnd reader : {LineEnd::CrLf, LineEnd::Lf, LineEnd::Cr, LineEnd::Any}) {
        const std::string sent = whole.out + ".\r\n";
        const auto read = test::read_mail(sent, reader);
        ASSERT_TRUE(read && read->octets == sent.size()) << testing::PrintToString(mail);
      }
    }
  }
}

TEST(DataRelay, S029_T031_LongMailIsTheSameForEveryChunkBorder) {
  test::RandomOctets random(31);
  for (int round = 0; round < 300; ++round) {
    const std::string in = random.from("\r\n.ab\0"s, 300) + "\r\n.\r\nRSET\r\n";
    const Model expected = model(in);

    for (const std::size_t chunk : {std::size_t{1}, std::size_t{2}, std::size_t{7}, in.size()}) {
      const Relayed result = relay(in, chunk);
      ASSERT_EQ(result.out, expected.out);
      ASSERT_EQ(result.consumed, expected.consumed);
    }
  }
}

TEST(DataRelay, S035_NothingElseChanges) {
  test::RandomOctets random(35);
  for (int round = 0; round < 200; ++round) {
    std::string mail;
    for (int line = 0; line < 20; ++line) {
      std::string text = random.any(random.number(120));
      std::erase_if(text, [](char octet) { return octet == '\r' || octet == '\n' || !octet; });
      mail += (text.starts_with('.') ? "." : "") + text + "\r\n";
    }

    EXPECT_EQ(relay(mail + ".\r\n", 13).out, mail);
  }
}

}  // namespace
}  // namespace postern::wire::smtp
