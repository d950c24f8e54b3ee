"""The HTTP request of a health check, if it is one, and nothing else.

    [CMD-SHELL, "curl -fsS 'http://localhost:8080/ok?a=1&b=2' || exit 1"]
    -> port 8080, target "/ok?a=1&b=2", host "localhost:8080"

What is understood is listed: a client, options that change neither the request nor what counts as
a success, one URL of the container itself. Sources: Compose Specification, "healthcheck"; the
manuals of curl and of GNU Wget, and the help of BusyBox's wget.
"""

import getopt
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_URL = re.compile(
    r"(?:http://)?(?P<host>localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])"
    r"(?::(?P<port>\d{1,5}))?(?P<path>/[^#\s]*)?(?:#\S*)?",
    re.IGNORECASE,
)
# The answer is thrown away; what the shell does with a failure is to say that there is one.
_THROWN_AWAY = re.compile(r"(?<!\S)[12&]?>{1,2}&?\s*(?:/dev/null|[12])(?!\S)")
_FAILURE = re.compile(r"\|\|\s*(?:exit(?:\s+[1-9]\d*)?|false)\s*;?\s*$")
_OPERATORS = frozenset("();<>|&")
_SHELLS = ("sh", "bash", "ash", "dash")


@dataclass(frozen=True, slots=True)
class HttpQuestion:
    """A GET of *path* on *port*, with *host* as its ``Host``; *within_s* is its own time-out."""

    port: int
    path: str
    host: str
    within_s: float | None = None


class NotUnderstoodError(ValueError):
    """A health check is something else; the text says what."""


@dataclass(frozen=True, slots=True)
class _Client:
    """What is understood of the options of a client, as `getopt` writes them.

    Attributes:
        short: Those of one letter; a colon says that a value follows.
        long: The others; a sign of equality says so.
        headers: Those that send a header.
        methods: Those that choose a method.
        seconds: Those that say how long the answer may take.
        urls: Those whose value is a URL.
        needs: One of those is needed for a failure to count; empty if none is.
    """

    short: str
    long: tuple[str, ...]
    headers: tuple[str, ...]
    methods: tuple[str, ...]
    seconds: tuple[str, ...]
    urls: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


# HEAD is understood: its answer is that of GET (RFC 9110, 9.3.2). A redirection is a success for
# HAProxy, so it does not matter who follows it.
_CLIENTS = {
    "curl": _Client(
        short="fsSgivILNkq46#0m:o:w:H:X:",
        long=(
            *("fail", "fail-with-body", "silent", "show-error", "globoff", "include", "verbose"),
            *("head", "location", "no-buffer", "insecure", "disable", "ipv4", "ipv6"),
            *("progress-bar", "no-progress-meter", "http1.0", "http1.1", "compressed"),
            *("retry-connrefused", "retry-all-errors", "retry=", "retry-delay="),
            *("retry-max-time=", "connect-timeout=", "max-time=", "max-redirs=", "output="),
            *("write-out=", "noproxy=", "header=", "request=", "url="),
        ),
        headers=("-H", "--header"),
        methods=("-X", "--request"),
        seconds=("-m", "--max-time"),
        urls=("--url",),
        needs=("-f", "--fail", "--fail-with-body"),
    ),
    "wget": _Client(
        short="qvS46dO:T:t:Y:o:",
        long=(
            *("quiet", "verbose", "no-verbose", "server-response", "spider", "no-proxy", "debug"),
            *("no-check-certificate", "inet4-only", "inet6-only", "retry-connrefused"),
            *("content-on-error", "output-document=", "output-file=", "timeout=", "tries="),
            *("waitretry=", "connect-timeout=", "dns-timeout=", "read-timeout=", "proxy="),
            *("max-redirect=", "header=", "method="),
        ),
        headers=("--header",),
        methods=("--method",),
        seconds=("-T", "--timeout"),
    ),
}


