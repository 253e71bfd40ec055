// A password or token on its way through the gateway.
//
// A Secret cannot be copied, printed, formatted or compared with ==, so it cannot slip into a log
// line, a metric or a map key by accident; whoever needs the octets writes reveal() and can be
// found by that word. The octets are wiped when the Secret ends, is moved from, or is assigned to.
//
// The one header of `wire` that every floor may include.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace postern::wire {

// Overwrites the octets with zeros in a way the compiler may not leave out.
void wipe(std::span<char> octets) noexcept;

// Overwrites what the text holds, its whole capacity included, and empties it.
void wipe(std::string& text) noexcept;

class Secret {
 public:
  Secret() = default;

  // Takes the octets over. The caller's string is left empty and wiped.
  explicit Secret(std::string&& octets) noexcept;

  // Copies the octets; the caller wipes its own buffer.
  explicit Secret(std::string_view octets);

  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  // The octets, valid while this Secret lives and is not moved from.
  [[nodiscard]] std::string_view reveal() const noexcept { return octets_; }

  [[nodiscard]] bool empty() const noexcept { return octets_.empty(); }

  // A second Secret with the same octets, for the one place that must keep one and give one away.
  [[nodiscard]] Secret duplicate() const { return Secret(std::string_view(octets_)); }

 private:
  std::string octets_;
};

}  // namespace postern::wire
