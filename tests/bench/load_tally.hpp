// What a run of the load driver has seen, and its last word: one line of JSON for the runner.

#pragma once

#include "net/timer.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postern::bench {

// FNV-1a over octets: enough to see whether two gateways deliver the same.
class Sum {
 public:
  void mix(std::string_view octets);

  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 14695981039346656037U;
};

struct Tally {
  std::uint64_t messages = 0;      // received or submitted
  std::uint64_t octets = 0;        // of these, stuffing removed
  std::uint64_t wrong_counts = 0;  // lists that had not as many messages as expected
  std::uint64_t wrong_sizes = 0;   // messages that had not the size that LIST told
  std::uint64_t sums = 0;          // of all sessions, in whatever order they end

  // Sessions that ended as planned, or were held: from connect to end, and to login.
  std::vector<net::Duration> took;
  std::vector<net::Duration> logins;

  std::uint64_t failures = 0;
  std::map<std::string, std::uint64_t> reasons;  // bounded by the replies a server may give

  void failed(const std::string& reason);

  // {"ok":..,"failed":..,..}. `wall` is from the first connect to the last session's end.
  [[nodiscard]] std::string json(net::Duration wall) const;
};

}  // namespace postern::bench
