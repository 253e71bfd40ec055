// The log of one session: every line says whose it is.
//
// The session owns it. It knows the session's name, protocol, listener and client from the start,
// is told user and upstream as they become known, and what the session is doing with each command,
// so that a line about a failure says doing="RETR 3" without anybody passing that along.
//
// `doing` is composed from our own word for a command and numbers: never from what the client
// typed, since people type passwords on the wrong line.

#pragma once

#include "metrics/log.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::metrics {

class SessionLog {
 public:
  struct Start {
    std::string session;  // its name: what a client is told and an operator searches for
    Protocol protocol = Protocol::Pop3;
    std::string listener;
    std::string client;  // address without port
  };

  SessionLog(Log& log, Start start);

  [[nodiscard]] const std::string& session() const { return start_.session; }

  void client(std::string_view address);  // a proxy in front of us told who it really is
  void user(std::string_view name);
  void upstream(std::string_view name);
  void doing(std::string_view what);  // at most 32 octets are kept

  // Logs an event of this session. A field that the event has itself is not told twice.
  template <Event E>
    requires(E::kInfo.scope != Scope::Process)
  void write(const E& event) {
    if (!log_.writes(E::kInfo.level) && !(E::kInfo.level == Level::Debug && traced())) return;
    log_.write_fields(
        E::kInfo, event, [this](Line& line) { add_fields(line, names_upstream<E>()); });
  }

  // Whether trace() would write: ask before masking or copying anything for it.
  [[nodiscard]] bool traces() { return log_.writes(Level::Debug) || traced(); }

  // One line of the conversation, credentials already masked by who knows where they are.
  void trace(Direction direction, std::string_view line) {
    write(SessionTraced{.direction = direction, .line = line});
  }

 private:
  template <class E>
  static constexpr bool names_upstream() {
    return requires(const E& event) { event.upstream; };
  }

  void add_fields(Line& line, bool upstream_is_named) const;
  [[nodiscard]] bool traced();

  Log& log_;
  Start start_;
  std::string user_;
  std::string upstream_;
  std::array<char, 32> doing_{};
  std::uint8_t doing_size_ = 0;
  bool traced_ = false;  // as of the settings of this generation:
  std::uint64_t generation_;
};

}  // namespace postern::metrics
