// What can be done in an open mailbox: FETCH, STORE, SEARCH, EXPUNGE, COPY, MOVE.

#include <algorithm>
#include <utility>

#include "tests/support/mail_session.hpp"

namespace postern::test {

bool MailSession::perform_selected(const MailCommand& command) {
  if (selected_.empty() || mailbox(selected_) == nullptr) return false;
  const std::string& name = command.name;
  const bool by_uid = name.starts_with("UID ");
  if (name == "FETCH" || name == "UID FETCH") {
    fetch(command, by_uid);
  } else if (name == "STORE" || name == "UID STORE") {
    store(command, by_uid);
  } else if (name == "SEARCH" || name == "UID SEARCH") {
    search(command, by_uid);
  } else if (name == "UID COPY") {
    transfer(command, false);
  } else if (name == "UID MOVE" && has("MOVE")) {
    transfer(command, true);
  } else if (name == "EXPUNGE" || (name == "UID EXPUNGE" && has("UIDPLUS"))) {
    const auto uids = parse_number_set(command.argument(0), UINT32_MAX);
    if (read_only_) {
      no(command, "[READ-ONLY] the mailbox is read-only");
    } else if (server_.wishes_.refuses_expunge) {
      no(command, "not today");
    } else if (by_uid && !uids) {
      bad(command, "no set");
    } else {
      expunge(by_uid ? &*uids : nullptr);
      tell_news(true);
      ok(command, "expunged");
    }
  } else if (name == "UNSELECT" && has("UNSELECT")) {
    selected_.clear();
    ok(command, "done");
  } else {
    return false;
  }
  return true;
}

std::size_t MailSession::sequence_of(std::uint32_t uid) const {
  const auto found = std::ranges::lower_bound(view_, uid);
  if (found == view_.end() || *found != uid) return 0;
  return static_cast<std::size_t>(found - view_.begin()) + 1;
}

// The messages of a set that this client knows of and that are still there.
std::vector<StoredMail*> MailSession::chosen(std::string_view set, bool by_uid) {
  std::vector<StoredMail*> mails;
  StoredMailbox& box = *mailbox(selected_);
  const std::uint32_t last =
      by_uid ? (view_.empty() ? 0 : view_.back()) : static_cast<std::uint32_t>(view_.size());
  const auto ranges = parse_number_set(set, last);
  if (!ranges) return mails;
  std::uint32_t sequence = 0;
  for (const std::uint32_t uid : view_) {
    ++sequence;
    if (!is_in(*ranges, by_uid ? uid : sequence)) continue;
    if (StoredMail* mail = box.find(uid)) mails.push_back(mail);
  }
  return mails;
}

void MailSession::tell_news(bool may_expunge) {
  StoredMailbox* box = selected_.empty() ? nullptr : mailbox(selected_);
  if (box == nullptr) return;
  if (may_expunge) {
    for (std::size_t i = 0; i < view_.size();) {
      if (box->find(view_[i]) != nullptr) {
        ++i;
        continue;
      }
      out_ += resyncs_ ? "* VANISHED " + std::to_string(view_[i]) + "\r\n"
                       : "* " + std::to_string(i + 1) + " EXPUNGE\r\n";
      view_.erase(view_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  const std::size_t before = view_.size();
  for (const StoredMail& mail : box->mails) {
    if (view_.empty() || mail.uid > view_.back()) view_.push_back(mail.uid);
  }
  if (view_.size() != before) out_ += "* " + std::to_string(view_.size()) + " EXISTS\r\n";
}

void MailSession::fetch(const MailCommand& command, bool by_uid) {
  if (command.arguments.size() < 2) return bad(command, "FETCH of what?");
  for (const StoredMail* mail : chosen(command.argument(0), by_uid)) {
    const auto items = fetch_items(command.arguments[1], *mail);
    if (!items) return bad(command, "unknown item");
    out_ += "* " + std::to_string(sequence_of(mail->uid)) + " FETCH (" + *items + ")\r\n";
  }
  tell_news(by_uid);
  ok(command, "fetched");
}

void MailSession::store(const MailCommand& command, bool by_uid) {
  if (command.arguments.size() < 3) return bad(command, "STORE of what?");
  if (read_only_) return no(command, "[READ-ONLY] the mailbox is read-only");
  const std::string how = upper(command.argument(1));
  const MailWord& flags = command.arguments[2];
  std::vector<std::string> names;
  for (const MailWord& item : flags.items)
    names.push_back(item.text);
  if (!flags.is_list) names.push_back(flags.text);
  for (StoredMail* mail : chosen(command.argument(0), by_uid)) {
    if (how.starts_with("FLAGS")) mail->flags.clear();
    for (const std::string& name : names) {
      if (how.starts_with('-')) {
        mail->flags.erase(name);
      } else {
        mail->flags.insert(name);
      }
    }
    if (how.ends_with(".SILENT")) continue;
    const MailWord flag_item{.text = by_uid ? "(UID FLAGS)" : "FLAGS",
                             .is_list = by_uid,
                             .items = {{.text = "UID"}, {.text = "FLAGS"}}};
    out_ += "* " + std::to_string(sequence_of(mail->uid)) + " FETCH (" +
            fetch_items(flag_item, *mail).value_or("") + ")\r\n";
  }
  tell_news(by_uid);
  ok(command, "stored");
}

// ALL, DELETED, UNDELETED, SEEN, UNSEEN, UID set; all that are given must hold. RETURN (RFC 4731).
void MailSession::search(const MailCommand& command, bool by_uid) {
  std::size_t at = 0;
  const bool extended = upper(command.argument(0)) == "RETURN";
  if (extended && (!has("ESEARCH") || command.arguments.size() < 2)) {
    return bad(command, "no RETURN here");
  }
  const std::string wanted = extended ? upper(command.argument(1)) : "";
  if (extended) at = 2;
  std::vector<StoredMail*> hits = chosen("1:*", true);
  for (; at < command.arguments.size(); ++at) {
    const std::string key = upper(command.argument(at));
    if (key == "ALL") continue;
    if (key == "UID") {
      const auto set = parse_number_set(command.argument(++at), view_.empty() ? 0 : view_.back());
      if (!set) return bad(command, "no set");
      std::erase_if(hits, [&](const StoredMail* mail) { return !is_in(*set, mail->uid); });
      continue;
    }
    const bool negated = key.starts_with("UN");
    const std::string flag = negated ? key.substr(2) : key;
    if (flag != "DELETED" && flag != "SEEN") return bad(command, "unknown key");
    const std::string name = flag == "SEEN" ? "\\Seen" : "\\Deleted";
    std::erase_if(hits, [&](const StoredMail* m) { return m->flags.contains(name) == negated; });
  }
  const auto number = [&](const StoredMail* mail) {
    return std::to_string(by_uid ? mail->uid : sequence_of(mail->uid));
  };
  std::string list;
  for (const StoredMail* mail : hits)
    list += (extended ? (list.empty() ? "" : ",") : " ") + number(mail);
  if (extended) {
    out_ += "* ESEARCH (TAG \"" + command.tag + "\")" + (by_uid ? " UID" : "");
    if (wanted.contains("COUNT")) out_ += " COUNT " + std::to_string(hits.size());
    if (server_.wishes_.spans_holes && hits.size() > 1) {
      list = number(hits.front()) + ":" + number(hits.back());
    }
    if (wanted.contains("ALL") && !hits.empty()) out_ += " ALL " + list;
    out_ += "\r\n";
  } else {
    out_ += "* SEARCH" + list + "\r\n";
  }
  tell_news(by_uid);
  ok(command, "searched");
}

// COPY, and MOVE (RFC 6851).
void MailSession::transfer(const MailCommand& command, bool moves) {
  StoredMailbox* to = mailbox(command.argument(1));
  if (to == nullptr) return no(command, "[TRYCREATE] no such mailbox");
  if (moves && read_only_) return no(command, "[READ-ONLY] the mailbox is read-only");
  std::vector<std::uint32_t> taken;
  for (const StoredMail* mail : chosen(command.argument(0), true)) {
    StoredMail copy = *mail;
    copy.uid = 0;
    taken.push_back(mail->uid);
    to->add(std::move(copy));
  }
  if (moves) {
    std::erase_if(mailbox(selected_)->mails, [&](const StoredMail& mail) {
      return std::ranges::binary_search(taken, mail.uid);
    });
  }
  tell_news(true);
  ok(command, "done");
}

void MailSession::expunge(const NumberRanges* uids) {
  std::erase_if(mailbox(selected_)->mails, [&](const StoredMail& mail) {
    if (sequence_of(mail.uid) == 0 || !mail.flags.contains("\\Deleted")) return false;
    return uids == nullptr || is_in(*uids, mail.uid);
  });
}

}  // namespace postern::test
