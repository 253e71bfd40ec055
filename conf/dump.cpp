// Goes through the rows of the schema, so a setting cannot be forgotten. Settings of [pop3] that
// another table sets for itself are shown there with a dotted key, and only those.

#include "conf/dump.hpp"

#include "conf/schema.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace postern::conf {

namespace {

class Dumper {
 public:
  explicit Dumper(const Origins* origins) : origins_(origins) {}

  template <class S>
  void section(std::string_view header, const std::string& path, const S& values) {
    fmt::format_to(std::back_inserter(text_), "{}{}\n", text_.empty() ? "" : "\n", header);
    for (const auto& row : settings_of<S>())
      line(row.key, row.member.show(values), path, row.key);
  }

  void assignments(const Pop3Assignments& assigned, const std::string& path) {
    for (const auto& row : settings_of<Pop3>()) {
      if (std::ranges::find(assigned.keys, row.key) == assigned.keys.end()) continue;
      const auto key = fmt::format("pop3.{}", row.key);
      line(key, row.member.show(assigned.values), path, key);
    }
  }

  template <class S>
  void named(std::string_view kind, const std::vector<S>& list) {
    for (const S& one : list) {
      const auto path = fmt::format("{}.{}", kind, one.name);
      section(fmt::format("[{}]", path), path, one);
      if constexpr (requires { one.pop3; }) assignments(one.pop3, path);
    }
  }

  std::string take() { return std::move(text_); }

 private:
  static constexpr std::size_t kValueColumn = 56;

  void line(std::string_view key,
            const std::string& value,
            const std::string& path,
            std::string_view rest) {
    auto out = fmt::format("{} = {}", key, value);
    if (origins_ != nullptr) {
      const Place* place = origins_->find(fmt::format("{}.{}", path, rest));
      out = fmt::format(
          "{:<{}} # {}", out, kValueColumn, place == nullptr ? "default" : short_text(*place));
    }
    text_ += out + "\n";
  }

  static std::string short_text(const Place& place) {
    return place.line == 0 ? place.file : fmt::format("{}:{}", place.file, place.line);
  }

  const Origins* origins_;
  std::string text_;
};

std::string dump_all(const Settings& settings, const Origins* origins) {
  Dumper dumper(origins);
  dumper.section("[server]", "server", settings.server);
  dumper.section("[log]", "log", settings.log);
  dumper.section("[admin]", "admin", settings.admin);
  dumper.section("[limits]", "limits", settings.limits);
  dumper.named("tls", settings.tls);
  dumper.named("listener", settings.listeners);
  dumper.named("upstream", settings.upstreams);
  for (std::size_t i = 0; i < settings.routes.size(); ++i) {
    const auto path = fmt::format("route.{}", i + 1);
    dumper.section("[[route]]", path, settings.routes[i]);
    dumper.assignments(settings.routes[i].pop3, path);
  }
  dumper.section("[auth]", "auth", settings.auth);
  dumper.section("[pop3]", "pop3", settings.pop3);
  dumper.section("[imap]", "imap", settings.imap);
  dumper.section("[submission]", "submission", settings.submission);
  dumper.section("[state]", "state", settings.state);
  return dumper.take();
}

}  // namespace

std::string dump(const Settings& settings, const Origins& origins) {
  return dump_all(settings, &origins);
}

std::string fingerprint_text(const Settings& settings) {
  return dump_all(settings, nullptr);
}

}  // namespace postern::conf
