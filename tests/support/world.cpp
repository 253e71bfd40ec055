// Setting up the world, and looking at what it wrote down.

#include "tests/support/world.hpp"

#include "conf/load.hpp"
#include "net/ticket_keys.hpp"
#include "proxy/serve.hpp"
#include "proxy/tls_files.hpp"

#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

#include "tests/support/certificates.hpp"

namespace postern::test {

namespace {

constexpr net::Time kStart{std::chrono::hours(1)};

// The files that a configuration names; they go with the program.
class Files {
 public:
  Files() {
    std::string name = (std::filesystem::temp_directory_path() / "postern-world-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
    const Pem pem =
        Authority::shared().issue({.name = "localhost,DNS:imap.example.net,DNS:smtp.example.net"});
    write("chain.pem", pem.certificate);
    write("key.pem", pem.key);
    write("authority.pem", Authority::shared().pem());
  }

  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  ~Files() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string path(std::string_view name) const { return (path_ / name).string(); }

  static const Files& shared() {
    static const Files files;
    return files;
  }

 private:
  void write(std::string_view name, std::string_view text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    std::filesystem::permissions(path_ / name, std::filesystem::perms(0600));
  }

  std::filesystem::path path_;
};

std::string base_configuration() {
  const Files& files = Files::shared();
  return "tls.default.certificate = '" + files.path("chain.pem") +
         "'\n"
         "tls.default.private_key = '" +
         files.path("key.pem") +
         "'\n"
         "log.level = 'debug'\n"
         "state.path = ''\n"
         "listener.pop3.protocol = 'pop3'\n"
         "listener.pop3.listen = ['203.0.113.1:110']\n"
         "listener.pop3.cleartext_login = 'always'\n"
         "listener.pop3s.protocol = 'pop3'\n"
         "listener.pop3s.listen = ['203.0.113.1:995']\n"
         "listener.pop3s.tls = 'implicit'\n"
         "listener.imap.protocol = 'imap'\n"
         "listener.imap.listen = ['203.0.113.1:143']\n"
         "listener.imap.cleartext_login = 'always'\n"
         "listener.imaps.protocol = 'imap'\n"
         "listener.imaps.listen = ['203.0.113.1:993']\n"
         "listener.imaps.tls = 'implicit'\n"
         "upstream.imap.url = 'imap://imap.example.net'\n"
         "upstream.imap.tls = 'off'\n"
         "upstream.imap.ca_file = '" +
         files.path("authority.pem") + "'\n";
}

std::string submission_configuration() {
  return "server.name = 'mail.example.net'\n"
         "listener.submission.protocol = 'submission'\n"
         "listener.submission.listen = ['203.0.113.1:587']\n"
         "listener.submission.cleartext_login = 'always'\n"
         "listener.submissions.protocol = 'submission'\n"
         "listener.submissions.listen = ['203.0.113.1:465']\n"
         "listener.submissions.tls = 'implicit'\n"
         "upstream.relay.url = 'submission://smtp.example.net'\n"
         "upstream.relay.tls = 'off'\n"
         "upstream.relay.ca_file = '" +
         Files::shared().path("authority.pem") + "'\n";
}

// What does not load is a mistake of the test, told where it will be seen.
std::shared_ptr<const conf::Settings> load(const WorldWishes& wishes, conf::Origins& origins) {
  std::string text = base_configuration();
  if (wishes.takes_submissions) text += submission_configuration();
  conf::Outcome outcome = conf::load_text(text + wishes.toml, "test", wishes.assignments);
  if (!outcome.settings) {
    for (const conf::Problem& problem : outcome.problems)
      std::fprintf(stderr, "%s\n", conf::text(problem).c_str());
    std::abort();
  }
  origins = std::move(outcome.origins);
  return std::make_shared<const conf::Settings>(std::move(*outcome.settings));
}

metrics::HashKey hash_key() {
  metrics::HashKey key{};
  key.fill(std::byte{0x5a});
  return key;
}

}  // namespace

// Takes the log, and gives it back as lines.
class World::MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("log", MFD_CLOEXEC)) {}

  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  ~MemoryFile() { ::close(descriptor_); }

  [[nodiscard]] int descriptor() const { return descriptor_; }

