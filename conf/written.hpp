// The kinds of value that are written as text, each with the name that the reference uses and
// with its parser, whose error says what would be right. Each has a show() that the parser takes
// back. A new kind is two lines here and its two functions.

#pragma once

#include "conf/address.hpp"
#include "conf/network.hpp"
#include "conf/policy.hpp"
#include "conf/units.hpp"
#include "conf/values.hpp"

#include <string_view>

namespace postern::conf {

template <class T>
inline constexpr std::string_view kKindName{};

template <class T>
inline constexpr auto kParser = nullptr;

template <class T>
concept WrittenAsText = !kKindName<T>.empty();

template <>
inline constexpr std::string_view kKindName<Duration> = "duration";
template <>
inline constexpr auto* kParser<Duration> = parse_duration;

template <>
inline constexpr std::string_view kKindName<Size> = "size";
template <>
inline constexpr auto* kParser<Size> = parse_size;

template <>
inline constexpr std::string_view kKindName<Rate> = "rate";
template <>
inline constexpr auto* kParser<Rate> = parse_rate;

template <>
inline constexpr std::string_view kKindName<Percent> = "percentage";
template <>
inline constexpr auto* kParser<Percent> = parse_percent;

template <>
inline constexpr std::string_view kKindName<Network> = "networks";
template <>
inline constexpr auto* kParser<Network> = Network::parse;

template <>
inline constexpr std::string_view kKindName<Endpoint> = "endpoints";
template <>
inline constexpr auto* kParser<Endpoint> = parse_endpoint;

template <>
inline constexpr std::string_view kKindName<HostPort> = "addresses";
template <>
inline constexpr auto* kParser<HostPort> = parse_backend;

template <>
inline constexpr std::string_view kKindName<Url> = "URL";
template <>
inline constexpr auto* kParser<Url> = parse_url;

template <>
inline constexpr std::string_view kKindName<DeletePolicy> =
    R"("expunge", "trash", "move:MAILBOX", "flag:KEYWORD" or "ignore")";
template <>
inline constexpr auto* kParser<DeletePolicy> = parse_delete_policy;

template <>
inline constexpr std::string_view kKindName<UidlFormat> =
    R"("dovecot", "uw", "cyrus", "uid", "dash", "gmail", "emailid" or a template)";
template <>
inline constexpr auto* kParser<UidlFormat> = parse_uidl_format;

template <>
inline constexpr std::string_view kKindName<Expire> = R"("off", "never" or days)";
template <>
inline constexpr auto* kParser<Expire> = parse_expire;

}  // namespace postern::conf
