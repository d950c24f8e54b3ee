"""A lab: this machine's own Engine and any number of hosts beside it, up and down again."""

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from tests.lab import bundle, daemon, disk, network, packages, record, today, users_engine
from tests.lab.daemon import Seat
from tests.lab.engine import Engine

CHECKOUT = Path(__file__).parents[2]
LOCAL = "local"
TODAY = "today"
_NODE = "node"
INDEX_OF_TODAY = 19  # above every node's: the daemons' networks are numbered by it
NETNS_MARK = record.RUNS / "made-netns-mount"
Kind = TypeVar("Kind", bound="Lab")


class Lab:
    """What one run made: its folder, its record, its daemons.

    The Engine named "local" sees this machine's files, as a developer's own does, or is the
    developer's own; the hosts node1, node2, … see neither the checkout nor the folders where a
    client keeps files. "today" is like "local", with the Engine and the Compose of `today`.
    """

    def __init__(self, folder: Path, state: record.State) -> None:
        self.folder = folder
        self.state = state

    @classmethod
    def create(cls: type[Kind], *, keep: bool = False, engine: str = "") -> Kind:
        """Return a new lab with a network and no host, after removing what dead runs left.

        Args:
            keep: Leave the lab to a later `down`, instead of tying it to this process.
            engine: The ``DOCKER_HOST`` of an Engine to use as "local"; empty for a private one.
        """
        sweep()
        with record.machine_lock():
            record.RUNS.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not network.mounted():
                NETNS_MARK.touch()
            taken = [record.load(folder).subnet for folder in record.folders()]
            folder = record.new_folder()
            owner = None if keep else record.this_process()
            state = record.State(folder.name, network.free_subnet(taken), owner, engine=engine)
            record.save(state, folder)
            network.build_switch(state.id, state.subnet)
        return cls(folder, state)

    def add_hosts(self, names: Sequence[str]) -> None:
        """Start a Docker daemon for each of *names*, all at once, and wait until all answer."""
        seats = [self.seat(name) for name in names if not self._is_users(name)]
        for seat in seats:
            network.plug_in(self.state.id, seat.name, str(seat.address))
            self._record(seat, daemon.start(seat))
        for seat in seats:
            daemon.wait_until_ready(seat, self.state.daemons[seat.name])

    def load(self, archive: Path, *names: str) -> None:
        """Load the images of *archive* into every host or those of *names*, two at a time."""
        ours = [name for name in names or self.hosts() if not self._is_users(name)]
        with ThreadPoolExecutor(max_workers=2) as pool:
            list(pool.map(lambda name: self.engine(name).load(archive), ours))
        if self.state.engine and not names:
            users_engine.build_missing(self.engine(LOCAL))

    def hosts(self) -> list[str]:
        """Return the names of the hosts, "local" first; some daemons that run are none."""
        ours = sorted(filter(_is_host, self.state.daemons))
        return [LOCAL, *ours] if self.state.engine else ours

    def engine(self, name: str) -> Engine:
        """Return the Engine of the host *name*; one of this machine is reached by a Unix socket."""
        if self._is_users(name):
            return users_engine.engine(self.state.engine)
        seat = self.seat(name)
        url = f"tcp://{seat.address}:{daemon.PORT}"
        if not seat.hidden:
            url = f"unix://{seat.socket}"
        tools = today.folder(packages.cache()) if name == TODAY else packages.tools()
        return Engine(name, url, str(seat.address), tools, programs=seat.programs)

    @contextmanager
    def builder(self) -> Iterator[Engine]:
        """Run a daemon that has this machine's network, and no other use than to build."""
        folder = self.folder / "builder"
        seat = Seat("builder", folder, self._cgroup())
        self._record(seat, daemon.start(seat))
        try:
            daemon.wait_until_ready(seat, self.state.daemons["builder"])
            yield Engine("builder", f"unix://{seat.socket}", "127.0.0.1", packages.tools())
        finally:
            self.crash("builder")
            shutil.rmtree(folder)

    def images(self) -> Path:
        """Return the archive of all images, made now if the cache has none for these files."""
        with packages.alone():
            if not bundle.archive().exists():
                work = self.folder / "build"
                work.mkdir()
                with self.builder() as engine:
                    bundle.make(engine, work)
                shutil.rmtree(work)
        return bundle.archive()

    def cut(self, name: str) -> None:
        """Drop every packet between the host *name* and all others; we still reach its Engine."""
        network.drop(self.state.id, name, self._peers(name))

    def restore(self, name: str) -> None:
        """Undo `cut`."""
        network.pass_again(self.state.id, name, self._peers(name))

    def crash(self, name: str) -> None:
        """Cut the power of the host *name*: the daemon and all containers end at once."""
        daemon.kill(self.state.daemons[name])

    def start(self, name: str) -> None:
        """Start the host *name* again after a `crash`, and wait until it answers."""
        seat = self.seat(name)
        self._record(seat, daemon.start(seat))
        daemon.wait_until_ready(seat, self.state.daemons[name])

    @contextmanager
    def without_power(self, name: str) -> Iterator[None]:
        """Have the host *name* without power; it has it again at the end, if not before."""
        self.crash(name)
        try:
            yield
        finally:
            if not self.state.daemons[name].alive():
                self.start(name)

    @contextmanager
    def small_disk(self, name: str, mib: int) -> Iterator[Path]:
        """Give the host *name* an empty disk of *mib* MiB for Docker's data, and yield its folder.

        It has no image. At the end its own disk is there again, as it was.
        """
        data = self.folder / name / "data"
        with ExitStack() as cleanup:
            self.crash(name)
            cleanup.callback(self.start, name)
            disk.mount(data, mib)
            cleanup.callback(disk.unmount_below, data.parent)
            self.start(name)
            cleanup.callback(self.crash, name)
            yield data

    def down(self) -> None:
        """Remove all that the lab made; what is gone already is no error."""
        remove(self.folder)

    def _record(self, seat: Seat, process: record.Process) -> None:
        self.state = record.with_daemon(self.state, seat.name, process)
        record.save(self.state, self.folder)

    def seat(self, name: str) -> Seat:
        """Return where the daemon of the host *name* runs."""
        here = {LOCAL: 0, TODAY: INDEX_OF_TODAY}
        index = here[name] if name in here else int(name.removeprefix(_NODE))
        client = (CHECKOUT, Path("/tmp"), Path("/var/tmp"), Path.home())
        return Seat(
            name,
            self.folder / name,
            self._cgroup(),
            namespace=network.namespace(self.state.id, name),
            address=network.host_address(self.state.subnet, index),
            index=index,
            hidden=() if name in here else client,
            programs=today.folder(packages.cache()) / "bin" if name == TODAY else None,
        )

    def _is_users(self, name: str) -> bool:
        return name == LOCAL and bool(self.state.engine)

    def _cgroup(self) -> str:
        return f"/dcgen-{self.state.id}"

    def _peers(self, name: str) -> list[str]:
        return [self.engine(other).address for other in self.hosts() if other != name]


