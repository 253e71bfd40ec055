// Lines to records, and back.

#include "proxy/uidl_file.hpp"

#include "wire/ascii.hpp"
#include "wire/pop3_answer.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace postern::proxy {

namespace {

constexpr std::size_t kNames = 2;        // user and mailbox
constexpr std::size_t kFixedFields = 3;  // and the UIDL

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  for (bool more = true; more;) {
    more = line.find('\t') != std::string_view::npos;
    fields.push_back(take_until(line, '\t'));
  }
  return fields;
}

std::optional<std::uint32_t> parse_positive(std::string_view text) {
  const auto number = wire::parse_number(text, UINT32_MAX);
  if (!number || *number == 0) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

std::optional<UidlKeys::Place> parse_place(std::string_view text) {
  const auto validity = parse_positive(take_until(text, ':'));
  const auto uid = parse_positive(text);
  if (!validity || !uid) return std::nullopt;
  return UidlKeys::Place{.validity = wire::UidValidity{*validity}, .uid = wire::Uid{*uid}};
}

std::optional<unsigned> digit_of(char c) {
  if (wire::is_digit(c)) return static_cast<unsigned>(c - '0');
  const char lower = wire::to_lower(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a') + 10;
  return std::nullopt;
}

std::optional<net::Digest> parse_digest(std::string_view text) {
  net::Digest digest{};
  if (text.size() != digest.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const auto high = digit_of(text[i * 2]);
    const auto low = digit_of(text[i * 2 + 1]);
    if (!high || !low) return std::nullopt;
    digest.at(i) = static_cast<unsigned char>(*high << 4U | *low);
  }
  return digest;
}

// Why the key is not taken; empty if it was.
std::string take_key(std::string_view field, UidlKeys& keys) {
  const std::string_view value = field.substr(std::min(field.find('=') + 1, field.size()));
  bool good = false;
  if (field.starts_with("uid=")) {
    keys.place = parse_place(value);
    good = keys.place.has_value();
  } else if (field.starts_with("hdr=")) {
    keys.header = parse_digest(value);
    good = keys.header.has_value();
  } else if (field.starts_with("size=")) {
    keys.size = wire::parse_number(value, INT64_MAX);
    good = keys.size.has_value();
  } else if (field.starts_with("pos=")) {
    keys.position = parse_positive(value);
    good = keys.position.has_value();
  } else {
    return "unknown key: it is uid=, hdr=, size= or pos=";
  }
  return good ? std::string() : "not a value of this key: " + wire::printable(field, 80);
}

// One file while it is read.
class Reader {
 public:
  void take(std::string_view line, std::size_t number) {
    if (line.empty() || line.starts_with('#')) return;
    const std::string why = understand(line);
    if (!why.empty()) bad_.push_back({.number = number, .why = why});
  }

  [[nodiscard]] std::vector<BadLine>& bad() { return bad_; }

  std::vector<ImportedMailbox> finish() { return std::move(mailboxes_); }

 private:
  std::string understand(std::string_view line) {
    const auto fields = split(line);
    if (fields.size() < kNames || fields.size() == kFixedFields) {
      return "a line has user, mailbox, UIDL and a key at least";
    }
    if (!is_file_field(fields[0])) return "not a user name";
    if (!is_file_field(fields[1])) return "not a mailbox name";
    if (fields.size() == kNames) {
      (void)mailbox_of(fields[0], fields[1]);
      return {};
    }
    if (!wire::pop3::is_uidl(fields[2])) return "a UIDL is 1 to 70 printable octets without blanks";
    UidlRecord record{.keys = {}, .text = std::string(fields[2])};
    for (std::size_t i = kFixedFields; i < fields.size(); ++i) {
      std::string why = take_key(fields[i], record.keys);
      if (!why.empty()) return why;
    }
    const std::size_t mailbox = mailbox_of(fields[0], fields[1]);
    if (!seen_[mailbox].insert(record.text).second) return "this UIDL stands here twice";
    mailboxes_[mailbox].records.push_back(std::move(record));
    return {};
  }

  std::size_t mailbox_of(std::string_view user, std::string_view mailbox) {
    const auto [at, fresh] =
        places_.try_emplace({std::string(user), std::string(mailbox)}, mailboxes_.size());
    if (fresh) {
      mailboxes_.push_back(
          {.user = std::string(user), .mailbox = std::string(mailbox), .records = {}});
      seen_.emplace_back();
    }
    return at->second;
  }

  std::vector<ImportedMailbox> mailboxes_;
  std::vector<std::set<std::string>> seen_;  // UIDLs of each
  std::map<std::pair<std::string, std::string>, std::size_t> places_;
  std::vector<BadLine> bad_;
};

}  // namespace

bool is_file_field(std::string_view name) {
  return !name.empty() && !name.starts_with('#') && std::ranges::none_of(name, wire::is_control);
}

std::expected<std::vector<ImportedMailbox>, std::vector<BadLine>> read_uidl_file(
    std::string_view text) {
  const auto next_line = [&text] {
    std::string_view line = take_until(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  };
  if (next_line() != kUidlFileHead.substr(0, kUidlFileHead.size() - 1)) {
    return std::unexpected(
        std::vector<BadLine>{{.number = 1, .why = "the first line is not \"#uidl-import 1\""}});
  }
  Reader reader;
  for (std::size_t number = 2; !text.empty() && reader.bad().size() < kBadLinesMax; ++number)
    reader.take(next_line(), number);
  if (!reader.bad().empty()) return std::unexpected(std::move(reader.bad()));
  return reader.finish();
}

std::string uidl_file_line(std::string_view user,
                           std::string_view mailbox,
                           const UidlRecord& record) {
  std::string line(user);
  line.append("\t").append(mailbox).append("\t").append(record.text);
  const UidlKeys& keys = record.keys;
  if (keys.place) {
    line.append("\tuid=").append(std::to_string(wire::raw(keys.place->validity)));
    line.append(":").append(std::to_string(wire::raw(keys.place->uid)));
  }
  if (keys.header) line.append("\thdr=").append(net::hex(*keys.header));
  if (keys.size) line.append("\tsize=").append(std::to_string(*keys.size));
  if (keys.position) line.append("\tpos=").append(std::to_string(*keys.position));
  return line + "\n";
}

std::string uidl_file_empty(std::string_view user, std::string_view mailbox) {
  return std::string(user).append("\t").append(mailbox).append("\n");
}

}  // namespace postern::proxy
