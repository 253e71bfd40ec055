// Tags, LOGIN, AUTHENTICATE, ID and ENABLE: a server hears the very octets that were meant.

#include "wire/imap_login.hpp"

#include "wire/base64.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/unit/wire/imap_command_reader.hpp"
#include "tests/unit/wire/random_octets.hpp"

namespace postern::wire::imap {
namespace {

using namespace std::string_literals;

// The parts of a command with "+" where the server has to be waited for.
std::string shown(const Parts& parts) {
  std::string text;
  for (const Secret& part : parts)
    text += (text.empty() ? "" : "<+>") + std::string(part.reveal());
  return text;
}

std::string shown(const std::optional<Parts>& parts) {
  return parts ? shown(*parts) : "refused";
}

TEST(Tags, T005_CarryTheRandomnessOfTheirConnectionAndCount) {
  Tags tags(0x3f9a1c07);

  EXPECT_EQ(tags.next(), "k3f9a1c07.1");
  EXPECT_EQ(tags.next(), "k3f9a1c07.2");
  EXPECT_NE(Tags(1).next(), Tags(2).next());
  EXPECT_EQ(Tags(0).next(), "k00000000.1");
}

TEST(Literals, AreWhatTheServerOffers) {
  EXPECT_EQ(literals_of({}), Literals::Synchronizing);
  EXPECT_EQ(literals_of(parse_capabilities("LITERAL-")), Literals::Minus);
  EXPECT_EQ(literals_of(parse_capabilities("LITERAL- LITERAL+")), Literals::Plus);
}

TEST(Login, M053_QuotesAndBackslashesAreEscaped) {
  EXPECT_EQ(shown(login("k1.1", "joe", R"(p"w\x)", Literals::Plus)),
            "k1.1 LOGIN \"joe\" \"p\\\"w\\\\x\"\r\n");
}

TEST(Login, M054_EightBitPasswordsWaitForAPlus) {
  EXPECT_EQ(shown(login("k1.1", "joe", "p\xC3\xA4ss", Literals::Synchronizing)),
            "k1.1 LOGIN \"joe\" {5}\r\n<+>p\xC3\xA4ss\r\n");
  EXPECT_EQ(shown(login("k1.1", "j\xC3\xB6", "p\xC3\xA4", Literals::Synchronizing)),
            "k1.1 LOGIN {3}\r\n<+>j\xC3\xB6 {3}\r\n<+>p\xC3\xA4\r\n");
}

TEST(Login, M054_LiteralPlusNeedsNoWaiting) {
  EXPECT_EQ(shown(login("k1.1", "joe", "p\xC3\xA4ss", Literals::Plus)),
            "k1.1 LOGIN \"joe\" {5+}\r\np\xC3\xA4ss\r\n");
}

TEST(Login, M055_LiteralMinusEndsAt4096Octets) {
  const std::string fits = "\xC3" + std::string(4095, 'a');
  const std::string longer = fits + "a";

  EXPECT_EQ(shown(login("k1.1", "joe", fits, Literals::Minus)),
            "k1.1 LOGIN \"joe\" {4096+}\r\n" + fits + "\r\n");
  EXPECT_EQ(shown(login("k1.1", "joe", longer, Literals::Minus)),
            "k1.1 LOGIN \"joe\" {4097}\r\n<+>" + longer + "\r\n");
}

TEST(Login, M056_T027_CredentialsThatCannotBeWrittenAreRefused) {
  for (const std::string& bad : {"a\0b"s, "a\rb"s, "a\nb"s, "a\r\nk1.2 DELETE INBOX"s, ""s}) {
    for (const Literals literals : {Literals::Synchronizing, Literals::Minus, Literals::Plus}) {
      EXPECT_FALSE(login("k1.1", bad, "pw", literals).has_value());
      EXPECT_FALSE(login("k1.1", "joe", bad, literals).has_value());
    }
  }
}

struct Server {
  Literals literals;
  bool non_synchronizing;
  std::size_t octets_max;
};

constexpr Server kServers[] = {
    {Literals::Synchronizing, false, 0},
    {Literals::Minus, true, 4096},
    {Literals::Plus, true, std::numeric_limits<std::size_t>::max()},
};

void expect_heard(const std::string& user, const std::string& password) {
  for (const Server& server : kServers) {
    const std::optional<Parts> parts = login("k1.1", user, password, server.literals);
    ASSERT_TRUE(parts.has_value());
    test::CommandReader reader(server.non_synchronizing, server.octets_max);

    const auto heard = reader.read(*parts);

    ASSERT_TRUE(heard.has_value()) << shown(*parts);
    EXPECT_EQ(heard->words, (std::vector{"k1.1"s, "LOGIN"s, user, password}));
    EXPECT_EQ(heard->was_string, (std::vector{false, false, true, true}));
  }
}

TEST(Login, T026_AServerHearsTheSameTwoStrings) {
  test::RandomOctets random(14);
  const std::string nasty = "\"\\{}+ ()*%x1\t\x01\x7F\xC3\xA4~";
  for (int round = 0; round < 3000; ++round) {
    expect_heard(random.from(nasty, 1 + random.number(12)),
                 random.from(nasty, 1 + random.number(12)));
  }
  expect_heard("{5+}", "\"");
  expect_heard(std::string(5000, '\\'), "\x80" + std::string(5000, '"'));
}

TEST(Login, T026_AnyOctetsAreHeardOrRefused) {
  test::RandomOctets random(15);
  for (int round = 0; round < 3000; ++round) {
    const std::string user = random.any(1 + random.number(6));
    const std::string password = random.any(1 + random.number(6));
    const bool breaks = (user + password).find_first_of("\0\r\n"s) != std::string::npos;
    if (breaks) {
      EXPECT_FALSE(login("k1.1", user, password, Literals::Plus).has_value());
    } else {
      expect_heard(user, password);
    }
  }
}

std::vector<Secret> messages(std::initializer_list<std::string_view> texts) {
  std::vector<Secret> result;
  for (const std::string_view text : texts)
    result.emplace_back(text);
  return result;
}

TEST(Authenticate, SendsTheFirstMessageAtOnceIfTheServerTakesIt) {
  const std::string plain = base64_encode("\0joe\0pw"s);

  EXPECT_EQ(shown(authenticate("k1.1", sasl::Mechanism::Plain, messages({"\0joe\0pw"s}), true)),
            "k1.1 AUTHENTICATE PLAIN " + plain + "\r\n");
  EXPECT_EQ(shown(authenticate("k1.1", sasl::Mechanism::Plain, messages({"\0joe\0pw"s}), false)),
            "k1.1 AUTHENTICATE PLAIN\r\n<+>" + plain + "\r\n");
}

TEST(Authenticate, SendsFurtherMessagesOneByOne) {
  EXPECT_EQ(shown(authenticate("k1.1", sasl::Mechanism::Login, messages({"joe", "pw"}), false)),
            "k1.1 AUTHENTICATE LOGIN\r\n<+>am9l\r\n<+>cHc=\r\n");
  EXPECT_EQ(shown(authenticate("k1.1", sasl::Mechanism::Login, messages({"joe", "pw"}), true)),
            "k1.1 AUTHENTICATE LOGIN am9l\r\n<+>cHc=\r\n");
}

TEST(Authenticate, WritesAnEmptyInitialResponseAsEquals) {
  EXPECT_EQ(shown(authenticate("k1.1", sasl::Mechanism::XOAuth2, messages({""}), true)),
            "k1.1 AUTHENTICATE XOAUTH2 =\r\n");
}

TEST(Authenticate, T026_CarriesPasswordsThatNeedALiteralElsewhere) {
  const auto message = sasl::plain_message("", "j\xC3\xB6", "p\"\\\xC3\xA4");
  ASSERT_TRUE(message.has_value());

  const Parts parts = authenticate("k1.1", sasl::Mechanism::Plain, {&*message, 1}, true);

  const std::string line(parts.front().reveal());
  EXPECT_EQ(base64_decode(line.substr(24, line.size() - 26)), "\0j\xC3\xB6\0p\"\\\xC3\xA4"s);
}

TEST(Id, WritesFieldsAsQuotedStrings) {
  const std::vector<IdField> fields{{"x-originating-ip", "192.0.2.1"}, {"x-session-id", R"(a"b\)"}};

  EXPECT_EQ(id("k1.1", fields),
            "k1.1 ID (\"x-originating-ip\" \"192.0.2.1\" \"x-session-id\" \"a\\\"b\\\\\")\r\n");
  EXPECT_EQ(id("k1.1", {}), "k1.1 ID NIL\r\n");
}

TEST(Id, T027_RefusesWhatIsNotPrintableOrTooLong) {
  const auto refused = [](std::string_view name, std::string_view value) {
    const IdField field{name, value};
    return !id("k1.1", {&field, 1}).has_value();
  };

  EXPECT_TRUE(refused("a\nb", "x"));
  EXPECT_TRUE(refused("a", "x\r\nk2 LOGOUT"));
  EXPECT_TRUE(refused("a", std::string_view("x\0", 2)));
  EXPECT_TRUE(refused("a", "\xC3\xA4"));
  EXPECT_TRUE(refused("", "x"));
  EXPECT_TRUE(refused(std::string(31, 'a'), "x"));
  EXPECT_TRUE(refused("a", std::string(1025, 'x')));
  EXPECT_FALSE(refused(std::string(30, 'a'), std::string(1024, 'x')));
}

TEST(Enable, NamesCapabilities) {
  EXPECT_EQ(enable("k1.1", {Capability::QResync}), "k1.1 ENABLE QRESYNC\r\n");
  EXPECT_EQ(enable("k1.1", {Capability::QResync, Capability::Utf8Accept}),
            "k1.1 ENABLE QRESYNC UTF8=ACCEPT\r\n");
}

}  // namespace
}  // namespace postern::wire::imap