def _is_host(daemon: str) -> bool:
    return daemon in {LOCAL, TODAY} or daemon.startswith(_NODE)


def sweep() -> list[str]:
    """Remove the labs whose owner died without doing so; return the ids of those it removed."""
    with record.machine_lock():
        dead = [path for path in record.folders() if record.owner_is_gone(record.load(path))]
    return [folder.name for folder in dead if remove(folder)]


def remove(folder: Path) -> bool:
    """Remove the lab in *folder*: daemons, namespaces, link, control groups and files.

    Returns False if it is gone already, also when another process has just removed it.
    """
    with record.removal_lock():
        if not folder.exists():
            return False
        _remove(folder)
    return True


def _remove(folder: Path) -> None:
    state = record.load(folder)
    for process in state.daemons.values():
        daemon.kill(process)
    # A run that was killed between starting a daemon and recording it leaves it only here.
    for pid in network.processes(state.id):
        daemon.kill(record.Process.of(pid))
    if state.engine:
        users_engine.forget(users_engine.engine(state.engine))
    network.tear_down(state.id)
    daemon.remove_cgroups(f"/dcgen-{state.id}")
    disk.unmount_below(folder)
    shutil.rmtree(folder)
    with record.machine_lock():
        if NETNS_MARK.exists() and not record.folders():
            network.unmount()
            NETNS_MARK.unlink()
        if not any(record.RUNS.iterdir()):
            record.RUNS.rmdir()


def known() -> list[Lab]:
    """Return the labs on this machine, sorted by id."""
    return [Lab(folder, record.load(folder)) for folder in record.folders()]
