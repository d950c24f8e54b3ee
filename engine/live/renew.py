"""Give HAProxies that run other certificates without ending a connection.

They are files in the container, copied there by Compose. Each is put beside the present one, then
in its place; HAProxy checks its configuration with them, and a new worker reads them. The old one
keeps the connections that it has. What is refused is put back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ambassador.access import SECRETS, Access
from composefile import labels
from engine.docker.containers import Container, Site
from engine.live.running import asking
from engine.waiting import until
from faults import HostError, UserError
from lb.image import CONFIG_PATH
from lb.runtime import sessions, worker

# A master that has just started a worker executes itself anew, and loses a signal meanwhile
# (HAProxy 2.5 to 3.0): it is told again.
TRIES = 5
WORKER_WITHIN_S = 3.0

# Root of a container without capabilities may not write into a file that is read-only, but may
# replace it. $1 is the file.
_BESIDE = 'umask 022; cat > "$1.new" && chmod 444 "$1.new"'
_SWAP = 'for f; do cp -p "$f" "$f.good" && mv -f "$f.new" "$f" || exit; done'
_BACK = 'for f; do mv -f "$f.good" "$f"; done'
_DROP = 'for f; do rm -f "$f.new" "$f.good"; done'
_CHECK = f"haproxy -c -f {CONFIG_PATH} 2>&1 && echo accepted; exit 0"


@dataclass(frozen=True, slots=True)
class Holder:
    """A HAProxy with certificates.

    Attributes:
        site: The host that it runs on.
        container: Its container.
        secrets: The secrets that it reads from files.
        is_front: Whether it stands before the service, and not in the place of it.
    """

    site: Site
    container: Container
    secrets: tuple[str, ...]
    is_front: bool

    @property
    def where(self) -> str:
        """Its name, after that of its host, if a host was named."""
        host = self.site.host
        return f"{host.title}: {self.container.name}" if host.address else self.container.name

    def read(self, secret: str) -> str:
        """Return the text of *secret* there.

        Raises:
            HostError: It cannot be read.
        """
        return self.site.docker("exec", self.container.id, "cat", SECRETS + secret)

    def give(self, texts: Mapping[str, str]) -> int | None:
        """Let it go on with those of the secrets *texts* that it has.

        Returns:
            How many connections stay with the old worker; None if it has these texts already.

        Raises:
            UserError: HAProxy refuses them; it goes on with those that it has.
            HostError: They cannot be written there, or no new worker came.
        """
        wanted = {name: texts[name] for name in self.secrets if name in texts}
        changed = {name: text for name, text in wanted.items() if self.read(name) != text}
        if not changed:
            return None
        paths = [SECRETS + name for name in changed]
        for path, text in zip(paths, changed.values(), strict=True):
            self._sh(_BESIDE, path, text=text)
        self._sh(_SWAP, *paths)
        try:
            self._check()
            left = sessions(asking(self.site, self.container))
            self._reload()
        except UserError:
            self._sh(_BACK, *paths)
            raise
        self._sh(_DROP, *paths)
        return left

    def _check(self) -> None:
        said = self.site.docker("exec", self.container.id, "sh", "-c", _CHECK)
        if not said.endswith("accepted\n"):
            raise UserError(
                f"HAProxy in {self.container.name!r} refuses the certificates",
                reasons=[line for line in said.splitlines() if "[NOTICE]" not in line],
                fix="read what it says above; it keeps the former ones",
            )

    def _reload(self) -> None:
        before = worker(asking(self.site, self.container))
        if not any(self._comes(before) for _ in range(TRIES)):
            what = f"HAProxy in {self.container.name!r} does not start with the new certificates"
            raise HostError(what, fix="read its log: docker logs; it keeps the former ones")

    def _comes(self, before: int) -> bool:
        self.site.docker("kill", "--signal", "USR2", self.container.id)
        return until(lambda: self._is_new(before), WORKER_WITHIN_S)

    def _is_new(self, before: int) -> bool:
        try:
            return worker(asking(self.site, self.container)) != before
        except HostError:
            return False  # for a moment nobody has the socket

    def _sh(self, script: str, *paths: str, text: str = "") -> None:
        words = ("exec", "--interactive", "--user", "0", self.container.id, "sh", "-c", script)
        self.site.docker(*words, "sh", *paths, text=text)


def holders(site: Site, service: str, of_front: Sequence[str]) -> list[Holder]:
    """Return the HAProxies on *site* that have certificates of *service*: before it, and for it.

    Args:
        site: A host.
        service: The detached service.
        of_front: The secrets that the one before it reads from files.

    Raises:
        HostError: Docker does not answer.
    """
    words = ("ps", "--quiet", "--no-trunc", f"--filter=label={labels.ROLE}={labels.AMBASSADOR}")
    found = []
    for one in site.known(*site.docker(*words).split()):
        is_front = one.labels.get(labels.DETACHED) == service
        mounted = Access.parse(one.identity.access).mounted
        if is_front:
            found.append(Holder(site, one, tuple(of_front), is_front=True))
        elif one.identity.service == service and mounted:
            found.append(Holder(site, one, tuple(mounted), is_front=False))
    return found
