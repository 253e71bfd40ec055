// What clients may say before login: tags, literals of every form, ID, and what is refused.

#include "wire/imap_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace postern::wire::imap {
namespace {

template <class Body>
Body read(std::string_view text) {
  Request request = parse_request(text);
  auto* body = std::get_if<Body>(&request.body);
  EXPECT_NE(body, nullptr) << text;
  return body != nullptr ? std::move(*body) : Body{};
}

bool is_bad(std::string_view text) {
  return std::holds_alternative<Malformed>(parse_request(text).body);
}

TEST(ImapRequest, I024_TakesTagsOfTheGrammarAndNoOthers) {
  for (const std::string& tag : {std::string("A.1-x_]"), std::string("1"), std::string(64, 't')}) {
    EXPECT_EQ(request_head(tag + " NOOP").tag, tag);
  }
  for (const std::string& tag : {std::string("a+"),
                                std::string("a%"),
                                std::string(),
                                std::string(65, 't'),
                                std::string("a*"),
                                std::string("a\\"),
                                std::string("a\""),
                                std::string("a("),
                                std::string("a{"),
                                std::string("\xC3\xA4")}) {
    EXPECT_EQ(request_head(tag + " NOOP").tag, "") << tag;
    EXPECT_TRUE(is_bad(tag + " NOOP")) << tag;
  }
}

TEST(ImapRequest, UnderstandsCommandsInAnyCase) {
  EXPECT_EQ(request_head("a CaPaBiLiTy").verb, Verb::Capability);
  EXPECT_EQ(request_head("a logout ").verb, Verb::Logout);
  EXPECT_EQ(request_head("a LOGIN{3}").verb, Verb::Unknown);
  EXPECT_EQ(request_head("a").verb, Verb::Unknown);
  (void)read<NoopRequest>("a noop  ");
  EXPECT_TRUE(is_bad("a NOOP now"));
  EXPECT_TRUE(is_bad("a  NOOP"));
  EXPECT_TRUE(is_bad("a"));
  EXPECT_TRUE(is_bad(""));
}

TEST(ImapRequest, I011_KnowsWhatIsForLater) {
  for (const std::string_view verb : {"ENABLE", "SELECT", "LIST", "APPEND", "UID", "IDLE"}) {
    (void)read<LaterRequest>("a " + std::string(verb) + " x");
  }
  EXPECT_TRUE(is_bad("a XYZZY"));
}

TEST(ImapRequest, I012_ReadsTheSameCredentialsFromEveryForm) {
  const std::vector<std::string> users = {"joe", "\"joe\"", "{3}\r\njoe", "{3+}\r\njoe"};
  const std::vector<std::string> passwords = {
      "se(ret", "\"se(ret\"", "{6}\r\nse(ret", "{6+}\r\nse(ret"};
  for (const std::string& user : users) {
    for (std::size_t i = 1; i < passwords.size(); ++i) {
      const auto login = read<LoginRequest>("a LOGIN " + user + " " + passwords[i]);
      EXPECT_EQ(login.user, "joe");
      EXPECT_EQ(login.password.reveal(), "se(ret");
    }
  }
  EXPECT_TRUE(is_bad("a LOGIN joe " + passwords[0])) << "no atom holds a bracket";
}

TEST(ImapRequest, I012_TakesEmptyPasswordsAndEscapes) {
  EXPECT_EQ(read<LoginRequest>("a LOGIN joe {0}\r\n").password.reveal(), "");
  EXPECT_EQ(read<LoginRequest>("a LOGIN joe \"\"").password.reveal(), "");
  EXPECT_EQ(read<LoginRequest>(R"(a LOGIN "j\"o\\e" x)").user, "j\"o\\e");
}

TEST(ImapRequest, I017_TakesOctetsAboveAsciiInCredentials) {
  EXPECT_EQ(read<LoginRequest>("a LOGIN joe {2}\r\n\xC3\xA4").password.reveal(), "\xC3\xA4");
  EXPECT_EQ(read<LoginRequest>("a LOGIN joe \"\xE4\"").password.reveal(), "\xE4");
}

TEST(ImapRequest, I016_T027_RefusesLineEndsAndNulInCredentials) {
  EXPECT_TRUE(is_bad("a LOGIN joe {6}\r\nab\r\ncd"));
  EXPECT_TRUE(is_bad("a LOGIN {2}\r\nj\n x"));
  EXPECT_TRUE(is_bad(std::string_view("a LOGIN joe {3}\r\na\0b", 20)));
  EXPECT_TRUE(is_bad(std::string_view("a NOOP\0", 7)));
}

TEST(ImapRequest, RefusesLoginWithOtherArguments) {
  for (const std::string_view text : {"a LOGIN",
                                      "a LOGIN joe",
                                      "a LOGIN joe secret more",
                                      "a LOGIN \"joe secret",
                                      "a LOGIN \"\" x",
                                      "a LOGIN (joe) x",
                                      "a LOGIN \"joe\"x"}) {
    EXPECT_TRUE(is_bad(text)) << text;
  }
}

TEST(ImapRequest, I018_ReadsAuthenticateWithAndWithoutInitialResponse) {
  EXPECT_EQ(read<AuthenticateRequest>("a AUTHENTICATE PLAIN").initial_response, std::nullopt);
  EXPECT_EQ(read<AuthenticateRequest>("a AUTHENTICATE PLAIN =").initial_response, "=");
  EXPECT_EQ(read<AuthenticateRequest>("a authenticate plain AGpvZQ== ").initial_response,
            "AGpvZQ==");
  EXPECT_TRUE(is_bad("a AUTHENTICATE"));
  EXPECT_TRUE(is_bad("a AUTHENTICATE PLAIN x y"));
}

TEST(ImapRequest, I010_ReadsIdInEveryForm) {
  EXPECT_TRUE(read<IdRequest>("a ID NIL").pairs.empty());
  EXPECT_TRUE(read<IdRequest>("a ID ()").pairs.empty());
  const auto id = read<IdRequest>("a ID (\"name\" \"mutt\" {3}\r\nver NIL \"os\" {5+}\r\nlinux)");
  ASSERT_EQ(id.pairs.size(), 3U);
  EXPECT_EQ(id.pairs[0].value, "mutt");
  EXPECT_EQ(id.pairs[1].name, "ver");
  EXPECT_EQ(id.pairs[1].value, std::nullopt);
  EXPECT_EQ(id.pairs[2].value, "linux");
}

TEST(ImapRequest, I010_BoundsIdAndRefusesBadSyntax) {
  std::string pairs;
  for (int i = 0; i < 30; ++i)
    pairs += "\"k\" \"v\" ";
  EXPECT_EQ(read<IdRequest>("a ID (" + pairs + ")").pairs.size(), 30U);
  EXPECT_TRUE(is_bad("a ID (" + pairs + "\"k\" \"v\")"));
  EXPECT_TRUE(is_bad("a ID (\"" + std::string(31, 'k') + "\" \"v\")"));
  EXPECT_TRUE(is_bad("a ID (\"k\" \"" + std::string(1025, 'v') + "\")"));
  for (const std::string_view text : {"a ID",
                                      "a ID (\"k\")",
                                      "a ID (\"k\" \"v\"",
                                      "a ID (k v)",
                                      "a ID (NIL \"v\")",
                                      "a ID ((\"k\" \"v\"))",
                                      "a ID (\"k\"\"v\")",
                                      "a ID NIL NIL",
                                      "a ID \"k\" \"v\""}) {
    EXPECT_TRUE(is_bad(text)) << text;
  }
}

TEST(ImapRequest, T041_SeesALiteralOnlyAtTheEndOfALine) {
  EXPECT_EQ(announced_at_end("a LOGIN {5}")->octets, 5U);
  EXPECT_FALSE(announced_at_end("a LOGIN {5}")->non_synchronizing);
  EXPECT_TRUE(announced_at_end("a X {0+}")->non_synchronizing);
  EXPECT_TRUE(announced_at_end("a X ~{7}")->literal8);
  EXPECT_EQ(announced_at_end("a X {99999999999999999999999}")->octets, UINT64_MAX);
  for (const std::string_view line :
       {"a LOGIN {5} x", "a X {}", "a X {-1}", "a X {5", "a X 5}", ""}) {
    EXPECT_EQ(announced_at_end(line), std::nullopt) << line;
  }
}

}  // namespace
}  // namespace postern::wire::imap
