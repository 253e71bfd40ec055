// The small languages inside single settings: what QUIT deletes, what UIDLs look like, EXPIRE,
// and the patterns of routes. From text and back; the error of each function says what would be
// right. Regular expressions are not compiled here, so they are known as texts only.

#pragma once

#include "conf/values.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace postern::conf {

// "expunge", "trash", "move:NAME", "flag:KEYWORD", "ignore".
std::expected<DeletePolicy, std::string> parse_delete_policy(std::string_view text);

// A preset, or a template over {uid} and {uidvalidity}, each also as {uid:x} (hexadecimal) and
// {uid:08x} (filled to eight digits), and {emailid}. Of numbers alone the result never exceeds 70
// octets (RFC 1939, section 7) and two messages of one mailbox never get the same one; where a
// server's name for a message is part of it, both is seen to when the name is known.
std::expected<UidlFormat, std::string> parse_uidl_format(std::string_view text);

// "off", "never", or days such as "30d".
std::expected<Expire, std::string> parse_expire(std::string_view text);

// Checks for settings that stay text: empty if the text is right, else what would be right.
std::string_view refuse_route_user(std::string_view text);
std::string_view refuse_login_template(std::string_view text);
std::string_view refuse_delimiter(std::string_view text);
std::string_view refuse_prefix(std::string_view text);

std::string show(const DeletePolicy& policy);
std::string show(const UidlFormat& format);
std::string show(const Expire& expire);

}  // namespace postern::conf
