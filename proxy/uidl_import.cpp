// From users as the old server named them to mailboxes as the upstream does.

#include "proxy/uidl_import.hpp"

#include "net/scope.hpp"
#include "proxy/uidl_file.hpp"
#include "proxy/uidl_sqlite.hpp"
#include "upstream/directory.hpp"
#include "wire/modified_utf7.hpp"

#include <fcntl.h>
#include <fstream>
#include <memory>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace postern::proxy {

using net::fail;
using net::Kind;
using net::Origin;
using net::Task;

namespace {

constexpr std::size_t kAtATime = 64;  // mailboxes that share a commit

// A file made by root has to be the gateway's, which owns the folder.
void leave_to_owner_of_folder(const std::filesystem::path& file) {
  struct stat folder{};
  if (geteuid() != 0 || stat(file.parent_path().c_str(), &folder) != 0) return;
  const int made = open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (made < 0) return;  // it is there already
  (void)!fchown(made, folder.st_uid, folder.st_gid);
  close(made);
}

class Importer {
 public:
  Importer(const conf::Settings& settings, UidlStore& store, bool forced)
      : settings_(settings), directory_(settings), store_(store), forced_(forced) {}

  Task<> import_next(net::Loop& loop,
                     std::vector<ImportedMailbox>& mailboxes,
                     const Print& out,
                     const Print& trouble) {
    while (next_ < mailboxes.size()) {
      ImportedMailbox& mailbox = mailboxes[next_++];
      const std::string name = mailbox.user + "\t" + mailbox.mailbox;
      const auto result = co_await attempt(import_one(loop, mailbox));
      if (result) {
        out(name + "\ttaken=" + std::to_string(result->taken) +
            "\tknown=" + std::to_string(result->known) + "\n");
      } else {
        ++failed;
        trouble(mailbox.user + ": " + result.error().detail + "\n");
      }
    }
  }

  std::size_t failed = 0;

 private:
  Task<ImportResult> import_one(net::Loop& loop, ImportedMailbox& mailbox) {
    const auto destination = directory_.find(mailbox.user, conf::Protocol::Pop3);
    if (!destination) co_await fail(destination.error());
    const auto folder = wire::encode_modified_utf7(mailbox.mailbox);
    if (!folder) co_await fail(Kind::Gone, Origin::Here, "mailbox name that is no UTF-8");
    const MailboxKey key{.upstream = settings_.upstreams[destination->upstream].name,
                         .user = destination->login,
                         .mailbox = *folder};
    co_return co_await store_.import(loop, key, std::move(mailbox.records), forced_);
  }

  const conf::Settings& settings_;
  upstream::Directory directory_;
  UidlStore& store_;
  bool forced_;
  std::size_t next_ = 0;
};

}  // namespace

std::expected<std::size_t, std::string> import_uidls(const conf::Settings& settings,
                                                     const std::filesystem::path& file,
                                                     bool forced,
                                                     const Print& out,
                                                     const Print& trouble) {
  if (settings.state.path.empty()) {
    return std::unexpected("state.path is empty: there is nowhere to keep UIDLs");
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::unexpected(file.native() + ": cannot be read");
  std::ostringstream text;
  text << stream.rdbuf();
  auto mailboxes = read_uidl_file(text.view());
  if (!mailboxes) {
    for (const BadLine& bad : mailboxes.error())
      trouble(file.native() + ":" + std::to_string(bad.number) + ": " + bad.why + "\n");
    return std::unexpected("nothing was imported");
  }
  leave_to_owner_of_folder(settings.state.path);
  StateThreads threads;
  net::Loop loop;
  UidlSqlite store(threads, std::make_shared<StateFile>(state_plan(settings.state.path)));
  Importer importer(settings, store, forced);
  net::Scope scope([](const net::Error&) {});
  for (std::size_t i = 0; i < kAtATime; ++i)
    scope.spawn(importer.import_next(loop, *mailboxes, out, trouble));
  scope.when_empty([&loop] { loop.stop(); });
  if (scope.live() > 0) loop.run();
  return importer.failed;
}

}  // namespace postern::proxy
