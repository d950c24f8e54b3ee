"""Ways to a daemon and to runtime sockets that stay open, for who asks again and again.

A `docker` command takes 0.05 s and more until it asks, and one in a container 0.15 s; a rollout
asks two dozen times for each replica.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from socket import socket
from threading import Lock
from typing import IO

from engine.docker.connection import connected
from engine.docker.containers import Site
from engine.live.running import Live
from faults import HostError
from lb.model import SOCKET_PATH

_ANSWERS_WITHIN_S = 20.0
# A line in, an answer out: how many bytes it has, then the bytes; HAProxy closes after each.
# `connect` is not for HAProxy: it asks whether somebody listens at an address.
_RELAY = r"""
use IO::Socket::UNIX;
use IO::Socket::IP;
$| = 1;
while (my $line = <STDIN>) {
    my $said = "";
    if ($line =~ /^connect (\S+) (\d+)$/) {
        $said = IO::Socket::IP->new(PeerHost => $1, PeerPort => $2, Timeout => 3) ? "yes" : "no";
    } else {
        my $haproxy = IO::Socket::UNIX->new($ARGV[0]) or last;
        print $haproxy $line;
        $said = do { local $/; <$haproxy> } // "";
    }
    print length($said), "\n", $said;
}
"""


@contextmanager
def looking(site: Site) -> Iterator[Site]:
    """Give *site*, whose containers are looked at by a connection that is open until the end.

    If that is not to be had, or breaks, they are looked at by commands.
    """
    with ExitStack() as stack:
        get = site.get
        if site.project and not get:
            with suppress(HostError):
                get = stack.enter_context(connected(site.host)).get
        yield replace(site, get=get)


@contextmanager
def kept_open(lives: Sequence[Live]) -> Iterator[list[Live]]:
    """Give *lives* with a way to each runtime socket that is open until the end.

    An image without perl, or a way that breaks, is asked as before, a program at a time.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(_open(live)) for live in lives]


@contextmanager
def _open(live: Live) -> Iterator[Live]:
    if not live.site or not live.container:
        yield live
        return
    words = ("docker", "exec", "-i", live.container.id, "perl", "-e", _RELAY, SOCKET_PATH)
    with live.site.host.converse(words) as way, way.makefile("rb") as answers:
        way.settimeout(_ANSWERS_WITHIN_S)
        relay = _Relay(way, answers)

        def ask(line: str) -> str:
            # What may be asked twice is: to set something, to end a session, to look.
            said = relay.answer(line)
            return live.ask(line) if said is None else said

        def listens(host: str, port: int) -> bool | None:
            said = relay.answer(f"connect {host} {port}")
            return None if said is None else said == "yes"

        yield replace(live, ask=ask, listens=listens)


class _Relay:
    # What is said to the program on *way*, and its *answers*.
    def __init__(self, way: socket, answers: IO[bytes]) -> None:
        self._way, self._answers = way, answers
        self._lock = Lock()
        self._is_whole = True

    def answer(self, line: str) -> str | None:
        # None if it is broken.
        with self._lock:
            if not self._is_whole:
                return None
            self._is_whole = False  # whatever ends it halfway: the next answer would be this one's
            with suppress(OSError, ValueError):
                self._way.sendall(f"{line}\n".encode())
                wanted = int(self._answers.readline())
                said = self._answers.read(wanted)
                self._is_whole = len(said) == wanted
            return said.decode(errors="replace") if self._is_whole else None
