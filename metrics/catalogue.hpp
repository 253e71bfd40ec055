// Every metric, declared once: its labels, its name as Prometheus sees it, and its help.
//
// The name of the member is the name of the metric without its prefix and unit, so that
// postern_upstream_connects_total is kMetrics.upstream_connects. What a label may say stands in
// label_values.hpp. Names, labels and help are told again in README.md, which a test compares with
// this file; the dashboard and the alert rules may use nothing that is not here.
//
// Units: seconds and bytes in names, as Prometheus wants them; nanoseconds and octets inside.

#pragma once

#include "metrics/buckets.hpp"
#include "metrics/label_values.hpp"
#include "metrics/metric.hpp"

namespace postern::metrics {

class Catalogue {
 private:
  Layout layout_;  // comes first: the others find their places in it

 public:
  // The process and its configuration

  Info<4> build_info{layout_,
                     "postern_build_info",
                     "Constant 1, labelled with what this binary is made of.",
                     std::array<std::string_view, 4>{"version", "revision", "openssl", "libuv"}};
  Info<1> config_info{layout_,
                      "postern_config_info",
                      "Constant 1, labelled with a short digest of the loaded configuration.",
                      std::array<std::string_view, 1>{"sha256"}};
  Gauge<> config_last_reload_successful{layout_,
                                        "postern_config_last_reload_successful",
                                        "1 if the last configuration load was accepted, else 0."};
  DateGauge<> config_last_reload_success{layout_,
                                         "postern_config_last_reload_success_timestamp_seconds",
                                         "Unix time of the last accepted configuration load."};
  Counter<ReloadResult> config_reloads{
      layout_, "postern_config_reloads_total", "Configuration reloads by result."};
  Gauge<> ready{layout_, "postern_ready", "1 while the gateway accepts new sessions, else 0."};
  Gauge<> draining{layout_,
                   "postern_draining",
                   "1 while the gateway finishes old sessions before it exits, else 0."};
  SecondsCounter<> process_cpu{
      layout_, "process_cpu_seconds_total", "Total user and system CPU time spent in seconds."};
  Gauge<> process_resident_memory{
      layout_, "process_resident_memory_bytes", "Resident memory size in bytes."};
  Gauge<> process_virtual_memory{
      layout_, "process_virtual_memory_bytes", "Virtual memory size in bytes."};
  Gauge<> process_open_fds{layout_, "process_open_fds", "Number of open file descriptors."};
  Gauge<> process_max_fds{layout_, "process_max_fds", "Maximum number of open file descriptors."};
  DateGauge<> process_start_time{layout_,
                                 "process_start_time_seconds",
                                 "Start time of the process since unix epoch in seconds."};
  Gauge<> process_threads{layout_, "process_threads", "Number of OS threads in the process."};
  Counter<Level> log_messages{layout_, "postern_log_messages_total", "Log lines written by level."};
  Counter<> log_dropped{
      layout_,
      "postern_log_dropped_total",
      "Log lines dropped because the log queue was full or could not be written."};

  // Clients

  Counter<Listener> connections_accepted{
      layout_, "postern_connections_accepted_total", "Client connections accepted."};
  Gauge<Listener> connections_active{
      layout_, "postern_connections_active", "Client connections open now."};
  Gauge<Listener> connections_limit{
      layout_, "postern_connections_limit", "Configured limit of open client connections."};
  Counter<Listener, RejectReason> connections_rejected{
      layout_,
      "postern_connections_rejected_total",
      "Client connections closed before a greeting, by reason."};
  Counter<Listener, AcceptError> accept_errors{
      layout_, "postern_accept_errors_total", "Failed accept calls by reason."};
  Counter<Protocol, Security> sessions_started{
      layout_,
      "postern_sessions_started_total",
      "Sessions started, by how the connection was secured when they logged in or ended."};
  Gauge<Protocol, SessionState> sessions_active{
      layout_, "postern_sessions_active", "Sessions now, by state."};
  Counter<Protocol, EndReason> sessions_ended{
      layout_, "postern_sessions_ended_total", "Sessions ended, by reason."};
  SecondsHistogram<Protocol> session_duration{
      layout_, "postern_session_duration_seconds", "Time from accept to close.", kSession};
  Counter<Protocol> client_received{
      layout_, "postern_client_received_bytes_total", "Bytes received from clients, before TLS."};
  Counter<Protocol> client_sent{
      layout_, "postern_client_sent_bytes_total", "Bytes sent to clients, before TLS."};
  Counter<Protocol, Command, CommandResult> commands{
      layout_, "postern_commands_total", "Client commands, by protocol, command and result."};
  SecondsHistogram<Protocol, Command> command_duration{
      layout_,
      "postern_command_duration_seconds",
      "Time from the end of the command to the end of the reply.",
      kLatency};
  Counter<Listener, TlsVersion, Resumed> tls_handshakes{
      layout_, "postern_tls_handshakes_total", "Completed TLS handshakes with clients."};
  Counter<Listener, HandshakeFailure> tls_handshake_failures{
      layout_,
      "postern_tls_handshake_failures_total",
      "Failed TLS handshakes with clients, by reason."};
  SecondsHistogram<Side> tls_handshake_duration{layout_,
                                                "postern_tls_handshake_duration_seconds",
                                                "Time of completed TLS handshakes.",
                                                kLatency};
  DateGauge<Certificate> tls_certificate_not_after{
      layout_,
      "postern_tls_certificate_not_after_timestamp_seconds",
      "Unix time when the served certificate expires."};

