// Setting the scene, and letting time pass when nothing else happens.

#include "tests/simulator/simulation.hpp"

#include "net/random.hpp"

#include <algorithm>
#include <functional>
#include <list>
#include <memory>
#include <utility>

#include "tests/simulator/guarantees.hpp"
#include "tests/simulator/scripted_client.hpp"
#include "tests/simulator/tap.hpp"
#include "tests/support/world.hpp"

namespace postern::test {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr net::Duration kLongest = minutes(60);  // longer than any deadlines of a session together
constexpr std::uint32_t kValidity = 7;

std::string capabilities_of(const Plan& plan) {
  std::string text =
      "IMAP4rev1 SASL-IR LITERAL+ ID ENABLE ESEARCH NAMESPACE SPECIAL-USE "
      "LIST-EXTENDED UNSELECT AUTH=PLAIN";
  if (plan.uidplus) text += " UIDPLUS";
  if (plan.move) text += " MOVE";
  return text;
}

WorldWishes wishes_of(const Plan& plan, std::shared_ptr<net::Random> chance) {
  WorldWishes wishes{.seed = plan.seed};
  if (!plan.policy.empty()) wishes.assignments.push_back(plan.policy);
  if (plan.piece_max > 0) {
    wishes.next_piece = [chance = std::move(chance), max = plan.piece_max] {
      return 1 + chance->below(max);
    };
  }
  return wishes;
}

class Simulation final : public Wire {
 public:
  explicit Simulation(const Plan& plan) : chance_(std::make_shared<net::Random>(plan.seed)) {
    outcome_.plan = plan;
    store_ = MailStore::with_account(kUser, kPassword);
    store_.accounts["ann"] = {.password = "other",
                              .mailboxes = {{"INBOX", {.name = "INBOX", .uid_validity = 5}}}};
    store_.inbox("ann").add("Subject: private\r\n\r\nowner: ann\r\n");
    store_.accounts[kUser].mailboxes["Trash"] = {
        .name = "Trash", .uid_validity = 3, .special_use = "\\Trash"};
    StoredMailbox& inbox = store_.inbox(kUser);
    inbox.uid_validity = kValidity;
    inbox.uid_next = 11;
    for (std::size_t i = 1; i <= plan.messages; ++i)
      inbox.add(simulated_mail(++mails_made_));
    note_mails();
  }

  Outcome run() {
    build();
    auto client =
        std::make_unique<ScriptedClient>(world_->loop(), world_->connect("pop3"), outcome_.plan);
    play([&] { return client->act(); },
         [&] { return client->is_over() && world_->sessions().live() == 0; });
    outcome_.ended = world_->sessions().live() == 0;
    client->tell(outcome_);
    client = nullptr;
    outcome_.log = world_->log();
    take_down();
    if (crashed_) look_again();
    outcome_.inbox = store_.inbox(kUser);
    outcome_.trash = store_.accounts[kUser].mailboxes["Trash"];
    return std::move(outcome_);
  }

 private:
  void build() {
    world_ = std::make_unique<World>(wishes_of(outcome_.plan, chance_));
    server_ = std::make_unique<MailServer>(
        world_->loop(), store_, MailServerWishes{.capabilities = capabilities_of(outcome_.plan)});
    world_->dialer().set_host([this](net::Stream stream) {
      ++outcome_.connections;
      taps_.push_back(std::make_unique<Tap>(world_->loop(), std::move(stream), *server_, *this));
    });
  }

  void take_down() {
    world_->sessions().cancel();
    world_->loop().settle();
    taps_.clear();
    server_ = nullptr;
    world_ = nullptr;
  }

  // Lets everybody act until the end, or until the gateway crashes.
  void play(const std::function<bool()>& act, const std::function<bool()>& is_over) {
    net::Loop& loop = world_->loop();
    const net::Time began = loop.now();
    net::Duration pause = seconds(1);
    while (!crashing_ && loop.now() - began < kLongest) {
      loop.settle();
      outcome_.held_most = std::max(outcome_.held_most, loop.blocks().held());
      bool moved = act();
      for (const auto& tap : taps_)
        moved = tap->carry() || moved;
      if (moved) {
        pause = seconds(1);
        continue;
      }
      if (is_over()) break;
      loop.turn_clock(pause);
      pause = std::min<net::Duration>(pause * 2, seconds(30));
    }
    outcome_.took = loop.now() - began;
    crashed_ = std::exchange(crashing_, false);
  }

  // A gateway that is started again finds what there is, and nothing of its own is missing.
  void look_again() {
    outcome_.plan.faults.clear();
    build();
    auto peer = world_->connect("pop3");
    peer->say(std::string("USER ") + kUser + "\r\nPASS " + kPassword + "\r\nSTAT\r\nQUIT\r\n");
    play([] { return false; }, [&] { return world_->sessions().live() == 0; });
    world_->loop().settle();
    outcome_.said_after_crash = peer->heard();
    peer = nullptr;
    take_down();
    outcome_.plan.faults = faults_before_;
  }

