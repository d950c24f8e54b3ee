"""End what a reload leaves with the old worker: one connection after the other, not all at once.

The old worker serves nobody new, and closes all that is open once its ``hard-stop-after`` is over.
Its runtime socket is another worker's by then; but a connection that was made to it before stays
with the worker that accepted it. So a program inside the container connects before the reload,
and goes on when the command has ended.

    the first half of the time is for what ends by itself
    in the second half connections are ended, the oldest first
    an HTTP request that waits for its answer has all of it

Source: HAProxy Management Guide, 4 "Stopping and restarting HAProxy", 9.3 "prompt".
"""

import re
from contextlib import suppress

from engine.docker.containers import Container, Site
from faults import HostError
from lb.model import SOCKET_PATH

_CONNECTED = "/tmp/haproxy.old"  # noqa: S108 - in the container, where /tmp is nobody else's
_CONNECTED_WITHIN_S = 10.0
_RELOADED_WITHIN_S = 30.0
_UNITS_S = {"us": 1e-6, "ms": 1e-3, "": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

# The words after the socket: the file that says that it is connected, the seconds of
# ``hard-stop-after``, and those within which another worker has to come. The image's Perl has no
# clock with fractions of a second; /proc/uptime has 10 ms.
PERL = r"""
use IO::Socket::UNIX;
my ($path, $connected, $grace, $within) = @ARGV;
$SIG{PIPE} = 'IGNORE';
sub now { open my $f, '<', '/proc/uptime' or die $!; my ($s) = split ' ', <$f>; $s }
sub pid { $_[0] =~ /^Pid: (\d+)/m ? $1 : 0 }
my $old = IO::Socket::UNIX->new($path) or die "$path: $!\n";
sub ask {
    my $said = '';
    syswrite $old, "$_[0]\n" or exit;
    until ($said =~ /\n> \z/) { sysread $old, $said, 65536, length $said or exit }
    $said;
}
sub another {
    my $new = IO::Socket::UNIX->new($path) or return 0;
    syswrite $new, "show info\n";
    my $pid = pid(join '', <$new>);
    $pid && $pid != $_[0];
}
ask('prompt');
ask('set timeout cli ' . int($grace + $within + 60) . 's');
my $worker = pid(ask('show info'));
open my $file, '>', $connected or die "$connected: $!\n";
close $file;
my $begin = now();
until (another($worker)) {
    exit if now() - $begin > $within;
    select undef, undef, undef, 0.1;
}
$begin = now() + $grace / 2;
my ($over, $number) = (0.45 * $grace, undef);
while (1) {
    my $clients = 0;
    my %open;
    for (split /^(?=0x)/m, ask('show sess all')) {
        next unless / frontend=\S+-in /;
        $clients++;
        my $waits = / status=-1 /;
        $open{$2} = $1 if !$waits and /^(0x[0-9a-f]+): \[.*?\] id=(\d+) /;
    }
    exit unless $clients;
    my $share = (now() - $begin) / $over;
    if ($share >= 0) {
        my @left = sort { $a <=> $b } keys %open;
        $number = @left unless defined $number;
        my $due = @left - ($number - int($number * ($share > 1 ? 1 : $share)));
        for (@left[0 .. ($due > @left ? @left : $due) - 1]) { ask("shutdown session $open{$_}") }
    }
    select undef, undef, undef, 0.25;
}
"""
# $1 is the file, $2 how many tenths of a second to wait.
_WAIT = r"""
command -v perl >/dev/null || exit 1
while [ ! -e "$1" ]; do [ "$2" -gt 0 ] || exit 1; set -- "$1" $(($2 - 1)); sleep 0.1; done
"""


def seconds(time: str) -> float:
    """Return HAProxy's *time* in seconds: ``5s``, ``500ms``; without a unit they are milliseconds.

    Raises:
        ValueError: It is none.
    """
    found = re.fullmatch(r"(\d+)(us|ms|s|m|h|d|)", time)
    if not found:
        raise ValueError(time)
    return int(found[1]) * _UNITS_S[found[2]]


def follow(site: Site, container: Container, left_for: str) -> bool:
    """Let a program in *container* end one by one what stays with its worker after a reload.

    It is connected when this returns. Without a reload it ends after a while, and does nothing.

    Args:
        site: Where.
        container: A HAProxy with a runtime socket.
        left_for: The ``hard-stop-after`` of the worker.

    Returns:
        Whether it will: not if the image has no Perl, nor if there is no such time.
    """
    try:
        grace_s = seconds(left_for)
    except ValueError:
        return False
    words = (SOCKET_PATH, _CONNECTED, f"{grace_s:g}", f"{_RELOADED_WITHIN_S:g}")
    with suppress(HostError):
        _inside(site, container, "rm", "-f", _CONNECTED)
        site.docker("exec", "--detach", container.id, "perl", "-e", PERL, *words)
        tenths = str(round(_CONNECTED_WITHIN_S * 10))
        _inside(site, container, "sh", "-c", _WAIT, "sh", _CONNECTED, tenths)
        return True
    return False


def _inside(site: Site, container: Container, *words: str) -> None:
    site.docker("exec", container.id, *words)
