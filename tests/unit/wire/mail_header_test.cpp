// The two things a relay looks for in a header, in every cut of it.

#include "wire/mail_header.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::wire {
namespace {

MailHeader read(std::string_view mail, std::size_t chunk_octets) {
  MailHeader header;
  for (std::size_t at = 0; at < mail.size(); at += chunk_octets) {
    header.take(mail.substr(at, chunk_octets));
  }
  return header;
}

TEST(MailHeader, S036_CountsReceivedFieldsOfTheHeaderOnly) {
  const std::string mail =
      "Received: a\r\n by b\r\nReceived-SPF: x\r\nRECEIVED: c\r\n\r\nReceived: in the body\r\n";

  for (const std::size_t chunk : {std::size_t{1}, std::size_t{5}, mail.size()}) {
    const MailHeader header = read(mail, chunk);
    EXPECT_EQ(header.received_fields(), 2U);
    EXPECT_TRUE(header.ended());
  }
}

TEST(MailHeader, FindsTheMessageId) {
  for (const std::string_view mail : {"Message-ID: <a@b>\r\n\r\n",
                                      "message-id:<a@b>\r\n\r\n",
                                      "Subject: x\r\nMessage-Id:\r\n <a@b>\r\n\r\n",
                                      "Message-ID: <a@b>\r\nMessage-ID: <c@d>\r\n\r\n"}) {
    EXPECT_EQ(read(mail, 1).message_id(), "<a@b>") << mail;
  }
}

TEST(MailHeader, AMessageIdThatCannotBeSearchedForIsNone) {
  for (const std::string_view mail : {"Subject: x\r\n\r\nMessage-ID: <a@b>\r\n",
                                      "Message-ID: a@b\r\n\r\n",
                                      "Message-ID: <a\"b>\r\n\r\n",
                                      "Message-ID: <a b>\r\n\r\n",
                                      "Message-ID:\r\nSubject: <a@b>\r\n\r\n"}) {
    EXPECT_EQ(read(mail, 3).message_id(), "") << mail;
  }
}

TEST(MailHeader, T048_KeepsLittleOfALongLine) {
  MailHeader header;
  const std::string piece(1 << 16, 'x');
  for (int count = 0; count < 100; ++count)
    header.take(piece);
  header.take("\r\n\r\n");

  EXPECT_TRUE(header.ended());
  EXPECT_EQ(header.message_id(), "");
}

}  // namespace
}  // namespace postern::wire
