#!/usr/bin/env python3
"""Writes dashboard.json, the Grafana dashboard of postern.

    python3 metrics/dashboard.py > metrics/dashboard.json

Both files are committed and a test holds them together; change this one. A panel is a title, a unit
and its queries, each with a legend. Metrics stand in the queries without the filter on `$instance`:
it is put in here. Panels flow from left to right, 24 columns a line.
"""

import json
import re
import sys

RATE = "[$__rate_interval]"
LINE_WIDTH = 24


def quantile(q, by, metric):
    """The q-quantile of a histogram, one line for each set of the labels `by`."""
    labels = ", ".join(["le", *by])
    return f"histogram_quantile({q}, sum by ({labels}) (rate({metric}_bucket{RATE})))"


def rate(by, metric, matchers=""):
    """Events a second, one line for each set of the labels `by`."""
    return f"sum by ({', '.join(by)}) (rate({metric}{matchers}{RATE}))"


class Panel:
    kind = "timeseries"
    width = 8
    height = 7
    options = {}

    def __init__(self, title, unit, *queries):
        self.title = title
        self.unit = unit
        self.queries = queries

    def as_json(self, number, position):
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "datasource": DATASOURCE,
            "gridPos": position,
            "fieldConfig": {"defaults": self.defaults(), "overrides": []},
            "options": self.options,
            "targets": [self.target(*query, ref) for query, ref in zip(self.queries, "ABCDEF")],
        }

    def defaults(self):
        return {"unit": self.unit, "min": 0, "custom": {"fillOpacity": 10, "showPoints": "never"}}

    def target(self, expr, legend, ref):
        return {
            "refId": ref,
            "datasource": DATASOURCE,
            "expr": of_instance(expr),
            "legendFormat": legend,
        }


class Stack(Panel):
    def defaults(self):
        stacked = super().defaults()
        stacked["custom"]["stacking"] = {"mode": "normal"}
        return stacked


class Number(Panel):
    kind = "stat"
    width = 3
    height = 4
    options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value"}

    def defaults(self):
        return {"unit": self.unit}


class States(Panel):
    kind = "state-timeline"
    options = {"showValue": "never"}

    def defaults(self):
        bad_below_one = [{"value": None, "color": "red"}, {"value": 1, "color": "green"}]
        return {"unit": self.unit, "thresholds": {"mode": "absolute", "steps": bad_below_one},
                "color": {"mode": "thresholds"}}


class Heatmap(Panel):
    kind = "heatmap"
    options = {"calculate": False, "yAxis": {"unit": "short"}, "color": {"scheme": "Oranges"}}

    def target(self, expr, legend, ref):
        return {**super().target(expr, legend, ref), "format": "heatmap"}


DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

OUR_FAULT = 'postern_auth_attempts_total{result=~"upstream_unavailable|lookup_failed"}'

