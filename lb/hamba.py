"""The entry point of the image: hamba's verbs and arguments, and ours beside them.

    80 www1:1234 www2:2345                run
    run 80 www1:1234 www2:2345            the same
    run                                   with the last configuration; the first time, wait for one
    reconfigure 80 www1:1234              change the one that runs, here or in a shared volume
    showconfig [80 www1:1234]             the configuration: of these words, else the one that runs
    debugconfig [80 www1:1234]            the same, and what HAProxy says about it

Environment: ``DCGEN_OPTIONS`` (``mode=http balance=roundrobin``), ``DCGEN_NAME`` begins the names
of the pools, ``DCGEN_RUN`` is the folder, ``DCGEN_STOP_S`` the seconds that clients have when it is
stopped, ``ADMIN`` where the statistics page listens (``:8404``).
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from faults import UsageError, UserError
from lb.arguments import parse
from lb.balancer import balancing
from lb.check import check
from lb.image import STOP_SECONDS
from lb.master import CLOSING_S, Folder, change, put, run
from lb.model import Address, Configuration, Control, Proxy, Server
from lb.options import ChosenOptions
from lb.render import render
from lb.settled import settled

FOLDER = "/run/hamba"

# What a worker may take to finish its connections when another has taken over. Until then an old
# configuration goes on where it must: that is what reloading without loss means.
_LEAVING_S = 24 * 3600
_HOSTS = Path("/etc/hosts")


def main(words: Sequence[str], environment: Mapping[str, str]) -> int:
    """Do what *words* ask for and return the exit code; an error becomes a message on stderr."""
    given = words[0].split() if len(words) == 1 else list(words)  # "80 www1:1234" in one word
    verb = given.pop(0) if given and given[0] in _VERBS else "run"
    try:
        return _VERBS[verb](given, environment)
    except UserError as error:
        reasons = "".join(f"\n  {reason}" for reason in error.reasons)
        sys.stderr.write(f"{error.what}{reasons}\n  fix: {error.fix}\n")
        return error.exit_code


def configured(
    words: Sequence[str], environment: Mapping[str, str], hosts: Path = _HOSTS
) -> Configuration:
    """Return the configuration that *words* describe; none of them, and nobody is served yet.

    Args:
        words: A port and servers, ``--`` between several.
        environment: See the module.
        hosts: Names in this file are taken from it: DNS need not know them (``links``).

    Raises:
        UsageError: The words are no routes.
        UserError: The environment has no options.
    """
    control = Control(socket=str(_folder(environment).admin), stats=_admin(environment))
    options = ChosenOptions.parse(environment.get("DCGEN_OPTIONS", "")).complete()
    routes = parse(words) if words else ()
    found = settled(options, [route.port for route in routes])
    if found.left_out:
        sys.stderr.write(f"HTTP is not for {found}: connections are balanced there\n")
    name = environment.get("DCGEN_NAME") or "balancer"
    made = balancing(name, routes, options=found.options, control=control)
    known = _names(hosts)
    proxies = tuple(_settled(proxy, known) for proxy in made.proxies)
    return replace(made, proxies=proxies, hard_stop_s=_LEAVING_S)


def _run(words: Sequence[str], environment: Mapping[str, str]) -> int:
    folder = _folder(environment)
    folder.path.mkdir(parents=True, exist_ok=True)
    if words or not folder.config.exists():
        put(folder, render(configured(words, environment)))
    return run(folder, _closing_s(environment))


def _reconfigure(words: Sequence[str], environment: Mapping[str, str]) -> int:
    if not words:
        raise UsageError("no port and no server is given", fix="write 'reconfigure 80 www1:1234'")
    changed = change(_folder(environment), render(configured(words, environment)))
    sys.stderr.write("reconfigured\n" if changed else "unchanged: nothing to reload\n")
    return 0


def _show(words: Sequence[str], environment: Mapping[str, str]) -> int:
    sys.stdout.write(_shown(words, environment))
    return 0


def _debug(words: Sequence[str], environment: Mapping[str, str]) -> int:
    text = _shown(words, environment)
    sys.stdout.write(text)
    sys.stdout.flush()
    check(text)
    sys.stderr.write("HAProxy accepts it\n")
    return 0


def _shown(words: Sequence[str], environment: Mapping[str, str]) -> str:
    config = _folder(environment).config
    if words or not config.exists():
        return render(configured(words, environment))
    return config.read_text(encoding="utf-8")


_VERBS: dict[str, Callable[[Sequence[str], Mapping[str, str]], int]] = {
    "run": _run,
    "reconfigure": _reconfigure,
    "showconfig": _show,
    "debugconfig": _debug,
}


def _folder(environment: Mapping[str, str]) -> Folder:
    return Folder(Path(environment.get("DCGEN_RUN") or FOLDER))


def _closing_s(environment: Mapping[str, str]) -> float:
    text = environment.get(STOP_SECONDS) or str(CLOSING_S)
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise UserError(f"{STOP_SECONDS} is {text!r}", fix="give it a number of seconds")
    return float(text)


def _admin(environment: Mapping[str, str]) -> str | None:
    address = environment.get("ADMIN", "")
    return f":{address}" if address.isdigit() else address or None


def _settled(proxy: Proxy, known: Mapping[str, str]) -> Proxy:
    def settle(server: Server) -> Server:
        address = server.address
        return replace(server, address=Address(known.get(address.host, address.host), address.port))

    return replace(proxy, servers=tuple(map(settle, proxy.servers)))


def _names(hosts: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    lines = hosts.read_text(encoding="utf-8").splitlines() if hosts.exists() else []
    for line in lines:
        address, *names = line.partition("#")[0].split() or [""]
        for name in names:
            found.setdefault(name, address)
    return found
