"""HAProxy's runtime API: what may be asked of a process that runs, and how its answers read.

A *channel* is whatever takes a line to the runtime socket and brings the answer back: in a
container and on this host that is done differently, the words are the same.
Source: HAProxy Management Guide, 9.1 "CSV format" and 9.3 "Unix Socket commands".
"""

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from faults import HostError, UserError

Ask = Callable[[str], str]

# One word of a command. What separates commands and words, or quotes them, is none.
_WORD = re.compile(r"[A-Za-z0-9._:/@\[\]-]+")
_FORCED_MAINT, _FORCED_DRAIN, _NO_ADDRESS = 0x01, 0x08, 0x20  # `show servers state`


@dataclass(frozen=True, slots=True)
class Row:
    """A server as a running HAProxy knows it.

    Attributes:
        backend: Its pool, ``rng-80``.
        server: Its name there, ``rng2``; with DNS that of a slot, ``rng-replicas-7``.
        address: ``192.0.2.7:80``; empty for a slot that DNS has not filled.
        name: The DNS name that the address comes from; empty if it is no name.
        status: ``UP``, ``DOWN``, ``DRAIN``, ``MAINT``, or on its way between two of them.
        check: What the last health check found: ``L4OK``, ``L4CON``, ``L7OK``.
        sessions: Connections or requests that it works on.
        queue: Those that wait for it.
        total: Those that it was given since HAProxy started.
        latency_ms: Mean time of the last 1024 of them; None before the first.
        leaving: It was told to take nothing new, by ``drain`` or ``maint``.
    """

    backend: str
    server: str
    address: str = ""
    name: str = ""
    status: str = "UP"
    check: str = ""
    sessions: int = 0
    queue: int = 0
    total: int = 0
    latency_ms: int | None = None
    leaving: bool = False

    @property
    def key(self) -> str:
        """How the runtime API names it."""
        return f"{self.backend}/{self.server}"

    @property
    def ip(self) -> str:
        """Its address without the port; empty for a slot that DNS has not filled."""
        return self.address.rpartition(":")[0].strip("[]")

    @property
    def idle(self) -> bool:
        """Whether nobody waits for an answer of it."""
        return not self.sessions and not self.queue


def command(*words: object) -> str:
    """Return *words* as one command.

    Raises:
        UserError: A word holds what would end it, or begin another command.
    """
    spelt = [str(word) for word in words]
    for word in spelt:
        if not _WORD.fullmatch(word):
            raise UserError(
                f"'{word}' cannot be a word for HAProxy's runtime socket",
                fix="use letters, digits and . _ : / - alone",
            )
    return " ".join(spelt)


def rows(ask: Ask) -> list[Row]:
    """Return every server behind *ask*, empty slots too, in HAProxy's order."""
    return rows_and_queues(ask)[0]


def rows_and_queues(ask: Ask) -> tuple[list[Row], dict[str, int]]:
    """Return what `rows` returns, and by backend how many wait there for any of its servers.

    Raises:
        HostError: It does not answer, or answers something else.
    """
    answer = ask("show stat;show servers state")
    counted, states = _sections(answer, 2)
    try:
        return _read(counted, states)
    except (LookupError, ValueError, AttributeError, csv.Error) as error:
        raise _unreadable(answer, 2) from error


def _read(counted: str, states: str) -> tuple[list[Row], dict[str, int]]:
    stat = {(row["pxname"], row["svname"]): row for row in _csv(counted)}
    queues = {
        name: int(row["qcur"] or 0) for (name, server), row in stat.items() if server == "BACKEND"
    }
    lines = [line.split() for line in states.splitlines()]
    header = next((words[1:] for words in lines if words[:2] == ["#", "be_id"]), None)
    if header is None:
        raise ValueError(states)
    found = [dict(zip(header, words, strict=False)) for words in lines if words[0].isdigit()]
    servers = [
        _row(state, stat[state["be_name"], state["srv_name"]])
        for state in found
        if "srv_id" in state
    ]
    return servers, queues


def tell(ask: Ask, commands: Sequence[str]) -> None:
    """Give *commands* all at once.

    Raises:
        HostError: HAProxy objects to one of them.
    """
    if not commands:
        return
    said = ask(";".join(commands)).strip()
    # A new address is confirmed, anything else passes in silence.
    told = [line for line in said.splitlines() if line and " changed from " not in line]
    if told:
        raise HostError(f"HAProxy answers: {told[0]}", fix="look at its servers: dcgen lb status")


def state(row: Row, wanted: str) -> str:
    """Return the command that puts *row* in state *wanted*: ``ready``, ``drain``, ``maint``."""
    return command("set", "server", row.key, "state", wanted)


def move(row: Row, host: str, port: int) -> str:
    """Return the command that leads *row* to the IP address *host*; open sessions stay."""
    return command("set", "server", row.key, "addr", host, "port", port)


def cut(row: Row) -> str:
    """Return the command that closes every session of *row*."""
    return command("shutdown", "sessions", "server", row.key)


def forgetting(ask: Ask) -> list[str]:
    """Return the commands that let HAProxy forget which server has taken over; see `Proxy`."""
    names = re.findall(r"^# table: (\S+), type: integer,", ask("show table"), re.MULTILINE)
    return [command("clear", "table", name) for name in names]


@dataclass(frozen=True, slots=True)
class Session:
    """A connection that HAProxy has open to the server at *address*, by the *id* that ends it."""

    id: str
    address: str