ROWS = {
    "Now": [
        Number("Ready", "short", ("sum(postern_ready)", "gateways")),
        Number("Draining", "short", ("sum(postern_draining)", "gateways")),
        Number("Sessions", "short", ("sum(postern_sessions_active)", "sessions")),
        Number("Logins", "ops",
               (f'sum(rate(postern_auth_attempts_total{{result="ok"}}{RATE}))', "good")),
        Number("Logins failed by us", "percentunit",
               (f"sum(rate({OUR_FAULT}{RATE})) / sum(rate(postern_auth_attempts_total{RATE}))",
                "of all")),
        Number("Login, 95 %", "s", (quantile(0.95, [], "postern_auth_duration_seconds"), "")),
        Number("Uptime, shortest", "s", ("min(time() - process_start_time_seconds)", "")),
        Number("Configuration accepted", "short",
               ("min(postern_config_last_reload_successful)", "")),
        Panel("Builds", "short",
              ("count by (version, revision) (postern_build_info)", "{{version}} {{revision}}")),
        Panel("Configurations", "short",
              ("count by (sha256) (postern_config_info)", "{{sha256}}")),
        Panel("Reloads and age of the configuration", "s",
              ("time() - postern_config_last_reload_success_timestamp_seconds", "{{instance}}"),
              (rate(["result"], "postern_config_reloads_total"), "reloads a second: {{result}}")),
    ],
    "Clients": [
        Panel("Connections and limits", "short",
              ("sum by (listener) (postern_connections_active)", "{{listener}}"),
              ("sum by (listener) (postern_connections_limit)", "{{listener}} limit")),
        Panel("Accepted and rejected", "ops",
              (rate(["listener"], "postern_connections_accepted_total"), "{{listener}}"),
              (rate(["reason"], "postern_connections_rejected_total"), "rejected: {{reason}}"),
              (rate(["reason"], "postern_accept_errors_total"), "accept failed: {{reason}}")),
        Stack("Sessions by state", "short",
              ("sum by (protocol, state) (postern_sessions_active)", "{{protocol}} {{state}}")),
        Stack("Why sessions end", "ops",
              (rate(["reason"], "postern_sessions_ended_total"), "{{reason}}")),
        Stack("How sessions are secured", "ops",
              (rate(["security"], "postern_sessions_started_total"), "{{security}}")),
        Panel("How long sessions last", "s",
              (quantile(0.5, ["protocol"], "postern_session_duration_seconds"),
               "{{protocol}} 50 %"),
              (quantile(0.95, ["protocol"], "postern_session_duration_seconds"),
               "{{protocol}} 95 %")),
        Stack("Commands", "ops", (rate(["command"], "postern_commands_total"), "{{command}}")),
        Panel("Commands not answered with yes", "ops",
              (rate(["command", "result"], "postern_commands_total", '{result!="ok"}'),
               "{{command}} {{result}}")),
        Panel("Commands, 95 %", "s",
              (quantile(0.95, ["command"], "postern_command_duration_seconds"), "{{command}}")),
        Panel("Traffic", "Bps",
              (rate(["protocol"], "postern_client_received_bytes_total"), "{{protocol}} in"),
              (rate(["protocol"], "postern_client_sent_bytes_total"), "{{protocol}} out")),
        Stack("TLS versions", "ops",
              (rate(["version", "resumed"], "postern_tls_handshakes_total"),
               "TLS {{version}}, resumed: {{resumed}}")),
        Panel("TLS handshakes that fail", "ops",
              (rate(["listener", "reason"], "postern_tls_handshake_failures_total"),
               "{{listener}} {{reason}}")),
        Panel("TLS handshakes, 95 %", "s",
              (quantile(0.95, ["side"], "postern_tls_handshake_duration_seconds"), "{{side}}")),
        Panel("Certificates expire in", "s",
              ("min by (certificate) (postern_tls_certificate_not_after_timestamp_seconds)"
               " - time()", "{{certificate}}")),
        Panel("Octets behind a TLS upgrade", "ops",
              (rate(["side"], "postern_starttls_injections_total"), "{{side}}")),
    ],
    "Logins": [
        Stack("Logins by result", "ops",
              (rate(["result"], "postern_auth_attempts_total"), "{{result}}")),
        Stack("Logins by mechanism", "ops",
              (rate(["mechanism"], "postern_auth_attempts_total"), "{{mechanism}}")),
        Panel("Time of logins", "s",
              (quantile(0.5, ["result"], "postern_auth_duration_seconds"), "{{result}} 50 %"),
              (quantile(0.95, ["result"], "postern_auth_duration_seconds"), "{{result}} 95 %"),
              (quantile(0.99, ["result"], "postern_auth_duration_seconds"), "{{result}} 99 %")),
        Panel("Penalties", "short",
              ("sum(postern_auth_tracked_addresses)", "networks under penalty"),
              (f"sum(rate(postern_auth_penalty_seconds_total{RATE}))", "seconds a second")),
    ],
    "POP3": [
        Panel("Time to open a maildrop", "s",
              (quantile(0.5, ["cache"], "postern_pop3_maildrop_open_duration_seconds"),
               "{{cache}} 50 %"),
              (quantile(0.95, ["cache"], "postern_pop3_maildrop_open_duration_seconds"),
               "{{cache}} 95 %")),
        Heatmap("Messages in a maildrop", "short",
                (f"sum by (le) (increase(postern_pop3_maildrop_messages_bucket{RATE}))",
                 "{{le}}")),
        Heatmap("Time of RETR", "s",
                ('sum by (le) (increase(postern_command_duration_seconds_bucket{command="retr"}'
                 f"{RATE}))", "{{le}}")),
        Panel("Messages", "ops",
              (f"sum(rate(postern_pop3_messages_retrieved_total{RATE}))", "retrieved"),
              (rate(["method"], "postern_pop3_messages_deleted_total"), "deleted: {{method}}")),
        Panel("Deletions that fail", "ops",
              (rate(["reason"], "postern_pop3_delete_failures_total"), "{{reason}}")),
        Panel("Mailboxes numbered anew", "ops",
              (rate(["upstream"], "postern_pop3_uidvalidity_changes_total"), "{{upstream}}")),
        Panel("Sizes that were not true", "ops",
              (rate(["upstream"], "postern_pop3_size_mismatches_total"), "{{upstream}}")),
        Panel("Messages that came back", "ops",
              (rate(["upstream"], "postern_pop3_index_violations_total"), "{{upstream}}")),
        Panel("Locks", "ops",
              (rate(["result"], "postern_pop3_maildrop_lock_attempts_total"), "{{result}}")),
        Panel("Locks held", "short",
              ("sum by (instance) (postern_pop3_maildrop_locks_held)", "{{instance}}")),
    ],
    "Upstreams": [
        States("Backends", "short",
               ("min by (upstream, backend) (postern_upstream_up)", "{{upstream}} {{backend}}")),
        Panel("Open circuits", "short",
              ("sum by (upstream, backend) (postern_upstream_circuit_open)",
               "{{upstream}} {{backend}}"),
              (rate(["upstream"], "postern_upstream_circuit_opened_total"),
               "{{upstream}} opened a second")),
        Stack("Connects by result", "ops",
              (rate(["upstream", "result"], "postern_upstream_connects_total"),
               "{{upstream}} {{result}}")),
        Panel("Steps of a connect, 95 %", "s",
              (quantile(0.95, ["upstream", "phase"], "postern_upstream_connect_duration_seconds"),
               "{{upstream}} {{phase}}")),
        Panel("Connections and limits", "short",
              ("sum by (upstream, state) (postern_upstream_connections)",
               "{{upstream}} {{state}}"),
              ("sum by (upstream) (postern_upstream_connections_limit)", "{{upstream}} limit")),
        Panel("Connections used again", "ops",
              (rate(["upstream"], "postern_upstream_connections_reused_total"), "{{upstream}}")),
        Panel("Queue", "short",
              ("sum by (upstream) (postern_upstream_queue_length)", "{{upstream}} waiting"),
              (rate(["upstream", "reason"], "postern_upstream_queue_rejections_total"),
               "{{upstream}} rejected a second: {{reason}}")),
        Panel("Time in the queue, 95 %", "s",
              (quantile(0.95, ["upstream"], "postern_upstream_queue_duration_seconds"),
               "{{upstream}}")),
        Panel("Commands not answered with yes", "ops",
              (rate(["upstream", "command", "result"], "postern_upstream_commands_total",
                    '{result!="ok"}'), "{{upstream}} {{command}} {{result}}")),
        Panel("Commands, 95 %", "s",
              (quantile(0.95, ["upstream", "command"],
                        "postern_upstream_command_duration_seconds"),
               "{{upstream}} {{command}}")),
        Panel("Why connections end", "ops",
              (rate(["upstream", "reason"], "postern_upstream_disconnects_total"),
               "{{upstream}} {{reason}}")),
        Panel("Tried again", "ops",
              (rate(["upstream", "reason"], "postern_upstream_retries_total"),
               "{{upstream}} {{reason}}")),
        Panel("Traffic", "Bps",
              (rate(["upstream"], "postern_upstream_received_bytes_total"), "{{upstream}} in"),
              (rate(["upstream"], "postern_upstream_sent_bytes_total"), "{{upstream}} out")),
    ],
    "Submission": [
        Stack("Messages by result", "ops",
              (rate(["upstream", "result"], "postern_submission_messages_total"),
               "{{upstream}} {{result}}")),
        Stack("Recipients by result", "ops",
              (rate(["upstream", "result"], "postern_submission_recipients_total"),
               "{{upstream}} {{result}}")),
        Panel("Size of messages, 95 %", "bytes",
              (quantile(0.95, [], "postern_submission_message_size_bytes"), "all")),
        Panel("Messages refused by rate limits", "ops",
              (rate(["scope"], "postern_submission_rate_limited_total"), "{{scope}}")),
        Stack("Copies of sent mail by result", "ops",
              (rate(["upstream", "result"], "postern_submission_copies_total"),
               "{{upstream}} {{result}}")),
    ],
    "Engine": [
        Panel("Loop lag, 99 %", "s",
              (quantile(0.99, ["instance", "worker"], "postern_event_loop_lag_seconds"),
               "{{instance}} {{worker}}")),
        Panel("Loops busy", "percentunit",
              (rate(["instance", "worker"], "postern_event_loop_busy_seconds_total"),
               "{{instance}} {{worker}}")),
        Panel("Connections per worker", "short",
              ("postern_worker_connections", "{{instance}} {{worker}}")),
        Panel("Buffers", "bytes", ("sum by (side) (postern_buffer_bytes)", "{{side}}")),
        Panel("Pauses for the slower side", "ops",
              (rate(["side"], "postern_backpressure_pauses_total"), "{{side}}")),
        Panel("Memory", "bytes",
              ("process_resident_memory_bytes", "{{instance}} resident"),
              ("process_virtual_memory_bytes", "{{instance}} virtual")),
        Panel("CPU", "percentunit",
              (rate(["instance"], "process_cpu_seconds_total"), "{{instance}}")),
        Panel("File descriptors", "short",
              ("process_open_fds", "{{instance}}"),
              ("process_max_fds", "{{instance}} limit")),
        Panel("Threads and jobs for them", "short",
              ("process_threads", "{{instance}} threads"),
              ("postern_threadpool_queue_length", "{{instance}} waiting jobs")),
        Panel("Name look-ups", "ops",
              (rate(["result"], "postern_dns_queries_total"), "{{result}}")),
        Panel("Name look-ups, 95 %", "s",
              (quantile(0.95, [], "postern_dns_query_duration_seconds"), "all")),
        Stack("Was the mailbox in the index", "ops",
              (rate(["cache", "result"], "postern_cache_requests_total"), "{{cache}} {{result}}")),
        Panel("Mailboxes in the index", "short",
              ("sum by (instance, cache) (postern_cache_entries)", "{{instance}} {{cache}}")),
        Panel("Size of the index", "bytes",
              ("sum by (instance, cache) (postern_cache_bytes)", "{{instance}} {{cache}}")),
        Panel("Errors of caches", "ops",
              (rate(["cache"], "postern_cache_errors_total"), "{{cache}}")),
        Panel("Lasting state", "ops",
              (rate(["operation", "result"], "postern_state_operations_total"),
               "{{operation}} {{result}}")),
        Panel("Lasting state, 95 %", "s",
              (quantile(0.95, ["operation"], "postern_state_operation_duration_seconds"),
               "{{operation}}")),
        Panel("Does lasting state answer", "short",
              ("min by (instance, store) (postern_state_up)", "{{instance}} {{store}}")),
        Panel("Size of lasting state", "bytes",
              ("sum by (instance, store) (postern_state_size_bytes)", "{{instance}} {{store}}")),
        Panel("Log lines", "ops",
              (rate(["level"], "postern_log_messages_total"), "{{level}}"),
              (f"sum(rate(postern_log_dropped_total{RATE}))", "dropped")),
    ],
}


