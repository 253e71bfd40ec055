// Names become small numbers that stay, and cannot become more series than there is room for.

#include "metrics/names.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::metrics {
namespace {

TEST(Names, ANameKeepsItsNumber) {
  Names names;
  const Listener pop3 = names.listener("pop3");
  const Listener pop3s = names.listener("pop3s");

  names.configure({.listeners = {"pop3s", "new"}});

  EXPECT_NE(pop3, pop3s);
  EXPECT_EQ(names.listener("pop3"), pop3);
  EXPECT_EQ(names.listener("pop3s"), pop3s);
}

TEST(Names, ListenersUpstreamsAndCertificatesAreCountedApart) {
  Names names;

  EXPECT_EQ(names.listener("a"), Listener{0});
  EXPECT_EQ(names.upstream("b"), Upstream{0});
  EXPECT_EQ(names.certificate("c"), Certificate{0});
}

TEST(Names, T076_BeyondTheRoomAllNamesAreOther) {
  Names names;
  for (int i = 0; i < 1000; ++i)
    (void)names.listener("listener" + std::to_string(i));

  const NameTables tables = names.tables();
  ASSERT_EQ(tables.listeners.entries.size(), kNamesMax);
  EXPECT_EQ(tables.listeners.entries.back().name, "other");
  EXPECT_EQ(names.listener("listener62"), Listener{62});
  EXPECT_EQ(names.listener("listener63"), Listener{63});
  EXPECT_EQ(names.listener("listener999"), Listener{63});
}

TEST(Names, T076_AListenerThatIsCalledOtherIsNotNamedTwice) {
  Names names;
  const Listener other = names.listener("other");
  for (int i = 0; i < 1000; ++i)
    (void)names.listener("listener" + std::to_string(i));

  EXPECT_EQ(names.listener("listener999"), other);
  EXPECT_EQ(names.tables().listeners.entries.size(), kNamesMax - 1);
}

TEST(Names, T076_ANameIsShortAndPrintable) {
  Names names;
  const Upstream hostile = names.upstream("a\n\"b\xff\x1b");

  EXPECT_EQ(names.tables().upstreams.entries.at(0).name, "a_\"b__");
  EXPECT_EQ(names.upstream("a_\"b__"), hostile) << "two series of one name would break the page";
  EXPECT_EQ(names.upstream(std::string(65, 'x')), names.upstream(std::string(64, 'x')));
}

TEST(Names, BackendsAndWorkersAreBounded) {
  Names names;

  names.configure({.upstreams = {{.name = "a", .backends = 1000}}, .workers = 1000});

  EXPECT_EQ(names.tables().upstreams.entries.at(0).backends, kBackendsMax);
  EXPECT_EQ(names.tables().workers, kWorkersMax);
}

}  // namespace
}  // namespace postern::metrics
