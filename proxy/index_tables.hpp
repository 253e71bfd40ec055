// The tables of index.db, through one connection to it.
//
//   secret   one row: what keys and seals are made with, random, made with the file
//   mailbox  id, key (a keyed hash of upstream, user and mailbox: no name stands in the file), day
//            of the last use, head
//   chunk    place (id of the mailbox, 32 bits; UID of the first message, 32 bits), octets
//
// The caller has a transaction open, so that a mailbox is read as it was written.

#pragma once

#include "net/result.hpp"
#include "proxy/index_chunk.hpp"
#include "proxy/mailbox_key.hpp"
#include "proxy/sqlite.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace postern::proxy {

// What there is of a mailbox. Odd: rows that are not as they were written, as good as none.
struct IndexFinding {
  std::optional<IndexedMailbox> mailbox;
  std::int64_t day = 0;  // it was used last, as far as the file knows
  bool is_odd = false;
};

class IndexTables {
 public:
  static constexpr std::int32_t kApplication = 0x70737478;  // "pstx"
  static constexpr std::int64_t kVersion = 2;

  // Makes the tables in a new file.
  [[nodiscard]] static net::Result<> build(Database& database);

  [[nodiscard]] static net::Result<IndexTables> open(Database& database);

  [[nodiscard]] net::Result<IndexFinding> read(const MailboxKey& key);

  // Writes the rows that differ. True: the mailbox was not there before.
  [[nodiscard]] net::Result<bool> write(const MailboxKey& key,
                                        const IndexedMailbox& mailbox,
                                        std::int64_t day);

  // It was used on that day, if it is there.
  [[nodiscard]] net::Result<> mark(const MailboxKey& key, std::int64_t day);

  // Takes a mailbox out whose rows are odd. False: they are not.
  [[nodiscard]] net::Result<bool> drop_if_odd(const MailboxKey& key);

  // Takes out mailboxes that were used before that day only, but no more than so many; answers how
  // many.
  [[nodiscard]] net::Result<std::size_t> expire(std::int64_t day, std::size_t max);

  // Gives so many free pages back to the disk.
  [[nodiscard]] net::Result<> shrink();

  [[nodiscard]] net::Result<std::int64_t> mailboxes();
  [[nodiscard]] net::Result<std::int64_t> octets();

 private:
  // A row of the table mailbox.
  struct Row {
    std::int64_t id = 0;
    std::int64_t day = 0;
    std::string head;
  };

  IndexTables(Database& database, const net::Digest& names, const metrics::HashKey& seals)
      : database_(&database), names_(std::make_unique<net::DigestKey>(names)), seals_(seals) {}

  [[nodiscard]] net::Digest name_of(const MailboxKey& key) const;
  [[nodiscard]] net::Result<std::optional<Row>> row_of(const net::Digest& name);
  [[nodiscard]] net::Result<IndexFinding> read_chunks(const IndexSealer& sealer,
                                                      const Row& row,
                                                      IndexHead head);
  [[nodiscard]] net::Result<> write_chunks(const IndexSealer& sealer,
                                           std::int64_t id,
                                           IndexedMessages messages);
  [[nodiscard]] net::Result<> drop(std::int64_t id);

  Database* database_;
  std::unique_ptr<net::DigestKey> names_;
  metrics::HashKey seals_;
};

}  // namespace postern::proxy
