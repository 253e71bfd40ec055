// Counting and percentiles.

#include "tests/bench/load_tally.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fmt/format.h>

namespace postern::bench {

namespace {

constexpr std::size_t kReasonsMax = 20;
constexpr std::size_t kReasonOctets = 120;

double seconds(net::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

// In milliseconds; 0 without sessions.
double percentile(std::vector<net::Duration> durations, std::size_t hundredth) {
  if (durations.empty()) return 0;
  const std::size_t at = (durations.size() - 1) * hundredth / 100;
  std::ranges::nth_element(durations, durations.begin() + static_cast<std::ptrdiff_t>(at));
  return seconds(durations[at]) * 1000;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char octet : wire::printable(text, kReasonOctets)) {
    if (octet == '"' || octet == '\\') out += '\\';
    out += octet;
  }
  return out + '"';
}

}  // namespace

void Sum::mix(std::string_view octets) {
  for (const char octet : octets) {
    value_ = (value_ ^ static_cast<unsigned char>(octet)) * 1099511628211U;
  }
}

void Tally::failed(const std::string& reason) {
  ++failures;
  if (reasons.size() < kReasonsMax || reasons.contains(reason)) ++reasons[reason];
}

std::string Tally::json(net::Duration wall) const {
  std::string why;
  for (const auto& [reason, count] : reasons) {
    why += fmt::format("{}{}:{}", why.empty() ? "" : ",", quoted(reason), count);
  }
  return fmt::format(
      "{{\"ok\":{},\"failed\":{},\"wall_s\":{:.4f},\"p50_ms\":{:.3f},\"p99_ms\":{:.3f},"
      "\"login_p50_ms\":{:.3f},\"messages\":{},\"octets\":{},\"wrong_counts\":{},"
      "\"wrong_sizes\":{},\"sum\":\"{:016x}\",\"reasons\":{{{}}}}}",
      took.size(),
      failures,
      seconds(wall),
      percentile(took, 50),
      percentile(took, 99),
      percentile(logins, 50),
      messages,
      octets,
      wrong_counts,
      wrong_sizes,
      sums,
      why);
}

}  // namespace postern::bench
