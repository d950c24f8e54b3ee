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
from dataclasses import dataclass

from ambassador import upstreams as far
from ambassador.access import Access
from ambassador.protocols import guess
from composefile import labels
from engine import whole_file
from engine.hosts import Host
from engine.live.configuration import configuration
from engine.live.reload import Staged
from engine.live.running import Live
from engine.variant import Service, Variant
from faults import HostError, UserError
from lb import runtime
from lb.model import SOCKET_PATH, Address
from lb.runtime import Row, binds_of, leading_to, without_addresses, worker

Pools = dict[str, list[Address]]

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


def retarget(live: Live, variant: Variant) -> Retargeted:
    """Let *live* lead to the upstreams that the labels of its service have in *variant* now.

    Raises:
        HostError: It does not answer, or cannot be changed while it runs.
        UserError: A label does not read as what it should be, or HAProxy refuses the configuration
            that *variant* has for it.
    """
    service = variant.services[live.service.name]
    rows = live.rows()
    ports = _ports(service)
    pools = _pools(service, ports)
    probed = next((port for port in sorted(ports) if _asks_redis(service, port)), None)
    if not live.container:
        return _process(live, rows, pools, probed)
    moves = _moves(rows, pools)
    text = configuration(variant, service)
    staged = Staged.of(live, text)
    simple = moves is not None and without_addresses(staged.present()) == without_addresses(text)
    kept = _keep(staged, required=not simple)
    before = worker(live.ask)
    commands = moves if simple and moves else [runtime.state(row, "maint") for row in rows]
    line = ";".join([*commands, *runtime.forgetting(live.ask), *map(runtime.cut, rows)])
    said = _inside(staged, line, probed, reload=not simple)
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


def _ports(service: Service) -> list[int]:
    found = service.identity.ports
    if not found:
        raise UserError(
            f"the label `{labels.PORTS}` of '{service.name}' names no port",
            fix="generate the file again from its source",
            where=service.where("labels"),
        )
    return list(found)


def _pools(service: Service, ports: Sequence[int]) -> Pools:
    try:
        upstreams = far.parse(service.identity.upstream)
    except UserError as error:
        raise UserError(error.what, fix=error.fix, where=service.where("labels")) from error
    routes = far.routes(ports, upstreams)
    return {far.pool(service.name, port): routes[port] for port in ports}


def _asks_redis(service: Service, port: int) -> bool:
    access = Access.parse(service.identity.access)
    return (access.protocol or guess(port)) == "redis"


def _moves(rows: Sequence[Row], pools: Pools) -> list[str] | None:
    # The commands that do it, one for each server; None if commands cannot.
    moves = []
    for backend, addresses in pools.items():
        mine = [row for row in rows if row.backend == backend]
        if len(mine) != len(addresses) or any(row.name for row in mine):
            return None  # what DNS said of a name would win over an address
        for row, address in zip(mine, addresses, strict=True):
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


def _inside(staged: Staged, line: str, probed: int | None, *, reload: bool) -> str:
    words = (SOCKET_PATH, line, str(int(reload)), str(probed or 0), str(ANSWERS_WITHIN_S))
    run = ("exec", staged.container.id, "perl", "-e", _PERL, *words)
    return staged.site.docker(*run, within_s=ANSWERS_WITHIN_S + 20)


def _blackout_ms(said: str) -> int | None:
    answer = re.search(r"^answer after (\d+) ms$", said, re.MULTILINE)
    return int(answer[1]) if answer else None


def _process(live: Live, rows: Sequence[Row], pools: Pools, probed: int | None) -> Retargeted:
    name = live.service.name
    running = {row.backend for row in rows}
    here = {
        pool: [*map(far.from_process, found)] for pool, found in pools.items() if pool in running
    }
    moves = _moves(rows, here)
    if moves is None or live.socket is None:
        what = f"'{name}' is a process, and cannot resolve a new name while it runs"
        raise HostError(what, fix="give an IP address, or dcgen stop and dcgen up")
    file = live.socket.with_suffix(".cfg")
    texts = {pool: [str(address) for address in found] for pool, found in here.items()}
    new = leading_to(file.read_text(encoding="utf-8"), texts)
    begin_s = time.monotonic()
    forgetting = runtime.forgetting(live.ask)
    runtime.tell(live.ask, [*moves, *forgetting, *map(runtime.cut, rows)])
    bind = binds_of(new).get(f"{far.pool(name, probed)}-in", "") if probed else ""
    answered = bool(bind) and _answers(bind, begin_s + ANSWERS_WITHIN_S)
    took_ms = round((time.monotonic() - begin_s) * 1000)
    with whole_file.replacing(file) as draft:  # for the day that it has to be started again
        draft.write(new.encode())
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
