// SipHash-2-4: a short keyed hash (J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input
// PRF", 2012).
//
// The log writes hashes of user names in place of the names: equal names give equal hashes as long
// as the process lives, and without the key nobody can try a list of names against the log. The key
// comes from the caller, because this floor has no source of random octets.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postern::metrics {

using HashKey = std::array<std::byte, 16>;

// The hash of the octets as a number; the paper's octet string is its little-endian form.
[[nodiscard]] std::uint64_t siphash(const HashKey& key, std::string_view octets) noexcept;

}  // namespace postern::metrics
