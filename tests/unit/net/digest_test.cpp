// DigestKey: the same for the same pieces, another for everything else.

#include "net/digest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace postern::net {
namespace {

TEST(DigestKey, GivesTheSameDigestForTheSamePieces) {
  const DigestKey key;

  EXPECT_EQ(key.hmac({"upstream", "user", "INBOX"}), key.hmac({"upstream", "user", "INBOX"}));
}

TEST(DigestKey, KeepsPiecesApart) {
  const DigestKey key;

  EXPECT_NE(key.hmac({"ab", "c"}), key.hmac({"a", "bc"}));
  EXPECT_NE(key.hmac({"abc"}), key.hmac({"abc", ""}));
}

TEST(DigestKey, DiffersFromEachOther) {
  const DigestKey one;
  const DigestKey other;

  EXPECT_NE(one.hmac({"user"}), other.hmac({"user"}));
}

TEST(DigestKey, IsTheSameForTheSameOctets) {
  const Digest octets = sha256("a key");

  EXPECT_EQ(DigestKey(octets).hmac({"user"}), DigestKey(octets).hmac({"user"}));
  EXPECT_NE(DigestKey(octets).hmac({"user"}), DigestKey(sha256("another")).hmac({"user"}));
}

TEST(DigestKey, TakesPiecesOfAnyLength) {
  const DigestKey key;
  const std::string longer(100'000, 'x');

  EXPECT_EQ(key.hmac({longer}), key.hmac({longer}));
  EXPECT_NE(key.hmac({longer}), key.hmac({std::string_view(longer).substr(1)}));
}

TEST(DigestKey, ServesSeveralThreadsAtOnce) {
  const DigestKey key;
  const Digest expected = key.hmac({"user"});
  std::vector<Digest> found(4);
  std::vector<std::thread> threads;

  for (Digest& digest : found) {
    threads.emplace_back([&key, &digest] {
      for (int i = 0; i < 1000; ++i)
        digest = key.hmac({"user"});
    });
  }
  for (std::thread& thread : threads)
    thread.join();

  EXPECT_EQ(found, std::vector<Digest>(4, expected));
}

}  // namespace
}  // namespace postern::net
