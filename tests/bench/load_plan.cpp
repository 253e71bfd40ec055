// The command line as a table.

#include "tests/bench/load_plan.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>
#include <utility>

namespace postern::bench {

namespace {

constexpr std::array<std::pair<std::string_view, Mode>, 9> kModes{{
    {"pop3-poll", Mode::Pop3Poll},
    {"pop3-drain", Mode::Pop3Drain},
    {"pop3-top", Mode::Pop3Top},
    {"pop3-hold", Mode::Pop3Hold},
    {"imap-login", Mode::ImapLogin},
    {"imap-poll", Mode::ImapPoll},
    {"imap-fetch", Mode::ImapFetch},
    {"imap-idle", Mode::ImapIdle},
    {"submit", Mode::Submit},
}};

constexpr std::array<std::pair<std::string_view, std::uint64_t Plan::*>, 8> kNumbers{{
    {"--lanes", &Plan::lanes},
    {"--sessions", &Plan::sessions},
    {"--users", &Plan::users},
    {"--expect", &Plan::expect},
    {"--window", &Plan::window},
    {"--messages", &Plan::messages},
    {"--octets", &Plan::octets},
    {"--seconds", &Plan::seconds},
}};

bool take(Plan& plan, std::string_view name, std::string_view value) {
  if (name == "--mode") {
    const auto* const found =
        std::ranges::find(kModes, value, &decltype(kModes)::value_type::first);
    if (found == kModes.end()) return false;
    plan.mode = found->second;
    return true;
  }
  if (name == "--user") {
    plan.user = value;
    return true;
  }
  const auto number = wire::parse_number(value);
  if (!number) return false;
  if (name == "--port" && *number <= UINT16_MAX) {
    plan.port = static_cast<std::uint16_t>(*number);
  } else if (name == "--tls") {
    plan.tls = *number != 0;
  } else if (name == "--sum") {
    plan.sum = *number != 0;
  } else {
    const auto* const found =
        std::ranges::find(kNumbers, name, &decltype(kNumbers)::value_type::first);
    if (found == kNumbers.end()) return false;
    plan.*found->second = *number;
  }
  return true;
}

}  // namespace

std::string Plan::user_of(std::uint64_t session) const {
  const std::size_t at = std::min(user.find('%'), user.size());
  const std::string_view behind = std::string_view(user).substr(std::min(at + 1, user.size()));
  return fmt::format("{}{:03}{}", user.substr(0, at), session % users, behind);
}

std::optional<Plan> parse_plan(std::span<char*> options) {
  Plan plan;
  for (const std::string_view option : options) {
    const std::size_t equals = std::min(option.find('='), option.size());
    const std::string_view value = option.substr(std::min(equals + 1, option.size()));
    if (take(plan, option.substr(0, equals), value)) continue;
    fmt::print(stderr, "bad option: {}\n", option);
    return std::nullopt;
  }
  return plan;
}

}  // namespace postern::bench
