// The one file that knows CLI11.

#include "proxy/options.hpp"

#include "proxy/version.hpp"

#include <CLI/CLI.hpp>
#include <sstream>

namespace postern::proxy {

namespace {

constexpr int kUsage = 64;  // EX_USAGE of sysexits.h
constexpr unsigned kAtATimeMax = 256;

// What both tools need that ask POP3 servers.
void add_tour(CLI::App& sub, TourOptions& tour) {
  sub.add_option("--from", tour.from, "the old server: pop3://HOST[:PORT] or pop3s://HOST[:PORT]")
      ->required();
  sub.add_option("--users", tour.users, "a file of lines with user, tab, password")->required();
  sub.add_option("--jobs", tour.at_a_time, "users at a time")
      ->capture_default_str()
      ->check(CLI::Range(1U, kAtATimeMax));
  sub.add_flag("--clear", tour.in_clear, "pop3:// without STLS: passwords go in clear");
  sub.add_flag("--no-verify", tour.without_verifying, "take any certificate");
  sub.add_option("--ca-file", tour.ca_file, "PEM file of authorities; without it, the system's");
}

// `postern uidl ...`: moving from an old POP3 server.
void add_uidl(CLI::App& app, Options& options) {
  CLI::App* uidl = app.add_subcommand("uidl", "take over the UIDLs of an old POP3 server");
  uidl->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Action action) {
    CLI::App* sub = uidl->add_subcommand(name, help);
    sub->callback([&options, action] { options.action = action; });
    return sub;
  };
  CLI::App* from =
      add("export", "ask an old server, and print a file to import", Action::ExportUidls);
  add_tour(*from, options.tour);
  from->add_option("--mailbox", options.tour.mailbox, "whose UIDLs these are behind the gateway")
      ->capture_default_str();
  CLI::App* into = add("import", "keep the UIDLs of such a file", Action::ImportUidls);
  into->add_option("FILE", options.uidl_file, "the file")->required();
  into->add_flag("--force", options.force, "however few of its messages are found again");
  CLI::App* audit =
      add("audit", "compare what an old server and the gateway show", Action::AuditUidls);
  add_tour(*audit, options.tour);
  audit->add_option("--to", options.tour.to, "the gateway, likewise")->required();
}

}  // namespace

std::expected<Options, Exit> read_options(int count, char** arguments) {
  Options options;
  std::string file = options.request.file;
  CLI::App app("POP3-to-IMAP gateway proxy", "postern");
  app.set_version_flag("--version", "postern " + std::string(kVersion));
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("-c,--config", file, "the configuration")->capture_default_str();
  app.add_option("--set",
                 options.request.assignments,
                 "key=value, over the file: upstream.imap.url=imaps://imap.example.net")
      ->allow_extra_args(false);
  const auto add = [&](const char* name, const char* help, Action action) {
    CLI::App* sub = app.add_subcommand(name, help);
    sub->callback([&options, action] { options.action = action; });
    return sub;
  };
  add("run", "serve clients, in the foreground", Action::Run);
  CLI::App* check = add("check", "tell every problem of the configuration", Action::Check);
  check->add_flag("--online", options.online, "connect to each upstream as well");
  add("config", "print the configuration in force, defaults included", Action::Config);
  add("health", "ask a running postern whether it serves", Action::Health);
  add_uidl(app, options);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& stop) {
    std::ostringstream out;
    const int status = app.exit(stop, out, out);
    return std::unexpected(Exit{.status = status == 0 ? 0 : kUsage, .text = out.str()});
  }
  options.request.file = file;
  return options;
}

}  // namespace postern::proxy
