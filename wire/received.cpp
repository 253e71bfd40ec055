// See received.hpp.

#include "wire/received.hpp"

#include "wire/date.hpp"

#include <cstddef>

namespace postern::wire {

namespace {

constexpr std::size_t kNameOctetsMax = 255;

std::string_view shortened(std::string_view text) {
  return text.substr(0, kNameOctetsMax);
}

// "[192.0.2.1]", "[IPv6:2001:db8::1]".
std::string literal(std::string_view address) {
  const bool v6 = address.find(':') != std::string_view::npos;
  return "[" + std::string(v6 ? "IPv6:" : "") + std::string(shortened(address)) + "]";
}

std::string protocol(const Received& received) {
  std::string word = !received.extended ? "SMTP" : received.utf8 ? "UTF8SMTP" : "ESMTP";
  if (!received.extended) return word;
  if (received.secure) word += 'S';
  if (received.authenticated) word += 'A';
  return word;
}

}  // namespace

std::string written(const Received& received) {
  std::string out = "Received: from ";
  out += shortened(received.helo);
  out += received.address.empty() ? " (authenticated)" : " (" + literal(received.address) + ")";
  out += "\r\n\tby ";
  out += shortened(received.by);
  out += " with " + protocol(received) + " id ";
  out += shortened(received.id);
  out += ";\r\n\t" + date_time(received.unix_time) + "\r\n";
  return out;
}

}  // namespace postern::wire
