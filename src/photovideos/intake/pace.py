"""PURE: the waits of an inbox, all derived from what its config says (watching.md, the design that follows)."""

from __future__ import annotations

from dataclasses import dataclass

LOCAL_SETTLE_SECONDS = 30.0
NETWORK_SETTLE_SECONDS = 60.0
HANGS_AFTER_SECONDS = 300.0

_PAUSE_FACTOR = 3
_LONGEST_REST_SECONDS = 300.0
_QUICK_SECONDS = 2.0
_STALE_SECONDS = 15 * 60.0
_NAMED_SECONDS = 10 * 60.0
_GIVEN_UP_SECONDS = 24 * 3600.0
_COOLING = ((3600.0, 60.0), (600.0, 30.0))  # after so many quiet seconds, a look every so many

# Nobody's copy settles in less: such times are for tests and demonstrations, and shorten the long waits as well.
_SHORTENED_BELOW_SECONDS = 5.0
_SHORTEST_WAIT_SECONDS = 10.0
_GIVEN_UP_SETTLE_TIMES = 30  # so that a demonstration with a broken photo ends while somebody watches


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The waits of one inbox, in seconds.

    `quick_seconds`: the rest that is enough for a folder with READY or renamed in whole. `trusts_renames`: on a local
    disk the trace of a rename means what it says. `stale_after_seconds`: temporaries. `named_after_seconds`,
    `given_up_after_seconds`: photos that stay incomplete. `idle_seconds`: between scans of the inbox without a hint.
    `finished_seconds`: between looks at a finished folder. `hangs_after_seconds`: a scan without a sign of life.
    """

    settle_seconds: float
    hot_seconds: float
    quick_seconds: float
    longest_rest_seconds: float
    stale_after_seconds: float
    named_after_seconds: float
    given_up_after_seconds: float
    idle_seconds: float
    finished_seconds: float
    hangs_after_seconds: float
    trusts_renames: bool

    def rest_after_pause(self, longest_pause_seconds: float) -> float:
        """The rest that is needed by a folder whose copy has shown such a pause."""
        return max(self.settle_seconds, min(_PAUSE_FACTOR * longest_pause_seconds, self.longest_rest_seconds))

    def look_every(self, quiet_seconds: float) -> float:
        """How often to look at a folder that has not settled and showed nothing new for so long."""
        for after, every in _COOLING:
            if quiet_seconds >= after:
                return every
        return self.hot_seconds


def pace_of(*, settle_seconds: float | None, is_network: bool, is_polled: bool, trusts_renames: bool = True) -> Pace:
    """`settle_seconds`: None takes the default of the kind of file system. `is_polled`: no events come from there."""
    settle = settle_seconds
    if settle is None:
        settle = NETWORK_SETTLE_SECONDS if is_network else LOCAL_SETTLE_SECONDS
    scale = settle / LOCAL_SETTLE_SECONDS if settle < _SHORTENED_BELOW_SECONDS else 1.0

    def scaled(seconds: float) -> float:
        return min(seconds, max(seconds * scale, _SHORTEST_WAIT_SECONDS))

    given_up = _GIVEN_UP_SECONDS if scale == 1.0 else max(scaled(_NAMED_SECONDS), _GIVEN_UP_SETTLE_TIMES * settle)

    return Pace(
        settle_seconds=settle,
        hot_seconds=max(0.02, min(5.0 if is_network else 2.0, settle / 4)),
        quick_seconds=min(_QUICK_SECONDS, settle),
        longest_rest_seconds=min(_LONGEST_REST_SECONDS, 10 * settle),
        stale_after_seconds=scaled(_STALE_SECONDS),
        named_after_seconds=scaled(_NAMED_SECONDS),
        given_up_after_seconds=given_up,
        idle_seconds=min(10.0, max(0.25, settle / 3)) if is_polled else min(60.0, max(1.0, 2 * settle)),
        finished_seconds=min(300.0, max(1.0, 10 * settle)),
        hangs_after_seconds=scaled(HANGS_AFTER_SECONDS),
        trusts_renames=trusts_renames and not is_network,
    )
