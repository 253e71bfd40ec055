// The items of FETCH: what of a message is asked for, and how it is written.

#include <algorithm>
#include <charconv>
#include <utility>

#include "tests/support/mail_session.hpp"

namespace postern::test {

namespace {

// Up to and with the empty line that ends the header.
std::string_view header_of(std::string_view octets) {
  if (octets.starts_with("\r\n")) return octets.substr(0, 2);
  const std::size_t end = octets.find("\r\n\r\n");
  return end == std::string_view::npos ? octets : octets.substr(0, end + 4);
}

// The fields of a header whose names are in the list "HEADER.FIELDS (X-UIDL FROM)".
std::string fields_of(std::string_view header, std::string_view section) {
  std::string names = upper(section.substr(section.find('(') + 1));
  std::ranges::replace(names, ')', ' ');
  names.insert(0, " ");
  std::string fields;
  bool is_wanted = false;
  while (!header.empty()) {
    const std::size_t end = header.find("\r\n");
    const std::string_view line = header.substr(0, end == std::string_view::npos ? end : end + 2);
    header.remove_prefix(line.size());
    if (line == "\r\n") break;
    const bool goes_on = line.starts_with(' ') || line.starts_with('\t');
    if (!goes_on) is_wanted = names.contains(" " + upper(line.substr(0, line.find(':'))) + " ");
    if (is_wanted) fields += line;
  }
  return fields + "\r\n";
}

struct Part {
  std::size_t origin = 0;
  std::size_t octets = 0;
};

// "<0.100>" behind a section.
std::optional<Part> part_of(std::string_view text) {
  Part part;
  const std::size_t dot = text.find('.');
  if (!text.starts_with('<') || dot == std::string_view::npos) return std::nullopt;
  std::from_chars(text.data() + 1, text.data() + dot, part.origin);
  std::from_chars(text.data() + dot + 1, text.data() + text.size(), part.octets);
  return part;
}

// "BODY.PEEK[HEADER]<0.100>" as a server answers it.
std::string body_item(const std::string& item, const StoredMail& mail) {
  const std::size_t open = item.find('[');
  const std::size_t close = item.rfind(']');
  const std::string section = item.substr(open + 1, close - open - 1);
  const std::string wanted = upper(section);
  const std::string_view whole = *mail.octets;
  std::string text;
  if (wanted.empty()) {
    text = whole;
  } else if (wanted == "HEADER") {
    text = header_of(whole);
  } else if (wanted == "TEXT") {
    text = whole.substr(header_of(whole).size());
  } else {
    text = fields_of(header_of(whole), section);
  }
  std::string name = "BODY[" + section + "]";
  if (const auto part = part_of(std::string_view(item).substr(close + 1))) {
    text = part->origin < text.size() ? text.substr(part->origin, part->octets) : "";
    name += "<" + std::to_string(part->origin) + ">";
  }
  return name + " {" + std::to_string(text.size()) + "}\r\n" + text;
}

std::optional<std::string> item_text(const std::string& item, const StoredMail& mail) {
  const std::string name = upper(item);
  if (name == "UID") return "UID " + std::to_string(mail.uid);
  if (name == "RFC822.SIZE") return "RFC822.SIZE " + std::to_string(mail.size());
  if (name == "INTERNALDATE") return "INTERNALDATE \"" + mail.date + "\"";
  if (name.starts_with("BODY[") || name.starts_with("BODY.PEEK[")) return body_item(item, mail);
  if (name == "EMAILID" && !mail.email_id.empty()) return "EMAILID (" + mail.email_id + ")";
  if (name == "X-GM-MSGID" && !mail.gmail_id.empty()) return "X-GM-MSGID " + mail.gmail_id;
  if (name != "FLAGS") return std::nullopt;
  std::string flags;
  for (const std::string& flag : mail.flags)
    flags += (flags.empty() ? "" : " ") + flag;
  return "FLAGS (" + flags + ")";
}

}  // namespace

std::optional<std::string> fetch_items(const MailWord& items, const StoredMail& mail) {
  std::vector<MailWord> single = {items};
  std::string text;
  for (const MailWord& each : items.is_list ? items.items : single) {
    const auto item = item_text(each.text, mail);
    if (!item) return std::nullopt;
    if (!text.empty()) text += ' ';
    text += *item;
  }
  return text;
}

}  // namespace postern::test