  // ---- the wire

  std::vector<Fault> next_command(std::string_view line) override {
    const std::size_t number = commands_++;
    outcome_.asked.emplace_back(line);
    std::vector<Fault> faults;
    for (const Fault& fault : outcome_.plan.faults) {
      const bool mine = fault.kind < FaultKind::ClientResets || fault.kind == FaultKind::Crash;
      // Between our last look and a plain EXPUNGE there is a gap that only UIDPLUS closes.
      const bool in_gap = fault.kind == FaultKind::FlaggedElsewhere &&
                          line.find(" EXPUNGE\r") != std::string_view::npos &&
                          line.find(" UID ") == std::string_view::npos;
      if (mine && !in_gap && fault.at == number) faults.push_back(fault);
    }
    return faults;
  }

  void answered(std::string_view command, std::string_view answer) override {
    const bool is_login = command.starts_with("LOGIN ") || command.starts_with("AUTHENTICATE ");
    if (!is_login) return;
    const std::size_t last = answer.rfind('\n', answer.size() - 2);
    const std::string_view tagged = answer.substr(last == std::string_view::npos ? 0 : last + 1);
    if (tagged.find(" NO ") != std::string_view::npos) outcome_.login_refused = true;
  }

  void change_mail(const Fault& fault) override {
    StoredMailbox& inbox = store_.inbox(kUser);
    StoredMail* chosen =
        inbox.mails.empty() ? nullptr : &inbox.mails[fault.amount % inbox.mails.size()];
    switch (fault.kind) {
      case FaultKind::ExpungedElsewhere:
        if (chosen == nullptr) break;
        outcome_.expunged_elsewhere.insert(chosen->uid);
        inbox.mails.erase(inbox.mails.begin() + (chosen - inbox.mails.data()));
        break;
      case FaultKind::FlaggedElsewhere:
        if (chosen == nullptr) break;
        outcome_.flagged_elsewhere.insert(chosen->uid);
        chosen->flags.insert("\\Deleted");
        break;
      case FaultKind::Delivered:
        inbox.add(simulated_mail(++mails_made_));
        break;
      case FaultKind::Renumbered:
        renumber(inbox);
        break;
      case FaultKind::Crash:
        crashing_ = true;
        faults_before_ = outcome_.plan.faults;
        break;
      default:
        return;
    }
    note_mails();
  }

  // The same UIDs, in another order: whoever believes an old one has another message.
  void renumber(StoredMailbox& inbox) {
    ++inbox.uid_validity;
    std::vector<StoredMail> turned;
    for (std::size_t i = 0; i < inbox.mails.size(); ++i) {
      StoredMail mail = inbox.mails[inbox.mails.size() - 1 - i];
      mail.uid = inbox.mails[i].uid;
      turned.push_back(std::move(mail));
    }
    inbox.mails = std::move(turned);
    outcome_.renumbered = inbox;
    server_->crash();
  }

  void note_mails() {
    const StoredMailbox& inbox = store_.inbox(kUser);
    for (const StoredMail& mail : inbox.mails)
      outcome_.mails[{inbox.uid_validity, mail.uid}] = *mail.octets;
  }

  Outcome outcome_;
  std::shared_ptr<net::Random> chance_;
  MailStore store_;
  std::size_t mails_made_ = 0;
  std::size_t commands_ = 0;
  std::vector<Fault> faults_before_;
  bool crashing_ = false;
  bool crashed_ = false;
  std::unique_ptr<World> world_;
  std::unique_ptr<MailServer> server_;
  std::list<std::unique_ptr<Tap>> taps_;
};

}  // namespace

Outcome simulate(const Plan& plan) {
  return Simulation(plan).run();
}

Plan smallest_failing(Plan plan) {
  for (std::size_t i = 0; i < plan.faults.size();) {
    Plan fewer = plan;
    fewer.faults.erase(fewer.faults.begin() + static_cast<std::ptrdiff_t>(i));
    if (broken_guarantees(simulate(fewer)).empty()) {
      ++i;
    } else {
      plan = std::move(fewer);
    }
  }
  return plan;
}

std::string simulated_mail(std::size_t number) {
  const std::string name = std::to_string(number);
  std::string mail = "Subject: message " + name + "\r\nX-Number: " + name + "\r\n\r\n.line " +
                     name + "\r\n..two\r\n.\r\nowner: joe";
  constexpr std::size_t kLarge = 40'000;
  if (number % 4 == 3) {
    mail += "\r\n";
    while (mail.size() < kLarge)
      mail += ".a line of some length, again and again, in message " + name + "\r\n";
  }
  if (number % 2 == 0) mail += "\r\n";
  return mail;
}

}  // namespace postern::test