def of_instance(expr):
    """Puts the filter on $instance into every metric of a query."""
    def with_filter(match):
        matchers = [m for m in ['instance=~"$instance"', (match[2] or "")[1:-1]] if m]
        return f"{match[1]}{{{', '.join(matchers)}}}"

    return re.sub(r"\b((?:postern|process)_\w+)({[^}]*})?", with_filter, expr)


def panels():
    number = 0
    y = 0
    for title, row in ROWS.items():
        number += 1
        yield {"id": number, "type": "row", "title": title, "collapsed": False,
               "gridPos": {"x": 0, "y": y, "w": LINE_WIDTH, "h": 1}, "panels": []}
        y += 1
        x = height = 0
        for panel in row:
            if x + panel.width > LINE_WIDTH or (x > 0 and panel.height != height):
                x, y = 0, y + height
            number += 1
            height = panel.height
            yield panel.as_json(number, {"x": x, "y": y, "w": panel.width, "h": height})
            x += panel.width
        y += height


def variables():
    return [
        {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data source"},
        {"name": "instance", "type": "query", "label": "Gateway", "datasource": DATASOURCE,
         "query": {"query": "label_values(postern_ready, instance)", "refId": "instances"},
         "multi": True, "includeAll": True, "allValue": ".*", "refresh": 2},
    ]


def annotation(name, color, expr):
    return {"name": name, "datasource": DATASOURCE, "enable": True, "iconColor": color,
            "expr": of_instance(expr), "titleFormat": name, "textFormat": "{{instance}}"}


def dashboard():
    return {
        "uid": "postern",
        "title": "postern",
        "tags": ["mail", "postern"],
        "schemaVersion": 38,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": variables()},
        "annotations": {"list": [
            annotation("start", "blue", "changes(process_start_time_seconds[2m]) > 0"),
            annotation("reload", "green",
                       "changes(postern_config_last_reload_success_timestamp_seconds[2m]) > 0"),
        ]},
        "panels": list(panels()),
    }


if __name__ == "__main__":
    json.dump(dashboard(), sys.stdout, indent=1)
    sys.stdout.write("\n")
