// UIDLs that last as long as the process: for tests, and for gateways that are not to write
// anything down. What servers are asked for is asked again after a restart; an import needs a file.

#pragma once

#include "net/octet_hash.hpp"
#include "proxy/uidl_store.hpp"

#include <mutex>
#include <string>
#include <unordered_map>

namespace postern::proxy {

class UidlMemory final : public UidlStore {
 public:
  static constexpr std::size_t kAliasesMax = 2'000'000;  // about 100 octets each
  static constexpr std::size_t kEdgesMax = 1'000'000;

  explicit UidlMemory(std::size_t aliases_max = kAliasesMax) : aliases_max_(aliases_max) {}

  net::Task<StoredUidls> find(net::Loop& loop, MailboxKey key) override;
  net::Task<> keep(net::Loop& loop, MailboxKey key, UidlChange change) override;
  void note(const MailboxKey& key, UidlChange change) override;
  net::Task<ImportResult> import(net::Loop& loop,
                                 MailboxKey key,
                                 std::vector<UidlRecord> records,
                                 bool forced) override;
  net::Task<std::optional<ViewEdge>> edge(net::Loop& loop,
                                          MailboxKey key,
                                          std::string_view view) override;
  net::Task<> keep_edge(net::Loop& loop,
                        MailboxKey key,
                        std::string_view view,
                        ViewEdge edge) override;

 private:
  // False: there is no room.
  [[nodiscard]] bool take(const MailboxKey& key, UidlChange change);

  std::size_t aliases_max_;
  std::mutex mutex_;  // guards what follows
  std::unordered_map<net::Digest, StoredUidls, net::OctetHash> mailboxes_;
  std::unordered_map<std::string, ViewEdge> edges_;  // by the octets of the key, then the view
  std::size_t aliases_ = 0;
};

}  // namespace postern::proxy
