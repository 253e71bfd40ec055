// What all fuzz targets share: taking an input apart, and saying that a promise was broken.
//
// A target is a file NAME_fuzz.cpp with the function that libFuzzer calls; replay_main.cpp calls
// the same function on files where libFuzzer is not at hand.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(  // NOLINT(readability-identifier-naming): libFuzzer's name
    const std::uint8_t* octets,
    std::size_t count);

namespace postern::wire::fuzz {

// Ends the process, which is how a fuzzer learns of it.
inline void require(bool promise, std::source_location here = std::source_location::current()) {
  if (promise) return;
  std::fprintf(
      stderr, "%s:%u: promise broken\n", here.file_name(), static_cast<unsigned>(here.line()));
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* octets, std::size_t count) {
  return {reinterpret_cast<const char*>(octets), count};
}

// Whether a view lies inside the text it was made from; an empty one may lie anywhere.
inline bool lies_in(std::string_view view, std::string_view text) {
  return view.empty() ||
         (view.data() >= text.data() && view.data() + view.size() <= text.data() + text.size());
}

// Takes small choices from the front of an input; what is left is the text under test.
class Input {
 public:
  explicit Input(std::string_view octets) : octets_(octets) {}

  // 0 to choices - 1; 0 when nothing is left.
  std::size_t choose(std::size_t choices) {
    if (octets_.empty()) return 0;
    const auto octet = static_cast<unsigned char>(octets_.front());
    octets_.remove_prefix(1);
    return octet % choices;
  }

  // Up to the separator, which goes too; all that is left when there is none.
  std::string_view take_until(char separator) {
    const std::size_t end = octets_.find(separator);
    const std::string_view taken = octets_.substr(0, end);
    octets_.remove_prefix(end == std::string_view::npos ? octets_.size() : end + 1);
    return taken;
  }

  [[nodiscard]] std::string_view rest() const { return octets_; }

 private:
  std::string_view octets_;
};

}  // namespace postern::wire::fuzz
