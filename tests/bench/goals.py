"""What postern is held to: figures of a rival in the same round, or what can be counted.

A run is what measuring.py notes of one: a dictionary of figures.
"""

import statistics
from dataclasses import dataclass

GATEWAY, SUM, WALL = "gateway_us", "sum_us", "p50_ms"
_TOLD = {GATEWAY: "", SUM: " in the CPU of gateway and upstream together", WALL: " in wall time"}


@dataclass(frozen=True)
class Goal:
    """A figure at most `factor` times a rival's in the same round, and `more` on top of that."""

    factor: float
    rival: str
    figure: str = GATEWAY
    more: float = 0  # of the figure's unit

    def verdict(self, by_peer):
        """One sentence; None if one of the two has not been measured."""
        reached = self._reached(by_peer)
        if reached is None:
            return None
        what, how = f"{self.factor} x {self.rival}", f"{reached:.2f}"
        if self.more:
            what, how = f"{what} and {self.more:g} ms more", f"{reached:.1f} ms more"
        held = reached <= (self.more or self.factor)
        return _sentence(what + _TOLD[self.figure], how, held)

    def _reached(self, by_peer):
        if not self.more:
            return ratio(by_peer, "postern", self.rival, self.figure)
        beyond = [one[self.figure] - self.factor * other[self.figure]
                  for one, other in _pairs(by_peer, "postern", self.rival)]
        return statistics.median(beyond) if beyond else None


@dataclass(frozen=True)
class Bound:
    """A figure of each session that is counted, or that no other machine would change much."""

    figure: str
    unit: str
    most: float

    def verdict(self, by_peer):
        """One sentence; None if postern has not been measured, or not counted."""
        cell = by_peer.get("postern", {})
        counted = [run[self.figure] for run in good(cell) if self.figure in run]
        if self.figure in cell.get("wire", {}):
            counted = [cell["wire"][self.figure]]
        if not counted:
            return None
        reached = statistics.median(counted)
        return _sentence(f"{self.most:,} {self.unit}", f"{reached:,.1f}", reached <= self.most)


def good(cell):
    """The runs in which every session did what it should."""
    return [run for run in (cell or {}).get("runs", ())
            if run["ok"] and not run["failed"] and not run["wrong_counts"]]


def ratio(by_peer, one, other, figure=GATEWAY):
    """The median over the rounds of one peer's figure to another's; None without both."""
    quotients = [a[figure] / b[figure] for a, b in _pairs(by_peer, one, other) if b[figure]]
    return statistics.median(quotients) if quotients else None


def _pairs(by_peer, one, other):
    """Runs of two peers in the same round, where both were good."""
    rounds = zip(by_peer.get(one, {}).get("runs", ()), by_peer.get(other, {}).get("runs", ()))
    for a, b in rounds:
        if good({"runs": [a]}) and good({"runs": [b]}):
            yield _with_sum(a), _with_sum(b)


def _with_sum(run):
    return {**run, SUM: run.get("gateway_us", 0) + run.get("upstream_us", 0)}


def _sentence(goal, reached, held):
    return f"- goal: at most {goal}; reached {reached}: **{'held' if held else 'missed'}**"