  [[nodiscard]] std::vector<std::string> lines() const {
    std::string text(static_cast<std::size_t>(lseek(descriptor_, 0, SEEK_END)), '\0');
    const ssize_t size = pread(descriptor_, text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
      lines.push_back(line);
    return lines;
  }

 private:
  int descriptor_;
};

World::World(const WorldWishes& wishes)
    : loop_(kStart),
      random_(wishes.seed),
      shape_{.next_piece = wishes.next_piece},
      log_file_(std::make_unique<MemoryFile>()),
      recorder_(registry_.recorder()),
      log_({.descriptor = log_file_->descriptor(), .key = hash_key()},
           {.level = metrics::Level::Debug}),
      uidls_(wishes.uidls_max),
      shared_{log_,
              admission_,
              penalties_,
              recent_logins_,
              occupancy_,
              polls_,
              index_,
              distrust_,
              uidls_,
              prefetched_},
      roster_(loop_),
      copies_(loop_, recorder_, log_, 1),
      dialer_(loop_, shape_),
      sessions_(std::make_unique<net::Scope>([](const net::Error&) {})) {
  reload(wishes);
}

World::~World() {
  sessions_ = nullptr;
  copies_.scope().cancel();
  snapshot_ = nullptr;
  dialer_.set_host(nullptr);
}

void World::reload(const WorldWishes& wishes) {
  conf::Origins origins;
  const auto settings = load(wishes, origins);
  conf::Problems problems;
  auto files =
      proxy::read_tls_files(*settings, origins, std::make_shared<net::TicketKeys>(), problems);
  auto own = std::make_shared<upstream::OwnAddresses>("here-1");
  metrics::Configured configured{.protocols = {metrics::Protocol::Pop3,
                                               metrics::Protocol::Imap,
                                               metrics::Protocol::Submission}};
  for (const conf::Listener& listener : settings->listeners) {
    configured.listeners.push_back(listener.name);
    for (const conf::Endpoint& endpoint : listener.listen) {
      if (const auto address = net::Address::parse(endpoint.address, endpoint.port.value_or(0)))
        own->add(*address);
    }
  }
  for (const conf::Upstream& upstream : settings->upstreams) {
    configured.upstreams.push_back(
        {.name = upstream.name, .backends = std::max<std::size_t>(1, upstream.backends.size())});
  }
  registry_.names().configure(configured);
  snapshot_ =
      proxy::build_snapshot({.settings = settings,
                             .tls = std::make_shared<const proxy::TlsFiles>(std::move(files)),
                             .own_addresses = own},
                            {loop_, dialer_, random_, recorder_, registry_.names(), 1});
}

std::unique_ptr<Peer> World::connect(std::string_view listener, std::string_view from) {
  std::size_t entry = 0;
  while (snapshot_->entries[entry].settings->name != listener)
    ++entry;
  const conf::Endpoint& at = snapshot_->entries[entry].settings->listen.front();
  net::PipeShape shape = shape_;
  shape.first_address = *net::Address::parse(at.address, at.port.value_or(0));
  shape.second_address = *net::Address::parse(from, 50000);
  auto [near, far] = memory_pair(loop_, net::Origin::Client, net::Origin::Here, shape);
  auto client = std::make_unique<Peer>(loop_, std::move(far));
  sessions_->spawn(proxy::serve(services_, snapshot_, entry, std::move(near), {}));
  return client;
}

std::vector<std::string> World::log() {
  log_.flush(std::chrono::seconds(10));
  return log_file_->lines();
}

double World::metric(std::string_view series) {
  std::istringstream page(registry_.exposition());
  for (std::string line; std::getline(page, line);) {
    if (line.size() > series.size() && line.starts_with(series) && line[series.size()] == ' ') {
      return std::strtod(line.c_str() + series.size(), nullptr);
    }
  }
  return 0;
}

std::shared_ptr<const net::TlsContext> client_tls() {
  static const auto context =
      net::TlsContext::client({.authorities_pem = Authority::shared().pem()});
  return context.value_or(nullptr);
}

std::shared_ptr<const net::TlsContext> server_tls() {
  static const Pem pem =
      Authority::shared().issue({.name = "localhost,DNS:imap.example.net,DNS:smtp.example.net"});
  static const auto identity =
      net::TlsIdentity::load(pem.certificate, wire::Secret(std::string_view(pem.key)));
  static const auto context =
      net::TlsContext::server({.hosts = {{.names = {}, .identities = {identity.value()}}}});
  return context.value_or(nullptr);
}

}  // namespace postern::test
