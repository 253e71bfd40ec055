// One function for each promise.

#include "tests/simulator/guarantees.hpp"

#include "wire/base64.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace postern::test {

namespace {

constexpr std::size_t kHeldMax = std::size_t{5} << 20U;  // octets in buffers, of one session
constexpr std::size_t kConnectionsMax = 16;
constexpr std::size_t kAskedMax = 400;

using Findings = std::vector<std::string>;
using Key = std::pair<std::uint32_t, std::uint32_t>;  // UIDVALIDITY and UID

// "DELE 3" gives 3; 0 if there is no number.
std::size_t number_in(std::string_view command) {
  const std::size_t blank = command.find(' ');
  if (blank == std::string_view::npos) return 0;
  return std::strtoull(std::string(command.substr(blank + 1)).c_str(), nullptr, 10);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t feed = text.find("\r\n");
    lines.emplace_back(text.substr(0, feed));
    text.remove_prefix(feed == std::string_view::npos ? text.size() : feed + 2);
  }
  return lines;
}

// UIDLs are eight digits of the UID and eight of UIDVALIDITY, by default.
Key key_of(const std::string& uidl) {
  return {static_cast<std::uint32_t>(std::strtoull(uidl.substr(8).c_str(), nullptr, 16)),
          static_cast<std::uint32_t>(std::strtoull(uidl.substr(0, 8).c_str(), nullptr, 16))};
}

// Number to UIDL, as the client was told in whole lines.
std::map<std::size_t, std::string> told_uidls(const Outcome& outcome, Findings& findings) {
  std::map<std::size_t, std::string> told;
  const auto note = [&](const std::string& line) {
    const std::size_t number = std::strtoull(line.c_str(), nullptr, 10);
    const std::string uidl = line.substr(std::min(line.size(), line.find(' ') + 1));
    const auto [place, is_new] = told.try_emplace(number, uidl);
    if (!is_new && place->second != uidl) {
      findings.push_back("G-7 number " + std::to_string(number) + " had the UIDL " + place->second +
                         " and then " + uidl);
    }
  };
  for (const Exchange& each : outcome.exchanges) {
    if (!each.is_whole || !each.is_ok()) continue;
    if (each.command == "UIDL") std::ranges::for_each(lines_of(each.body), note);
    if (each.command.starts_with("UIDL ")) note(each.reply.substr(4));
  }
  return told;
}

class Judge {
 public:
  explicit Judge(const Outcome& outcome)
      : outcome_(outcome), uidls_(told_uidls(outcome, findings_)) {
    for (const Exchange& each : outcome.exchanges)
      follow(each);
  }

  Findings judge() {
    deletions();
    mail_is_whole();
    mailbox();
    binding();
    secrets();
    words_about_passwords();
    bounds();
    crash();
    return std::move(findings_);
  }

 private:
  // What the client has asked to delete, by number, and whether it said so with a whole QUIT.
  void follow(const Exchange& each) {
    const std::size_t number = number_in(each.command);
    if (each.command == "QUIT" && each.is_sent) {
      quit_ = true;
      quit_reply_ = each.is_whole ? each.reply : "";
    }
    if (quit_) return;
    // What was said and whose answer was lost may have been obeyed.
    const bool obeyed = each.is_ok() || (!each.is_whole && each.is_sent);
    if (each.command.starts_with("DELE ") && obeyed) {
      deleted_.insert(number);
      if (each.is_ok()) confirmed_.insert(number);
    }
    if (each.command == "RSET" && each.is_ok()) {
      deleted_.clear();
      confirmed_.clear();
    }
    if (!each.command.starts_with("RETR ")) return;
    const bool gone = each.reply.find("no longer exists") != std::string::npos;
    const bool failed = (!each.is_whole || (!each.is_ok() && !gone)) && !deleted_.contains(number);
    failed ? (void)broken_.insert(number) : (void)broken_.erase(number);
  }

  [[nodiscard]] std::size_t number_of(const Key& key) const {
    const auto found =
        std::ranges::find_if(uidls_, [&](const auto& each) { return key_of(each.second) == key; });
    return found == uidls_.end() ? 0 : found->first;
  }

