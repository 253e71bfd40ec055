// What an IMAP server keeps: accounts, mailboxes, messages. Plain data, for a test to fill in
// before and to look at afterwards.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace postern::test {

struct StoredMail {
  std::uint32_t uid = 0;
  std::shared_ptr<const std::string> octets{};
  std::set<std::string> flags{};
  std::optional<std::uint64_t> told_size{};  // RFC822.SIZE, where it is not true
  std::string date = "01-Jan-2024 00:00:00 +0000";
  std::string email_id{};  // EMAILID and X-GM-MSGID; empty: the server knows no such thing
  std::string gmail_id{};

  [[nodiscard]] std::uint64_t size() const { return told_size.value_or(octets->size()); }
};

struct StoredMailbox {
  std::string name;
  std::uint32_t uid_validity = 1;
  std::uint32_t uid_next = 1;
  bool read_only = false;
  bool uids_not_sticky = false;     // UIDNOTSTICKY (RFC 4315)
  std::string special_use{};        // "\Trash"
  std::vector<StoredMail> mails{};  // by UID
  bool was_selected = false;

  // Mod-sequences (RFC 7162), as of the last note_changes().
  std::uint64_t modseq = 1;
  std::map<std::uint32_t, std::uint64_t> came_at{};  // by UID
  std::map<std::uint32_t, std::uint64_t> vanished_at{};

  // Adds a message; UID 0 stands for the next one. The reference is good until the next change.
  StoredMail& add(std::string_view octets, std::uint32_t uid = 0);
  StoredMail& add(StoredMail mail);

  [[nodiscard]] StoredMail* find(std::uint32_t uid);

  // Gives a mod-sequence to whatever came and went since it was called last. Flags have none here.
  void note_changes();

  // "11(\Seen) 13", or "empty".
  [[nodiscard]] std::string text() const;
};

struct MailAccount {
  std::string password;
  std::map<std::string, StoredMailbox> mailboxes;  // by name
};

struct MailStore {
  std::map<std::string, MailAccount> accounts;  // by user name

  // One account with an INBOX that is empty.
  static MailStore with_account(const std::string& user, const std::string& password);

  [[nodiscard]] StoredMailbox& inbox(const std::string& user) {
    return accounts.at(user).mailboxes.at("INBOX");
  }
};

}  // namespace postern::test
