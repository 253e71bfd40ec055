// Reading, and writing what differs.

#include "proxy/index_tables.hpp"

#include "net/random.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

namespace postern::proxy {

using net::Digest;
using net::failure;
using net::Kind;
using net::Origin;
using net::Result;

namespace {

constexpr std::size_t kNameOctets = 16;
constexpr std::int64_t kIdMax = std::numeric_limits<std::int32_t>::max();

std::string_view octets_of(const Digest& digest, std::size_t count) {
  return {reinterpret_cast<const char*>(digest.data()), count};
}

std::int64_t first_place(std::int64_t id) {
  return id << 32U;
}

std::int64_t last_place(std::int64_t id) {
  return first_place(id) | 0xffffffff;
}

template <class T>
std::unexpected<net::Error> passed_on(Result<T>& failed) {
  return std::unexpected(std::move(failed.error()));
}

}  // namespace

Result<> IndexTables::build(Database& database) {
  auto made = database.run(
      "CREATE TABLE secret (names BLOB NOT NULL, seals BLOB NOT NULL);"
      "CREATE TABLE mailbox (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE,"
      " day INTEGER NOT NULL, head BLOB NOT NULL);"
      "CREATE INDEX mailbox_by_day ON mailbox (day);"
      "CREATE TABLE chunk (place INTEGER PRIMARY KEY, octets BLOB NOT NULL);");
  if (!made) return made;
  std::array<std::byte, sizeof(Digest) + sizeof(metrics::HashKey)> chance{};
  net::Random().fill(chance);
  const std::string_view octets(reinterpret_cast<const char*>(chance.data()), chance.size());
  auto insert = database.prepare("INSERT INTO secret VALUES (?, ?)");
  if (!insert) return passed_on(insert);
  return insert->with(octets.substr(0, sizeof(Digest))).with(octets.substr(sizeof(Digest))).run();
}

Result<IndexTables> IndexTables::open(Database& database) {
  auto select = database.prepare("SELECT names, seals FROM secret");
  if (!select) return passed_on(select);
  auto row = select->step();
  if (!row) return passed_on(row);
  Digest names{};
  metrics::HashKey seals{};
  if (!*row || select->octets(0).size() != names.size() ||
      select->octets(1).size() != seals.size()) {
    return failure(Kind::Malformed, Origin::Here, "no secret in it");
  }
  std::memcpy(names.data(), select->octets(0).data(), names.size());
  std::memcpy(seals.data(), select->octets(1).data(), seals.size());
  return IndexTables(database, names, seals);
}

Digest IndexTables::name_of(const MailboxKey& key) const {
  return names_->hmac({key.upstream, key.user, key.mailbox});
}

Result<std::optional<IndexTables::Row>> IndexTables::row_of(const Digest& name) {
  auto select = database_->prepare("SELECT id, day, head FROM mailbox WHERE name = ?");
  if (!select) return passed_on(select);
  select->with(octets_of(name, kNameOctets));
  auto there = select->step();
  if (!there) return passed_on(there);
  if (!*there) return std::nullopt;
  Row row{
      .id = select->integer(0), .day = select->integer(1), .head = std::string(select->octets(2))};
  if (row.id < 1 || row.id > kIdMax) return failure(Kind::Malformed, Origin::Here, "an odd id");
  return row;
}

// ---- reading

Result<IndexFinding> IndexTables::read(const MailboxKey& key) {
  const IndexSealer sealer{.key = seals_, .mailbox = name_of(key)};
  auto row = row_of(sealer.mailbox);
  if (!row) return passed_on(row);
  if (!*row) return IndexFinding{};
  auto head = IndexHead::unsealed(sealer, (*row)->head);
  if (!head) return IndexFinding{.is_odd = true};
  return read_chunks(sealer, **row, std::move(*head));
}

Result<IndexFinding> IndexTables::read_chunks(const IndexSealer& sealer,
                                              const Row& row,
                                              IndexHead head) {
  auto select = database_->prepare(
      "SELECT place, octets FROM chunk WHERE place BETWEEN ? AND ? ORDER BY place");
  if (!select) return passed_on(select);
  select->with(first_place(row.id)).with(last_place(row.id));
  IndexSum sum(seals_);
  std::vector<upstream::ListedMessage> messages;
  messages.reserve(head.messages);
  while (true) {
    auto there = select->step();
    if (!there) return passed_on(there);
    if (!*there) break;
    const auto place = static_cast<std::uint64_t>(select->integer(0) & 0xffffffff);
    const std::string_view octets = select->octets(1);
    if (sum.chunks() == head.chunks || !unseal_chunk(sealer, place, octets, messages)) {
      return IndexFinding{.is_odd = true};
    }
    sum.add(octets);
  }
  const bool whole =
      sum.chunks() == head.chunks && sum.value() == head.sum && messages.size() == head.messages;
  if (!whole) return IndexFinding{.is_odd = true};
  head.mailbox.known.messages = std::move(messages);
  return IndexFinding{.mailbox = std::move(head.mailbox), .day = row.day};
}

// ---- writing

Result<bool> IndexTables::write(const MailboxKey& key,
                                const IndexedMailbox& mailbox,
                                std::int64_t day) {
  const IndexSealer sealer{.key = seals_, .mailbox = name_of(key)};
  auto found = row_of(sealer.mailbox);
  if (!found) return passed_on(found);

  const IndexedMessages messages = mailbox.known.messages;
  IndexHead head{.mailbox = {.known = {.uid_validity = mailbox.known.uid_validity,
                                       .uid_next = mailbox.known.uid_next,
                                       .modseq = mailbox.known.modseq,
                                       .listed_at = mailbox.known.listed_at,
                                       .complete = mailbox.known.complete,
                                       .counting_trusted = mailbox.known.counting_trusted},
                             .committed = mailbox.committed,
                             .interrupted = mailbox.interrupted},
                 .messages = messages.size()};
  IndexSum sum(seals_);
  for (IndexedMessages rest = messages; !rest.empty();) {
    const IndexedMessages chunk = first_chunk(rest);
    sum.add(sealed_chunk(sealer, chunk));
    rest = rest.subspan(chunk.size());
  }
  head.chunks = sum.chunks();
  head.sum = sum.value();
  const std::string row = head.sealed(sealer);

  if (*found && (*found)->head == row && (*found)->day == day) return false;
  auto write = database_->prepare(
      *found ? std::string_view("UPDATE mailbox SET day = ?2, head = ?3 WHERE name = ?1")
             : std::string_view("INSERT INTO mailbox (name, day, head) VALUES (?1, ?2, ?3)"));
  if (!write) return passed_on(write);
  const std::string_view name = octets_of(sealer.mailbox, kNameOctets);
  if (auto done = write->with(name).with(day).with(row).run(); !done) return passed_on(done);

  const auto before = *found ? IndexHead::unsealed(sealer, (*found)->head) : std::nullopt;
  if (before && before->sum == head.sum && before->chunks == head.chunks) return false;
  std::int64_t id = *found ? (*found)->id : 0;
  if (!*found) {
    auto made = row_of(sealer.mailbox);
    if (!made) return passed_on(made);
    if (!*made) return failure(Kind::Malformed, Origin::Here, "a row that was made is not there");
    id = (*made)->id;
  }
  if (auto done = write_chunks(sealer, id, messages); !done) return passed_on(done);
  return !*found;
}

// Compares what is there by place and seal: rows that are the same stay.
Result<> IndexTables::write_chunks(const IndexSealer& sealer,
                                   std::int64_t id,
                                   IndexedMessages messages) {
  std::vector<std::pair<std::int64_t, std::string>> old;
  {
    auto select = database_->prepare(
        "SELECT place, substr(octets, -8) FROM chunk WHERE place BETWEEN ? AND ? ORDER BY place");
    if (!select) return passed_on(select);
    select->with(first_place(id)).with(last_place(id));
    while (true) {
      auto there = select->step();
      if (!there) return passed_on(there);
      if (!*there) break;
      old.emplace_back(select->integer(0), select->octets(1));
    }
  }
  auto write = database_->prepare("INSERT OR REPLACE INTO chunk VALUES (?, ?)");
  if (!write) return passed_on(write);
  auto remove = database_->prepare("DELETE FROM chunk WHERE place = ?");
  if (!remove) return passed_on(remove);
  auto at = old.cbegin();
  const auto remove_before = [&](std::int64_t place) -> Result<> {
    for (; at != old.cend() && at->first < place; ++at) {
      if (auto done = remove->with(at->first).run(); !done) return done;
    }
    return {};
  };
  for (IndexedMessages rest = messages; !rest.empty();) {
    const IndexedMessages chunk = first_chunk(rest);
    rest = rest.subspan(chunk.size());
    const std::int64_t place = first_place(id) | wire::raw(chunk.front().uid);
    const std::string row = sealed_chunk(sealer, chunk);
    if (auto done = remove_before(place); !done) return done;
    const bool is_there = at != old.cend() && at->first == place;
    const bool is_same = is_there && row.ends_with(at->second) && at->second.size() == kSealOctets;
    if (is_there) ++at;
    if (is_same) continue;
    if (auto done = write->with(place).with(row).run(); !done) return done;
  }
  return remove_before(std::numeric_limits<std::int64_t>::max());
}

// ---- taking out

Result<> IndexTables::drop(std::int64_t id) {
  auto chunks = database_->prepare("DELETE FROM chunk WHERE place BETWEEN ? AND ?");
  if (!chunks) return passed_on(chunks);
  if (auto done = chunks->with(first_place(id)).with(last_place(id)).run(); !done) return done;
  auto mailbox = database_->prepare("DELETE FROM mailbox WHERE id = ?");
  if (!mailbox) return passed_on(mailbox);
  return mailbox->with(id).run();
}

Result<> IndexTables::mark(const MailboxKey& key, std::int64_t day) {
  auto update = database_->prepare("UPDATE mailbox SET day = ?2 WHERE name = ?1 AND day < ?2");
  if (!update) return passed_on(update);
  const Digest name = name_of(key);
  return update->with(octets_of(name, kNameOctets)).with(day).run();
}

Result<bool> IndexTables::drop_if_odd(const MailboxKey& key) {
  auto finding = read(key);
  if (!finding) return passed_on(finding);
  if (!finding->is_odd) return false;
  auto row = row_of(name_of(key));
  if (!row) return passed_on(row);
  if (!*row) return false;
  if (auto done = drop((*row)->id); !done) return passed_on(done);
  return true;
}

Result<std::size_t> IndexTables::expire(std::int64_t day, std::size_t max) {
  std::vector<std::int64_t> ids;
  {
    auto select = database_->prepare("SELECT id FROM mailbox WHERE day < ? ORDER BY day LIMIT ?");
    if (!select) return passed_on(select);
    select->with(day).with(static_cast<std::int64_t>(max));
    while (true) {
      auto there = select->step();
      if (!there) return passed_on(there);
      if (!*there) break;
      ids.push_back(select->integer(0));
    }
  }
  for (const std::int64_t id : ids) {
    if (auto done = drop(id); !done) return passed_on(done);
  }
  return ids.size();
}

Result<> IndexTables::shrink() {
  return database_->run("PRAGMA incremental_vacuum(256)");
}

Result<std::int64_t> IndexTables::mailboxes() {
  return database_->number("SELECT count(*) FROM mailbox");
}

Result<std::int64_t> IndexTables::octets() {
  auto pages = database_->number("PRAGMA page_count");
  if (!pages) return pages;
  auto size = database_->number("PRAGMA page_size");
  if (!size) return size;
  return *pages * *size;
}

}  // namespace postern::proxy
