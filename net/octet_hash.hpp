// A hash for tables whose keys are fixed numbers of octets: networks, digests.

#pragma once

#include <array>
#include <cstddef>

namespace postern::net {

// FNV-1a. Good enough for keys that an attacker cannot choose freely: networks, and digests under a
// key of ours.
struct OctetHash {
  template <std::size_t N>
  std::size_t operator()(const std::array<unsigned char, N>& octets) const noexcept {
    std::size_t hash = 14695981039346656037U;
    for (const unsigned char octet : octets) {
      hash = (hash ^ octet) * 1099511628211U;
    }
    return hash;
  }
};

}  // namespace postern::net
