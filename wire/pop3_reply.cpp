// See pop3_reply.hpp.

#include "wire/pop3_reply.hpp"

#include "wire/ascii.hpp"

namespace postern::wire::pop3 {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

void append_words(std::string& out, std::string_view first, std::string_view second) {
  out.append(first).append(second).append(kLineEnd);
}

std::string ok_number(std::uint64_t number, std::string_view words) {
  std::string reply = "+OK ";
  append_number(reply, number);
  append_words(reply, words, "");
  return reply;
}

void append_mechanisms(std::string& out, std::span<const sasl::Mechanism> mechanisms) {
  if (mechanisms.empty()) return;
  out.append("SASL");
  for (const sasl::Mechanism mechanism : mechanisms)
    out.append(" ").append(name(mechanism));
  out.append(kLineEnd);
}

void append_login_delay(std::string& out, const Capabilities& capabilities) {
  if (!capabilities.login_delay) return;
  out.append("LOGIN-DELAY ");
  append_number(out, *capabilities.login_delay);
  append_words(out, capabilities.login_delay_may_change ? " USER" : "", "");
}

void append_expire(std::string& out, const Capabilities& capabilities) {
  if (capabilities.expire_never) {
    out.append("EXPIRE NEVER\r\n");
  } else if (capabilities.expire_days) {
    out.append("EXPIRE ");
    append_number(out, *capabilities.expire_days);
    out.append(kLineEnd);
  }
}

}  // namespace

std::string_view text(ResponseCode code) noexcept {
  switch (code) {
    case ResponseCode::None:
      return "";
    case ResponseCode::Auth:
      return "[AUTH]";
    case ResponseCode::SysTemp:
      return "[SYS/TEMP]";
    case ResponseCode::SysPerm:
      return "[SYS/PERM]";
    case ResponseCode::InUse:
      return "[IN-USE]";
    case ResponseCode::LoginDelay:
      return "[LOGIN-DELAY]";
  }
  return {};
}

std::string error(ResponseCode code, std::string_view words) {
  std::string reply = "-ERR ";
  if (code != ResponseCode::None) reply.append(text(code)).append(" ");
  append_words(reply, printable(words, kReplyLineOctetsMax - reply.size() - kLineEnd.size()), "");
  return reply;
}

std::string challenge(std::string_view base64) {
  std::string reply;
  reply.reserve(2 + base64.size() + kLineEnd.size());
  append_words(reply, "+ ", base64);
  return reply;
}

std::string drop_listing(std::size_t messages, std::uint64_t octets) {
  std::string reply = "+OK ";
  append_number(reply, messages);
  reply.push_back(' ');
  append_number(reply, octets);
  reply.append(kLineEnd);
  return reply;
}

std::string messages_follow(std::size_t messages, std::uint64_t octets) {
  if (messages == 0) return "+OK 0 messages\r\n";
  std::string reply = "+OK ";
  append_number(reply, messages);
  reply.append(" messages (");
  append_number(reply, octets);
  reply.append(" octets)\r\n");
  return reply;
}

std::string octets_follow(std::uint64_t octets) {
  return ok_number(octets, " octets");
}

std::string message_deleted(MessageNumber number) {
  std::string reply = "+OK message ";
  append_number(reply, raw(number));
  reply.append(" deleted\r\n");
  return reply;
}

void append_size(std::string& out, MessageNumber number, std::uint64_t octets) {
  append_number(out, raw(number));
  out.push_back(' ');
  append_number(out, octets);
  out.append(kLineEnd);
}

void append_uidl(std::string& out, MessageNumber number, std::string_view uidl) {
  append_number(out, raw(number));
  append_words(out, " ", uidl);
}

std::string size_of_one(MessageNumber number, std::uint64_t octets) {
  std::string reply = "+OK ";
  append_size(reply, number, octets);
  return reply;
}

std::string uidl_of_one(MessageNumber number, std::string_view uidl) {
  std::string reply = "+OK ";
  append_uidl(reply, number, uidl);
  return reply;
}

std::string mechanism_list(std::span<const sasl::Mechanism> mechanisms) {
  std::string reply(kOk);
  for (const sasl::Mechanism mechanism : mechanisms)
    append_words(reply, name(mechanism), "");
  reply.append(kEndOfAnswer);
  return reply;
}

std::string capability_list(const Capabilities& capabilities) {
  std::string reply = "+OK capability list follows\r\nTOP\r\nUIDL\r\n";
  if (capabilities.user) reply.append("USER\r\n");
  append_mechanisms(reply, capabilities.mechanisms);
  if (capabilities.stls) reply.append("STLS\r\n");
  reply.append("PIPELINING\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n");
  if (capabilities.utf8) reply.append("UTF8 USER\r\n");
  reply.append("LANG\r\n");
  append_login_delay(reply, capabilities);
  append_expire(reply, capabilities);
  if (!capabilities.implementation.empty()) {
    append_words(reply, "IMPLEMENTATION ", capabilities.implementation);
  }
  reply.append(kEndOfAnswer);
  return reply;
}

}  // namespace postern::wire::pop3
