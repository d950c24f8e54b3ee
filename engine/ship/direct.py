"""Bring images to hosts without a registry: each host gets the layers that it lacks, no more."""

import json
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.docker.containers import Site
from engine.hosts import Host, full, is_full
from engine.ship import archive
from engine.ship.archive import SavedImage
from engine.ship.load import Load
from faults import HostError

_SAVED_WITHIN_S = 3600.0
_AGAIN = "run the same command again: it sends what is missing"


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of an image on a host: *count* bytes were sent, in *after_s* seconds.

    Of its layers, *there* were there before; all, if nothing was sent.
    """

    image: SavedImage
    count: int
    after_s: float
    there: int


@dataclass(frozen=True, slots=True)
class Beginning:
    """An image begins to be sent: *count* bytes of layers."""

    image: SavedImage
    count: int


@contextmanager
def saved(builder: Host, references: Sequence[str]) -> Iterator[list[SavedImage]]:
    """Yield the images *references* of *builder*, in a file that goes at the end.

    Raises:
        HostError: Docker does not write them, or the disk of this machine is full.
    """
    with TemporaryDirectory(prefix="dcgen-ship-") as folder:
        file = Path(folder) / "images.tar"
        words = ("save", "--output", str(file), *references)
        Site((), builder).docker(*words, within_s=_SAVED_WITHIN_S)
        found = archive.read(file)
        yield [found[reference] for reference in references]


class Sending:
    """The *images* on their way to hosts; each `to` a host is a thread's."""

    def __init__(
        self, images: Sequence[SavedImage], tell: Callable[[Host, Beginning | Sent], None]
    ) -> None:
        self._images = images
        self._tell = tell
        self._loads: list[Load] = []
        self.stopped = False

    def stop(self) -> None:
        """End all that is being sent. Safe in a signal handler."""
        self.stopped = True
        for load in list(self._loads):
            load.end()

    def to(self, site: Site) -> int:
        """Send what the host of *site* lacks of each image; return the bytes.

        Raises:
            HostError: It is lost, its disk is full, or it does not have an image at the end.
        """
        total = 0
        for image in self._images:
            begin_s = time.monotonic()
            sent, there = self._one(site, image)
            total += sent
            self._tell(site.host, Sent(image, sent, time.monotonic() - begin_s, there))
        return total

    def _one(self, site: Site, image: SavedImage) -> tuple[int, int]:
        # Returns the bytes that were sent, and how many layers were there.
        if _has(site, image):
            return 0, len(image.layers)
        there = _there(site, image)
        # The same layer may occur again further up, where it is not there.
        lacking = {layer.digest for layer in image.layers[there:]}
        without = {layer.digest for layer in image.layers[:there]} - lacking
        self._tell(site.host, Beginning(image, image.size_without(without)))
        sent, said = self._load(site, image, without)
        if without and _may_lack(said) and (said or not _has(site, image)):
            # An image store may have a layer in another packing: then all is needed. What it took
            # for the image goes first, or it would seem to be there if this is cut.
            site.host.call(("docker", "rmi", image.reference))
            more, said = self._load(site, image, ())
            sent, there = sent + more, 0
        if said:
            raise _refusal(site.host, image, said)
        if not _has(site, image):
            raise _refusal(site.host, image, "its id there is another one")
        return sent, there

    def _load(self, site: Site, image: SavedImage, without: Collection[str]) -> tuple[int, str]:
        # Returns the bytes that were sent, and what Docker said if it failed.
        self._go_on("before it began")
        with closing(Load(site.host)) as load:
            self._loads.append(load)
            image.write(load, without)
            said = load.finish()
            self._go_on(f"after {load.sent} bytes of {image.reference}")
            return load.sent, said

    def _go_on(self, where: str) -> None:
        if self.stopped:
            raise HostError(f"interrupted {where}", fix=_AGAIN)


def platform_of(site: Site) -> str:
    """Return what the host of *site* runs, and builds if nothing else is asked: ``linux/amd64``.

    Raises:
        HostError: Docker does not answer.
    """
    return site.docker("version", "--format", "{{.Server.Os}}/{{.Server.Arch}}").strip()


def require_platform(sites: Sequence[Site], platforms: Mapping[str, str]) -> None:
    """Return if all of *sites* run what *platforms* says: image to ``linux/amd64``.

    Raises:
        HostError: One is of another architecture, or does not answer.
    """
    for site in sites:
        if site.host.trouble:
            continue
        there = platform_of(site)
        for name, platform in platforms.items():
            if platform.split("/")[:2] != there.split("/"):  # without a variant, as of arm64/v8
                raise HostError(
                    f"'{site.host.title}' is {there}, and {name} is built for {platform};"
                    " nothing was sent to any host",
                    fix=f"build for it: `platform: {there}` in the service, or leave that host out",
                )


def _has(site: Site, image: SavedImage) -> bool:
    form = "{{.Id}} {{json .RootFS.Layers}}"
    asked = site.host.call(("docker", "image", "inspect", "--format", form, image.reference))
    identity, _, layers = asked.out.strip().partition(" ")
    known = asked.code == 0 and identity in image.ids
    return known and tuple(json.loads(layers) or ()) == image.diff_ids


def _there(site: Site, image: SavedImage) -> int:
    """Return how many layers of *image*, from the lowest on, the host has below one another."""
    ids = sorted(set(site.docker("image", "ls", "--all", "--quiet", "--no-trunc").split()))
    form = "{{json .RootFS.Layers}}"
    said = site.docker("image", "inspect", "--format", form, *ids) if ids else ""
    wanted, most = image.diff_ids, 0
    for line in said.splitlines():
        pairs = zip(wanted, json.loads(line) or (), strict=False)
        same = next((n for n, (mine, its) in enumerate(pairs) if mine != its), None)
        count = min(len(wanted), len(json.loads(line) or ())) if same is None else same
        most = max(most, count)
    return most


def _may_lack(said: str) -> bool:
    """Tell whether it may be for want of a layer that Docker *said* this, or nothing."""
    cut = r"during connect|connect to the Docker|connection (reset|refused)|broken pipe|EOF$"
    return not is_full(said) and not re.search(cut, said)


def _refusal(host: Host, image: SavedImage, said: str) -> HostError:
    if is_full(said):
        return full(host, f"{image.reference} was not loaded ({said})")
    return HostError(
        f"'{host.title}' did not load {image.reference}: {said}",
        fix=_AGAIN,
    )
