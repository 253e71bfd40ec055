// Which UIDL does each message of a mailbox bear that is not simply made of its numbers?
//
// A stored one comes before the format. New ones come, in this order, from the time before the
// mailbox was numbered anew, from an import, from an X-UIDL field, and from what the server calls a
// message; whatever its source, one that could not be a UIDL is replaced by the format's, and where
// two messages would have the same the younger one gets a suffix. What is new is kept for good
// before anybody sees it, so that it is the same the next time.

#pragma once

#include "conf/pop3_settings.hpp"
#include "proxy/session.hpp"
#include "proxy/uidl_match.hpp"
#include "proxy/uidl_store.hpp"
#include "upstream/imap_headers.hpp"
#include "upstream/known_mailbox.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace postern::proxy {

// The mailbox that is to be named, and who asks. The link is free for commands.
struct NamingScene {
  Session& session;
  upstream::ImapLink& link;
  const conf::Pop3& policy;
  MailboxKey key;
  wire::UidValidity validity;
  bool is_behind = false;  // the server is known to lag: who is missing is nothing to go by
};

class UidlNaming {
 public:
  // Of a mailbox whose UIDs do not last: more messages than this are not named, since all headers
  // are read at each login.
  static constexpr std::size_t kHashedMax = 5000;

  // Whether there is anything to be done at all.
  [[nodiscard]] static bool is_needed(const conf::Pop3& policy, const StoredUidls& stored);

  // `messages` ascend, and live until the end. `stored` is what the store has.
  UidlNaming(const NamingScene& scene,
             StoredUidls stored,
             std::span<const upstream::ListedMessage> messages);

  // The messages as they were numbered before, if they were numbered anew. Before run().
  void note_before(std::span<const upstream::ListedMessage> before, wire::UidValidity validity);

  // Those UIDLs of messages that the format does not give; ascending by UID. Fails, and nothing may
  // be shown, if the server will not tell what is needed, or the store not keep it.
  net::Task<std::vector<StoredUidl>> run();

  // The same for a mailbox whose UIDs are good for this session only: digests of headers. Fails
  // with Kind::Limit for too many messages.
  net::Task<std::vector<StoredUidl>> run_without_uids();

 private:
  net::Task<> take_import();
  net::Task<> take_headers();
  net::Task<> take_names();
  net::Task<> hear_headers(UidlMatch& match);
  void note_missing_messages();
  void take(StoredUidl fresh);
  void take_called(wire::Uid uid, std::string_view called);
  void tell_apart();
  void rename(std::unordered_map<std::uint32_t, std::string> changed);
  [[nodiscard]] std::vector<wire::Uid> unnamed() const;
  [[nodiscard]] const StoredUidl* find(wire::Uid uid) const;

  NamingScene scene_;
  StoredUidls stored_;
  std::span<const upstream::ListedMessage> messages_;
  std::vector<wire::Uid> all_;     // of the messages
  std::vector<StoredUidl> names_;  // of this UIDVALIDITY; ascending
  std::vector<StoredUidl> fresh_;  // of them, what is to be kept
  bool records_are_done_ = false;
};

}  // namespace postern::proxy
