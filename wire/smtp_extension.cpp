// See smtp_extension.hpp.

#include "wire/smtp_extension.hpp"

#include "wire/ascii.hpp"

#include <algorithm>
#include <cstddef>

namespace postern::wire::smtp {

namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, 13> kNames{"PIPELINING",
                                                  "SIZE",
                                                  "8BITMIME",
                                                  "SMTPUTF8",
                                                  "DSN",
                                                  "DELIVERBY",
                                                  "FUTURERELEASE",
                                                  "MT-PRIORITY",
                                                  "REQUIRETLS",
                                                  "ENHANCEDSTATUSCODES",
                                                  "STARTTLS",
                                                  "AUTH",
                                                  "XCLIENT"};
static_assert(static_cast<std::size_t>(Extension::Xclient) + 1 == kNames.size());

}  // namespace

void Offer::hear(std::string_view line) {
  // "AUTH=PLAIN LOGIN" is how it was written before RFC 4954, and still is.
  constexpr std::string_view kOldAuth = "AUTH=";
  std::string_view keyword;
  if (starts_with_caseless(line, kOldAuth)) {
    keyword = kNames[static_cast<std::size_t>(Extension::Auth)];
    line.remove_prefix(kOldAuth.size());
  } else {
    keyword = take_word(line);
  }
  const auto* found = std::ranges::find_if(
      kNames, [keyword](std::string_view known) { return equal_caseless(known, keyword); });
  if (found == kNames.end()) return;
  const auto extension = static_cast<Extension>(found - kNames.begin());
  add(extension);
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
    if (extension == Extension::Size) {
      size_max = parse_number(word).value_or(0);
    } else if (extension == Extension::Auth) {
      if (const auto mechanism = sasl::find_mechanism(word)) add(*mechanism);
    } else if (extension == Extension::Xclient) {
      const auto* attribute = std::ranges::find_if(
          kXclientAttributes,
          [word](std::string_view known) { return equal_caseless(known, word); });
      if (attribute == kXclientAttributes.end()) continue;
      add(static_cast<XclientAttribute>(attribute - kXclientAttributes.begin()));
    }
  }
}

Offer Offer::common_with(const Offer& other) const noexcept {
  Offer common = *this;
  common.extensions_ &= other.extensions_;
  common.mechanisms_ &= other.mechanisms_;
  common.xclient_ &= other.xclient_;
  const bool one_is_silent = size_max == 0 || other.size_max == 0;
  common.size_max =
      one_is_silent ? std::max(size_max, other.size_max) : std::min(size_max, other.size_max);
  return common;
}

std::string_view name(Extension extension) noexcept {
  return kNames.at(static_cast<std::size_t>(extension));
}

}  // namespace postern::wire::smtp
