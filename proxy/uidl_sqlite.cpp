// Rows and statements. What is read is checked: a row that could not have been written here is a
// damaged file.

#include "proxy/uidl_sqlite.hpp"

#include "wire/pop3_answer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <ranges>
#include <string>
#include <utility>

namespace postern::proxy {

using net::fail;
using net::Kind;
using net::Origin;
using net::Result;
using net::Task;

namespace {

constexpr net::Duration kPatience = std::chrono::seconds(20);  // for the disk
constexpr std::int64_t kNone = -1;                             // in place of a number
constexpr std::int64_t kUidlVersion = 3;                       // of the tables

std::string_view view_of(const net::Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::unexpected<net::Error> damaged() {
  return net::failure(Kind::Malformed, Origin::Here, "a stored UIDL cannot be one");
}

bool is_number(std::int64_t value) {
  return value > 0 && value <= UINT32_MAX;
}

// The row of a mailbox; nothing if there is none.
struct MailboxRow {
  std::int64_t id = 0;
  bool imported = false;
  bool forced = false;
};

Result<std::optional<MailboxRow>> find_mailbox(Database& database, const net::Digest& key) {
  auto select = database.prepare("SELECT id, imported, forced FROM uidl_mailbox WHERE key = ?");
  if (!select) return std::unexpected(select.error());
  const auto row = select->with(view_of(key)).step();
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::nullopt;
  return MailboxRow{.id = select->integer(0),
                    .imported = select->integer(1) != 0,
                    .forced = select->integer(2) != 0};
}

Result<std::int64_t> make_mailbox(Database& database, const net::Digest& key) {
  auto insert = database.prepare(
      "INSERT INTO uidl_mailbox (key, imported, forced) VALUES (?, 0, 0) "
      "ON CONFLICT (key) DO NOTHING");
  if (!insert) return std::unexpected(insert.error());
  if (auto done = insert->with(view_of(key)).run(); !done) return std::unexpected(done.error());
  auto found = find_mailbox(database, key);
  if (!found) return std::unexpected(found.error());
  if (!*found) return damaged();
  return (*found)->id;
}

Result<std::vector<StoredUidl>> read_aliases(Database& database, std::int64_t mailbox) {
  auto select = database.prepare(
      "SELECT validity, uid, uidl, position, gone FROM uidl_alias WHERE mailbox = ? "
      "ORDER BY validity, uid");
  if (!select) return std::unexpected(select.error());
  select->with(mailbox);
  std::vector<StoredUidl> aliases;
  while (true) {
    const auto row = select->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return aliases;
    const std::int64_t validity = select->integer(0);
    const std::int64_t uid = select->integer(1);
    const std::string_view text = select->octets(2);
    const std::int64_t position = select->integer(3);
    if (!is_number(validity) || !is_number(uid) || !wire::pop3::is_uidl(text)) return damaged();
    const std::int64_t gone = select->integer(4);
    if (position != 0 && !is_number(position)) return damaged();
    if (gone != 0 && !is_number(gone)) return damaged();
    aliases.push_back({.validity = wire::UidValidity{static_cast<std::uint32_t>(validity)},
                       .uid = wire::Uid{static_cast<std::uint32_t>(uid)},
                       .text = std::string(text),
                       .position = static_cast<std::uint32_t>(position),
                       .gone_on = static_cast<std::uint32_t>(gone)});
  }
}

std::optional<UidlKeys> read_keys(const Statement& row) {
  UidlKeys keys;
  const std::int64_t validity = row.integer(0);
  const std::int64_t uid = row.integer(1);
  if (is_number(validity) && is_number(uid)) {
    keys.place =
        UidlKeys::Place{.validity = wire::UidValidity{static_cast<std::uint32_t>(validity)},
                        .uid = wire::Uid{static_cast<std::uint32_t>(uid)}};
  }
  const std::string_view header = row.octets(2);
  if (!header.empty()) {
    net::Digest digest{};
    if (header.size() != digest.size()) return std::nullopt;
    std::ranges::copy(header, reinterpret_cast<char*>(digest.data()));
    keys.header = digest;
  }
  const std::int64_t size = row.integer(3);
  if (size >= 0) keys.size = static_cast<std::uint64_t>(size);
  const std::int64_t position = row.integer(4);
  if (is_number(position)) keys.position = static_cast<std::uint32_t>(position);
  return keys;
}

Result<std::vector<UidlRecord>> read_records(Database& database, std::int64_t mailbox) {
  auto select = database.prepare(
      "SELECT validity, uid, header, size, position, uidl FROM uidl_record "
      "WHERE mailbox = ? ORDER BY place");
  if (!select) return std::unexpected(select.error());
  select->with(mailbox);
  std::vector<UidlRecord> records;
  while (true) {
    const auto row = select->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return records;
    auto keys = read_keys(*select);
    const std::string_view text = select->octets(5);
    if (!keys || !wire::pop3::is_uidl(text)) return damaged();
    records.push_back({.keys = std::move(*keys), .text = std::string(text)});
  }
}

// Nothing if the mailbox is not known; all of it may have been forgotten since.
Result<std::optional<StoredUidls>> read_all(Database& database, const net::Digest& key) {
  const auto mailbox = find_mailbox(database, key);
  if (!mailbox) return std::unexpected(mailbox.error());
  if (!*mailbox) return std::nullopt;
  auto aliases = read_aliases(database, (*mailbox)->id);
  if (!aliases) return std::unexpected(aliases.error());
  auto records = read_records(database, (*mailbox)->id);
  if (!records) return std::unexpected(records.error());
  return StoredUidls{.aliases = std::move(*aliases),
                     .records = std::move(*records),
                     .imported = (*mailbox)->imported,
                     .forced = (*mailbox)->forced};
}

Result<> drop_records(Database& database, std::int64_t mailbox) {
  auto remove = database.prepare("DELETE FROM uidl_record WHERE mailbox = ?");
  if (!remove) return std::unexpected(remove.error());
  return remove->with(mailbox).run();
}

Result<> write_change(Database& database, const net::Digest& key, const UidlChange& change) {
  const auto mailbox = make_mailbox(database, key);
  if (!mailbox) return std::unexpected(mailbox.error());
  auto insert = database.prepare(
      "INSERT INTO uidl_alias (mailbox, validity, uid, uidl, position, gone) "
      "VALUES (?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (mailbox, validity, uid) DO UPDATE SET uidl = excluded.uidl, "
      "position = excluded.position, gone = excluded.gone");
  if (!insert) return std::unexpected(insert.error());
  for (const StoredUidl& each : change.aliases) {
    insert->reset();
    insert->with(*mailbox).with(std::int64_t{wire::raw(each.validity)});
    insert->with(std::int64_t{wire::raw(each.uid)}).with(std::string_view(each.text));
    insert->with(std::int64_t{each.position}).with(std::int64_t{each.gone_on});
    if (auto done = insert->run(); !done) return done;
  }
  if (change.forgets_before != 0) {
    auto remove =
        database.prepare("DELETE FROM uidl_alias WHERE mailbox = ? AND gone > 0 AND gone < ?");
    if (!remove) return std::unexpected(remove.error());
    remove->with(*mailbox).with(std::int64_t{change.forgets_before});
    if (auto done = remove->run(); !done) return done;
  }
  return change.records_are_done ? drop_records(database, *mailbox) : Result<>();
}

Result<> insert_records(Database& database,
                        std::int64_t mailbox,
                        const std::vector<UidlRecord>& records) {
  auto insert = database.prepare(
      "INSERT INTO uidl_record (mailbox, place, validity, uid, header, size, position, uidl) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  if (!insert) return std::unexpected(insert.error());
  std::int64_t place = 0;
  for (const UidlRecord& each : records) {
    const UidlKeys& keys = each.keys;
    insert->reset();
    insert->with(mailbox).with(++place);
    insert->with(keys.place ? std::int64_t{wire::raw(keys.place->validity)} : kNone);
    insert->with(keys.place ? std::int64_t{wire::raw(keys.place->uid)} : kNone);
    insert->with(keys.header ? view_of(*keys.header) : std::string_view());
    insert->with(keys.size ? static_cast<std::int64_t>(*keys.size) : kNone);
    insert->with(keys.position ? std::int64_t{*keys.position} : kNone);
    insert->with(std::string_view(each.text));
    if (auto done = insert->run(); !done) return done;
  }
  return {};
}

Result<ImportResult> write_import(Database& database,
                                  const net::Digest& key,
                                  const std::vector<UidlRecord>& records,
                                  bool forced) {
  const auto mailbox = make_mailbox(database, key);
  if (!mailbox) return std::unexpected(mailbox.error());
  const auto aliases = read_aliases(database, *mailbox);
  if (!aliases) return std::unexpected(aliases.error());
  const auto fresh = unknown_records(records, *aliases);
  if (auto done = drop_records(database, *mailbox); !done) return std::unexpected(done.error());
  if (auto done = insert_records(database, *mailbox, fresh); !done) {
    return std::unexpected(done.error());
  }
  auto mark = database.prepare("UPDATE uidl_mailbox SET imported = 1, forced = ? WHERE id = ?");
  if (!mark) return std::unexpected(mark.error());
  if (auto done = mark->with(std::int64_t{forced ? 1 : 0}).with(*mailbox).run(); !done) {
    return std::unexpected(done.error());
  }
  return ImportResult{.taken = fresh.size(), .known = records.size() - fresh.size()};
}

// What opens a file for writing brings it up to date.
Result<> do_nothing(Database& /*database*/) {
  return {};
}

Result<std::vector<net::Digest>> read_owners(Database& database) {
  auto select = database.prepare("SELECT key FROM uidl_mailbox");
  if (!select) return std::unexpected(select.error());
  std::vector<net::Digest> owners;
  while (true) {
    const auto row = select->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return owners;
    net::Digest digest{};
    const std::string_view key = select->octets(0);
    if (key.size() != digest.size()) return damaged();
    std::ranges::copy(key, reinterpret_cast<char*>(digest.data()));
    owners.push_back(digest);
  }
}

}  // namespace

// Each version as it came: a file of any of them is brought up to the last.
Result<> build_uidl_tables(Database& database, std::int64_t from) {
  constexpr std::array<const char*, 3> kSteps = {
      "CREATE TABLE uidl_mailbox (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE,"
      "  imported INTEGER NOT NULL, forced INTEGER NOT NULL);"
      "CREATE TABLE uidl_alias (mailbox INTEGER NOT NULL, validity INTEGER NOT NULL,"
      "  uid INTEGER NOT NULL, uidl BLOB NOT NULL,"
      "  PRIMARY KEY (mailbox, validity, uid)) WITHOUT ROWID;"
      "CREATE TABLE uidl_record (mailbox INTEGER NOT NULL, place INTEGER NOT NULL,"
      "  validity INTEGER NOT NULL, uid INTEGER NOT NULL, header BLOB NOT NULL,"
      "  size INTEGER NOT NULL, position INTEGER NOT NULL, uidl BLOB NOT NULL,"
      "  PRIMARY KEY (mailbox, place)) WITHOUT ROWID;"
      "CREATE TABLE view_edge (key BLOB NOT NULL, view BLOB NOT NULL, validity INTEGER NOT NULL,"
      "  lowest INTEGER NOT NULL, PRIMARY KEY (key, view)) WITHOUT ROWID;",
      "ALTER TABLE uidl_alias ADD COLUMN position INTEGER NOT NULL DEFAULT 0;",
      "ALTER TABLE uidl_alias ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;"};
  static_assert(kSteps.size() == kUidlVersion);
  for (const char* const step : kSteps | std::views::drop(from)) {
    if (auto done = database.run(step); !done) return done;
  }
  return {};
}

StatePlan state_plan(std::filesystem::path path) {
  return {.path = std::move(path),
          .is_cache = false,
          .application = kStateApplication,
          .version = kUidlVersion,
          .build = build_uidl_tables};
}

UidlSqlite::UidlSqlite(StateThreads& threads, std::shared_ptr<StateFile> file)
    : threads_(threads), file_(std::move(file)), owners_(std::make_shared<Owners>()) {
  const auto learn = [owners = owners_](Database& database) -> Result<> {
    auto all = read_owners(database);
    if (!all) return std::unexpected(all.error());
    const std::scoped_lock lock(owners->mutex);
    owners->digests.insert(all->begin(), all->end());
    owners->known = true;
    return {};
  };
  const auto learned = [owners = owners_](const Result<>& result) {
    if (result || result.error().kind != Kind::Gone) return;
    const std::scoped_lock lock(owners->mutex);
    owners->known = true;  // there is no file: nobody has entries
  };
  const auto done = [&threads, file = file_, learn, learned](const Result<>& result) {
    learned(result);
    if (result || result.error().kind != Kind::Changed) return;
    const auto again = [&threads, file, learn, learned](const Result<>& /*renewed*/) {
      threads.reader.give({.file = file, .work = learn, .done = learned});
    };
    threads.writer.give({.file = file, .work = do_nothing, .done = again});
  };
  threads_.reader.give({.file = file_, .work = learn, .done = done});
}

bool UidlSqlite::has_entries(const net::Digest& digest) const {
  const std::scoped_lock lock(owners_->mutex);
  return owners_->digests.contains(digest);
}

bool UidlSqlite::may_have_entries(const net::Digest& digest) const {
  const std::scoped_lock lock(owners_->mutex);
  return !owners_->known || owners_->digests.contains(digest);
}

void UidlSqlite::note_owner(const net::Digest& digest) {
  const std::scoped_lock lock(owners_->mutex);
  owners_->digests.insert(digest);
}

Task<> UidlSqlite::read(net::Loop& loop, StateFile::Work work) {
  const net::Deadline deadline{loop.exact_now() + kPatience};
  auto done = co_await attempt(do_there(threads_.reader, loop, file_, work, deadline));
  if (!done && done.error().kind == Kind::Changed) {
    co_await write(loop, do_nothing);
    done = co_await attempt(do_there(threads_.reader, loop, file_, std::move(work), deadline));
  }
  if (done || done.error().kind == Kind::Gone) co_return;
  if (done.error().kind != Kind::Cancelled) done.error().kind = Kind::Unavailable;
  co_await fail(std::move(done.error()));
}

Task<> UidlSqlite::write(net::Loop& loop, StateFile::Work work) {
  const net::Deadline deadline{loop.exact_now() + kPatience};
  auto done = co_await attempt(do_there(threads_.writer, loop, file_, std::move(work), deadline));
  if (done) co_return;
  if (done.error().kind != Kind::Cancelled) done.error().kind = Kind::Unavailable;
  co_await fail(std::move(done.error()));
}

bool UidlSqlite::has_none(const net::Digest& digest) {
  const auto moment = file_->moment();
  if (!moment || !file_->is_fresh()) return false;
  const std::scoped_lock lock(others_.mutex);
  return others_.moment == moment && others_.digests.contains(digest);
}

// `before`: the moment in which the look-up was asked for. If it lasts, so does what was found.
void UidlSqlite::note_none(const net::Digest& digest, std::optional<StateFile::Moment> before) {
  if (!before || file_->moment() != before) return;
  const std::scoped_lock lock(others_.mutex);
  if (others_.moment != before || others_.digests.size() >= Others::kMost) {
    others_.moment = before;
    others_.digests.clear();
  }
  others_.digests.insert(digest);
}

Task<StoredUidls> UidlSqlite::find(net::Loop& loop, MailboxKey key) {
  const net::Digest digest = uidl_store_key(key);
  if (has_none(digest)) co_return StoredUidls{};
  const auto before = file_->moment();
  const auto found = std::make_shared<std::optional<StoredUidls>>();
  const auto done = co_await attempt(read(loop, [found, digest](Database& database) -> Result<> {
    auto all = read_all(database, digest);
    if (!all) return std::unexpected(all.error());
    *found = std::move(*all);
    return {};
  }));
  if (done && *found) {
    note_owner(digest);
    co_return std::move(**found);
  }
  // A file without what stood in it is as bad as one that cannot be read.
  if (done && has_entries(digest)) {
    co_await fail(Kind::Unavailable, Origin::Here, "stored UIDLs are gone");
  }
  if (!done && (done.error().kind == Kind::Cancelled || may_have_entries(digest))) {
    co_await fail(done.error());
  }
  if (done) note_none(digest, before);
  co_return StoredUidls{};
}

Task<> UidlSqlite::keep(net::Loop& loop, MailboxKey key, UidlChange change) {
  const net::Digest digest = uidl_store_key(key);
  const auto shared = std::make_shared<const UidlChange>(std::move(change));
  co_await write(loop, [shared, digest](Database& database) {
    return write_change(database, digest, *shared);
  });
  note_owner(digest);
}

void UidlSqlite::note(const MailboxKey& key, UidlChange change) {
  const net::Digest digest = uidl_store_key(key);
  const std::size_t octets = change.aliases.size() * sizeof(StoredUidl);
  StateFile::Work work = [digest, change = std::move(change)](Database& database) {
    return write_change(database, digest, change);
  };
  note_owner(digest);
  threads_.writer.give({.file = file_, .work = std::move(work), .octets = octets});
}

Task<ImportResult> UidlSqlite::import(net::Loop& loop,
                                      MailboxKey key,
                                      std::vector<UidlRecord> records,
                                      bool forced) {
  const net::Digest digest = uidl_store_key(key);
  const auto shared = std::make_shared<const std::vector<UidlRecord>>(std::move(records));
  const auto result = std::make_shared<ImportResult>();
  co_await write(loop, [shared, result, digest, forced](Database& database) -> Result<> {
    const auto done = write_import(database, digest, *shared, forced);
    if (!done) return std::unexpected(done.error());
    *result = *done;
    return {};
  });
  note_owner(digest);
  co_return *result;
}

Task<std::optional<ViewEdge>> UidlSqlite::edge(net::Loop& loop,
                                               MailboxKey key,
                                               std::string_view view) {
  const net::Digest digest = uidl_store_key(key);
  const auto found = std::make_shared<std::optional<ViewEdge>>();
  const std::string name(view);
  co_await read(loop, [found, digest, name](Database& database) -> Result<> {
    auto select =
        database.prepare("SELECT validity, lowest FROM view_edge WHERE key = ? AND view = ?");
    if (!select) return std::unexpected(select.error());
    const auto row = select->with(view_of(digest)).with(std::string_view(name)).step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
    if (!is_number(select->integer(0)) || !is_number(select->integer(1))) return damaged();
    *found = ViewEdge{.validity = wire::UidValidity{static_cast<std::uint32_t>(select->integer(0))},
                      .lowest = wire::Uid{static_cast<std::uint32_t>(select->integer(1))}};
    return {};
  });
  co_return *found;
}

Task<> UidlSqlite::keep_edge(net::Loop& loop,
                             MailboxKey key,
                             std::string_view view,
                             ViewEdge edge) {
  const net::Digest digest = uidl_store_key(key);
  const std::string name(view);
  co_await write(loop, [digest, name, edge](Database& database) -> Result<> {
    auto insert = database.prepare(
        "INSERT INTO view_edge (key, view, validity, lowest) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (key, view) DO UPDATE SET validity = excluded.validity, "
        "lowest = excluded.lowest");
    if (!insert) return std::unexpected(insert.error());
    insert->with(view_of(digest)).with(std::string_view(name));
    return insert->with(std::int64_t{wire::raw(edge.validity)})
        .with(std::int64_t{wire::raw(edge.lowest)})
        .run();
  });
}

}  // namespace postern::proxy
