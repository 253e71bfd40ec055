// Names of mailboxes in modified UTF-7.

#include "wire/modified_utf7.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::wire {
namespace {

using namespace std::string_literals;

TEST(ModifiedUtf7, WritesTheExamplesOfTheRfc) {
  EXPECT_EQ(encode_modified_utf7(
                "~peter/mail/\xE5\x8F\xB0\xE5\x8C\x97/\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E"),
            "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
}

TEST(ModifiedUtf7, LeavesPrintableAsciiAloneButForAmpersand) {
  EXPECT_EQ(encode_modified_utf7("INBOX.Sent Mail \"x\" \\ ~"), "INBOX.Sent Mail \"x\" \\ ~");
  EXPECT_EQ(encode_modified_utf7("A&B"), "A&-B");
  EXPECT_EQ(encode_modified_utf7("&"), "&-");
  EXPECT_EQ(encode_modified_utf7("\xC3\xA4&\xC3\xA4"), "&AOQ-&-&AOQ-");
}

TEST(ModifiedUtf7, WritesUmlautsAndCharactersBeyond16Bits) {
  EXPECT_EQ(encode_modified_utf7("Entw\xC3\xBCrfe"), "Entw&APw-rfe");
  EXPECT_EQ(encode_modified_utf7("\xF0\x9F\x93\xA7"), "&2D3c5w-");
  EXPECT_EQ(encode_modified_utf7("\xC3\xBF\xC3\xBF"), "&AP8A,w-");
}

TEST(ModifiedUtf7, T027_RefusesControlsAndWhatIsNotUtf8) {
  for (const std::string& name : {""s,
                                  "a\0b"s,
                                  "a\r\nb"s,
                                  "\x1B"s,
                                  "\x7F"s,
                                  "a\tb"s,
                                  "\xC2\x85"s,
                                  "\x80"s,
                                  "\xC3"s,
                                  "\xC3("s,
                                  "\xC0\xAF"s,
                                  "\xE0\x80\xAF"s,
                                  "\xED\xA0\x80"s,
                                  "\xF4\x90\x80\x80"s,
                                  "\xF8\x88\x80\x80\x80"s,
                                  "\xFF"s,
                                  "\xF0\x9F\x93"s,
                                  "\xE5\x8F"s,
                                  "Entw\xFCrfe"s}) {
    EXPECT_EQ(encode_modified_utf7(name), std::nullopt) << testing::PrintToString(name);
  }
}

}  // namespace
}  // namespace postern::wire
