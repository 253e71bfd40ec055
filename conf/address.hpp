// Endpoints to listen on, hosts and URLs to connect to: from text and back.
//
// Parsing asks neither the resolver nor the kernel. The error of each function says what would be
// right; it never repeats a URL, in which somebody may have put a password.

#pragma once

#include "conf/values.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace postern::conf {

// ":110", "127.0.0.1:110", "[::1]:110", "fd:NAME", "unix:/path"; the port may be left out.
std::expected<Endpoint, std::string> parse_endpoint(std::string_view text);

// An address with or without port: "10.1.0.11", "10.1.0.11:1143", "[2001:db8::1]:143".
std::expected<HostPort, std::string> parse_backend(std::string_view text);

// SCHEME://HOST[:PORT]; the port follows the scheme if it is left out.
std::expected<Url, std::string> parse_url(std::string_view text);

// Letters, digits, hyphens, underscores and dots, at most 253 octets, no empty label.
bool is_host_name(std::string_view text);

std::string show(const Endpoint& endpoint);
std::string show(const HostPort& host_port);
std::string show(const Url& url);

}  // namespace postern::conf
