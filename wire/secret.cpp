// Wiping without a library: a volatile pointer to memset cannot be proved to be memset, so the call
// stays even where nobody reads the octets again.

#include "wire/secret.hpp"

#include <cstring>
#include <utility>

namespace postern::wire {

namespace {

void* (*const volatile kSet)(void*, int, std::size_t) = std::memset;

}  // namespace

void wipe(std::span<char> octets) noexcept {
  if (!octets.empty()) kSet(octets.data(), 0, octets.size());
}

void wipe(std::string& text) noexcept {
  text.resize(text.capacity());
  wipe(std::span<char>(text));
  text.clear();
}

Secret::Secret(std::string&& octets) noexcept : octets_(std::move(octets)) {
  wipe(octets);  // a short string was copied, not moved
}

Secret::Secret(std::string_view octets) : octets_(octets) {}

Secret::Secret(Secret&& other) noexcept : octets_(std::move(other.octets_)) {
  wipe(other.octets_);
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(octets_);
  octets_ = std::move(other.octets_);
  wipe(other.octets_);
  return *this;
}

Secret::~Secret() {
  wipe(octets_);
}

}  // namespace postern::wire