def open_to(ask: Ask, addresses: Iterable[str]) -> list[Session]:
    """Return what is open to servers at *addresses*, ``192.0.2.7:80``, the oldest first.

    A server that was moved has its former address in those that it had before.
    """
    wanted = {address.replace("[", "").replace("]", "") for address in addresses}
    found = []
    for part in re.split(r"^(?=0x)", ask("show sess all"), flags=re.MULTILINE):
        head = re.match(r"(0x[0-9a-f]+): \[.*?\] id=(\d+) ", part)
        # "server=rng1 (id=1) addr=192.0.2.7:80" is where it goes, not where it would go now.
        to = re.search(r"^ *server=\S+ \(id=\d+\) addr=(\S+)", part, re.MULTILINE)
        if head and to and to[1] in wanted:
            found.append((int(head[2]), Session(head[1], to[1])))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def shut(sessions: Iterable[Session]) -> str:
    """Return the line that ends *sessions*; one that is over is answered with a complaint."""
    return ";".join(command("shutdown", "session", one.id) for one in sessions)


def worker(ask: Ask) -> int:
    """Return the process id of the worker that answers, as its container counts.

    Raises:
        HostError: It does not say so.
    """
    match = re.search(r"^Pid: (\d+)$", ask("show info"), re.MULTILINE)
    if not match:
        raise HostError("HAProxy does not say its process id", fix="restart that HAProxy")
    return int(match[1])


def sessions(ask: Ask) -> int:
    """Return how many connections of clients are open: those of health and statistics are none."""
    rows = _csv(ask("show stat -1 1 -1"))  # frontends alone
    served = (row for row in rows if str(row.get("pxname")).endswith("-in"))
    return sum(int(row.get("scur") or 0) for row in served)


def hard_stop_of(text: str) -> str:
    """Return how long a worker with the configuration *text* goes on once another took over."""
    found = re.search(r"^\s+hard-stop-after (\S+)$", text, re.MULTILINE)
    return found[1] if found else ""


def surviving(text: str, path: str) -> str:
    """Return the configuration *text*, reading the addresses that DNS gave from *path* at a start.

    Without, the servers of a template have none until DNS has answered, and for that moment a
    reload answers nobody. A configuration without such servers comes back as it is.
    """
    if not re.search(r"^\s+server-template ", text, re.MULTILINE):
        return text
    text = re.sub(r"^global$", f"global\n    server-state-file {path}", text, flags=re.M)
    text = re.sub(
        r"^defaults$", "defaults\n    load-server-state-from-file global", text, flags=re.M
    )
    return text.replace("init-addr none ", "init-addr last,none ")


def _row(state: dict[str, str], stat: dict[str, str]) -> Row:
    flags = int(state["srv_admin_state"])
    address = "" if flags & _NO_ADDRESS or state["srv_addr"] == "-" else state["srv_addr"]
    port = state["srv_port"]
    return Row(
        backend=state["be_name"],
        server=state["srv_name"],
        address=address and (f"[{address}]:{port}" if ":" in address else f"{address}:{port}"),
        name=state["srv_fqdn"].strip("-"),
        status=stat["status"],
        check=stat["check_status"].removeprefix("* "),
        sessions=int(stat["scur"] or 0),
        queue=int(stat["qcur"] or 0),
        total=int(stat["stot"] or 0),
        latency_ms=int(stat["ttime"] or 0) if int(stat["stot"] or 0) else None,
        leaving=bool(flags & (_FORCED_MAINT | _FORCED_DRAIN)),
    )


def _csv(text: str) -> Iterable[dict[str, str]]:
    return csv.DictReader(text.removeprefix("# ").splitlines())


def _sections(answer: str, number: int) -> list[str]:
    # Each command's answer ends with an empty line.
    found = [part for part in answer.strip("\n").split("\n\n") if part.strip()]
    if len(found) != number:
        raise _unreadable(answer, number)
    return [part.strip("\n") for part in found]


def _unreadable(answer: str, number: int) -> HostError:
    return HostError(
        f"HAProxy answers what does not read as {number} answers: {answer[:80]!r}",
        fix="give its `stats socket` the level admin",
    )


def without_addresses(text: str) -> str:
    """Return the configuration *text* with no name and no address in the lines of its servers.

    Texts that are equal then differ in what `move` can change, and in nothing else.
    """
    return re.sub(r"^(\s+server) \S+ \S+", r"\1", text, flags=re.MULTILINE)


def binds_of(text: str) -> dict[str, str]:
    """Return where the configuration *text* listens: frontend to address."""
    found: dict[str, str] = {}
    frontend = ""
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["frontend"]:
            frontend = words[1]
        elif words[:1] == ["bind"]:
            found.setdefault(frontend, words[1])
    return found


def leading_to(text: str, wanted: dict[str, list[str]]) -> str:
    """Return the configuration *text* with the addresses *wanted*: backend to them, in order."""
    left = {backend: list(addresses) for backend, addresses in wanted.items()}
    lines = []
    backend = ""
    for line in text.splitlines(keepends=True):
        words = line.split()
        if words[:1] == ["backend"]:
            backend = words[1]
        if words[:1] == ["server"] and left.get(backend):
            line = line.replace(f" {words[2]}", f" {left[backend].pop(0)}", 1)  # noqa: PLW2901 - one line, led elsewhere
        lines.append(line)
    return "".join(lines)
