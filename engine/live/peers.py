"""The connections of a network, as a program inside it reads them from the kernel's table.

Source: Linux, Documentation/networking/proc_net_tcp.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO

# What runs in the network of a container that is not ours.
BY_US = ("--pull=never", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--read-only")
START_WITHIN_S = 60.0
# For a program in perl that has the ports in $ports, in hexadecimal and joined by "|". An open
# connection is in state 01. The clock of /proc/uptime has 10 ms: perl-base has nothing finer.
PEERS = r"""
$| = 1;
sub now { open my $f, '<', '/proc/uptime' or die $!; my ($s) = split ' ', <$f>; $s }
sub rows {
    my @found;
    for my $table ('/proc/net/tcp', '/proc/net/tcp6') {
        open my $f, '<', $table or next;
        while (<$f>) {
            push @found, [$1, $2, $3, $4]
                if /^ *\d+: ([0-9A-F]+):($ports) ([0-9A-F]+):([0-9A-F]+) 01 /;
        }
    }
    return @found;
}
sub wait_until_idle {
    my $end = now() + $_[0];
    my @left;
    while ((@left = map { $_->[2] } rows()) && now() < $end) { select undef, undef, undef, 0.01 }
    return @left;
}
"""


def line(said: BinaryIO) -> str:
    """Return the next line of *said*, without its end; empty if it has ended or none comes."""
    with suppress(OSError):
        return said.readline().decode().rstrip("\n")
    return ""


def hexadecimal(ports: Sequence[int]) -> str:
    """Return *ports* as the kernel's table writes them, joined by ``|``."""
    return "|".join(f"{port:04X}" for port in ports)


def ipv4(word: str) -> str:
    """Return the IPv4 address that the kernel's table writes as *word*."""
    # The kernel writes a number in the machine's own order; the last eight digits of an IPv6
    # address are those of the IPv4 address that it stands for.
    parts = [str(int(word[-8:][i : i + 2], 16)) for i in (6, 4, 2, 0)]
    return ".".join(parts)