  // G-1: what is gone, or flagged to go, was to go.
  void deletions() {
    const bool began_before =
        !uidls_.empty() && key_of(uidls_.begin()->second).first != outcome_.inbox.uid_validity;
    if (outcome_.renumbered && began_before) return never_across_renumbering();
    std::size_t unexplained = 0;
    for (const auto& [key, octets] : outcome_.mails) {
      if (key.first != outcome_.inbox.uid_validity) continue;
      const auto found = std::ranges::find(outcome_.inbox.mails, key.second, &StoredMail::uid);
      const bool is_gone = found == outcome_.inbox.mails.end();
      const bool is_flagged = !is_gone && found->flags.contains("\\Deleted");
      const bool by_others = is_gone ? outcome_.expunged_elsewhere.contains(key.second)
                                     : outcome_.flagged_elsewhere.contains(key.second);
      if ((!is_gone && !is_flagged) || by_others) continue;
      const std::string what =
          "UID " + std::to_string(key.second) + (is_gone ? " is gone" : " is flagged");
      const std::size_t number = number_of(key);
      if (!quit_) {
        finding("G-1 " + what + " without a QUIT");
      } else if (number == 0) {
        ++unexplained;
      } else if (!deleted_.contains(number)) {
        finding("G-1 " + what + ", which nobody deleted");
      } else if (broken_.contains(number)) {
        finding("G-1 " + what + ", though its transfer had failed");
      }
      if (is_gone && outcome_.flagged_elsewhere.contains(key.second) &&
          !deleted_.contains(number)) {
        finding("G-1 " + what + ", which somebody else had flagged");
      }
      if (outcome_.plan.policy == "pop3.delete=ignore")
        finding("G-1 " + what + " against the rule");
      if (outcome_.plan.policy == "pop3.delete=trash" && is_gone && !is_in_trash(octets)) {
        finding("G-1 " + what + " and not in the trash");
      }
    }
    // A number whose UIDL the client was never told cannot be followed to its message; counts can.
    const auto untold = std::ranges::count_if(
        deleted_, [this](std::size_t number) { return !uidls_.contains(number); });
    if (unexplained > static_cast<std::size_t>(untold)) {
      finding("G-1 more messages went than were deleted");
    }
  }

  [[nodiscard]] bool is_in_trash(const std::string& octets) const {
    return std::ranges::any_of(outcome_.trash.mails,
                               [&](const StoredMail& mail) { return *mail.octets == octets; });
  }

  // Messages of a mailbox with new numbers are not the ones that the client meant.
  void never_across_renumbering() {
    for (const StoredMail& before : outcome_.renumbered->mails) {
      if (outcome_.expunged_elsewhere.contains(before.uid)) continue;
      const auto now = std::ranges::find(outcome_.inbox.mails, before.uid, &StoredMail::uid);
      const std::string what = "UID " + std::to_string(before.uid);
      if (now == outcome_.inbox.mails.end()) {
        finding("G-1 " + what + " is gone across a change of UIDVALIDITY");
      } else if (now->flags.contains("\\Deleted") && !before.flags.contains("\\Deleted") &&
                 !outcome_.flagged_elsewhere.contains(before.uid)) {
        finding("G-1 " + what + " is flagged across a change of UIDVALIDITY");
      }
    }
    confirmed_.clear();
  }

  // G-2, G-12: with a final dot, a message is there from its first octet to its last, unchanged.
  void mail_is_whole() {
    for (const Exchange& each : outcome_.exchanges) {
      const bool is_top = each.command.starts_with("TOP ");
      if (!each.is_long || (!is_top && !each.command.starts_with("RETR "))) continue;
      const auto told = uidls_.find(number_in(each.command));
      const auto fits = [&](const std::string& mail) {
        return each.body == (is_top ? top_as_sent(mail, 1) : as_sent(mail));
      };
      const auto begins = [&](const std::string& mail) {
        return as_sent(mail).starts_with(each.body);
      };
      bool is_right = false;
      for (const auto& [key, mail] : outcome_.mails) {
        if (told != uidls_.end() && key_of(told->second) != key) continue;
        is_right = is_right || (each.is_whole ? fits(mail) : begins(mail));
      }
      if (is_right) continue;
      finding((each.is_whole ? "G-2 what was shown as whole by " : "G-12 what came of ") +
              each.command + " is not the message");
    }
    const bool cut = std::ranges::any_of(
        outcome_.exchanges, [](const Exchange& each) { return each.is_long && !each.is_whole; });
    if (cut && outcome_.client_end && *outcome_.client_end != net::Kind::Reset) {
      finding("G-2 a message that broke off ended as if in order");
    }
  }

  // G-5: nobody else's mail.
  void mailbox() {
    if (outcome_.heard.find("owner: ann") != std::string::npos) finding("G-5 somebody else's mail");
  }

