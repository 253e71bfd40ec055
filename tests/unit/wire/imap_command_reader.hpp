// An IMAP server's ear: reads one command as RFC 3501, section 9 has it, to find out what composed
// commands mean to somebody who did not compose them. It shares no code with `wire`.

#pragma once

#include "wire/secret.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::wire::test {

// The words of one command: the tag, then atoms, strings and bracketed lists, as their octets.
struct HeardCommand {
  std::vector<std::string> words;
  std::vector<bool> was_string;  // quoted or literal, so never to be taken for an atom
};

class CommandReader {
 public:
  // What a server allows: "{n+}" at all, and up to how many octets.
  CommandReader(bool non_synchronizing, std::size_t octets_max)
      : non_synchronizing_(non_synchronizing), octets_max_(octets_max) {}

  // Nothing when the parts are not exactly one command, sent with a pause at each "{n}".
  std::optional<HeardCommand> read(std::span<const Secret> parts) {
    std::string all;
    for (const Secret& part : parts) {
      all += part.reveal();
      pauses_.push_back(all.size());
    }
    text_ = all;
    HeardCommand command;
    while (at_ < text_.size()) {
      if (text_.substr(at_) == "\r\n") {
        pauses_used_ += 1;  // the end of the last part
        return pauses_used_ == pauses_.size() ? std::optional(command) : std::nullopt;
      }
      if (!command.words.empty() && text_[at_++] != ' ') return std::nullopt;
      const bool is_string = text_[at_] == '"' || text_[at_] == '{';
      const std::optional<std::string> word = is_string ? read_string() : read_atom();
      if (!word) return std::nullopt;
      command.words.push_back(*word);
      command.was_string.push_back(is_string);
    }
    return std::nullopt;
  }

 private:
  std::optional<std::string> read_string() {
    return text_[at_] == '"' ? read_quoted() : read_literal();
  }

  std::optional<std::string> read_quoted() {
    std::string octets;
    for (++at_; at_ < text_.size(); ++at_) {
      const char octet = text_[at_];
      if (octet == '"') {
        ++at_;
        return octets;
      }
      const auto value = static_cast<unsigned char>(octet);
      if (value < 0x20 || value > 0x7E) return std::nullopt;
      if (octet == '\\') {
        ++at_;
        if (at_ == text_.size() || (text_[at_] != '"' && text_[at_] != '\\')) return std::nullopt;
      }
      octets.push_back(text_[at_]);
    }
    return std::nullopt;
  }

  std::optional<std::string> read_literal() {
    std::size_t length = 0;
    for (++at_; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      length = length * 10 + static_cast<std::size_t>(text_[at_] - '0');
      if (length > text_.size()) return std::nullopt;
    }
    const bool waits = text_.substr(at_, 1) != "+";
    if (!waits) ++at_;
    if (text_.substr(at_, 3) != "}\r\n") return std::nullopt;
    at_ += 3;
    // A server that is not asked must not be hurried, and one that is asked must be waited for.
    if (!waits && (!non_synchronizing_ || length > octets_max_)) return std::nullopt;
    if (waits && pauses_.at(pauses_used_++) != at_) return std::nullopt;
    if (length > text_.size() - at_) return std::nullopt;
    const std::string octets(text_.substr(at_, length));
    at_ += length;
    return octets;
  }

  std::optional<std::string> read_atom() {
    std::string octets;
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char octet = text_[at_];
      const auto value = static_cast<unsigned char>(octet);
      if (octet == '\r' || (octet == ' ' && depth == 0)) break;
      if (value < 0x20 || value > 0x7E) return std::nullopt;
      if (octet == '(' || octet == '[') ++depth;
      if (octet == ')' || octet == ']') --depth;
      octets.push_back(octet);
    }
    return octets.empty() || depth != 0 ? std::nullopt : std::optional(octets);
  }

  bool non_synchronizing_;
  std::size_t octets_max_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::size_t> pauses_;
  std::size_t pauses_used_ = 0;
};

}  // namespace postern::wire::test
