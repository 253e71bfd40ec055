// The settings of [submission]: who may send, and what happens to a message on its way to the
// submission server.
//
// Part of settings.hpp, apart from it for its length.

#pragma once

#include "conf/network.hpp"
#include "conf/values.hpp"
#include "conf/words.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace postern::conf {

struct Submission {
  SubmissionAuth auth = SubmissionAuth::Passthrough;
  Duration pop_window = 30min;                  // after a login by POP3 or IMAP
  std::optional<Rate> pop_rate = Rate{20, 1h};  // messages of one account from one address

  // Where an address stands for many customers (RFC 6598).
  std::vector<Network> cgnat_networks = {Network::parse("100.64.0.0/10").value()};
  SenderRule sender = SenderRule::Any;
  Size max_size = 40_MiB;
  std::uint32_t max_rcpt = 1000;
  std::vector<std::string> extensions = {"DSN"};  // besides those that are always passed on
  bool old_auth = false;
  bool lenient = true;
  BareNewline bare_newline = BareNewline::Normalise;
  std::vector<Network> lf_eod_networks;
  ReceivedField received = ReceivedField::Auto;
  ClientIp received_client_ip = ClientIp::Show;
  SaveSent save_sent = SaveSent::Off;
  Duration save_sent_pause = 2min;  // before the second try; four times as long before the third
  Size spool_max = 1_GiB;           // of all copies together
  Duration idle_timeout = 5min;
  std::uint32_t bad_commands = 20;
  Duration profile_ttl = 1h;
};

}  // namespace postern::conf
