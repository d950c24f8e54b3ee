"""Options that several commands share: where input and output are, and how HAProxy is made."""

from collections.abc import Callable
from dataclasses import fields
from functools import reduce
from typing import Any, TypeVar, get_args

import click

from faults import UsageError
from lb.options import Balance, Log, Mode, Options

F = TypeVar("F", bound=Callable[..., Any])
PATH = click.Path(allow_dash=True)  # for completion: `dcgen.source` says what is wrong with it
SECONDS = click.FloatRange(0.001, 2_147_483)


def _seconds(name: str, text: str) -> Callable[[F], F]:
    return click.option(name, type=SECONDS, metavar="SECONDS", help=text)


def _number(name: str, most: int, text: str) -> Callable[[F], F]:
    return click.option(name, type=click.IntRange(1, most), metavar="N", help=text)


_MAKING = (
    click.option(
        "-f",
        "--file",
        metavar="FILE",
        type=PATH,
        is_eager=True,
        multiple=True,
        help="Compose file; - is standard input. Several are merged as Compose does.",
    ),
    click.option(
        "-o",
        "--output",
        metavar="FILE",
        type=PATH,
        help="Where to write; - is standard output.  [default: generated.yml beside FILE]",
    ),
    click.option(
        "--overlay",
        is_flag=True,
        help="Write only what differs, for a further -f of Compose 2.24.4 or later.",
    ),
    click.option("--diff", is_flag=True, help="Print a unified diff; write nothing."),
    click.option("--check", is_flag=True, help="Write nothing; exit 1 if out of date."),
    click.option("--force", is_flag=True, help="Overwrite what dcgen did not write."),
    click.option("-q", "--quiet", is_flag=True, help="No warnings, no summary."),
)
_PROXY = (
    click.option(
        "--lb-config",
        type=click.Choice(["inline", "file", "args"]),
        help="How HAProxy gets its configuration.  [default: inline; args in v1 files]",
    ),
    click.option("--lb-image", metavar="IMAGE", help="Image that runs HAProxy."),
)
_BALANCING = (
    click.option("--mode", type=click.Choice(get_args(Mode)), help="What is balanced.  [tcp]"),
    click.option(
        "--balance",
        type=click.Choice(get_args(Balance)),
        help="Which replica is next.  [leastconn]",
    ),
    click.option("--sticky/--no-sticky", default=None, help="A client stays with its replica."),
    _number("--server-maxconn", 1_000_000, "Connections to one replica at a time; others wait."),
    click.option("--health-path", metavar="PATH", help="Health check by HTTP: GET PATH."),
    _seconds("--health-interval", "Seconds between health checks.  [1]"),
    _seconds("--health-timeout", "Seconds for its answer.  [3]"),
)
_TIMES = (
    _seconds("--timeout-connect", "Seconds to open a connection."),
    _seconds("--timeout-client", "Seconds of a silent client."),
    _seconds("--timeout-server", "Seconds of a silent server."),
    _seconds("--timeout-queue", "Seconds to wait for a free server."),
    _seconds("--timeout-tunnel", "Seconds a connection may be idle."),
    _number("--maxconn", 1_000_000, "Connections to a port."),
    _number("--threads", 64, "Threads of HAProxy, at most."),
    click.option(
        "--stats",
        metavar="[ADDRESS:]PORT",
        help="Where the statistics page and Prometheus' metrics are published.  [127.0.0.1]",
    ),
    click.option("--stats-secret", metavar="NAME", help="Compose secret with its password."),
    click.option("--log", type=click.Choice(get_args(Log)), help="What is logged.  [errors]"),
)


def making_options(command: F) -> F:
    """Add the options of every command that makes a variant."""
    return _all(command, _MAKING)


def proxy_options(command: F) -> F:
    """Add the options of every command that puts an HAProxy into a variant."""
    return _all(tuning_options(command), _PROXY)


def tuning_options(command: F) -> F:
    """Add the options about the limits and the log of an HAProxy."""
    return _all(command, _TIMES)


def balancing_options(command: F) -> F:
    """Add the options about sharing between replicas."""
    return _all(command, _BALANCING)


def option_words(given: dict[str, Any]) -> str:
    """Take HAProxy's options out of *given* and return them as words, ``mode=http sticky=yes``."""
    return _words(Options, given)


def access_words(given: dict[str, Any]) -> str:
    """Take what an upstream asks for out of *given* and return it as words, ``tls=yes``."""
    from ambassador.access import Access  # noqa: PLC0415 - one command needs it

    return _words(Access, given)


def _words(kind: Any, given: dict[str, Any]) -> str:  # noqa: ANN401 - any dataclass
    words = []
    for field in fields(kind):
        value = given.pop(field.name, None)
        if value is not None:
            words.append(f"{field.name.replace('_', '-')}={_spelled(value)}")
            if len(words[-1].split()) > 1:
                raise UsageError(
                    f"{value!r} holds a space", fix=f"give one word: {words[-1].split()[0]}"
                )
    return " ".join(words)


def _spelled(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _all(command: F, options: tuple[Callable[[F], F], ...]) -> F:
    return reduce(lambda done, option: option(done), reversed(options), command)
