"""Running the loads through the peers, and what is written down of it.

All peers of a scene are up at once, and each round of a load goes through all of them before the
next: whatever else the machine does then falls on all alike. Each round's ratio of two peers is
taken by itself; the table shows the median of these. Who holds sessions is started for that alone:
what an earlier load left in its memory would be counted, or would hide what is.
"""

import json
import subprocess
import sys
import threading
import time

from . import ground
from .ground import Group, wait_quiet
from .loads import LOADS
from .peers import PEERS

_GRACE_SECONDS = 30  # for the driver, beyond the time that it gives its sessions
_SETTLE_SECONDS = 7  # Dovecot's sessions hibernate after 4
_IDLE_SECONDS = 10
_RETURN_SECONDS = 12  # postern looks every 5 whether there is memory to give back
_COUNTED_SESSIONS = 20


class Peak(threading.Thread):
    """The highest memory of a group while a run lasts, looked at a few times a second."""

    def __init__(self, group):
        super().__init__(daemon=True)
        self._group, self._over = group, threading.Event()
        self.octets = self.processes = 0
        self.start()

    def run(self):
        while not self._over.wait(0.4):
            self.octets = max(self.octets, self._group.memory())
            self.processes = max(self.processes, len(self._group.pids()))

    def stop(self):
        self._over.set()
        self.join()


