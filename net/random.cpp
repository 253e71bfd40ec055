// RAND_bytes, or SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators",
// 2014) where the same run is wanted again.

#include "net/random.hpp"

#include <openssl/rand.h>

#include <cassert>
#include <cstring>

namespace postern::net {

void Random::fill(std::span<std::byte> octets) {
  if (!seeded_) {
    const int filled = RAND_bytes(reinterpret_cast<unsigned char*>(octets.data()),
                                  static_cast<int>(octets.size()));
    assert(filled == 1);  // without randomness neither tags nor tickets are safe
    (void)filled;
    return;
  }
  for (std::size_t at = 0; at < octets.size(); at += sizeof(std::uint64_t)) {
    const std::uint64_t word = next();
    std::memcpy(octets.data() + at, &word, std::min(sizeof word, octets.size() - at));
  }
}

std::uint64_t Random::next() {
  if (!seeded_) {
    std::uint64_t word = 0;
    fill(std::as_writable_bytes(std::span(&word, 1)));
    return word;
  }
  std::uint64_t word = state_ += 0x9e3779b97f4a7c15U;
  word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9U;
  word = (word ^ (word >> 27U)) * 0x94d049bb133111ebU;
  return word ^ (word >> 31U);
}

std::uint64_t Random::below(std::uint64_t bound) {
  assert(bound > 0);
  const std::uint64_t fair = UINT64_MAX - UINT64_MAX % bound;
  while (true) {
    const std::uint64_t word = next();
    if (word < fair) return word % bound;
  }
}

}  // namespace postern::net
