// Dates as mail and IMAP write them.

#include "wire/date.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace postern::wire {
namespace {

TEST(DateTime, WritesADayAsMailDoes) {
  EXPECT_EQ(date_time(0), "Thu, 1 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(date_time(1'795'583'045), "Wed, 25 Nov 2026 05:04:05 +0000");
  EXPECT_EQ(date_time(951'782'400), "Tue, 29 Feb 2000 00:00:00 +0000");
}

TEST(DateTime, StaysWithinTheYearsThatMailKnows) {
  EXPECT_EQ(date_time(std::numeric_limits<std::int64_t>::max()), "Fri, 31 Dec 9999 00:00:00 +0000");
  EXPECT_EQ(date_time(std::numeric_limits<std::int64_t>::min()), "Mon, 1 Jan 1900 00:00:00 +0000");
}

TEST(DateTime, WritesADayAsImapDoes) {
  EXPECT_EQ(imap_date_time(0), "01-Jan-1970 00:00:00 +0000");
  EXPECT_EQ(imap_date_time(1'795'583'045), "25-Nov-2026 05:04:05 +0000");
  EXPECT_EQ(imap_date(0), "1-Jan-1970");
  EXPECT_EQ(imap_date(951'782'400), "29-Feb-2000");
}

}  // namespace
}  // namespace postern::wire
