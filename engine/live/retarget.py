"""Lead a running ambassador to another upstream, so that nothing is written to the old one.

New connections go to the new upstream from the moment that HAProxy has the command, and in the same
line every session with the old one is closed: a client that had one connects again. Where names
have to be resolved, or the number of upstreams changes, a reload does it: then the old servers
take nothing from the moment that their sessions are closed.
"""

import re
from dataclasses import dataclass

from engine.hosts import Host
from engine.live.configuration import configuration
from engine.live.pools import asks_redis, moves_of, pools_of, ports_of
from engine.live.reload import Staged
from engine.live.retarget_process import retarget_process
from engine.live.running import Live
from engine.variant import Variant
from faults import HostError
from lb import runtime
from lb.model import SOCKET_PATH
from lb.runtime import Row, without_addresses, worker

_ANSWERS_WITHIN_S = 10

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
    ports = ports_of(service)
    pools = pools_of(service, ports)
    probed = next((port for port in sorted(ports) if asks_redis(service, port)), None)
    if not live.container:
        took_ms = retarget_process(live, rows, pools, probed, _ANSWERS_WITHIN_S)
        return _told(live, rows, took_ms)
    moves = moves_of(rows, pools)
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
    return _told(live, rows, _blackout_ms(said), reloaded=not simple, kept=kept)


def _told(
    live: Live,
    rows: list[Row],
    blackout_ms: int | None,
    *,
    reloaded: bool = False,
    kept: bool = True,
) -> Retargeted:
    return Retargeted(
        name=live.container.name if live.container else live.service.name,
        host=live.host,
        closed=sum(row.sessions for row in rows),
        blackout_ms=blackout_ms,
        reloaded=reloaded,
        kept=kept,
    )


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
    words = (SOCKET_PATH, line, str(int(reload)), str(probed or 0), str(_ANSWERS_WITHIN_S))
    run = ("exec", staged.container.id, "perl", "-e", _PERL, *words)
    return staged.site.docker(*run, within_s=_ANSWERS_WITHIN_S + 20)


def _blackout_ms(said: str) -> int | None:
    answer = re.search(r"^answer after (\d+) ms$", said, re.MULTILINE)
    return int(answer[1]) if answer else None
