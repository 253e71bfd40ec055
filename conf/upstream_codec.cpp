// The two settings of an upstream that are either a word or a table: how its certificate is
// judged, and whose credentials it gets. Neither repeats what it refuses where that could be a
// password.

#include "conf/codec.hpp"
#include "conf/secret_source.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <iterator>
#include <utility>

namespace postern::conf {

namespace {

constexpr std::size_t kPinsMax = 16;
constexpr auto kVerifyWords = words("full", "ca", "none");
constexpr std::string_view kVerifyHint =
    R"(write "full", "ca", "none" or { pin_sha256 = ["64 hexadecimal digits"] })";
constexpr auto kLaterAuth = words("plain", "login", "scram", "xoauth2", "oauthbearer", "master");
constexpr std::string_view kAuthHint =
    R"(write "same", or { user = "NAME", password = { file = "PATH" } })";

int nibble(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::optional<Pin> parse_pin(std::string_view text) {
  Pin pin{};
  if (text.size() != 2 * pin.size()) return std::nullopt;
  for (std::size_t i = 0; i < pin.size(); ++i) {
    const int high = nibble(text[2 * i]);
    const int low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    pin.at(i) = static_cast<std::uint8_t>(high * 16 + low);
  }
  return pin;
}

bool read_pins(const Input& in, const Table& table, std::vector<Pin>& pins) {
  const auto* items = table.size() == 1 && table.front().key == "pin_sha256"
                          ? table.front().node.as<Array>()
                          : nullptr;
  if (items == nullptr || items->empty()) return refuse(in, std::string(kVerifyHint));
  if (items->size() > kPinsMax) return refuse(in, fmt::format("at most {} pins", kPinsMax));
  for (const Node& item : *items) {
    const auto* text = item.as<std::string>();
    const auto pin = text == nullptr ? std::nullopt : parse_pin(*text);
    if (!pin) {
      return refuse(
          in.item(item),
          "a pin is the SHA-256 of the certificate's public key, in 64 hexadecimal digits");
    }
    pins.push_back(*pin);
  }
  return true;
}

bool read_fixed_auth(const Input& in, const Table& table, UpstreamAuth& out) {
  constexpr auto kKeys = words("user", "password");
  for (const Entry& entry : table) {
    if (std::ranges::find(kKeys, entry.key) != kKeys.end()) continue;
    const auto meant = did_you_mean(entry.key, kKeys);
    const auto hint = meant ? fmt::format("did you mean \"{}\"?", *meant) : std::string(kAuthHint);
    return refuse(in.item(entry.node),
                  fmt::format("unknown key {}, {}", in_quotes(entry.key), hint));
  }
  const auto* user = find(table, "user");
  const auto* password = find(table, "password");
  if (user == nullptr || password == nullptr) return refuse(in, std::string(kAuthHint));
  UpstreamAuth auth;
  auth.kind = UpstreamAuth::Kind::Fixed;
  if (!read_value(in.item(user->node), auth.user)) return false;
  if (auth.user.empty()) return refuse(in.item(user->node), "the user is empty");
  if (!read_secret(in.item(password->node), auth.password, auth.password_source)) return false;
  out = std::move(auth);
  return true;
}

}  // namespace

bool read_value(const Input& in, Verify& out) {
  using Kind = Verify::Kind;
  if (const auto* table = in.node.as<Table>()) {
    Verify verify{Kind::Pin, {}};
    if (!read_pins(in, *table, verify.pins)) return false;
    out = std::move(verify);
    return true;
  }
  constexpr std::array kKinds{Kind::Full, Kind::Ca, Kind::None};
  const auto* text = read_text(in, kVerifyHint);
  if (text == nullptr) return false;
  const auto found = std::ranges::find(kVerifyWords, *text);
  if (found == kVerifyWords.end()) return refuse_text(in, *text, kVerifyHint);
  out = Verify{kKinds.at(static_cast<std::size_t>(found - kVerifyWords.begin())), {}};
  return true;
}

std::string show_value(const Verify& value) {
  switch (value.kind) {
    case Verify::Kind::Full:
      return R"("full")";
    case Verify::Kind::Ca:
      return R"("ca")";
    case Verify::Kind::None:
      return R"("none")";
    case Verify::Kind::Pin:
      break;
  }
  std::string pins;
  for (const Pin& pin : value.pins) {
    pins += pins.empty() ? "\"" : ", \"";
    for (const auto octet : pin)
      fmt::format_to(std::back_inserter(pins), "{:02x}", octet);
    pins += '"';
  }
  return fmt::format("{{ pin_sha256 = [{}] }}", pins);
}

std::string type_name(Tag<Verify> /*tag*/) {
  return R"("full", "ca", "none" or { pin_sha256 = [...] })";
}

// A text that is none of the words is not shown: it may be a password put in the wrong place.
bool read_value(const Input& in, UpstreamAuth& out) {
  if (const auto* table = in.node.as<Table>()) return read_fixed_auth(in, *table, out);
  const auto* text = read_text(in, kAuthHint);
  if (text == nullptr) return false;
  if (std::ranges::find(kLaterAuth, *text) != kLaterAuth.end()) {
    return refuse(in, fmt::format("\"{}\" is not in this version: {}", *text, kAuthHint));
  }
  if (*text != "same") return refuse(in, std::string(kAuthHint));
  out = UpstreamAuth{};
  return true;
}

std::string show_value(const UpstreamAuth& value) {
  if (value.kind == UpstreamAuth::Kind::Same) return R"("same")";
  return fmt::format(
      "{{ user = {}, password = {} }}", toml_text(value.user), value.password_source);
}

std::string type_name(Tag<UpstreamAuth> /*tag*/) {
  return R"("same" or { user = ..., password = ... })";
}

}  // namespace postern::conf
