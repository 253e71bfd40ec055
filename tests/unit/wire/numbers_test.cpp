// Numbers of different meaning do not mix, which is a matter of compiling.

#include "wire/numbers.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace postern::wire {
namespace {

template <class A, class B>
concept Comparable = requires(A a, B b) { a < b; };

template <class A>
concept Addable = requires(A a) { a + a; };

static_assert(!std::is_convertible_v<Uid, SequenceNumber>);
static_assert(!std::is_convertible_v<Uid, std::uint32_t>);
static_assert(!std::is_convertible_v<std::uint32_t, Uid>);
static_assert(!Comparable<Uid, MessageNumber>);
static_assert(!Comparable<Uid, UidValidity>);
static_assert(!Addable<Uid>);

TEST(Numbers, OrderAmongThemselvesAndGiveTheirValueWhenAsked) {
  EXPECT_LT(Uid{2}, Uid{10});
  EXPECT_EQ(raw(Uid{4294967295}), 4294967295U);
  EXPECT_EQ(raw(MessageNumber{3}), 3U);
}

}  // namespace
}  // namespace postern::wire
