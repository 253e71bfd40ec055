// A bound that many share.

#include "upstream/octet_pool.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

namespace postern::upstream {
namespace {

TEST(OctetPool, M110_GrantsNoMoreThanItsBound) {
  OctetPool pool;

  const OctetShare first = pool.take(60, 100);
  const OctetShare second = pool.take(41, 100);
  const OctetShare third = pool.take(40, 100);

  EXPECT_TRUE(first.is_granted());
  EXPECT_FALSE(second.is_granted());
  EXPECT_TRUE(third.is_granted());
  EXPECT_EQ(pool.taken(), 100U);
}

TEST(OctetPool, TakesBackAShareWhenItEndsAndOnlyOnce) {
  OctetPool pool;
  {
    OctetShare share = pool.take(60, 100);
    OctetShare moved = std::move(share);
    share = pool.take(30, 100);
    moved = std::move(share);

    EXPECT_EQ(pool.taken(), 90U);
  }
  EXPECT_EQ(pool.taken(), 0U);
}

TEST(OctetPool, KnowsNoSharesLargerThanAnyBound) {
  OctetPool pool;
  const OctetShare held = pool.take(1, 100);

  EXPECT_FALSE(pool.take(UINT64_MAX, 100).is_granted());
  EXPECT_FALSE(pool.take(UINT64_MAX, UINT64_MAX).is_granted());
}

}  // namespace
}  // namespace postern::upstream
