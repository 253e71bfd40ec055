// The way in, from a connection to a link that takes mail.

#include "upstream/relay.hpp"

#include <utility>

namespace postern::upstream {

using net::fail;
using net::Task;

namespace {

constexpr std::uint16_t kClosing = 421;  // RFC 5321, section 4.2.3

}  // namespace

// What is said on a fresh connection until somebody may log in.
class Relay::Arrival final : public Reception {
 public:
  Arrival(const Terms& terms, const ClientFacts& facts) : terms_(terms), facts_(facts) {}

  net::Stream& take(net::Stream stream, const LinkContext& context) override {
    link_ = std::make_unique<SmtpLink>(std::move(stream), context);
    const bool told = context.settings.send_client_address == conf::SendAddress::ProxyV2;
    if (told && facts_.client.known()) link_->set_knows_client();
    return link_->stream();
  }

  Task<> greet() override { greeting_ = co_await upstream::greet(*link_); }

  Task<bool> ask_for_tls() override { return upstream::ask_for_tls(*link_, terms_.own_name); }

  [[nodiscard]] SmtpLink& link() { return *link_; }

  [[nodiscard]] const std::string& greeting() const { return greeting_; }

  std::unique_ptr<SmtpLink> finish() { return std::move(link_); }

 private:
  const Terms& terms_;
  const ClientFacts& facts_;
  std::unique_ptr<SmtpLink> link_;
  std::string greeting_;
};

Relay::Relay(const Surroundings& surroundings,
             const conf::Upstream& settings,
             metrics::Upstream metric,
             std::shared_ptr<const net::TlsContext> tls,
             Terms terms)
    : gate_(surroundings, settings, metric, std::move(tls), terms.share),
      terms_(std::move(terms)),
      learning_(surroundings.loop, 1, settings.queue_length) {}

Task<std::unique_ptr<SmtpLink>> Relay::enter(const Sending& sending) {
  const Account nobody;
  const Account& account = sending.account != nullptr ? *sending.account : nobody;
  const Caller caller{.account = account, .facts = sending.facts, .log = sending.log};
  const net::Slot slot = co_await gate_.take_slot();
  Arrival arrival(terms_, sending.facts);
  Gate::Trial trial = co_await gate_.connect(caller, arrival);
  const net::Time since = gate_.loop().exact_now();
  AuthAnswer unwanted;
  AuthAnswer& answer = sending.answer != nullptr ? *sending.answer : unwanted;
  answer = {};
  const Sending heard{.account = sending.account,
                      .facts = sending.facts,
                      .helo = sending.helo,
                      .standing = sending.standing,
                      .log = sending.log,
                      .answer = &answer};
  auto done = co_await attempt(log_in_for(arrival, heard, trial.address()));
  // Who puts off a login is well, and so is who refuses one; who says 421 is about to go.
  const bool is_well = done || (answer.reply.is_temporary() && answer.reply.code != kClosing);
  trial.login_ended(is_well ? nullptr : &done.error(), sending.log);
  if (!done) co_await fail(std::move(done.error()));
  gate_.observe(metrics::ConnectPhase::Login, since);
  co_return arrival.finish();
}

Task<> Relay::log_in_for(Arrival& arrival, const Sending& sending, std::size_t address) {
  SmtpLink& link = arrival.link();
  if (!link.has_offer()) co_await say_hello(link, terms_.own_name);
  co_await introduce(link, sending, terms_.own_name);
  remember(address, link.offer());
  co_await log_in(link, sending);
}

Task<> Relay::learn(metrics::SessionLog& log) {
  const unsigned before = learned_;
  const net::Deadline deadline{gate_.loop().now() + settings().queue_timeout};
  const net::Slot slot = co_await learning_.take(deadline);
  if (learned_ != before) co_return;
  const auto done = co_await attempt(visit(log));
  ++learned_;
  if (!done) co_await fail(done.error());
}

Task<std::string> Relay::visit(metrics::SessionLog& log) {
  const Account nobody;
  const ClientFacts no_client;
  const net::Slot slot = co_await gate_.take_slot();
  Arrival arrival(terms_, no_client);
  const Caller caller{.account = nobody, .facts = no_client, .log = log};
  Gate::Trial trial = co_await gate_.connect(caller, arrival);
  SmtpLink& link = arrival.link();
  const auto done =
      link.has_offer() ? net::Result<>() : co_await attempt(say_hello(link, terms_.own_name));
  trial.login_ended(done ? nullptr : &done.error(), log);
  if (!done) co_await fail(done.error());
  remember(trial.address(), link.offer());
  co_return Gate::describe(link.stream(), arrival.greeting());
}

// ---- what is offered

void Relay::remember(std::size_t address, const wire::smtp::Offer& offer) {
  profiles_[address] = {.offer = offer, .seen_at = gate_.loop().now()};
}

std::optional<wire::smtp::Offer> Relay::known() const {
  std::optional<wire::smtp::Offer> common;
  for (const auto& [address, profile] : profiles_) {
    if (gate_.loop().now() - profile.seen_at > terms_.profile_ttl) continue;
    common = common ? common->common_with(profile.offer) : profile.offer;
  }
  return common;
}

}  // namespace postern::upstream
