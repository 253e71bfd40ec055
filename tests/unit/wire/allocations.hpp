// Watches the memory that the code under test takes and gives back.
//
// Each allocation of the whole test binary is counted, and while a FreedMemoryWatch is on, each
// block that is freed is looked into.

#pragma once

#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace postern::wire::test {

// How often memory was asked for since the program started.
[[nodiscard]] std::size_t allocations() noexcept;

// How many octets were asked for since the program started.
[[nodiscard]] std::size_t octets_allocated() noexcept;

// While one lives, freed memory is searched for these texts. What owns them must outlive it.
class FreedMemoryWatch {
 public:
  FreedMemoryWatch(std::string_view secret, std::string_view same_secret_encoded) noexcept;
  ~FreedMemoryWatch();
  FreedMemoryWatch(const FreedMemoryWatch&) = delete;
  FreedMemoryWatch& operator=(const FreedMemoryWatch&) = delete;

  // How many freed blocks held one of the texts.
  [[nodiscard]] std::size_t sightings() const noexcept;
};

}  // namespace postern::wire::test