  // Logins

  Counter<Side> starttls_injections{
      layout_,
      "postern_starttls_injections_total",
      "Octets received in clear behind a TLS upgrade: connections closed for it."};
  Counter<Protocol, Mechanism, AuthResult> auth_attempts{
      layout_, "postern_auth_attempts_total", "Login attempts, by mechanism and result."};
  SecondsHistogram<Protocol, AuthOutcome> auth_duration{
      layout_,
      "postern_auth_duration_seconds",
      "Time from credentials received to the login answer.",
      kLatency};
  Gauge<> auth_tracked_addresses{
      layout_, "postern_auth_tracked_addresses", "Client networks with a failure penalty now."};
  SecondsCounter<> auth_penalty{
      layout_, "postern_auth_penalty_seconds_total", "Delay added to logins as penalty."};

  Counter<Cache, CacheResult> cache_requests{
      layout_, "postern_cache_requests_total", "Cache look-ups by result."};
  Counter<Cache> cache_errors{
      layout_, "postern_cache_errors_total", "Cache reads and writes that failed."};
  Gauge<Cache> cache_entries{layout_, "postern_cache_entries", "Entries held in a cache."};
  Gauge<Cache> cache_octets{layout_, "postern_cache_bytes", "Bytes held in a cache."};

  // Maildrops

  SecondsHistogram<IndexUse> maildrop_open_duration{
      layout_,
      "postern_pop3_maildrop_open_duration_seconds",
      "Time from upstream login to an open maildrop (mailbox selected, UIDs and sizes known).",
      kLatency};
  CountHistogram<> maildrop_messages{layout_,
                                     "postern_pop3_maildrop_messages",
                                     "Messages in a maildrop when it was opened.",
                                     kMessages};
  Gauge<> maildrop_locks_held{
      layout_, "postern_pop3_maildrop_locks_held", "Maildrop locks that sessions hold now."};
  Counter<LockResult> maildrop_lock_attempts{layout_,
                                             "postern_pop3_maildrop_lock_attempts_total",
                                             "Attempts to lock a maildrop, by result."};
  Counter<> messages_retrieved{
      layout_, "postern_pop3_messages_retrieved_total", "Messages sent whole by RETR."};
  Counter<DeleteMethod> messages_deleted{
      layout_,
      "postern_pop3_messages_deleted_total",
      "Messages that DELE and QUIT removed upstream, by method."};
  Counter<DeleteFailure> delete_failures{layout_,
                                         "postern_pop3_delete_failures_total",
                                         "Messages that QUIT could not remove upstream."};
  Counter<Upstream> uidvalidity_changes{
      layout_,
      "postern_pop3_uidvalidity_changes_total",
      "Mailboxes whose UIDVALIDITY changed since the last session."};
  Counter<Upstream> index_violations{
      layout_,
      "postern_pop3_index_violations_total",
      "Mailboxes in which messages were found that cannot be, by what was known of them."};
  Counter<Upstream> size_mismatches{
      layout_,
      "postern_pop3_size_mismatches_total",
      "Messages whose bytes did not add up to the size the upstream had announced."};

  // Upstreams

