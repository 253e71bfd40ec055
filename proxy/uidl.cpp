// Numbers and names into patterns.

#include "proxy/uidl.hpp"

#include "net/digest.hpp"
#include "wire/pop3_answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace postern::proxy {

namespace {

constexpr std::size_t kHashDigits = 32;  // of what is too long

void append(std::string& text, const conf::UidlPiece& piece, std::uint32_t number) {
  std::array<char, 16> digits{};
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number, piece.hex ? 16 : 10).ptr;
  const auto count = static_cast<std::size_t>(end - digits.data());
  text.append(std::max<std::size_t>(piece.width, count) - count, '0');
  text.append(digits.data(), count);
}

}  // namespace

bool is_numbered(const conf::UidlFormat& format) {
  return !format.holds(conf::UidlPiece::Kind::EmailId) &&
         !format.holds(conf::UidlPiece::Kind::GmailId);
}

bool is_unique(const conf::UidlFormat& format) {
  return format.holds(conf::UidlPiece::Kind::Uid) &&
         format.holds(conf::UidlPiece::Kind::UidValidity);
}

std::string uidl_of(const conf::UidlFormat& format,
                    wire::Uid uid,
                    wire::UidValidity validity,
                    std::string_view called) {
  std::string text;
  text.reserve(wire::pop3::kUidlOctetsMax);
  for (const conf::UidlPiece& piece : format.pieces) {
    switch (piece.kind) {
      case conf::UidlPiece::Kind::Text:
        text += piece.text;
        break;
      case conf::UidlPiece::Kind::Uid:
        append(text, piece, wire::raw(uid));
        break;
      case conf::UidlPiece::Kind::UidValidity:
        append(text, piece, wire::raw(validity));
        break;
      case conf::UidlPiece::Kind::EmailId:
      case conf::UidlPiece::Kind::GmailId:
        text += called;
        break;
    }
  }
  if (text.size() <= wire::pop3::kUidlOctetsMax) return text;
  return "E" + net::hex(net::sha256(text)).substr(0, kHashDigits);
}

}  // namespace postern::proxy
