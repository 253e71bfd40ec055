// One server that takes mail, as one worker sees it: the gate to it, and what it offers.
//
// enter() is the way from a client to a link on which its mail may be sent. What the servers behind
// offer is remembered for a while, so that a client can be told before anybody has connected there.

#pragma once

#include "net/slots.hpp"
#include "upstream/gate.hpp"
#include "upstream/smtp_link.hpp"
#include "upstream/smtp_login.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace postern::upstream {

class Relay {
 public:
  // What the upstream's own settings do not say.
  struct Terms {
    std::string own_name;                               // for EHLO
    net::Duration profile_ttl = std::chrono::hours(1);  // how long an offer is remembered
    unsigned share = 1;  // how many workers there are: limits are divided among them
  };

  // `tls` may be null if the settings say Off.
  Relay(const Surroundings& surroundings,
        const conf::Upstream& settings,
        metrics::Upstream metric,
        std::shared_ptr<const net::TlsContext> tls,
        Terms terms);

  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  // Connects, says who the client is, and logs in, as far as its standing asks for it. Fails with
  // Kind::Refused only if the upstream refused the client's credentials.
  net::Task<std::unique_ptr<SmtpLink>> enter(const Sending& sending);

  // Connects, and reads what is offered, so that known() knows. Who comes while that is under way
  // waits for it, and has what came of it.
  net::Task<> learn(metrics::SessionLog& log);

  // The same, for whoever wants to know whether that works. Answers what was found, in a line.
  net::Task<std::string> visit(metrics::SessionLog& log);

  // What all addresses met lately have in common; nothing as long as none has been met.
  [[nodiscard]] std::optional<wire::smtp::Offer> known() const;

  [[nodiscard]] const conf::Upstream& settings() const { return gate_.settings(); }

  [[nodiscard]] metrics::Upstream metric() const { return gate_.metric(); }

  // Whether any address may be tried.
  [[nodiscard]] bool is_up() const { return gate_.is_up(); }

 private:
  class Arrival;

  struct Profile {
    wire::smtp::Offer offer;
    net::Time seen_at;
  };

  net::Task<> log_in_for(Arrival& arrival, const Sending& sending, std::size_t address);
  void remember(std::size_t address, const wire::smtp::Offer& offer);

  Gate gate_;
  Terms terms_;
  std::unordered_map<std::size_t, Profile> profiles_;  // by address
  net::Slots learning_;                                // one place
  unsigned learned_ = 0;                               // how often that has ended
};

}  // namespace postern::upstream
