// SQLite as values: a connection, a statement, a transaction.
//
// A connection and all that comes from it belong to one thread at a time. Statements go before
// their connection does. What goes wrong is an Error of Origin::Here:
//   Malformed    this is no database, or it is damaged, or has not the tables that are asked for
//   Unavailable  another connection holds the lock for longer than one waits for it
//   Limit        the disk, or the file, is full
//   Denied       the file cannot be opened, or not be written
//   Refused      the row is not one that the table takes
//   Internal     reading or writing failed
// Its detail is SQLite's own word with the number of the extended code.

#pragma once

#include "net/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace postern::proxy {

class Database;

// A prepared statement. When it ends, the connection keeps it for whoever prepares the same text.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Gives the next value: places are counted from the first `?`. Octets are copied.
  Statement& with(std::int64_t value);
  Statement& with(std::string_view octets);  // a BLOB
  Statement& with_text(std::string_view utf8);

  // The next row; false: there is none.
  [[nodiscard]] net::Result<bool> step();

  // Runs it to its end, for those that answer no rows.
  [[nodiscard]] net::Result<> run();

  // Back to before the first row, and without values.
  void reset();

  // A column of the row, from 0. Octets are valid until the next step() or reset(); what is of
  // another type comes as SQLite converts it, so check what matters.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view octets(int column) const;

 private:
  friend class Database;

  Statement(Database& database, std::string_view text, sqlite3_stmt* statement)
      : database_(&database), text_(text), statement_(statement) {}

  Database* database_;
  std::string_view text_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
  bool refused_ = false;  // a value was not taken: step() says so
};

// A connection. Every file is kept in WAL mode, so that readers and the one writer never wait for
// each other, with checks against what a hostile file could do.
class Database {
 public:
  enum class Use : unsigned char {
    Lasting,  // a commit is on the disk before it is answered (synchronous = FULL)
    Cache,    // a power cut may take the last commits (synchronous = NORMAL)
    Reading,  // nothing is written through it, and the file must be there
  };

  // Opens the file, and makes it (mode 0600) unless for reading. `application` is what marks files
  // of this sort (PRAGMA application_id); one that bears another mark is Malformed, and left as it
  // is. Locks of others are waited for a second at most.
  [[nodiscard]] static net::Result<std::unique_ptr<Database>> open(
      const std::filesystem::path& path, Use use, std::int32_t application);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  // The text is looked at for as long as the connection lives: a literal.
  [[nodiscard]] net::Result<Statement> prepare(std::string_view text);

  // Runs statements that have no values, separated by semicolons.
  [[nodiscard]] net::Result<> run(const char* statements);

  // The one number that a statement or PRAGMA answers.
  [[nodiscard]] net::Result<std::int64_t> number(std::string_view text);

  // Whether the file at the path is another by now, or none.
  [[nodiscard]] bool has_moved() const;

  // Looks through the whole file for damage that SQLite can see; it takes as long as reading it.
  // What cannot be looked at for another reason is as good as sound. Outside of transactions.
  [[nodiscard]] bool is_sound();

  // The end of this connection leaves the files beside the database alone: they are another's.
  void leave_files_alone();

  // Differs for each connection that this process opens.
  [[nodiscard]] std::uint64_t serial() const { return serial_; }

 private:
  friend class Statement;

  explicit Database(sqlite3* connection);

  [[nodiscard]] net::Result<> set_up(Use use, std::int32_t application);
  [[nodiscard]] net::Result<> begin_file(std::int32_t application);
  [[nodiscard]] std::unexpected<net::Error> failed(int code) const;

  sqlite3* connection_;
  std::uint64_t serial_;
  bool reads_only_ = false;
  std::unordered_map<std::string_view, sqlite3_stmt*> kept_;  // statements that nobody uses now
};

// Which file it is that a path leads to now; the default: none.
enum class FileNumber : std::uint64_t {};

[[nodiscard]] FileNumber number_of(const std::filesystem::path& path);

// Renames a database to "PATH.bad", and removes what SQLite has put beside it, if it is still that
// file: of several processes that found it damaged the first does it. False: it is as it was.
bool put_aside(const std::filesystem::path& path, FileNumber number);

// All or nothing; undone unless committed.
class Transaction {
 public:
  // Writing takes the lock of writers at once; reading sees one moment from its first statement on.
  enum class Purpose : unsigned char { Reading, Writing };

  [[nodiscard]] static net::Result<Transaction> begin(Database& database, Purpose purpose);

  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  [[nodiscard]] net::Result<> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}

  Database* database_;
};

}  // namespace postern::proxy
