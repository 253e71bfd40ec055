// One connection between the gateway and the mail server, with a hand on the wire.
//
// Commands pass one at a time, each with its whole answer, so that "before that command" and "in
// the middle of that answer" have a meaning. The greeting counts as the answer to a command.

#pragma once

#include "net/loop.hpp"

#include <memory>
#include <string>
#include <string_view>

#include "tests/simulator/plan.hpp"
#include "tests/support/mail_server.hpp"
#include "tests/support/peer.hpp"

namespace postern::test {

// What all connections of a run have in common; told of everything that passes.
class Wire {
 public:
  Wire() = default;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  virtual ~Wire() = default;

  // The faults of the next command, whose number is counted up.
  virtual std::vector<Fault> next_command(std::string_view line) = 0;

  // An answer that the gateway gets.
  virtual void answered(std::string_view command, std::string_view answer) = 0;

  // Mail changes: not the wire's, but the moment is.
  virtual void change_mail(const Fault& fault) = 0;
};

class Tap {
 public:
  Tap(net::Loop& loop, net::Stream to_gateway, MailServer& server, Wire& wire);

  // Carries what there is. False: nothing moved.
  bool carry();

 private:
  bool take_command();
  bool take_answer();
  void pass_on(std::string answer);
  bool follow_ends();
  void break_both();
  [[nodiscard]] const Fault* fault(FaultKind kind) const;

  net::Loop& loop_;
  Peer gateway_;
  std::unique_ptr<Peer> server_;
  Wire& wire_;
  std::string command_ = "greeting";  // whose answer is awaited; empty: none
  std::string tag_ = "*";
  std::vector<Fault> faults_;
  std::string dripping_;
  std::size_t drop_ = 0;
  net::Time next_drop_{};
  bool silent_ = false;
  bool over_ = false;
};

}  // namespace postern::test
