// Replies of SMTP: how an upstream's are read, within bounds, and how they are told to clients.

#include "wire/smtp_reply.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postern::wire::smtp {
namespace {

using namespace std::string_literals;

std::optional<Reply> read(const std::vector<std::string>& lines) {
  ReplyReader reader;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto taken = reader.take(lines[i]);
    if (std::holds_alternative<Malformed>(taken)) return std::nullopt;
    if (const auto* reply = std::get_if<Reply>(&taken)) {
      return i + 1 == lines.size() ? std::optional(*reply) : std::nullopt;
    }
  }
  return std::nullopt;
}

TEST(SmtpReply, OursIsCodeEnhancedCodeAndWords) {
  EXPECT_EQ(reply(250, {2, 1, 0}, "ok"), "250 2.1.0 ok\r\n");
  EXPECT_EQ(reply(354, {}, "go on"), "354 go on\r\n");
}

TEST(SmtpReply, S002_LinesCodesAndEnhancedCodesAreKept) {
  const auto reply = read({"550-5.7.1 no relaying", "550-5.7.1 see", "550 5.7.1 the page"});

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->code, 550);
  EXPECT_EQ(reply->enhanced, (EnhancedCode{5, 7, 1}));
  EXPECT_EQ(told(*reply), "550-5.7.1 no relaying\r\n550-5.7.1 see\r\n550 5.7.1 the page\r\n");
}

TEST(SmtpReply, WhatHasNoEnhancedCodeGetsTheOneThatSaysNothing) {
  EXPECT_EQ(told(*read({"250 queued"})), "250 2.0.0 queued\r\n");
  EXPECT_EQ(told(*read({"354 go on"})), "354 go on\r\n");
  EXPECT_EQ(told(*read({"450"})), "450 4.0.0 \r\n");
  EXPECT_EQ(told(*read({"550 4.7.1 of another class"})), "550 5.0.0 4.7.1 of another class\r\n");
}

TEST(SmtpReply, T028_T038_WordsOfAnUpstreamCannotBeMoreThanWords) {
  const auto reply = read({"550 a\rb\x1b[31m\xC3\xB6" + std::string(600, 'x')});

  const std::string text = told(*reply);
  EXPECT_TRUE(text.starts_with("550 5.0.0 a?b?[31m??xxx"));
  EXPECT_EQ(text.size(), kToldLineOctetsMax + 2);
}

TEST(SmtpReply, T058_WhatIsNoReplyIsRefusedAndLinesAreCounted) {
  EXPECT_FALSE(read({""}));
  EXPECT_FALSE(read({"25"}));
  EXPECT_FALSE(read({"25x hello"}));
  EXPECT_FALSE(read({"250hello"}));
  EXPECT_FALSE(read({"199 x"}));
  EXPECT_FALSE(read({"999 x"}));
  EXPECT_FALSE(read({"250-a", "251 b"}));
  std::vector<std::string> lines(kReplyLinesMax - 1, "250-x");
  lines.emplace_back("250 x");
  EXPECT_TRUE(read(lines));
  lines.insert(lines.begin(), "250-x");
  EXPECT_FALSE(read(lines));
}

TEST(SmtpReply, SummaryIsOneLine) {
  EXPECT_EQ(summary(*read({"550-5.7.1 no", "550 5.7.1 way"})), "550 5.7.1 no way");
}

}  // namespace
}  // namespace postern::wire::smtp
