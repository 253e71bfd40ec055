// The life of the process, as a table of contents. The one place that turns a problem into an exit
// status, and the one that prints.

#include "conf/dump.hpp"
#include "metrics/log.hpp"
#include "metrics/registry.hpp"
#include "net/machine.hpp"
#include "net/random.hpp"
#include "proxy/admin.hpp"
#include "proxy/gateway.hpp"
#include "proxy/online_check.hpp"
#include "proxy/options.hpp"
#include "proxy/system.hpp"
#include "proxy/tls_files.hpp"
#include "proxy/uidl_audit.hpp"
#include "proxy/uidl_export.hpp"
#include "proxy/uidl_import.hpp"
#include "proxy/version.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern::proxy {
namespace {

constexpr int kConfigError = 78;  // EX_CONFIG of sysexits.h
constexpr int kFailed = 1;
constexpr std::chrono::milliseconds kLastWords(2000);  // for the log at the end

void print(std::FILE* to, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), to);
  std::fflush(to);
}

// All problems, and whether one of them is an error.
bool print_problems(const std::vector<conf::Problem>& problems) {
  bool wrong = false;
  for (const conf::Problem& problem : problems) {
    print(stderr, conf::text(problem) + "\n");
    wrong = wrong || problem.severity == conf::Severity::Error;
  }
  return wrong;
}

int fail(const std::string& what) {
  print(stderr, "postern: " + what + "\n");
  return kFailed;
}

// Everything but opening sockets; with --online the upstreams are visited as well.
int check(const Options& options) {
  conf::Outcome outcome = conf::load(options.request);
  conf::Problems problems;
  for (conf::Problem& problem : outcome.problems)
    problems.add(std::move(problem));
  if (outcome.settings) {
    check_expressions(*outcome.settings, outcome.origins, problems);
    const TlsFiles tls = read_tls_files(*outcome.settings, outcome.origins, nullptr, problems);
    if (options.online && !problems.has_errors()) {
      print(stdout, visit_upstreams(*outcome.settings, tls, outcome.origins, problems));
    }
  }
  if (print_problems(problems.take())) return kConfigError;
  print(stdout, options.request.file.native() + ": ok\n");
  return 0;
}

int print_config(const Options& options) {
  const conf::Outcome outcome = conf::load(options.request);
  if (print_problems(outcome.problems) || !outcome.settings) return kConfigError;
  print(stdout, conf::dump(*outcome.settings, outcome.origins));
  return 0;
}

int ask(const Options& options) {
  const conf::Outcome outcome = conf::load(options.request);
  if (!outcome.settings) {
    print_problems(outcome.problems);
    return kConfigError;
  }
  const std::string wrong = ask_health(outcome.settings->admin);
  if (!wrong.empty()) return fail(wrong);
  print(stdout, "ok\n");
  return 0;
}

// ---- taking over UIDLs. What was found goes to standard output, what was wrong to standard error.

void tell(std::string_view text) {
  print(stdout, text);
}

void tell_trouble(std::string_view text) {
  print(stderr, text);
}

// Fine if nobody was left out.
int conclude(const std::expected<std::size_t, std::string>& left_out) {
  if (!left_out) return fail(left_out.error());
  return *left_out == 0 ? 0 : fail(std::to_string(*left_out) + " left out");
}

int import_from_file(const Options& options) {
  const conf::Outcome outcome = conf::load(options.request);
  if (!outcome.settings) {
    print_problems(outcome.problems);
    return kConfigError;
  }
  return conclude(
      import_uidls(*outcome.settings, options.uidl_file, options.force, tell, tell_trouble));
}

int audit(const Options& options) {
  const auto count = audit_uidls(options.tour, tell, tell_trouble);
  if (!count) return fail(count.error());
  return count->all_identical() ? 0 : kFailed;
}

int run(const Options& options) {
  harden();

  // The configuration is the first thing, so that whatever is wrong with it is told before anything
  // is touched.
  conf::Outcome outcome = conf::load(options.request);
  if (!outcome.settings) {
    print_problems(outcome.problems);
    return kConfigError;
  }

  // The log and the registry outlive everything that uses them.
  metrics::Log::Options log_options;
  net::Random().fill(log_options.key);
  metrics::Log log(log_options, metrics::LogSettings{});
  metrics::Registry registry;
  registry.at_scrape([&log](metrics::Recorder& scraped) { log.report(scraped); });
  registry.describe(
      metrics::kMetrics.build_info,
      {std::string(kVersion), std::string(kRevision), net::tls_library(), net::loop_library()});

  // Sockets are opened while the process may still open them all; nobody is served yet.
  Gateway gateway(log, registry);
  if (print_problems(gateway.open(options.request, std::move(outcome), inherited_sockets()))) {
    return kConfigError;
  }
  auto admin = Admin::open(gateway.settings().admin, registry, [&] { return gateway.is_ready(); });
  if (!admin) return fail(admin.error().detail);

  // From here on with no more rights than serving needs.
  if (const auto dropped = drop_privileges(gateway.settings().server.user); !dropped) {
    return fail(dropped.error().detail);
  }
  (*admin)->start();

  // Until a signal ends it, and the sessions after it.
  gateway.run({.ready = [] { notify("READY=1"); },
               .reloading = [] { notify("RELOADING=1"); },
               .stopping = [] { notify("STOPPING=1"); },
               .alive = [] { notify("WATCHDOG=1"); }});

  log.stop(kLastWords);
  return 0;
}

}  // namespace
}  // namespace postern::proxy

int main(int count, char** arguments) {
  using namespace postern::proxy;  // NOLINT(google-build-using-namespace): main has no namespace
  const auto options = read_options(count, arguments);
  if (!options) {
    print(options.error().status == 0 ? stdout : stderr, options.error().text);
    return options.error().status;
  }
  switch (options->action) {
    case Action::Run:
      return run(*options);
    case Action::Check:
      return check(*options);
    case Action::Config:
      return print_config(*options);
    case Action::Health:
      return ask(*options);
    case Action::ImportUidls:
      return import_from_file(*options);
    case Action::ExportUidls:
      return conclude(export_uidls(options->tour, tell, tell_trouble));
    case Action::AuditUidls:
      return audit(*options);
  }
  return kFailed;
}
