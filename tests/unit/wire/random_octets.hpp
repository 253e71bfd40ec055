// Random input that finds things: few different octets, so that they meet, and the same sequence in
// each run, so that what was found is found again.

#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace postern::wire::test {

class RandomOctets {
 public:
  explicit RandomOctets(unsigned seed) : engine_(seed) {}

  // From 0 to `max`.
  std::size_t number(std::size_t max) {
    return std::uniform_int_distribution<std::size_t>(0, max)(engine_);
  }

  std::string from(std::string_view alphabet, std::size_t length) {
    std::string text;
    for (std::size_t count = 0; count < length; ++count) {
      text.push_back(alphabet[number(alphabet.size() - 1)]);
    }
    return text;
  }

  std::string any(std::size_t length) {
    std::string text;
    for (std::size_t count = 0; count < length; ++count) {
      text.push_back(static_cast<char>(number(255)));
    }
    return text;
  }

 private:
  std::mt19937 engine_;
};

}  // namespace postern::wire::test
