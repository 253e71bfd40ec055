// Files to identities, profiles to TLS settings.

#include "proxy/tls_files.hpp"

#include "net/digest.hpp"
#include "wire/secret.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace postern::proxy {

namespace {

using Identity = std::shared_ptr<const net::TlsIdentity>;

// OpenSSL's lists for the three words of the reference.
constexpr std::string_view kModern = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view kIntermediate = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20";
constexpr std::string_view kLegacy = "DEFAULT:@SECLEVEL=0";

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

net::TlsVersion version_of(conf::TlsVersion version) {
  switch (version) {
    case conf::TlsVersion::Tls10:
      return net::TlsVersion::Tls10;
    case conf::TlsVersion::Tls11:
      return net::TlsVersion::Tls11;
    case conf::TlsVersion::Tls12:
      return net::TlsVersion::Tls12;
    case conf::TlsVersion::Tls13:
      return net::TlsVersion::Tls13;
  }
  return net::TlsVersion::Tls12;
}

std::string ciphers_of(const std::string& word) {
  if (word == "modern") return std::string(kModern);
  if (word == "intermediate") return std::string(kIntermediate);
  return word == "legacy" ? std::string(kLegacy) : word;
}

class Reader {
 public:
  Reader(const conf::Origins& origins, conf::Problems& problems)
      : origins_(origins), problems_(problems) {}

  // The identity of a profile, or null after a problem was noted.
  Identity identity_of(const conf::TlsProfile& profile) {
    const auto known = identities_.find(profile.name);
    if (known != identities_.end()) return known->second;
    const std::string key = "tls." + profile.name;
    Identity identity = load(key, profile.certificate, "certificate", profile.private_key);
    identities_[profile.name] = identity;
    if (identity == nullptr) return nullptr;
    const auto now = std::chrono::system_clock::now();
    if (identity->not_after() <= now) {
      error(key + ".certificate", "the certificate has expired");
    } else if (identity->not_before() > now + net::TlsContext::kClockSlack) {
      error(key + ".certificate", "the certificate is not valid yet");
    } else if (identity->not_after() - now < TlsFiles::kExpiresSoon) {
      problems_.warning(origins_.nearest(key + ".certificate"),
                        key + ".certificate",
                        "the certificate expires in less than 21 days");
    }
    for (const std::string& name : profile.server_names) {
      if (identity->covers(name)) continue;
      error(key + ".server_names", "the certificate does not cover " + conf::in_quotes(name));
    }
    return identity;
  }

  Identity load(const std::string& key,
                const std::filesystem::path& chain,
                const std::string& chain_key,
                const std::filesystem::path& private_key) {
    auto chain_pem = read_file(chain);
    auto key_pem = read_file(private_key);
    if (!chain_pem || !key_pem) {
      error(key + "." + chain_key, "cannot read the certificate or its key");
      return nullptr;
    }
    auto loaded = net::TlsIdentity::load(*chain_pem, wire::Secret(std::move(*key_pem)));
    if (loaded) return *loaded;
    error(key + "." + chain_key, loaded.error().detail);
    return nullptr;
  }

  // Tries the settings out, so that a bad cipher list is told now and not to the first client.
  void try_out(const std::string& key,
               const net::Result<std::shared_ptr<const net::TlsContext>>& made) {
    if (!made) error(key, made.error().detail);
  }

  void error(const std::string& key, std::string what) {
    problems_.error(origins_.nearest(key), key, std::move(what));
  }

  [[nodiscard]] const std::map<std::string, Identity>& identities() const { return identities_; }

