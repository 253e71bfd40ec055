// Events of the process: its life, its listeners, its files.
//
// See metrics/events.hpp.

#pragma once

#include "metrics/event_info.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace postern::metrics {

struct ProcessStarted {
  static constexpr EventInfo kInfo{
      "process.started", Level::Info, Scope::Process, "The gateway takes sessions."};
  std::string_view version;
  std::uint64_t workers = 0;

  void each(auto&& field) const {
    field("version", version);
    field("workers", workers);
  }
};

struct ProcessStopping {
  static constexpr EventInfo kInfo{"process.stopping",
                                   Level::Info,
                                   Scope::Process,
                                   "The gateway takes no new sessions and waits for the old ones."};
  std::string_view reason;
  std::uint64_t sessions = 0;

  void each(auto&& field) const {
    field("reason", reason);
    field("sessions", sessions);
  }
};

struct ProcessStopped {
  static constexpr EventInfo kInfo{"process.stopped",
                                   Level::Info,
                                   Scope::Process,
                                   "The gateway ends; so many sessions had to be cut off."};
  std::chrono::nanoseconds seconds{0};  // since the start
  std::uint64_t sessions = 0;

  void each(auto&& field) const {
    field("seconds", seconds);
    field("sessions", sessions);
  }
};

struct ConfigLoaded {
  static constexpr EventInfo kInfo{
      "config.loaded", Level::Info, Scope::Process, "A configuration was accepted."};
  std::string_view file;
  std::string_view sha256;

  void each(auto&& field) const {
    field("file", file);
    field("sha256", sha256);
  }
};

struct ConfigRefused {
  static constexpr EventInfo kInfo{"config.refused",
                                   Level::Error,
                                   Scope::Process,
                                   "A configuration was refused and the old one stays.",
                                   "postern_config_reloads_total"};
  std::string_view file;
  std::uint64_t problems = 0;
  std::string_view detail;  // the first problem

  void each(auto&& field) const {
    field("file", file);
    field("problems", problems);
    field("detail", detail);
  }
};

struct ListenerOpened {
  static constexpr EventInfo kInfo{
      "listener.opened", Level::Info, Scope::Process, "A listener accepts connections."};
  std::string_view listener;
  Protocol protocol = Protocol::Pop3;
  std::string_view address;

  void each(auto&& field) const {
    field("listener", listener);
    field("protocol", protocol);
    field("address", address);
  }
};

struct ListenerClosed {
  static constexpr EventInfo kInfo{
      "listener.closed", Level::Info, Scope::Process, "A listener accepts no more connections."};
  std::string_view listener;
  std::string_view address;

  void each(auto&& field) const {
    field("listener", listener);
    field("address", address);
  }
};

struct CertificateExpiring {
  static constexpr EventInfo kInfo{"certificate.expiring",
                                   Level::Warning,
                                   Scope::Process,
                                   "A served certificate expires in so many days; below 0, has.",
                                   "postern_tls_certificate_not_after_timestamp_seconds"};
  std::string_view certificate;
  std::int64_t days = 0;

  void each(auto&& field) const {
    field("certificate", certificate);
    field("days", days);
  }
};

struct CacheFailed {
  static constexpr EventInfo kInfo{"cache.failed",
                                   Level::Warning,
                                   Scope::Process,
                                   "A cache cannot be kept on the disk; memory has to do.",
                                   "postern_cache_errors_total"};
  std::string_view file;
  std::string_view kind;
  std::string_view detail;

  void each(auto&& field) const {
    field("file", file);
    field("kind", kind);
    field("detail", detail);
  }
};

struct CacheRecovered {
  static constexpr EventInfo kInfo{
      "cache.recovered", Level::Info, Scope::Process, "The disk takes the cache again."};
  std::string_view file;

  void each(auto&& field) const { field("file", file); }
};

struct StateFailed {
  static constexpr EventInfo kInfo{"state.failed",
                                   Level::Error,
                                   Scope::Process,
                                   "Lasting state cannot be used: users with stored UIDLs wait.",
                                   "postern_state_up"};
  std::string_view file;
  std::string_view kind;
  std::string_view detail;

  void each(auto&& field) const {
    field("file", file);
    field("kind", kind);
    field("detail", detail);
  }
};

struct StateRecovered {
  static constexpr EventInfo kInfo{
      "state.recovered", Level::Info, Scope::Process, "Lasting state can be used again."};
  std::string_view file;

  void each(auto&& field) const { field("file", file); }
};

struct CacheReplaced {
  static constexpr EventInfo kInfo{
      "cache.replaced",
      Level::Warning,
      Scope::Process,
      "A cache was damaged, or not ours: it was put aside and begun anew.",
      "postern_cache_errors_total"};
  std::string_view file;
  std::string_view detail;

  void each(auto&& field) const {
    field("file", file);
    field("detail", detail);
  }
};

struct LogDropped {
  static constexpr EventInfo kInfo{"log.dropped",
                                   Level::Warning,
                                   Scope::Process,
                                   "So many lines before this one are missing from the log.",
                                   "postern_log_dropped_total"};
  std::uint64_t lines = 0;

  void each(auto&& field) const { field("lines", lines); }
};

}  // namespace postern::metrics
