// The one file that knows CLI11.

#include "proxy/options.hpp"

#include "proxy/version.hpp"

#include <CLI/CLI.hpp>
#include <sstream>

namespace postern::proxy {

namespace {

constexpr int kUsage = 64;  // EX_USAGE of sysexits.h

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
