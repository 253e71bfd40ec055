// Secrets cannot be shown or copied, and are gone when their owner is (G-8, T-070).

#include "wire/secret.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <type_traits>

namespace postern::wire {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

template <class T>
concept BecomesText =
    std::is_convertible_v<T, std::string> || std::is_convertible_v<T, std::string_view>;

static_assert(!Printable<Secret>, "T-070 a secret cannot be printed");
static_assert(!BecomesText<Secret>, "T-070 a secret does not turn into text by itself");
static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::equality_comparable<Secret>);

TEST(Secret, T070_KeepsTheOctetsUntilRevealed) {
  const Secret secret(std::string_view("a\0b", 3));

  EXPECT_EQ(secret.reveal(), std::string_view("a\0b", 3));
}

TEST(Secret, T070_LeavesNothingInTheStringItTookOver) {
  std::string password = "hunter2";  // short enough to live inside the string object

  const Secret secret(std::move(password));

  EXPECT_EQ(secret.reveal(), "hunter2");
  EXPECT_TRUE(password.empty());  // NOLINT(bugprone-use-after-move): the claim
  EXPECT_EQ(std::string_view(password.data(), 7), std::string_view("\0\0\0\0\0\0\0", 7));
}

TEST(Secret, T070_MovingLeavesTheSourceEmptyAndWiped) {
  Secret source(std::string_view("0123456789"));
  const char* octets = source.reveal().data();

  const Secret target(std::move(source));

  EXPECT_EQ(target.reveal(), "0123456789");
  EXPECT_EQ(std::string_view(octets, 10), std::string_view("\0\0\0\0\0\0\0\0\0\0", 10));
}

TEST(Secret, T070_WipesItsOctetsWhenItEnds) {
  // Placed in memory of our own, so that it may be read after the Secret has ended.
  alignas(Secret) std::array<char, sizeof(Secret)> room{};
  auto* secret =
      std::construct_at(reinterpret_cast<Secret*>(room.data()), std::string_view("topsecret"));
  ASSERT_NE(std::string_view(room.data(), room.size()).find("topsecret"), std::string_view::npos);

  std::destroy_at(secret);

  EXPECT_EQ(std::string_view(room.data(), room.size()).find("topsecret"), std::string_view::npos);
}

}  // namespace
}  // namespace postern::wire
