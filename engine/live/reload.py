"""Give a running HAProxy another configuration without losing a connection.

Stage the text beside the present one, compare, let HAProxy check it, swap, reload. If the new
worker does not come, the last known good text is put back, and the old worker has never stopped.
Source: HAProxy Management Guide, 4 "Stopping and restarting HAProxy" (master-worker, SIGUSR2).
"""

import time
from dataclasses import dataclass
from pathlib import PurePosixPath

from engine.docker.containers import Container, Site
from engine.hosts import Host
from engine.live.old_worker import follow
from engine.live.running import Live
from engine.waiting import until
from faults import HostError, UserError
from lb.runtime import hard_stop_of, sessions, surviving, worker

WORKER_WITHIN_S = 10.0
STATE_PATH = "/tmp/haproxy.state"  # noqa: S108 - in the container, where /tmp is nobody else's

# The image's user may not write there, and what is bound from the host nobody may.
_WRITE = 'umask 022; cat > "$1"'
_CHECK = 'haproxy -c -f "$1" 2>&1 && echo accepted; exit 0'
_SWAP = 'cp -p "$1" "$1.good" && mv -f "$1.new" "$1"'
_BACK = 'mv -f "$1.good" "$1"'
_DROP = 'rm -f "$1.new" "$1.good"'


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What became of a reload.

    Attributes:
        name: The container.
        host: Where it is.
        changed: Whether there was anything to do.
        after_s: Seconds that it took.
        left: Connections that stay with the old worker.
        left_for: How long they may, as HAProxy's configuration says it: ``5s``; empty for no limit.
        spread: Whether they are ended one after the other; else all at once, when that is over.
    """

    name: str
    host: Host
    changed: bool
    after_s: float
    left: int = 0
    left_for: str = ""
    spread: bool = False


def reload(live: Live, text: str) -> Reloaded:
    """Let *live* go on with the configuration *text*.

    Raises:
        UserError: HAProxy refuses *text*; it goes on with what it has.
        HostError: It is not in a container, its file cannot be replaced, or no new worker came.
    """
    begin_s = time.monotonic()
    staged = Staged.of(live, surviving(text, STATE_PATH))
    present = staged.present()
    if present == staged.text:
        after_s = time.monotonic() - begin_s
        return Reloaded(staged.container.name, live.host, changed=False, after_s=after_s)
    staged.check()
    staged.swap()
    left, left_for = sessions(live.ask), hard_stop_of(present)
    spread = left > 0 and follow(staged.site, staged.container, left_for)
    staged.reload()
    return Reloaded(
        staged.container.name,
        live.host,
        changed=True,
        after_s=time.monotonic() - begin_s,
        left=left,
        left_for=left_for,
        spread=spread,
    )


@dataclass(frozen=True, slots=True)
class Staged:
    """A *text* on its way to *path*, where the HAProxy of *live* has its configuration."""

    live: Live
    site: Site
    container: Container
    path: str
    text: str

    @classmethod
    def of(cls, live: Live, text: str) -> "Staged":
        """Return *text*, meant for *live*; nothing has been written yet.

        Raises:
            HostError: *live* is no container, or its HAProxy reads no file.
        """
        if not (live.site and live.container):
            what = f"'{live.service.name}' is a process: its configuration is read at its start"
            raise HostError(what, fix="dcgen stop, then dcgen up")
        words = live.site.docker("exec", live.container.id, "cat", "/proc/1/cmdline").split("\0")
        if "-f" not in words or "-W" not in words:
            what = f"the HAProxy of '{live.container.name}' cannot be reloaded: it has no file"
            raise HostError(what, fix=f"recreate it: docker compose up -d {live.service.name}")
        path = words[words.index("-f") + 1]
        if not PurePosixPath(path).suffix:
            path = f"{path.rstrip('/')}/haproxy.cfg"
        return cls(live, live.site, live.container, path, text)

    def differs(self) -> bool:
        """Return whether the container has another text."""
        return self.present() != self.text

    def present(self) -> str:
        """Return the text that the container has now."""
        return self._inside("cat", self.path, user="")

    def check(self) -> None:
        """Write the text beside the present one, and let HAProxy judge it.

        Raises:
            UserError: HAProxy refuses it.
            HostError: It cannot be written there.
        """
        try:
            self._sh(_WRITE, f"{self.path}.new", text=self.text)
        except HostError as error:
            reason = error.what.rpartition(": ")[2]
            what = f"the configuration of '{self.container.name}' cannot be replaced: {reason}"
            fix = f"recreate it: docker compose up -d {self.live.service.name}"
            raise HostError(what, fix=fix) from error
        said = self._inside("sh", "-c", _CHECK, "sh", f"{self.path}.new", user="")
        if not said.endswith("accepted\n"):
            self.drop()
            words = "\n".join(line for line in said.splitlines() if "[NOTICE]" not in line)
            what = f"HAProxy refuses the new configuration of '{self.container.name}'"
            raise UserError(f"{what}:\n{words}", fix="generate it again with dcgen")

    def swap(self) -> None:
        """Put the checked text into the place of the present one, which is kept.

        A container that is started again reads it, whether or not it was reloaded.

        Raises:
            HostError: The file is bound from the host, or stands on a read-only file system.
        """
        try:
            self._sh(_SWAP, self.path)
        except HostError as error:
            self.drop()
            what = f"the configuration of '{self.container.name}' is a file of its host"
            fix = f"recreate it: docker compose up -d --force-recreate {self.live.service.name}"
            raise HostError(what, fix=fix) from error

    def reload(self) -> None:
        """Start a worker with the swapped text; put the old one back if none comes.

        Raises:
            HostError: No new worker came; the old one goes on.
        """
        before = worker(self.live.ask)
        if "server-state-file" in self.text:
            states = self.live.ask("show servers state")
            self._inside("sh", "-c", _WRITE, "sh", STATE_PATH, user="", text=states)
        self.site.docker("kill", "--signal", "USR2", self.container.id)
        self.confirm(before)

    def confirm(self, before: int) -> None:
        """Return when another worker than *before* answers; put the old text back if none comes.

        Raises:
            HostError: No new worker came; the old one goes on.
        """
        if not until(lambda: self._is_new(before), WORKER_WITHIN_S):
            self._sh(_BACK, self.path)
            what = f"HAProxy in '{self.container.name}' does not start with the new configuration"
            raise HostError(what, fix="read its log: dcgen logs; it keeps the old configuration")
        self.drop()

    def drop(self) -> None:
        """Remove what was kept or staged beside the configuration."""
        self._sh(_DROP, self.path)

    def _is_new(self, before: int) -> bool:
        try:
            return worker(self.live.ask) != before
        except HostError:
            return False  # for a moment nobody has the socket

    def _sh(self, script: str, path: str, text: str = "") -> None:
        self._inside("sh", "-c", script, "sh", path, text=text)

    def _inside(self, *words: str, user: str = "0", text: str = "") -> str:
        options = ("--user", user) if user else ()
        return self.site.docker(
            "exec", "--interactive", *options, self.container.id, *words, text=text
        )
