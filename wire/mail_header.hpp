// The little that a relay has to know of a message's header (RFC 5322, section 2.2): how many
// Received fields there are, since mail that goes in circles collects them (RFC 5321, section 6.3),
// and the Message-ID. Read by chunks, as the octets pass; nothing is kept but these two.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wire {

class MailHeader {
 public:
  static constexpr std::size_t kMessageIdOctetsMax = 998;  // a line

  // Octets of the message, with CR LF for line ends, stuffed or not.
  void take(std::string_view octets);

  // The empty line has come: what follows is not looked at.
  [[nodiscard]] bool ended() const { return ended_; }

  [[nodiscard]] std::uint32_t received_fields() const { return received_; }

  // With its angle brackets; empty if there is none, or one that no search could be made of.
  [[nodiscard]] const std::string& message_id() const { return message_id_; }

 private:
  void end_line();

  std::string line_;  // the front of the line, as far as it can matter
  std::uint32_t received_ = 0;
  std::string message_id_;
  bool expects_id_ = false;  // the field's name came, its value is folded
  bool ended_ = false;
};

}  // namespace postern::wire
