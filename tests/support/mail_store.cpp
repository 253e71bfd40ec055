// Adding and finding.

#include "tests/support/mail_store.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace postern::test {

StoredMail& StoredMailbox::add(std::string_view octets, std::uint32_t uid) {
  return add(StoredMail{.uid = uid, .octets = std::make_shared<const std::string>(octets)});
}

StoredMail& StoredMailbox::add(StoredMail mail) {
  if (mail.uid == 0) mail.uid = uid_next;
  assert(mails.empty() || mails.back().uid < mail.uid);  // UIDs only rise
  uid_next = std::max(uid_next, mail.uid + 1);
  return mails.emplace_back(std::move(mail));
}

StoredMail* StoredMailbox::find(std::uint32_t uid) {
  const auto found = std::ranges::lower_bound(mails, uid, {}, &StoredMail::uid);
  return found != mails.end() && found->uid == uid ? &*found : nullptr;
}

void StoredMailbox::note_changes() {
  std::erase_if(came_at, [this](const auto& each) {
    if (find(each.first) != nullptr) return false;
    vanished_at[each.first] = ++modseq;
    return true;
  });
  for (const StoredMail& mail : mails) {
    if (!came_at.contains(mail.uid)) came_at[mail.uid] = ++modseq;
  }
}

std::string StoredMailbox::text() const {
  if (mails.empty()) return "empty";
  std::string text;
  for (const StoredMail& mail : mails) {
    if (!text.empty()) text += ' ';
    text += std::to_string(mail.uid);
    if (mail.flags.empty()) continue;
    text += '(';
    for (const std::string& flag : mail.flags) {
      if (text.back() != '(') text += ' ';
      text += flag;
    }
    text += ')';
  }
  return text;
}

MailStore MailStore::with_account(const std::string& user, const std::string& password) {
  MailStore store;
  store.accounts[user] = {.password = password, .mailboxes = {{"INBOX", {.name = "INBOX"}}}};
  return store;
}

}  // namespace postern::test