 private:
  const conf::Origins& origins_;
  conf::Problems& problems_;
  std::map<std::string, Identity> identities_;  // by profile
};

// As IANA lists them for ALPN.
std::string_view protocol_names(conf::Protocol protocol) {
  switch (protocol) {
    case conf::Protocol::Pop3:
      return "pop3";
    case conf::Protocol::Submission:
      return "smtp esmtp";  // neither is registered; both are said
    case conf::Protocol::Imap:
      break;
  }
  return "imap";
}

// The listener's own profile first, then all that are picked by name.
net::ServerTls serve(const conf::Settings& settings,
                     const conf::Listener& listener,
                     std::shared_ptr<net::TicketKeys> tickets,
                     Reader& reader) {
  const conf::TlsProfile* own = conf::find_named(settings.tls, listener.tls_profile);
  net::ServerTls tls;
  if (listener.tls == conf::ListenerTls::Off || own == nullptr) return tls;
  tls.version_min = version_of(own->min_version);
  tls.ciphers = ciphers_of(own->ciphers);
  tls.legacy = own->min_version < conf::TlsVersion::Tls12;
  tls.protocols = protocol_names(listener.protocol);
  tls.session_scope = listener.name;
  if (own->session_tickets) tls.tickets = std::move(tickets);
  const auto add = [&](const conf::TlsProfile& profile) {
    const Identity identity = reader.identity_of(profile);
    if (identity != nullptr) tls.hosts.push_back({profile.server_names, {identity}});
  };
  add(*own);
  for (const conf::TlsProfile& profile : settings.tls) {
    if (&profile != own && !profile.server_names.empty()) add(profile);
  }
  return tls;
}

net::ClientTls visit(const conf::Upstream& upstream, Reader& reader) {
  net::ClientTls tls;
  const std::string key = "upstream." + upstream.name;
  switch (upstream.verify.kind) {
    case conf::Verify::Kind::Full:
      tls.verify = net::Verify::Full;
      break;
    case conf::Verify::Kind::Ca:
      tls.verify = net::Verify::Authority;
      break;
    case conf::Verify::Kind::Pin:
      tls.verify = net::Verify::Pin;
      break;
    case conf::Verify::Kind::None:
      tls.verify = net::Verify::None;
      break;
  }
  for (const conf::Pin& pin : upstream.verify.pins)
    tls.pins.push_back(net::hex(pin));
  if (upstream.ca_file != "system") {
    auto authorities = read_file(upstream.ca_file);
    if (!authorities) reader.error(key + ".ca_file", "cannot read the file");
    tls.authorities_pem = authorities.value_or("");
  }
  if (!upstream.client_certificate.empty()) {
    tls.identity =
        reader.load(key, upstream.client_certificate, "client_certificate", upstream.client_key);
  }
  return tls;
}

}  // namespace

TlsFiles read_tls_files(const conf::Settings& settings,
                        const conf::Origins& origins,
                        std::shared_ptr<net::TicketKeys> tickets,
                        conf::Problems& problems) {
  TlsFiles files;
  Reader reader(origins, problems);
  for (const conf::Listener& listener : settings.listeners) {
    files.listeners.push_back(serve(settings, listener, tickets, reader));
    const net::ServerTls& made = files.listeners.back();
    if (!made.hosts.empty()) {
      reader.try_out("listener." + listener.name, net::TlsContext::server(made));
    }
  }
  for (const conf::Upstream& upstream : settings.upstreams) {
    files.upstreams.push_back(visit(upstream, reader));
    if (upstream.tls == conf::UpstreamTls::Off) continue;
    reader.try_out("upstream." + upstream.name, net::TlsContext::client(files.upstreams.back()));
  }
  for (const auto& [name, identity] : reader.identities()) {
    if (identity != nullptr) files.certificates.push_back({name, identity->not_after()});
  }
  return files;
}

FileWatch::FileWatch(const conf::Settings& settings) {
  const auto add = [this](const std::filesystem::path& path) {
    if (path.empty() || path == "system") return;
    std::error_code ignored;
    files_.push_back({path, std::filesystem::last_write_time(path, ignored)});
  };
  for (const conf::TlsProfile& profile : settings.tls) {
    add(profile.certificate);
    add(profile.private_key);
  }
  for (const conf::Upstream& upstream : settings.upstreams) {
    add(upstream.ca_file);
    add(upstream.client_certificate);
    add(upstream.client_key);
  }
}

bool FileWatch::changed() {
  bool any = false;
  for (File& file : files_) {
    std::error_code failed;
    const auto written = std::filesystem::last_write_time(file.path, failed);
    if (failed || written == file.written) continue;
    file.written = written;
    any = true;
  }
  return any;
}

}  // namespace postern::proxy
