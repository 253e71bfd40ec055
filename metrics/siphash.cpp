// Two rounds for each word of eight octets, four rounds at the end; the last word carries what is
// left over and, in its highest octet, the length modulo 256.

#include "metrics/siphash.hpp"

#include <bit>
#include <span>

namespace postern::metrics {

namespace {

constexpr std::size_t kWordOctets = 8;

class State {
 public:
  State(std::uint64_t k0, std::uint64_t k1) noexcept
      : v0_(k0 ^ 0x736f6d6570736575U),
        v1_(k1 ^ 0x646f72616e646f6dU),
        v2_(k0 ^ 0x6c7967656e657261U),
        v3_(k1 ^ 0x7465646279746573U) {}

  void take(std::uint64_t word) noexcept {
    v3_ ^= word;
    round();
    round();
    v0_ ^= word;
  }

  [[nodiscard]] std::uint64_t finish() noexcept {
    v2_ ^= 0xffU;
    for (int i = 0; i < 4; ++i)
      round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void round() noexcept {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_;
  std::uint64_t v1_;
  std::uint64_t v2_;
  std::uint64_t v3_;
};

// At most eight octets as a number, lowest octet first.
template <class Octet>
std::uint64_t little_endian(std::span<const Octet> octets) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    word |= std::uint64_t{static_cast<std::uint8_t>(octets[i])} << (8 * i);
  }
  return word;
}

}  // namespace

std::uint64_t siphash(const HashKey& key, std::string_view octets) noexcept {
  const std::span<const std::byte> both(key);
  State state(little_endian(both.first(kWordOctets)), little_endian(both.last(kWordOctets)));
  const std::uint64_t length = octets.size();
  std::span<const char> rest(octets);
  for (; rest.size() >= kWordOctets; rest = rest.subspan(kWordOctets)) {
    state.take(little_endian(rest.first(kWordOctets)));
  }
  state.take(little_endian(rest) | length << 56U);
  return state.finish();
}

}  // namespace postern::metrics
