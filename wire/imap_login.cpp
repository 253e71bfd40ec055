// See imap_login.hpp. Whatever may be secret is written into strings that have all their room from
// the start, so that no growing leaves a copy behind.

#include "wire/imap_login.hpp"

#include "wire/ascii.hpp"
#include "wire/base64.hpp"

#include <utility>

namespace postern::wire::imap {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

Secret base64_line(const Secret& message) {
  std::string text;
  text.reserve(base64_octets(message.reveal().size()) + kLineEnd.size());
  append_base64(text, message.reveal());
  text.append(kLineEnd);
  return Secret(std::move(text));
}

}  // namespace

Tags::Tags(std::uint32_t randomness) : prefix_("k") {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 28; shift >= 0; shift -= 4)
    prefix_.push_back(kDigits[randomness >> shift & 15]);
  prefix_.push_back('.');
}

std::string Tags::next() {
  std::string tag = prefix_;
  append_number(tag, ++count_);
  return tag;
}

std::optional<Parts> login(std::string_view tag,
                           std::string_view user,
                           std::string_view password,
                           Literals literals) {
  if (!can_be_written(user) || !can_be_written(password)) return std::nullopt;
  PartWriter writer(tag.size() + user.size() + password.size(), literals);
  return writer.word(tag).word("LOGIN").string(user).string(password).finish();
}

Parts authenticate(std::string_view tag,
                   sasl::Mechanism mechanism,
                   std::span<const Secret> messages,
                   bool initial_response) {
  Parts parts;
  const bool first_in_command = initial_response && !messages.empty();
  if (first_in_command) {
    const std::string_view message = messages.front().reveal();
    const std::string_view name = sasl::name(mechanism);
    std::string command;
    command.reserve(tag.size() + name.size() + base64_octets(message.size()) + 32);
    command.append(tag).append(" AUTHENTICATE ").append(name).append(" ");
    if (message.empty()) command.push_back('=');
    append_base64(command, message);
    command.append(kLineEnd);
    parts.emplace_back(std::move(command));
    messages = messages.subspan(1);
  } else {
    parts.emplace_back(command_line({tag, "AUTHENTICATE", sasl::name(mechanism)}));
  }
  for (const Secret& message : messages)
    parts.push_back(base64_line(message));
  return parts;
}

bool can_be_told(const IdField& field) noexcept {
  constexpr std::size_t kNameOctetsMax = 30;
  constexpr std::size_t kValueOctetsMax = 1024;
  if (field.name.empty() || field.name.size() > kNameOctetsMax) return false;
  if (!all_printable(field.name)) return false;
  return !field.value || (field.value->size() <= kValueOctetsMax && all_printable(*field.value));
}

std::optional<std::string> id(std::string_view tag, std::span<const IdField> fields) {
  if (fields.empty()) return command_line({tag, "ID", "NIL"});
  std::string list = "(";
  for (const IdField& field : fields) {
    if (!can_be_told(field)) return std::nullopt;
    if (list.size() > 1) list.push_back(' ');
    append_quoted(list, field.name);
    list.push_back(' ');
    if (field.value) {
      append_quoted(list, *field.value);
    } else {
      list.append("NIL");
    }
  }
  return command_line({tag, "ID", list.append(")")});
}

std::string enable(std::string_view tag, std::initializer_list<Capability> capabilities) {
  std::string names;
  for (const Capability capability : capabilities) {
    if (!names.empty()) names.push_back(' ');
    names.append(name(capability));
  }
  return command_line({tag, "ENABLE", names});
}

}  // namespace postern::wire::imap
