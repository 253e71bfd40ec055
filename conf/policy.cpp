// A UIDL template is turned into pieces here, once, so that nothing is parsed while mail flows.
// What it refuses, it refuses for the sake of one promise: two messages of a mailbox never show
// the same UIDL.

#include "conf/policy.hpp"

#include "conf/units.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace postern::conf {

namespace {

using Piece = UidlPiece;

constexpr std::size_t kUidlOctetsMax = 70;     // RFC 1939, section 7
constexpr std::size_t kDecimalDigitsMax = 10;  // of a 32-bit number
constexpr std::size_t kHexDigitsMax = 8;       // of a 32-bit number
constexpr std::size_t kMailboxOctetsMax = 255;
constexpr std::size_t kKeywordOctetsMax = 64;
constexpr std::int64_t kExpireDaysMax = 36'500;

constexpr std::string_view kUidlHint =
    R"(write "dovecot", "uw", "cyrus", "uid", "dash", "gmail", "emailid", or a template such as )"
    R"("{uidvalidity}.{uid}")";
constexpr std::string_view kDeleteHint =
    R"(write "expunge", "trash", "move:MAILBOX", "flag:KEYWORD" or "ignore")";

struct Preset {
  std::string_view name;
  std::string_view pattern;
};

constexpr std::array kPresets{Preset{"dovecot", "{uid:08x}{uidvalidity:08x}"},
                              Preset{"uw", "{uidvalidity:08x}{uid:08x}"},
                              Preset{"cyrus", "{uidvalidity}.{uid}"},
                              Preset{"uid", "{uid}"},
                              Preset{"dash", "{uidvalidity}-{uid}"},
                              Preset{"gmail", "GmailId{gmailid}"},
                              Preset{"emailid", "{emailid}"}};

// getmail turns "/" into "-", so anything beyond these would make two UIDLs one.
bool is_uidl_octet(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == '_' || c == '-';
}

bool is_number(const Piece& piece) {
  return piece.kind == Piece::Kind::Uid || piece.kind == Piece::Kind::UidValidity;
}

// What stands between the braces of a template.
std::optional<Piece> parse_number_piece(std::string_view inside) {
  const auto colon = std::min(inside.find(':'), inside.size());
  const auto name = inside.substr(0, colon);
  const auto form = inside.substr(colon);
  Piece piece;
  if (name == "uid") piece.kind = Piece::Kind::Uid;
  if (name == "uidvalidity") piece.kind = Piece::Kind::UidValidity;
  if (name == "emailid") piece.kind = Piece::Kind::EmailId;
  if (name == "gmailid") piece.kind = Piece::Kind::GmailId;
  if (piece.kind == Piece::Kind::Text) return std::nullopt;
  if (form.empty()) return piece;
  if (!is_number(piece)) return std::nullopt;
  piece.hex = true;
  if (form == ":08x") piece.width = kHexDigitsMax;
  if (form != ":08x" && form != ":x") return std::nullopt;
  return piece;
}

std::optional<std::vector<Piece>> split_pattern(std::string_view text) {
  std::vector<Piece> pieces;
  while (!text.empty()) {
    if (text.front() == '{') {
      const auto close = text.find('}');
      if (close == std::string_view::npos) return std::nullopt;
      auto piece = parse_number_piece(text.substr(1, close - 1));
      if (!piece) return std::nullopt;
      pieces.push_back(std::move(*piece));
      text.remove_prefix(close + 1);
      continue;
    }
    const auto end = std::min(text.find('{'), text.size());
    const auto literal = text.substr(0, end);
    if (!std::ranges::all_of(literal, is_uidl_octet)) return std::nullopt;
    pieces.push_back(Piece{.text = std::string(literal)});
    text.remove_prefix(end);
  }
  return pieces;
}

std::size_t octets_max(const std::vector<Piece>& pieces) {
  std::size_t sum = 0;
  for (const Piece& piece : pieces) {
    const auto digits = piece.hex ? kHexDigitsMax : kDecimalDigitsMax;
    if (piece.kind == Piece::Kind::Text) sum += piece.text.size();
    if (is_number(piece)) sum += digits;  // what a server calls a message is cut where it is known
  }
  return sum;
}

// A number of open length that runs on into further digits can give one text for two pairs of
// numbers: 1 and 12 as well as 11 and 2.
bool is_ambiguous(const std::vector<Piece>& pieces) {
  const auto runs_on = [](const Piece& left, const Piece& right) {
    if (!is_number(left) || left.width != 0) return false;
    if (right.kind != Piece::Kind::Text) return true;
    const char next = right.text.front();
    return (next >= '0' && next <= '9') || (left.hex && next >= 'a' && next <= 'f');
  };
  return std::ranges::adjacent_find(pieces, runs_on) != pieces.end();
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// An IMAP keyword is an atom (RFC 3501, section 9).
bool is_keyword_octet(char c) {
  return c > 0x20 && c < 0x7f && !std::string_view("(){%*\"\\]").contains(c);
}

}  // namespace

std::expected<DeletePolicy, std::string> parse_delete_policy(std::string_view text) {
  using Kind = DeletePolicy::Kind;
  if (text == "expunge") return DeletePolicy{Kind::Expunge, ""};
  if (text == "trash") return DeletePolicy{Kind::Trash, ""};
  if (text == "ignore") return DeletePolicy{Kind::Ignore, ""};
  if (text.starts_with("move:")) {
    const auto name = text.substr(5);
    if (name.empty() || name.size() > kMailboxOctetsMax || std::ranges::any_of(name, is_control)) {
      return std::unexpected(
          R"("move:" is followed by the name of a mailbox, such as "move:Trash")");
    }
    return DeletePolicy{Kind::Move, std::string(name)};
  }
  if (text.starts_with("flag:")) {
    const auto name = text.substr(5);
    if (name.empty() || name.size() > kKeywordOctetsMax ||
        !std::ranges::all_of(name, is_keyword_octet)) {
      return std::unexpected(
          R"("flag:" is followed by a keyword of letters and digits, such as "flag:PopDeleted")");
    }
    return DeletePolicy{Kind::Flag, std::string(name)};
  }
  return std::unexpected(std::string(kDeleteHint));
}

std::expected<UidlFormat, std::string> parse_uidl_format(std::string_view text) {
  const auto* const preset = std::ranges::find(kPresets, text, &Preset::name);
  const bool is_preset = preset != kPresets.end();
  const auto pattern = is_preset ? preset->pattern : text;
  auto pieces = split_pattern(pattern);
  if (!pieces || !pattern.contains('{')) return std::unexpected(std::string(kUidlHint));
  UidlFormat format{std::string(text), std::move(*pieces)};
  if (!is_preset && format.holds(Piece::Kind::GmailId)) {
    return std::unexpected("{gmailid} stands in no template: write \"gmail\"");
  }
  // Messages that a server has names for need no number; those that are equal are told apart.
  const bool is_named = format.holds(Piece::Kind::EmailId) || format.holds(Piece::Kind::GmailId);
  if (!is_named && !format.holds(Piece::Kind::Uid)) {
    return std::unexpected("without {uid} all messages would have the same UIDL");
  }
  if (!is_preset && !is_named && !format.holds(Piece::Kind::UidValidity)) {
    return std::unexpected(
        "without {uidvalidity} a rebuilt mailbox shows old UIDLs for new mail; if the old server "
        "did so, write \"uid\"");
  }
  if (is_ambiguous(format.pieces)) {
    return std::unexpected(
        R"(two messages could get one UIDL: put "." or "-" between the numbers, or use {uid:08x})");
  }
  if (octets_max(format.pieces) > kUidlOctetsMax) {
    return std::unexpected(fmt::format("a UIDL has at most {} octets", kUidlOctetsMax));
  }
  return format;
}

std::expected<Expire, std::string> parse_expire(std::string_view text) {
  constexpr Duration kDay = std::chrono::days{1};
  if (text == "off") return Expire{};
  if (text == "never") return Expire{Expire::Kind::Never, 0};
  const auto time = parse_duration(text);
  if (!time || *time % kDay != Duration::zero() || *time / kDay > kExpireDaysMax) {
    return std::unexpected(R"(write "off", "never", or whole days such as "30d")");
  }
  return Expire{Expire::Kind::Days, static_cast<std::uint32_t>(*time / kDay)};
}

std::string_view refuse_route_user(std::string_view text) {
  if (text.empty()) return R"(a pattern is not empty: "*" stands for every user)";
  if (text == "re:") return R"("re:" is followed by a regular expression)";
  return {};
}

std::string_view refuse_login_template(std::string_view text) {
  constexpr std::array<std::string_view, 3> kNames{"user", "local", "domain"};
  constexpr std::string_view kHint =
      "it is text in which {user} or {local} occurs, and {domain} may";
  bool found = false;
  while (!text.empty()) {
    const auto brace = text.find_first_of("{}");
    if (brace == std::string_view::npos) break;
    const auto close = text.find('}', brace);
    if (text[brace] == '}' || close == std::string_view::npos) return kHint;
    const auto name = text.substr(brace + 1, close - brace - 1);
    if (std::ranges::find(kNames, name) == kNames.end()) return kHint;
    found = found || name != "domain";
    text.remove_prefix(close + 1);
  }
  return found ? std::string_view{} : kHint;
}

std::string_view refuse_delimiter(std::string_view text) {
  if (text.empty()) return {};
  constexpr std::string_view kAllowed = "!#$%&'*+-./:;=?^_`|~";
  if (text.size() == 1 && kAllowed.contains(text.front())) return {};
  return R"(it is one sign such as "+", or "" for none)";
}

std::string_view refuse_prefix(std::string_view text) {
  constexpr std::size_t kOctetsMax = 32;
  const auto prints = [](char c) { return c > ' ' && c < '\x7F' && c != '@'; };
  if (text.size() <= kOctetsMax && std::ranges::all_of(text, prints)) return {};
  return R"(it is a short word such as "recent:", without blanks or "@", or "" for none)";
}

std::string show(const DeletePolicy& policy) {
  switch (policy.kind) {
    case DeletePolicy::Kind::Expunge:
      return "expunge";
    case DeletePolicy::Kind::Trash:
      return "trash";
    case DeletePolicy::Kind::Move:
      return "move:" + policy.name;
    case DeletePolicy::Kind::Flag:
      return "flag:" + policy.name;
    case DeletePolicy::Kind::Ignore:
      return "ignore";
  }
  return {};
}

std::string show(const UidlFormat& format) {
  return format.written;
}

std::string show(const Expire& expire) {
  switch (expire.kind) {
    case Expire::Kind::Off:
      return "off";
    case Expire::Kind::Never:
      return "never";
    case Expire::Kind::Days:
      return fmt::format("{}d", expire.days);
  }
  return {};
}

}  // namespace postern::conf
