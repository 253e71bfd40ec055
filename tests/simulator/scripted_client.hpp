// A POP3 client that says a script's lines and writes down what becomes of each.

#pragma once

#include "net/loop.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulator/outcome.hpp"
#include "tests/support/peer.hpp"

namespace postern::test {

class ScriptedClient {
 public:
  // The faults of the plan that are a client's are this one's.
  ScriptedClient(net::Loop& loop, std::unique_ptr<Peer> peer, const Plan& plan);

  // Reads what came, says what is to be said next. False: nothing moved.
  bool act();

  // Nothing more will come, or nobody is there any more to hear it.
  [[nodiscard]] bool is_over() const { return left_ || peer_->end().has_value(); }

  // Leaves what was learned in an outcome.
  void tell(Outcome& outcome) const;

 private:
  bool read_replies();
  bool say_more();
  void misbehave(const Fault& fault);

  net::Loop& loop_;
  std::unique_ptr<Peer> peer_;
  std::vector<Exchange> exchanges_;
  std::string script_;
  std::vector<std::size_t> line_ends_;  // in script_, of each exchange
  std::vector<Fault> faults_;           // of the client, by place
  std::string heard_;                   // everything
  std::size_t read_ = 0;                // of it, in whole replies
  std::size_t said_ = 0;                // of script_
  std::size_t next_ = 0;                // exchange whose reply is awaited
  bool greeted_ = false;
  bool pipelined_;
  bool left_ = false;
  bool mute_ = false;
  std::optional<net::Time> deaf_until_;
};

// Takes the first reply from the text: how many octets of it that are, or nothing while it is not
// whole. `long_answer`: more lines follow a +OK.
struct TakenReply {
  std::string first;
  std::string body;
  std::size_t octets = 0;
  bool is_long = false;
  bool is_whole = false;
};

[[nodiscard]] TakenReply take_reply(std::string_view text, bool long_answer);

}  // namespace postern::test