  // Both are said by each worker for itself. Who makes a new backend sets them, since the name may
  // have stood in the configuration before.
  Gauge<Upstream, Backend> upstream_up{layout_,
                                       "postern_upstream_up",
                                       "1 if the backend is considered healthy, else 0.",
                                       {},
                                       Merge::All};
  Gauge<Upstream, Backend> upstream_circuit_open{
      layout_,
      "postern_upstream_circuit_open",
      "1 while the circuit breaker keeps sessions off the backend, else 0.",
      {},
      Merge::Any};
  Counter<Upstream, Backend> upstream_circuit_opened{
      layout_, "postern_upstream_circuit_opened_total", "Times the circuit breaker opened."};
  Counter<Upstream, Backend, ConnectResult> upstream_connects{
      layout_, "postern_upstream_connects_total", "Connection attempts by result."};
  SecondsHistogram<Upstream, ConnectPhase> upstream_connect_duration{
      layout_,
      "postern_upstream_connect_duration_seconds",
      "Time of each step of a new upstream connection.",
      kLatency};
  Gauge<Upstream, LinkState> upstream_connections{
      layout_, "postern_upstream_connections", "Upstream connections now."};
  Counter<Upstream> upstream_connections_reused{
      layout_,
      "postern_upstream_connections_reused_total",
      "Logged-in upstream connections of an earlier session that were used again."};
  Gauge<Upstream> upstream_connections_limit{
      layout_, "postern_upstream_connections_limit", "Configured limit of upstream connections."};
  Gauge<Upstream> upstream_queue_length{
      layout_, "postern_upstream_queue_length", "Sessions waiting for an upstream connection."};
  SecondsHistogram<Upstream> upstream_queue_duration{
      layout_,
      "postern_upstream_queue_duration_seconds",
      "Time sessions waited for an upstream connection.",
      kLatency};
  Counter<Upstream, QueueRejection> upstream_queue_rejections{
      layout_,
      "postern_upstream_queue_rejections_total",
      "Sessions turned away instead of waiting."};
  Counter<Upstream, UpstreamCommand, UpstreamResult> upstream_commands{
      layout_, "postern_upstream_commands_total", "Upstream commands by result."};
  SecondsHistogram<Upstream, UpstreamCommand> upstream_command_duration{
      layout_,
      "postern_upstream_command_duration_seconds",
      "Time from sending an upstream command to its tagged answer.",
      kLatency};
  Counter<Upstream, DisconnectReason> upstream_disconnects{
      layout_, "postern_upstream_disconnects_total", "Upstream connections closed, by reason."};
  Counter<Upstream, RetryReason> upstream_retries{
      layout_, "postern_upstream_retries_total", "Upstream operations tried again."};
  Counter<Upstream> upstream_received{layout_,
                                      "postern_upstream_received_bytes_total",
                                      "Bytes received from upstreams, before TLS."};
  Counter<Upstream> upstream_sent{
      layout_, "postern_upstream_sent_bytes_total", "Bytes sent to upstreams, before TLS."};

  // Submission

  Counter<Upstream, MessageResult> submission_messages{
      layout_,
      "postern_submission_messages_total",
      "Messages given to the submission relay, by result."};
  Counter<Upstream, RecipientResult> submission_recipients{
      layout_, "postern_submission_recipients_total", "Recipients by result."};
  CountHistogram<> submission_message_size{
      layout_, "postern_submission_message_size_bytes", "Size of relayed messages.", kSizes};
  Counter<RateScope> submission_rate_limited{
      layout_, "postern_submission_rate_limited_total", "Messages refused by our own rate limits."};
  Counter<Upstream, CopyResult> submission_copies{
      layout_,
      "postern_submission_copies_total",
      "Copies of sent mail for the sender's mailbox, by result."};

  // What has to last

  Counter<Store, StoreOperation, StoreResult> state_operations{
      layout_, "postern_state_operations_total", "State store operations by result."};
  SecondsHistogram<Store, StoreOperation> state_operation_duration{
      layout_,
      "postern_state_operation_duration_seconds",
      "Time of state store operations.",
      kShort};

  Gauge<Store> state_up{
      layout_, "postern_state_up", "1 if the state store answers, as far as is known, else 0."};
  Gauge<Store> state_octets{
      layout_, "postern_state_size_bytes", "Size of the state store on disk."};

  // The engine

  SecondsHistogram<Worker> event_loop_lag{
      layout_, "postern_event_loop_lag_seconds", "How late a worker's timer ran.", kShort};
  SecondsCounter<Worker> event_loop_busy{layout_,
                                         "postern_event_loop_busy_seconds_total",
                                         "Processor time that a worker's loop used."};
  Gauge<Worker> worker_connections{
      layout_, "postern_worker_connections", "Client connections per worker."};
  Gauge<Side> buffer_octets{layout_, "postern_buffer_bytes", "Bytes held in connection buffers."};
  Counter<Side> backpressure_pauses{layout_,
                                    "postern_backpressure_pauses_total",
                                    "Times reading was paused because the other side was slow."};
  Counter<NameResult> dns_queries{layout_, "postern_dns_queries_total", "Name look-ups by result."};
  SecondsHistogram<> dns_query_duration{
      layout_, "postern_dns_query_duration_seconds", "Time of name look-ups.", kLatency};
  Gauge<> threadpool_queue_length{
      layout_, "postern_threadpool_queue_length", "Jobs waiting for a pool thread."};

  // All of them, in this order.
  [[nodiscard]] constexpr std::span<const Family> families() const { return layout_.families(); }

  // How many cells a Recorder has.
  [[nodiscard]] constexpr std::uint32_t cells() const { return layout_.cells(); }
};

inline constexpr Catalogue kMetrics;

}  // namespace postern::metrics