def http_question(test: Sequence[str]) -> HttpQuestion:
    """Return the request that *test* makes, the value of a health check's `test`.

    Raises:
        NotUnderstoodError: It makes none, or does more than that.
    """
    return _request(_command(test))


def _command(test: Sequence[str]) -> list[str]:
    # The words of the one command that is run.
    kind, *rest = test or ("NONE",)
    if kind == "NONE":
        raise NotUnderstoodError("there is none, or it is disabled")
    if kind == "CMD":
        command = list(rest)
    elif kind == "CMD-SHELL" or not rest:
        command = _shell(rest[0] if rest else kind)
    else:
        raise NotUnderstoodError(f"it begins with {kind!r}")
    if command and _name(command[0]) in _SHELLS and command[1:2] == ["-c"] and len(command) == 3:  # noqa: PLR2004
        command = _shell(command[2])
    if any("$" in word or "`" in word for word in command):
        raise NotUnderstoodError("it has a variable, which only its container knows")
    return command


def _shell(text: str) -> list[str]:
    plain = _FAILURE.sub("", _THROWN_AWAY.sub(" ", text))
    lexer = shlex.shlex(plain, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        found = list(lexer)
    except ValueError:
        raise NotUnderstoodError("its quotes do not close") from None
    operators = [word for word in found if word and _OPERATORS.issuperset(word)]
    if operators:
        raise NotUnderstoodError(f"its shell does more than to ask: {operators[0]!r}")
    return found


def _request(command: Sequence[str]) -> HttpQuestion:
    name = _name(command[0]) if command else ""
    if name == "busybox":
        command, name = command[1:], _name((*command, "")[1])
    client = _CLIENTS.get(name)
    if client is None:
        raise NotUnderstoodError(f"{name or 'nothing'!r} is not {' or '.join(_CLIENTS)}")
    given = ["--no-verbose" if word == "-nv" else word for word in command[1:]]
    try:
        options, urls = getopt.gnu_getopt(given, client.short, list(client.long))
    except getopt.GetoptError as error:
        raise NotUnderstoodError(f"{name}: {error.msg}") from None
    urls += [value for option, value in options if option in client.urls]
    if client.needs and not any(option in client.needs for option, _ in options):
        raise NotUnderstoodError(f"{name} without `-f` succeeds whatever the answer is")
    _require_get(name, client, options)
    return _asked(urls, _host(client, options), _seconds(client, options))


def _require_get(name: str, client: _Client, options: Iterable[tuple[str, str]]) -> None:
    for option, value in options:
        if option in client.methods and value.upper() not in ("GET", "HEAD"):
            raise NotUnderstoodError(f"{name} sends {value}")


def _host(client: _Client, options: Iterable[tuple[str, str]]) -> str:
    host = ""
    for option, value in options:
        if option in client.headers:
            header, _, text = value.partition(":")
            if header.strip().lower() != "host" or not text.strip():
                raise NotUnderstoodError(f"it sends the header {header.strip()!r}")
            host = text.strip()
    return host


def _seconds(client: _Client, options: Iterable[tuple[str, str]]) -> float | None:
    found = None
    for option, value in options:
        if option in client.seconds:
            if not re.fullmatch(r"\d+(?:\.\d+)?", value):
                raise NotUnderstoodError(f"{option} {value} is not a number of seconds")
            found = float(value) or found
    return found


def _asked(urls: Sequence[str], host: str, within_s: float | None) -> HttpQuestion:
    if len(urls) != 1:
        raise NotUnderstoodError(f"it has {len(urls)} URLs")
    match = _URL.fullmatch(urls[0])
    if not match:
        raise NotUnderstoodError(f"{urls[0]!r} is not a plain URL of its own container")
    port = int(match["port"] or 80)
    named = match["host"] if port == 80 else f"{match['host']}:{port}"  # noqa: PLR2004 - HTTP's own
    return HttpQuestion(port, match["path"] or "/", host or named, within_s)


def _name(path: str) -> str:
    return path.rpartition("/")[2]
