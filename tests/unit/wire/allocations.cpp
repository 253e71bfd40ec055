// See allocations.hpp. Sanitizers bring allocation functions of their own and can be asked to tell
// of each call; elsewhere the functions of the whole test binary are replaced.

#include "tests/unit/wire/allocations.hpp"

#include <array>
#include <cstdlib>
#include <malloc.h>
#include <new>
#include <string_view>

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#include <sanitizer/allocator_interface.h>
#define POSTERN_TEST_HOOKS 1
#else
#define POSTERN_TEST_HOOKS 0
#endif

namespace postern::wire::test {

namespace {

std::size_t allocation_count = 0;
std::size_t allocated_octets = 0;
std::size_t sighting_count = 0;
std::array<std::string_view, 2> watched_texts;

void note_allocation(std::size_t octets) noexcept {
  ++allocation_count;
  allocated_octets += octets;
}

void note_release(const void* block, std::size_t octets_in_it) noexcept {
  if (watched_texts[0].empty()) return;
  const std::string_view octets(static_cast<const char*>(block), octets_in_it);
  for (const std::string_view text : watched_texts) {
    if (octets.find(text) != std::string_view::npos) ++sighting_count;
  }
}

#if POSTERN_TEST_HOOKS

void on_allocation(const volatile void*, std::size_t octets) {
  note_allocation(octets);
}

void on_release(const volatile void* block) {
  const void* const plain = const_cast<const void*>(block);
  if (plain != nullptr) note_release(plain, __sanitizer_get_allocated_size(block));
}

[[maybe_unused]] const int kHooksInstalled =
    __sanitizer_install_malloc_and_free_hooks(on_allocation, on_release);

#else

void* allocate(std::size_t octets) noexcept {
  note_allocation(octets);
  return std::malloc(octets == 0 ? 1 : octets);
}

void release(void* block) noexcept {
  if (block != nullptr) note_release(block, malloc_usable_size(block));
  std::free(block);
}

#endif

}  // namespace

std::size_t allocations() noexcept {
  return allocation_count;
}

std::size_t octets_allocated() noexcept {
  return allocated_octets;
}

FreedMemoryWatch::FreedMemoryWatch(std::string_view secret,
                                   std::string_view same_secret_encoded) noexcept {
  sighting_count = 0;
  watched_texts = {secret, same_secret_encoded};
}

FreedMemoryWatch::~FreedMemoryWatch() {
  watched_texts = {};
}

std::size_t FreedMemoryWatch::sightings() const noexcept {
  return sighting_count;
}

}  // namespace postern::wire::test

#if !POSTERN_TEST_HOOKS

void* operator new(std::size_t octets) {
  void* block = postern::wire::test::allocate(octets);
  if (block == nullptr) std::abort();
  return block;
}

void* operator new(std::size_t octets, const std::nothrow_t&) noexcept {
  return postern::wire::test::allocate(octets);
}

void operator delete(void* block) noexcept {
  postern::wire::test::release(block);
}

void operator delete(void* block, std::size_t) noexcept {
  postern::wire::test::release(block);
}

#endif
