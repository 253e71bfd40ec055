// See imap_parts.hpp.

#include "wire/imap_parts.hpp"

#include "wire/ascii.hpp"

#include <utility>

namespace postern::wire::imap {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kRoomForMarks = 64;  // quotes, braces, lengths, blanks, line ends

}  // namespace

Literals literals_of(Capabilities capabilities) noexcept {
  if (capabilities.has(Capability::LiteralPlus)) return Literals::Plus;
  return capabilities.has(Capability::LiteralMinus) ? Literals::Minus : Literals::Synchronizing;
}

bool can_be_written(std::string_view octets) noexcept {
  return !octets.empty() && !breaks_lines(octets);
}

void append_quoted(std::string& out, std::string_view octets) {
  out.push_back('"');
  for (const char octet : octets) {
    if (octet == '"' || octet == '\\') out.push_back('\\');
    out.push_back(octet);
  }
  out.push_back('"');
}

std::string command_line(std::initializer_list<std::string_view> words) {
  std::size_t octets = kLineEnd.size();
  for (const std::string_view word : words)
    octets += word.size() + 1;
  std::string text;
  text.reserve(octets);
  for (const std::string_view word : words) {
    if (!text.empty()) text.push_back(' ');
    text.append(word);
  }
  return text.append(kLineEnd);
}

PartWriter::PartWriter(std::size_t octets, Literals literals)
    : room_(2 * octets + kRoomForMarks), literals_(literals) {
  part_.reserve(room_);
}

PartWriter& PartWriter::word(std::string_view text) {
  if (!part_.empty()) part_.push_back(' ');
  part_.append(text);
  return *this;
}

PartWriter& PartWriter::string(std::string_view octets) {
  part_.push_back(' ');
  if (all_printable(octets)) {
    append_quoted(part_, octets);
  } else {
    append_literal(octets);
  }
  return *this;
}

Parts PartWriter::finish() {
  part_.append(kLineEnd);
  parts_.emplace_back(std::move(part_));
  return std::move(parts_);
}

void PartWriter::append_literal(std::string_view octets) {
  const bool waits = literals_ == Literals::Synchronizing ||
                     (literals_ == Literals::Minus && octets.size() > kLiteralMinusOctetsMax);
  part_.push_back('{');
  append_number(part_, octets.size());
  part_.append(waits ? "}\r\n" : "+}\r\n");
  if (waits) {
    parts_.emplace_back(std::move(part_));
    part_ = std::string();
    part_.reserve(room_);
  }
  part_.append(octets);
}

}  // namespace postern::wire::imap