class Measuring:
    """`cells` holds what was measured, by load and peer: {"runs": [..], "wire": {..}}."""

    def __init__(self, upstreams, certificate, *, rounds, say=None):
        self._upstreams, self._certificate, self._rounds = upstreams, certificate, rounds
        self._driver = Group("driver")
        self._say = say or (lambda *words: print(*words, file=sys.stderr, flush=True))
        self.cells = {}

    def close(self):
        self._driver.close()

    def run(self, peer_names, load_names, *, count_exchanges):
        """Measures all loads; those that are counted as well go through the tap afterwards."""
        loads = [LOADS[name] for name in load_names]
        for scene in ("real", "idle"):
            here = [load for load in loads if load.scene == scene]
            together = [load for load in here if not load.holds]
            if together:
                self._in_scene(scene, peer_names, together, self._measure_load)
            for load in here:
                for name in peer_names if load.holds else ():
                    self._in_scene(scene, [name], [load], self._hold_load)
        far = [load for load in loads if load.delay_ms]
        counted = [load for load in loads if load.scene == "real" and not load.holds]
        if count_exchanges and counted:
            self._in_scene("tap", peer_names, counted, self._count_load)
        if far:
            self._in_scene("tap", peer_names, far, self._far_load)

    def _in_scene(self, scene, peer_names, loads, work):
        peers = []
        try:
            for name in peer_names:
                peer = PEERS[name](self._certificate, self._upstreams.scenes[scene])
                peers.append(peer)
                if any(peer.supports(load) for load in loads):
                    peer.start()
            for load in loads:
                work(load, [peer for peer in peers if peer.supports(load)])
        finally:
            for peer in peers:
                peer.close()

    # One load.

    def _measure_load(self, load, peers):
        self._warm(load, peers)
        self._in_rounds(load, peers, self._measure)

    def _far_load(self, load, peers):
        """The same, with what goes through the tap counted, after it was warmed from nearby."""
        tap = self._upstreams.tap
        self._warm(load, peers)
        tap.ask(f"delay {load.delay_ms}")
        try:
            self._in_rounds(load, peers, self._measure_counted)
        finally:
            tap.ask("delay 0")

    def _count_load(self, load, peers):
        """What one session says upstream, and hears, on average; after one that warms caches."""
        sessions = min(load.sessions, load.users or load.mailbox.users, _COUNTED_SESSIONS)
        for peer in peers:
            self._drive(load, peer, sessions=sessions)
            wait_quiet(peer.group)
            self._upstreams.tap.ask("reset")
            seen = self._drive(load, peer, sessions=sessions)
            wait_quiet(peer.group)
            self._cell(load, peer)["wire"] = self._counts(seen["ok"])

    def _warm(self, load, peers):
        """Each mailbox is seen once before it counts, by the gateway and by the upstream."""
        users = load.users or load.mailbox.users
        for peer in peers:
            self._drive(load, peer, sessions=min(load.sessions, users))
            wait_quiet(peer.group)

    def _in_rounds(self, load, peers, work):
        for turn in range(self._rounds if peers else 0):
            first = turn % len(peers)
            for peer in peers[first:] + peers[:first]:
                self._note(load, peer, work(load, peer))

    def _counts(self, sessions):
        counts = self._upstreams.tap.counts()
        return {name: count / max(sessions, 1) for name, count in counts.items()}

    def _measure(self, load, peer):
        return self._charged(load, peer, lambda: self._drive(load, peer))

    def _measure_counted(self, load, peer):
        """Sessions that the driver holds are counted before they end, and so before any QUIT."""
        wire = {}

        def drive():
            driver = self._start_driver(load, peer)
            said = driver.stdout.readline()
            held = said.split()[1:2] if said.startswith("READY") else []
            if held:
                wire.update(self._counts(int(held[0])))
            return self._end_driver(load, driver, said)

        self._upstreams.tap.ask("reset")
        seen = self._charged(load, peer, drive)
        self._cell(load, peer)["wire"] = wire or self._counts(seen["ok"])
        return seen

    def _charged(self, load, peer, drive):
        """What the driver saw, and what it cost the gateway and the upstream."""
        upstream = self._upstreams.group
        wait_quiet(peer.group, upstream)
        before = peer.group.cpu_seconds(), upstream.cpu_seconds()
        peak = Peak(peer.group)
        seen = drive()
        wait_quiet(peer.group, upstream)
        peak.stop()
        units = max(seen["ok"], 1) * load.units
        return {**seen,
                "gateway_us": (peer.group.cpu_seconds() - before[0]) * 1e6 / units,
                "upstream_us": (upstream.cpu_seconds() - before[1]) * 1e6 / units,
                "peak_octets": peak.octets, "processes": peak.processes}

    def _hold_load(self, load, peers):
        for peer in peers:
            self._drive(load, peer, sessions=min(load.sessions, _COUNTED_SESSIONS))
            wait_quiet(peer.group)
            self._note(load, peer, self._hold(load, peer))

    def _hold(self, load, peer):
        alone_us = self._idle_us(peer)
        empty, before = peer.group.memory(), peer.group.cpu_seconds()
        held = self._start_driver(load, peer)
        ready = held.stdout.readline().split()
        if ready[:1] != ["READY"]:
            return self._end_driver(load, held, " ".join(ready))
        count = max(int(ready[1]), 1)
        login_us = (peer.group.cpu_seconds() - before) * 1e6 / count
        time.sleep(_SETTLE_SECONDS)
        idle_us = self._idle_us(peer)
        full, processes = peer.group.memory(), len(peer.group.pids())
        seen = self._end_driver(load, held)
        time.sleep(_RETURN_SECONDS)
        kept = peer.group.memory() - empty
        return {**seen, "memory_kib": (full - empty) / 1024 / count, "peak_octets": full,
                "kept_kib": kept / 1024 / count, "processes": processes, "login_us": login_us,
                "idle_us": idle_us, "alone_us": alone_us}

    @staticmethod
    def _idle_us(peer):
        """CPU microseconds a second while nobody says anything."""
        before = peer.group.cpu_seconds()
        time.sleep(_IDLE_SECONDS)
        return (peer.group.cpu_seconds() - before) * 1e6 / _IDLE_SECONDS

    def _cell(self, load, peer):
        return self.cells.setdefault(load.name, {}).setdefault(peer.name, {"runs": []})

    def _note(self, load, peer, seen):
        self._cell(load, peer)["runs"].append(seen)
        figure = seen.get("gateway_us", seen.get("memory_kib", 0))
        self._say(time.strftime("%H:%M:%S"), load.name, peer.name, f"{figure:.1f}",
                  seen["reasons"] or "")

    # The driver.

    def _drive(self, load, peer, *, sessions=None):
        return self._end_driver(load, self._start_driver(load, peer, sessions=sessions))

    def _start_driver(self, load, peer, *, sessions=None):
        port, mode, tls = peer.door(load)
        argv = [*self._driver.enter(), str(ground.program("load")), f"--port={port}",
                *load.options(mode=mode, tls=tls, sessions=sessions)]
        return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @staticmethod
    def _end_driver(load, driver, said=""):
        """Its last word; a driver that holds sessions lets go of them now."""
        try:
            out, _ = driver.communicate(timeout=load.seconds + _GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            driver.kill()
            out, _ = driver.communicate()
        for line in reversed((said + "\n" + out).strip().splitlines()):
            if line.startswith("{"):
                return json.loads(line)
        return {"ok": 0, "failed": 1, "reasons": {"the driver ended without a word": 1}}
