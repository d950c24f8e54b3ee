"""Lead a running ambassador to another upstream, so that nothing is written to the old one.

New connections go to the new upstream from the moment that HAProxy has the command, and in the same
line every session with the old one is closed: a client that had one connects again. Where names
have to be resolved, or the number of upstreams changes, a reload does it: then the old servers
take nothing from the moment that their sessions are closed.
"""

import re
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from ambassador.upstreams import HOST_NAMES
from engine.hosts import Host
from engine.live.reload import Staged
from engine.live.running import Live
from faults import HostError
from lb import runtime
from lb.model import SOCKET_PATH, Address
from lb.runtime import Row, binds_of, leading_to, servers_of, without_addresses, worker

ANSWERS_WITHIN_S = 10
_LOOK_EVERY_S = 0.005

# Tells HAProxy a line, reloads it if asked to, then pings through it until somebody answers. The
# clock of /proc/uptime has 10 ms: nothing finer is in the image's Perl.
_PERL = r"""
use IO::Socket::UNIX; use IO::Socket::INET; use IO::Select;
my ($path, $line, $reload, $port, $within) = @ARGV;
sub now { open my $f, '<', '/proc/uptime' or die $!; my ($s) = split ' ', <$f>; $s }
my $haproxy = IO::Socket::UNIX->new($path) or die "$path: $!\n";
my $begin = now();
print $haproxy "$line\n";
print while <$haproxy>;
kill 'USR2', 1 if $reload;
while ($port && now() - $begin < $within) {
    my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Timeout => 1);
    if ($s) {
        syswrite $s, "PING\r\n";
        if (IO::Select->new($s)->can_read(1) && sysread $s, my $byte, 1) {
            printf "\nanswer after %d ms\n", (now() - $begin) * 1000;
            last;
        }
    }
    select undef, undef, undef, 0.005;
}
"""


@dataclass(frozen=True, slots=True)
class Retargeted:
    """An ambassador that leads elsewhere now.

    Attributes:
        name: The ambassador's container or process.
        host: Its Docker host; the default one for a process.
        closed: Sessions with the old upstream that were closed.
        blackout_ms: From the command until the new upstream answered through it; None if what
            it speaks cannot be asked, or nobody answered.
        reloaded: HAProxy had to read its configuration again.
        kept: A restart of the container leads to the new upstream, too.
    """

    name: str
    host: Host
    closed: int
    blackout_ms: int | None
    reloaded: bool
    kept: bool


def retarget(live: Live, text: str) -> Retargeted:
    """Let *live* lead to the upstreams of the configuration *text*.

    Raises:
        HostError: It does not answer, or cannot be changed while it runs.
        UserError: HAProxy refuses *text*.
    """
    rows = live.rows()
    wanted = servers_of(text)
    if not live.container:
        return _process(live, rows, {backend: [*map(_here, w)] for backend, w in wanted.items()})
    moves = _moves(rows, wanted)
    staged = Staged.of(live, text)
    simple = moves is not None and without_addresses(staged.present()) == without_addresses(text)
    kept = _keep(staged, required=not simple)
    before = worker(live.ask)
    commands = moves if simple and moves else [runtime.state(row, "maint") for row in rows]
    line = ";".join([*commands, *map(runtime.cut, rows)])
    said = _inside(staged, line, reload=not simple)
    if simple:
        staged.drop()
    else:
        staged.confirm(before)
    return Retargeted(
        name=staged.container.name,
        host=live.host,
        closed=sum(row.sessions for row in rows),
        blackout_ms=_blackout_ms(said),
        reloaded=not simple,
        kept=kept,
    )


def _moves(rows: Sequence[Row], wanted: dict[str, list[str]]) -> list[str] | None:
    # The commands that do it, one for each server; None if commands cannot.
    moves = []
    for backend, addresses in wanted.items():
        mine = [row for row in rows if row.backend == backend]
        if len(mine) != len(addresses) or any(row.name for row in mine):
            return None  # what DNS said of a name would win over an address
        for row, text in zip(mine, addresses, strict=True):
            address = Address.parse(text)
            if address.is_name:
                return None
            moves.append(runtime.move(row, address.host, address.port))
    return moves if len(moves) == len(rows) else None


def _keep(staged: Staged, *, required: bool) -> bool:
    try:
        if staged.differs():
            staged.check()
            staged.swap()
    except HostError:
        if required:
            raise
        return False
    return True


def _inside(staged: Staged, line: str, *, reload: bool) -> str:
    port = next((bind.rpartition(":")[2] for bind in binds_of(staged.text).values()), "0")
    probed = port if "PING" in staged.text else "0"
    words = (SOCKET_PATH, line, str(int(reload)), probed, str(ANSWERS_WITHIN_S))
    run = ("exec", staged.container.id, "perl", "-e", _PERL, *words)
    return staged.site.docker(*run, within_s=ANSWERS_WITHIN_S + 20)


def _blackout_ms(said: str) -> int | None:
    answer = re.search(r"^answer after (\d+) ms$", said, re.MULTILINE)
    return int(answer[1]) if answer else None


def _here(address: str) -> str:
    # A container finds the machine that it runs on by a name; a process is on that machine.
    found = Address.parse(address)
    return str(replace(found, host="127.0.0.1")) if found.host in HOST_NAMES else address


def _process(live: Live, rows: Sequence[Row], wanted: dict[str, list[str]]) -> Retargeted:
    name = live.service.name
    moves = _moves(rows, wanted)
    if moves is None or live.socket is None:
        what = f"'{name}' is a process, and cannot learn a name while it runs"
        raise HostError(what, fix="give an IP address, or dcgen stop and dcgen up")
    file = live.socket.with_suffix(".cfg")
    new = leading_to(file.read_text(encoding="utf-8"), wanted)
    begin_s = time.monotonic()
    runtime.tell(live.ask, [*moves, *map(runtime.cut, rows)])
    bind = next(iter(binds_of(new).values()), "")
    answered = "PING" in new and _answers(bind, begin_s + ANSWERS_WITHIN_S)
    took_ms = round((time.monotonic() - begin_s) * 1000)
    file.write_text(new, encoding="utf-8")  # for the day that it has to be started again
    return Retargeted(
        name=name,
        host=live.host,
        closed=sum(row.sessions for row in rows),
        blackout_ms=took_ms if answered else None,
        reloaded=False,
        kept=True,
    )


def _answers(bind: str, end_s: float) -> bool:
    host, _, port = bind.rpartition(":")
    while time.monotonic() < end_s:
        with suppress(OSError), socket.create_connection((host.strip("[]"), int(port)), 1) as asked:
            asked.sendall(b"PING\r\n")
            if asked.recv(1):
                return True
        time.sleep(_LOOK_EVERY_S)
    return False
