// Opening, failing, beginning anew.

#include "proxy/state_file.hpp"

#include <chrono>
#include <system_error>
#include <utility>

namespace postern::proxy {

using net::Error;
using net::failure;
using net::Kind;
using net::Origin;
using net::Result;

namespace {

std::unexpected<Error> of_version(std::int64_t version) {
  return failure(
      Kind::Malformed, Origin::Here, "written by version " + std::to_string(version) + " of it");
}

}  // namespace

bool StateFile::is_of_file(const Error& error) {
  switch (error.kind) {
    case Kind::Malformed:
    case Kind::Unavailable:
    case Kind::Limit:
    case Kind::Denied:
    case Kind::Internal:
      return true;
    default:
      return false;
  }
}

// ---- writing

Result<> StateFile::write(const Work& work) {
  const net::Time now = std::chrono::steady_clock::now();
  if (now < off_until_) return failure(Kind::Denied, Origin::Here, "the disk failed a moment ago");
  if (const FileNumber damaged = damaged_.load(); damaged != FileNumber{}) {
    begin_anew(damaged, {Kind::Malformed, Origin::Here, "a reader found it damaged"});
  }
  const FileNumber file = number_of(plan_.path);
  Result<> done = write_once(work);
  if (!done && plan_.is_cache && is_damage(done.error())) {
    begin_anew(file, done.error());
    done = write_once(work);
  }
  settle(done);
  measure();
  return done;
}

// A damaged page may name another beyond all bounds, which looks like a disk that is full. To look
// for it takes as long as reading the file, so that is done once while the disk fails, and not at
// each attempt.
bool StateFile::is_damage(const Error& error) {
  if (error.kind == Kind::Malformed) return true;
  return error.kind == Kind::Limit && can_write() && writer_ != nullptr && !writer_->is_sound();
}

Result<> StateFile::write_once(const Work& work) {
  if (!plan_.is_cache && !writes_.open()) {
    return failure(Kind::Denied, Origin::Here, plan_.path.native() + "-writes cannot be used");
  }
  auto database = writer();
  if (!database) return std::unexpected(std::move(database.error()));
  auto transaction = Transaction::begin(**database, Transaction::Purpose::Writing);
  if (!transaction) return std::unexpected(std::move(transaction.error()));
  if (auto done = work(**database); !done) return done;
  if (plan_.is_cache) return transaction->commit();
  writes_.begin();
  auto done = transaction->commit();
  writes_.end();
  return done;
}

// The connection for writing, to the file that is at the path now.
Result<Database*> StateFile::writer() {
  if (writer_ != nullptr && writer_->has_moved()) {
    writer_->leave_files_alone();
    writer_ = nullptr;
  }
  if (writer_ == nullptr) {
    const auto use = plan_.is_cache ? Database::Use::Cache : Database::Use::Lasting;
    auto opened = Database::open(plan_.path, use, plan_.application);
    if (opened && (*opened)->has_moved()) {
      (*opened)->leave_files_alone();  // another process put it aside at that very moment
      opened = Database::open(plan_.path, use, plan_.application);
    }
    if (!opened) return std::unexpected(std::move(opened.error()));
    if (auto built = build(**opened); !built) {
      (*opened)->leave_files_alone();
      return std::unexpected(std::move(built.error()));
    }
    writer_ = std::move(*opened);
  }
  return writer_.get();
}

// Several processes may open a new file at once; one of them builds it.
Result<> StateFile::build(Database& database) const {
  auto transaction = Transaction::begin(database, Transaction::Purpose::Writing);
  if (!transaction) return std::unexpected(std::move(transaction.error()));
  auto from = database.number("PRAGMA user_version");
  if (!from) return std::unexpected(std::move(from.error()));
  if (*from == plan_.version) return {};
  if (*from > plan_.version || (plan_.is_cache && *from != 0)) {
    return of_version(*from);
  }
  if (auto built = plan_.build(database, *from); !built) return built;
  const std::string done = "PRAGMA user_version = " + std::to_string(plan_.version);
  if (auto marked = database.run(done.c_str()); !marked) return marked;
  return transaction->commit();
}

void StateFile::settle(const Result<>& result) {
  if (result || !is_of_file(result.error())) return is_well(kWriting);
  // A lock that another process holds will be free in a moment; a cache does without meanwhile.
  if (result.error().kind == Kind::Unavailable) {
    if (plan_.is_cache) fails(kWriting, result.error());
    return;
  }
  off_until_ = std::chrono::steady_clock::now() + plan_.pause;
  if (writer_ != nullptr) writer_->leave_files_alone();
  writer_ = nullptr;
  fails(kWriting, result.error());
}

void StateFile::fails(std::uint8_t side, const Error& error) {
  if (failing_.fetch_or(side) == 0 && plan_.failed) plan_.failed(error);
}

void StateFile::is_well(std::uint8_t side) {
  const auto others = static_cast<std::uint8_t>(~side);
  if (failing_.fetch_and(others) == side && plan_.recovered) plan_.recovered();
}

// Puts a damaged cache aside, unless another process has done so: then its file is as good as ours.
void StateFile::begin_anew(FileNumber damaged, const Error& why) {
  if (writer_ != nullptr) writer_->leave_files_alone();
  writer_ = nullptr;
  const bool was_it = put_aside(plan_.path, damaged);
  damaged_.store(FileNumber{});
  if (was_it && plan_.replaced) plan_.replaced(why);
}

// ---- reading

Result<> StateFile::read(const Work& work) {
  if (damaged_.load() != FileNumber{}) return failure(Kind::Malformed, Origin::Here, "damaged");
  if (!plan_.is_cache) (void)writes_.open();  // without it there are no moments
  const FileNumber file = number_of(plan_.path);
  Result<> done = read_once(work);
  if (!done && is_of_file(done.error())) {
    const bool is_old = reader_ != nullptr && reader_->has_moved();  // it was put aside meanwhile
    if (done.error().kind == Kind::Malformed && plan_.is_cache && !is_old) damaged_.store(file);
    reader_ = nullptr;
  }
  if (!plan_.is_cache) {
    settle_reading(done);
    measure();
  }
  return done;
}

void StateFile::settle_reading(const Result<>& result) {
  if (result) {
    was_there_ = true;
    return is_well(kReading);
  }
  const Error& error = result.error();
  if (error.kind == Kind::Unavailable) return;  // as in settle()
  const bool is_lost = error.kind == Kind::Gone && was_there_;
  is_lost || is_of_file(error) ? fails(kReading, error) : is_well(kReading);
}

Result<> StateFile::read_once(const Work& work) {
  if (reader_ != nullptr && reader_->has_moved()) reader_ = nullptr;
  if (reader_ == nullptr) {
    std::error_code wrong;
    if (!std::filesystem::exists(plan_.path, wrong)) {
      // Whether it is there can be unknown, and is not the same as that it is not.
      if (wrong) return failure(Kind::Denied, Origin::Here, wrong.message());
      look_for_strangers(nullptr);
      return failure(Kind::Gone, Origin::Here, "not there yet");
    }
    auto opened = Database::open(plan_.path, Database::Use::Reading, plan_.application);
    if (!opened) return std::unexpected(std::move(opened.error()));
    auto version = (*opened)->number("PRAGMA user_version");
    if (!version) return std::unexpected(std::move(version.error()));
    if (*version > plan_.version && !plan_.is_cache) return of_version(*version);
    if (*version != 0 && *version != plan_.version && !plan_.is_cache) {
      return failure(Kind::Changed, Origin::Here, "of an older version");
    }
    if (*version != plan_.version) return failure(Kind::Gone, Origin::Here, "not built yet");
    reader_ = std::move(*opened);
  }
  auto transaction = Transaction::begin(*reader_, Transaction::Purpose::Reading);
  if (!transaction) return std::unexpected(std::move(transaction.error()));
  look_for_strangers(reader_.get());
  return work(*reader_);
}

void StateFile::measure() {
  std::uint64_t octets = 0;
  for (const std::string_view suffix : {"", "-wal"}) {
    std::error_code wrong;
    const auto size = std::filesystem::file_size(plan_.path.native() + std::string(suffix), wrong);
    if (!wrong) octets += size;
  }
  octets_.store(octets);
}

// ---- moments

std::optional<StateFile::Moment> StateFile::moment() const {
  const auto writes = writes_.settled();
  if (plan_.is_cache || !writes) return std::nullopt;
  return Moment{.writes = *writes, .strangers = strangers_.load()};
}

bool StateFile::is_fresh() const {
  return std::chrono::steady_clock::now() - looked_at_.load() < plan_.looked_after;
}

// Who writes without counting: the command-line tool of SQLite, an operator who puts a copy of the
// file in place. Within the transaction of a read, so that both see the same file; null: there is
// none.
void StateFile::look_for_strangers(Database* database) {
  if (plan_.is_cache) return;
  const auto writes = writes_.settled();
  const std::uint64_t serial = database != nullptr ? database->serial() : 0;
  const std::int64_t version =
      database != nullptr ? database->number("PRAGMA data_version").value_or(-1) : 0;
  const bool is_other = serial != serial_seen_ || version != version_seen_;
  if (is_other && writes == writes_seen_) strangers_.fetch_add(1);
  writes_seen_ = writes;
  serial_seen_ = serial;
  version_seen_ = version;
  looked_at_.store(std::chrono::steady_clock::now());
}

}  // namespace postern::proxy
