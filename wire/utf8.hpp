// UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing above U+10FFFF.

#pragma once

#include <optional>
#include <string_view>

namespace postern::wire {

// The next character goes out of `text`. Nothing for what is no UTF-8; `text` is not empty.
[[nodiscard]] std::optional<char32_t> take_character(std::string_view& text) noexcept;

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace postern::wire
