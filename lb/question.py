"""How HAProxy asks a server whether it is well (HAProxy Configuration Manual, 5.2 "check")."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a health question: *send* text or bytes, or *expect* a match of an expression.

    Once *at_least* bytes are there, an answer that does not match is a failure at once; until
    then HAProxy waits for more, at most for the check's time-out. ``{}`` in *send* is the value of
    the environment *variable*, so that a password stands nowhere else, and ``{length}`` the number
    of its bytes. A *binary* answer is matched as hexadecimal digits, in capitals: a zero byte would
    end it otherwise.
    """

    send: str | bytes | None = None
    variable: str | None = None
    expect: str | None = None
    at_least: int = 1
    binary: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """How HAProxy asks a server whether it is well.

    Without *http_path*, *steps* and *mysql_user* (who logs in without a password) the question is
    whether a connection can be opened; the answer may take *answer_s*. *port* is asked in the place
    of the one that serves. A server is down after *fall* failures and up after one success; it is
    asked every *every_s*, every *doubtful_s* between the first failure and the verdict, and every
    *down_s* while it is down.
    """

    steps: tuple[Step, ...] = ()
    http_path: str | None = None
    mysql_user: str | None = None
    port: int | None = None
    answer_s: float | None = None
    every_s: float = 1
    doubtful_s: float = 0.5
    down_s: float = 0.5
    fall: int = 3


CONNECTION = Check()
"""Whether a connection can be opened."""
