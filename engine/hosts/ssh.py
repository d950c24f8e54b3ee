"""The words of ssh: how it is called for a host, and what its messages mean.

The user's own configuration, agent and known_hosts hold; only what would make a command wait for a
person, or end later than we do, is set here (ssh_config(5)).
"""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from engine.hosts import Host
from faults import HostError

CONNECTS_WITHIN_S = 10
# A host that is silent for 15 s is lost: a hang is worse than a failure.
_OPTIONS = (
    *("BatchMode=yes", f"ConnectTimeout={CONNECTS_WITHIN_S}"),
    *("ServerAliveInterval=5", "ServerAliveCountMax=3", "ControlPersist=no"),
    # What a person wants in a session of their own, and has no place in this one.
    *("ClearAllForwardings=yes", "ForwardAgent=no", "ForwardX11=no", "PermitLocalCommand=no"),
    "RemoteCommand=none",
)
# Which socket Docker takes there: what it is told, else its own or a rootless one, whichever this
# user may open. One line, as the login shell may be any; constant: no word of it is a user's.
_QUESTION = "exec sh -c '" + " ".join((
    's=$(docker context inspect --format "{{.Endpoints.docker.Host}}" 2>/dev/null);',
    "s=${s:-$DOCKER_HOST}; usual=/var/run/docker.sock;",
    'case $s in ""|unix://$usual)',
    'set -- $usual "${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/docker.sock"',
    '"$HOME/.docker/run/docker.sock";;',
    'unix://*) set -- "${s#unix://}";;',
    '*) echo "$s"; exit;; esac;',
    'for one; do [ -S "$one" ] && [ -w "$one" ] && { echo "unix://$one"; exit; }; done;',
    'for one; do [ -S "$one" ] && { echo "denied $one"; exit; }; done;',
    'echo "none $*"',
)) + "'"  # fmt: skip
_MESSAGES = (
    # What stands in a line, what it means, and what mends it.
    ("IDENTIFICATION HAS CHANGED", "its host key is another than known_hosts says",
     "find out why; if it is right: ssh-keygen -R {host}"),
    ("Host key verification failed", "its host key is not known here",
     "compare it and accept it once: ssh {words}"),
    ("Permission denied", "it accepts none of your keys, and dcgen asks for no password",
     "let `ssh -o BatchMode=yes {words}` work: ssh-add, or ssh-copy-id"),
    ("Could not resolve hostname", "there is no host of that name",
     "correct the name, or add it to ~/.ssh/config"),
    ("timed out", "it does not answer", "start it, or correct the address"),
    ("refused", "no ssh server listens there", "start sshd there, or correct the port"),
    ("administratively prohibited", "its sshd forwards no socket",
     "set AllowStreamLocalForwarding yes in its sshd_config"),
)  # fmt: skip


def master(host: Host, control: Path) -> tuple[str, ...]:
    """Return the words that hold one connection to *host*, which the socket *control* steers."""
    options = (*_OPTIONS, "ControlMaster=yes", f"ControlPath={control}")
    return ("ssh", "-nNT", *_given(options), *_destination(host))


def question(host: Host, control: Path) -> tuple[str, ...]:
    """Return the words that ask over *control* for the address of Docker's socket on *host*."""
    return ("ssh", "-nT", *_given(_over(control)), *_destination(host), _QUESTION)


def forward(host: Host, control: Path, near: Path, far: str) -> tuple[str, ...]:
    """Return the words that let *near* lead to the socket *far* of *host*, over *control*."""
    words = ("-O", "forward", "-L", f"{near}:{far}")
    return ("ssh", *_given(_over(control)), *words, *_destination(host))


def far_socket(host: Host) -> str:
    """Return the path of the socket that the address of *host* names; empty if it names none."""
    return urlsplit(host.endpoint).path.rstrip("/")


def error(host: Host, lines: Sequence[str]) -> HostError:
    """Return the error for an ssh to *host* that ended, or never began, after saying *lines*."""
    words = " ".join(_destination(host)).replace("-- ", "")
    begin = f"no ssh connection to '{host.title}'"
    said = [line.strip() for line in lines if line.strip()]
    for mark, meaning, fix in _MESSAGES:
        if any(mark in line for line in said):
            name = urlsplit(host.endpoint).hostname or ""
            return HostError(f"{begin}: {meaning}", fix=fix.format(host=name, words=words))
    last = said[-1] if said else f"it does not answer within {CONNECTS_WITHIN_S} s"
    return HostError(f"{begin}: {last}", fix=f"make this work: ssh {words}")


def _over(control: Path) -> tuple[str, ...]:
    return ("BatchMode=yes", "RemoteCommand=none", "ControlMaster=no", f"ControlPath={control}")


def _given(options: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for option in options for word in ("-o", option))


def _destination(host: Host) -> tuple[str, ...]:
    url = urlsplit(host.endpoint)
    port = ("-p", str(url.port)) if url.port else ()
    user = ("-l", url.username) if url.username else ()
    return (*port, *user, "--", url.hostname or "")
