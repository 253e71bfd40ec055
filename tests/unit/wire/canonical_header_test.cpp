// What two servers may do to one header, and what makes two headers of it.

#include "wire/canonical_header.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::wire {
namespace {

TEST(CanonicalHeader, M095_LeavesOutWhatServersAddToMail) {
  const std::string mail =
      "Return-Path: <a@example.org>\r\nFrom: a\r\nStatus: RO\r\nX-UIDL: 7\r\nx-uid: 9\r\n"
      "X-IMAPbase: 1 2\r\nX-Keywords:\r\n Junk\r\nContent-Length: 12\r\nX-Status: A\r\n"
      "X-IMAP: 3\r\nX-Message-Flag: x\r\nSubject: b\r\n\r\nStatus: body\r\n";

  EXPECT_EQ(canonical_header(mail), "From: a\nSubject: b\n");
}

TEST(CanonicalHeader, M095_LeavesOutTheFoldedPartOfAFieldThatIsLeftOut) {
  EXPECT_EQ(canonical_header("A: 1\r\nX-UIDL: 2\r\n 3\r\n\t4\r\nB: 5\r\n 6\r\n"),
            "A: 1\nB: 5\n 6\n");
  EXPECT_EQ(canonical_header(" orphan: 1\r\nA: 1\r\n"), "A: 1\n");
}

TEST(CanonicalHeader, M095_DoesNotDependOnHowLinesEnd) {
  const std::string wanted = "A: 1\nB: 2\n";

  EXPECT_EQ(canonical_header("A: 1\r\nB: 2\r\n\r\nC: 3\r\n"), wanted);
  EXPECT_EQ(canonical_header("A: 1\nB: 2\n\nC: 3\n"), wanted);
  EXPECT_EQ(canonical_header("A: 1\r\r\nB: 2\r\r\n\r\r\nC: 3\r\r\n"), wanted);
  EXPECT_EQ(canonical_header("A: 1 \t\r\nB:\r 2\r\n\r\n"), wanted);
  EXPECT_EQ(canonical_header("A: 1\r\nB: 2"), wanted);
}

TEST(CanonicalHeader, M095_LeavesOutLinesThatAreNoFields) {
  EXPECT_EQ(canonical_header("From a@b Thu Jan  1 10:20:30 2026\r\nA: 1\r\n"), "A: 1\n");
  EXPECT_EQ(canonical_header("no colon\r\n folded: 1\r\nA: 1\r\n"), "A: 1\n");
  EXPECT_EQ(canonical_header("A: 1\r\n \t \r\nB: 2\r\n"), "A: 1\nB: 2\n");
  EXPECT_EQ(canonical_header(": 1\r\nN\xc3\xa4me: 1\r\nN : 1\r\nA: \xc3\xa4\r\n"), "A: \xc3\xa4\n");
}

TEST(CanonicalHeader, M095_TellsMailsApartByAnyOtherField) {
  EXPECT_NE(canonical_header("A: 1\r\nReceived: x\r\n\r\n"), canonical_header("A: 1\r\n\r\n"));
  EXPECT_NE(canonical_header("A: 1\r\nB: 2\r\n\r\n"), canonical_header("B: 2\r\nA: 1\r\n\r\n"));
  EXPECT_NE(canonical_header("a: 1\r\n\r\n"), canonical_header("A: 1\r\n\r\n"));
}

TEST(CanonicalHeader, IsEmptyForMailWithoutAHeader) {
  EXPECT_EQ(canonical_header(""), "");
  EXPECT_EQ(canonical_header("\r\nA: 1\r\n"), "");
}

}  // namespace
}  // namespace postern::wire
