// The catalogue keeps Prometheus' naming rules, no two series share a cell, and a series can only
// be named by labels of the right types (T-076).

#include "metrics/catalogue.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>

namespace postern::metrics {
namespace {

// T-076: a label is an enumerator of its own type, never a text, a number or another label.
template <class Metric, class... Labels>
inline constexpr bool kNames = std::is_invocable_v<const Metric&, Labels...>;
using Attempts = decltype(Catalogue::auth_attempts);
using Accepted = decltype(Catalogue::connections_accepted);

static_assert(kNames<Attempts, Protocol, Mechanism, AuthResult>);
static_assert(!kNames<Attempts, Mechanism, Protocol, AuthResult>, "order");
static_assert(!kNames<Attempts, Protocol, Mechanism>, "one is missing");
static_assert(!kNames<Attempts, Protocol, Mechanism, AuthOutcome>, "same key");
static_assert(!kNames<Accepted, const char*>);
static_assert(!kNames<Accepted, std::string>);
static_assert(!kNames<Accepted, std::string_view>);
static_assert(!kNames<Accepted, int>);
static_assert(!kNames<Accepted, Upstream>);
static_assert(!LabelValue<std::string> && !LabelValue<std::string_view> && !LabelValue<int>);

std::string_view without(std::string_view name, std::string_view suffix) {
  return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name;
}

TEST(Catalogue, EachNameStandsOnce) {
  std::set<std::string_view> names;
  for (const Family& family : kMetrics.families())
    EXPECT_TRUE(names.insert(family.name).second) << family.name;
}

TEST(Catalogue, NamesBelongToUsOrToTheProcess) {
  for (const Family& family : kMetrics.families()) {
    EXPECT_TRUE(family.name.starts_with("postern_") || family.name.starts_with("process_"))
        << family.name;
  }
}

TEST(Catalogue, CountersAndOnlyCountersEndInTotal) {
  for (const Family& family : kMetrics.families())
    EXPECT_EQ(family.name.ends_with("_total"), family.kind == Kind::Counter) << family.name;
}

TEST(Catalogue, NamesTellTheUnit) {
  for (const Family& family : kMetrics.families()) {
    const bool seconds = without(family.name, "_total").ends_with("_seconds");
    EXPECT_EQ(seconds, family.measure != Measure::Count) << family.name;
  }
}

TEST(Catalogue, HelpIsASentence) {
  for (const Family& family : kMetrics.families()) {
    ASSERT_FALSE(family.help.empty()) << family.name;
    EXPECT_TRUE(family.help.ends_with('.')) << family.name;
    EXPECT_EQ(family.help.find('|'), std::string_view::npos) << "it stands in a table";
  }
}

TEST(Catalogue, BoundsRise) {
  for (const Family& family : kMetrics.families()) {
    EXPECT_EQ(family.bounds.empty(), family.kind != Kind::Histogram) << family.name;
    for (std::size_t i = 1; i < family.bounds.size(); ++i)
      EXPECT_LT(family.bounds[i - 1], family.bounds[i]) << family.name;
  }
}

TEST(Catalogue, BackendsFollowTheirUpstream) {
  for (const Family& family : kMetrics.families()) {
    for (std::size_t i = 0; i < family.labels().size(); ++i) {
      if (family.labels()[i].source != Source::Backends) continue;
      ASSERT_GT(i, 0U) << family.name;
      EXPECT_EQ(family.labels()[i - 1].source, Source::Upstreams) << family.name;
    }
  }
}

TEST(Catalogue, FamiliesLieOneBehindTheOther) {
  std::uint32_t next = 0;
  for (const Family& family : kMetrics.families()) {
    EXPECT_EQ(family.first, next) << family.name;
    next += family.series() * family.width();
  }
  EXPECT_EQ(next, kMetrics.cells());
}

TEST(Catalogue, T076_EachSetOfLabelsHasACellOfItsOwn) {
  std::set<std::uint32_t> cells;
  for (std::uint32_t protocol = 0; protocol < kLabel<Protocol>.size; ++protocol) {
    for (std::uint32_t mechanism = 0; mechanism < kLabel<Mechanism>.size; ++mechanism) {
      for (std::uint32_t result = 0; result < kLabel<AuthResult>.size; ++result) {
        cells.insert(kMetrics
                         .auth_attempts(static_cast<Protocol>(protocol),
                                        static_cast<Mechanism>(mechanism),
                                        static_cast<AuthResult>(result))
                         .cell);
      }
    }
  }

  EXPECT_EQ(cells.size(), 3U * 5U * 10U);
  EXPECT_EQ(*cells.rbegin() - *cells.begin() + 1, cells.size());
}

TEST(Catalogue, T076_AllSeriesTogetherAreFew) {
  std::size_t series = 0;
  for (const Family& family : kMetrics.families())
    series += family.series();

  EXPECT_LT(series, 40'000U) << "with 64 listeners, upstreams, certificates and workers";
}

TEST(CatalogueDeathTest, T076_ANumberBeyondALabelsBoundStopsTheProgram) {
  EXPECT_DEATH((void)kMetrics.connections_accepted(static_cast<Listener>(kNamesMax)), "size");
}

}  // namespace
}  // namespace postern::metrics
