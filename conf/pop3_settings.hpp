// The settings of [pop3], and what other tables set of them for themselves.
//
// Part of settings.hpp, apart from it because sessions hold a Pop3 of their own: the built-in
// values, upon them [pop3], the upstream's, the route's and the listener's, in this order.

#pragma once

#include "conf/values.hpp"
#include "conf/words.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::conf {

// How POP3 is spoken. Any of it may differ for an upstream, a route or a listener: overrides.hpp.
struct Pop3 {
  std::string mailbox = "INBOX";
  Size line_max = 512_B;
  Size sasl_line_max = 16_KiB;
  std::uint32_t bad_commands_auth = 10;
  std::uint32_t bad_commands = 20;
  Duration idle_timeout = 10min;
  Size out_high = 256_KiB;
  Size out_low = 64_KiB;
  bool utf8 = true;
  Expire expire;
  UidlFormat uidl = {
      .written = "dovecot",
      .pieces = {{UidlPiece::Kind::Uid, "", true, 8}, {UidlPiece::Kind::UidValidity, "", true, 8}}};
  bool uidl_header = false;
  bool uidl_remap = true;
  std::vector<std::string> require_import;
  MessageOrder order = MessageOrder::Uid;
  bool hide_deleted = false;
  std::uint32_t max_messages = 0;
  MessagesKept max_messages_keep = MessagesKept::Newest;
  Duration max_age = 0s;
  std::string recent_prefix;
  Duration recent_age = 720h;
  bool recent_delete = false;
  std::string subfolder_delimiter;
  Size retr_buffer = 128_KiB;
  std::uint32_t prefetch_msgs = 16;
  Size prefetch_bytes = 1_MiB;
  Size prefetch_pool = 64_MiB;
  BareCr bare_cr = BareCr::Guard;
  NulOctet nul = NulOctet::Replace;
  bool eoh_fix = true;
  Seen seen = Seen::Retr;
  bool seen_top = false;
  DeletePolicy delete_policy;  // the key is "delete", which C++ keeps for itself
  bool delete_on_retr = false;
  Duration commit_timeout = 120s;
  Lock lock = Lock::None;
  std::uint32_t max_sessions = 8;
  Duration login_delay = 0s;
  Duration poll_cache = 0s;
};

// What one table sets of [pop3] for itself: the keys that it names, and a Pop3 that holds their
// values and defaults besides. apply() in overrides.hpp puts them upon another Pop3.
struct Pop3Assignments {
  std::vector<std::string_view> keys;  // names from the schema, which live for ever
  Pop3 values;
};

}  // namespace postern::conf