  // G-7: a number's UIDL is that of the message which its RETR gives; UIDLs are of one UIDVALIDITY.
  void binding() {
    for (const auto& [number, uidl] : uidls_) {
      if (!outcome_.mails.contains(key_of(uidl))) {
        finding("G-7 the UIDL " + uidl + " names no message");
      }
      if (key_of(uidl).first != key_of(uidls_.begin()->second).first) {
        finding("G-7 UIDLs of two UIDVALIDITYs in one session");
      }
    }
  }

  // G-8: no password in the log, and upstream only where it is to log in.
  void secrets() {
    for (const char* password : {kPassword, kWrongPassword}) {
      const std::string message = std::string("\0joe\0", 5) + password;
      for (const std::string& line : outcome_.log) {
        if (line.find(password) != std::string::npos ||
            line.find(wire::base64_encode(message)) != std::string::npos) {
          finding("G-8 a password in the log: " + line);
        }
      }
      for (const std::string& line : outcome_.asked) {
        const bool is_login = line.find(" LOGIN ") != std::string::npos;
        if (line.find(password) != std::string::npos && !is_login) {
          finding("G-8 a password upstream: " + line);
        }
      }
    }
  }

  // G-9: faults are no wrong passwords.
  void words_about_passwords() {
    const bool said = outcome_.heard.find("[AUTH]") != std::string::npos;
    if (said && !outcome_.login_refused)
      finding("G-9 \"wrong password\", and the upstream did not say so");
  }

  // G-10, and that every session ends.
  void bounds() {
    if (!outcome_.ended && outcome_.said_after_crash.empty())
      finding("G-10 the session never ends");
    if (outcome_.held_most > kHeldMax) finding("G-10 buffers without bound");
    if (outcome_.connections > kConnectionsMax) finding("G-10 connections without bound");
    if (outcome_.asked.size() > kAskedMax) finding("G-10 commands without bound");
    if (!quit_reply_.starts_with("+OK")) return;
    if (outcome_.plan.policy == "pop3.delete=ignore") return;
    for (const std::size_t number : confirmed_) {
      const auto told = uidls_.find(number);
      if (told == uidls_.end()) continue;
      const auto left =
          std::ranges::find(outcome_.inbox.mails, key_of(told->second).second, &StoredMail::uid);
      if (left == outcome_.inbox.mails.end()) continue;
      // Without UIDPLUS it may have to wait, hidden, until nobody else's mail is in the way.
      if (!outcome_.plan.uidplus && left->flags.contains("\\Deleted")) continue;
      finding("G-1 QUIT was answered with +OK, and UID " + std::to_string(left->uid) + " is there");
    }
  }

  // G-11: after a crash everything is there that was not deleted.
  void crash() {
    if (outcome_.said_after_crash.empty()) return;
    std::size_t visible = outcome_.inbox.mails.size();
    if (!outcome_.plan.uidplus) {
      visible -= static_cast<std::size_t>(std::ranges::count_if(
          outcome_.inbox.mails,
          [](const StoredMail& mail) { return mail.flags.contains("\\Deleted"); }));
    }
    const std::string stat = "\r\n+OK " + std::to_string(visible) + " ";
    if (outcome_.said_after_crash.find(stat) == std::string::npos) {
      finding("G-11 after a crash: " + outcome_.said_after_crash);
    }
  }

  void finding(std::string text) { findings_.push_back(std::move(text)); }

  const Outcome& outcome_;
  Findings findings_;
  std::map<std::size_t, std::string> uidls_;
  std::set<std::size_t> deleted_;
  std::set<std::size_t> confirmed_;  // of those: the client was told +OK
  std::set<std::size_t> broken_;     // numbers whose last RETR failed
  std::string quit_reply_;
  bool quit_ = false;
};

}  // namespace

std::vector<std::string> broken_guarantees(const Outcome& outcome) {
  return Judge(outcome).judge();
}

std::string as_sent(std::string_view mail) {
  std::string sent;
  for (const std::string& line : lines_of(mail))
    sent += (line.starts_with('.') ? "." : "") + line + "\r\n";
  return sent;
}

std::string top_as_sent(std::string_view mail, std::size_t lines) {
  const std::size_t body = mail.find("\r\n\r\n");
  std::size_t end = body == std::string_view::npos ? mail.size() : body + 4;
  for (std::size_t i = 0; i < lines && end < mail.size(); ++i)
    end = std::min(mail.size(),
                   mail.find("\r\n", end) == std::string_view::npos ? mail.size()
                                                                    : mail.find("\r\n", end) + 2);
  return as_sent(mail.substr(0, end));
}

}  // namespace postern::test
