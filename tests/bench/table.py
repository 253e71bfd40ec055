"""What was measured, as text: a table for each load, and what postern is held to."""

import platform
import statistics
import time

from .goals import SUM, good, ratio
from .loads import LOADS
from .peers import PEERS


def report(cells, machine):
    """All tables as Markdown."""
    parts = [machine]
    for name, load in LOADS.items():
        if name in cells:
            parts.append(_load_table(load, cells[name]))
    return "\n\n".join(parts) + "\n"


def machine_line(cpu):
    """What the figures were measured on; without its name."""
    debian = platform.freedesktop_os_release().get("PRETTY_NAME", "unknown system")
    return f"{time.strftime('%Y-%m-%d')}, {cpu}, {debian}, loopback, other work on the machine."


def _load_table(load, by_peer):
    lines = [f"### {load.name}: {load.about}", ""]
    lines += _held_rows(load, by_peer) if load.holds else _cpu_rows(load, by_peer)
    verdicts = [said for goal in load.goals if (said := goal.verdict(by_peer))]
    return "\n".join(lines + ([""] + verdicts if verdicts else []))


def _cpu_rows(load, by_peer):
    yield (f"| peer | gateway us/{load.unit} | +- % | x nginx | upstream us/{load.unit} "
           "| sum x direct | p50 ms | peak MiB | conns | exch | up KB | down KB |")
    yield "| --- |" + " ---: |" * 11
    for peer in _in_order(by_peer):
        runs, wire = good(by_peer[peer]), by_peer[peer].get("wire")
        if not runs:
            yield f"| {peer} | failed: {_reasons(by_peer[peer])} |" + " |" * 10
            continue
        gateway = [run["gateway_us"] for run in runs]
        middle = statistics.median(gateway)
        spread = (max(gateway) - min(gateway)) / middle * 100 if middle else 0
        yield (f"| {peer} | {_short(middle)} | {spread:.0f} "
               f"| {_times(ratio(by_peer, peer, 'nginx'))} "
               f"| {_short(_median(runs, 'upstream_us'))} "
               f"| {_times(ratio(by_peer, peer, 'direct', SUM))} | {_median(runs, 'p50_ms'):.1f} "
               f"| {_median(runs, 'peak_octets') / 2**20:.1f} | {_wire(wire)} |")


def _held_rows(load, by_peer):
    yield ("| peer | KiB/session | kept after | peak MiB | processes | login us/session "
           "| idle us/s | without sessions |")
    yield "| --- |" + " ---: |" * 7
    for peer in _in_order(by_peer):
        runs = good(by_peer[peer])
        if not runs:
            yield f"| {peer} | failed: {_reasons(by_peer[peer])} |" + " |" * 6
            continue
        yield (f"| {peer} | {_median(runs, 'memory_kib'):.1f} "
               f"| {_median(runs, 'kept_kib'):.1f} "
               f"| {_median(runs, 'peak_octets') / 2**20:.0f} "
               f"| {_median(runs, 'processes'):.0f} | {_short(_median(runs, 'login_us'))} "
               f"| {_short(_median(runs, 'idle_us'))} | {_short(_median(runs, 'alone_us'))} |")


def _in_order(by_peer):
    return [name for name in PEERS if name in by_peer]


def _reasons(cell):
    found = {}
    for run in cell["runs"]:
        found |= run["reasons"]
    return ", ".join(found) or "counts of messages are wrong"


def _median(runs, key):
    return statistics.median(run.get(key, 0) for run in runs)


def _short(figure):
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.1f}"


def _times(factor):
    return "" if factor is None else f"{factor:.2f}"


def _wire(wire):
    if not wire:
        return " | | |"
    return (f"{wire['conns']:.1f} | {wire['exchanges']:.1f} | {wire['up'] / 1000:.1f} "
            f"| {wire['down'] / 1000:.1f}")
