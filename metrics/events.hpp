// Every event that can be logged, declared once: its name, its level, its fields.
//
// To log one, fill in the struct: log.write(CircuitOpened{.upstream = name, .backend = 1}). Events
// of a session go through its SessionLog, which adds who it is about. README.md tells all of them
// again, and a test compares the two.
//
// Texts are looked at, not kept: they need to live until write() returns. `stage` and `kind` are
// words of ours; `detail` may be whatever a peer said, and is the last field for that reason.

#pragma once

#include "metrics/event_info.hpp"
#include "metrics/process_events.hpp"
#include "metrics/session_events.hpp"

#include <tuple>

namespace postern::metrics {

// All of them, in the order of the reference page.
using Events = std::tuple<ProcessStarted,
                          ProcessStopping,
                          ProcessStopped,
                          ConfigLoaded,
                          ConfigRefused,
                          ListenerOpened,
                          ListenerClosed,
                          CertificateExpiring,
                          CacheFailed,
                          CacheRecovered,
                          CacheReplaced,
                          StateFailed,
                          StateRecovered,
                          LogDropped,
                          SessionEnded,
                          SessionProbed,
                          SessionCrashed,
                          SessionTraced,
                          LoginRefused,
                          IdDropped,
                          CommitFailed,
                          IndexDistrusted,
                          UpstreamDistrusted,
                          CopyFailed,
                          UidvalidityChanged,
                          UidlsRemapped,
                          UidlsImported,
                          StarttlsInjection,
                          UpstreamFailed,
                          UpstreamRecovered,
                          CircuitOpened,
                          CircuitClosed>;

// An event that stands in the list above.
template <class E>
concept Event = requires { std::get<E>(Events()); };

}  // namespace postern::metrics
