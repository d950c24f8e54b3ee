"""How long and how often everything is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of a run; times are seconds.

    Attributes:
        turns: How often each contestant has its turn where processors decide.
        wrk_s: Of one turn with wrk.
        served_s: Within which a client must be answered once.
        serial_turns: Turns where sleeping servers decide.
        serial_s: Of one such turn.
        before_s: Of an outage's prelude; *outage_s* and *after_s* follow.
        redis_turns: The same for Redis, where the contestants are closest.
        redis_requests: Of one turn without pipelining; with it, sixteen times as many, less a half.
        idle: Connections held.
        idle_s: So long.
        reloads: Of HAProxy, five per second.
        arrivals: New replicas whose first request is awaited.
        away_s: So long the nameserver does not answer.
    """

    turns: int = 7
    wrk_s: int = 2
    served_s: float = 3
    serial_turns: int = 3
    serial_s: float = 20
    before_s: float = 4
    outage_s: float = 14
    after_s: float = 8
    redis_turns: int = 15
    redis_requests: int = 100_000
    idle: int = 10_000
    idle_s: float = 60
    reloads: int = 50
    arrivals: int = 20
    away_s: float = 50


FULL = Scale()
QUICK = Scale(
    turns=3,
    wrk_s=1,
    served_s=2,
    serial_turns=1,
    serial_s=10,
    before_s=3,
    outage_s=6,
    after_s=5,
    redis_turns=3,
    redis_requests=50_000,
    idle=1_000,
    idle_s=5,
    reloads=15,
    arrivals=5,
    away_s=12,
)
