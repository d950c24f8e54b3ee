"""What ``dcgen ship`` does, wherever to: build each image once, name it, write the variant."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from dcgen.attached import attach, require_room
from dcgen.commands.connected import answering
from dcgen.commands.shipped_file import ShippedFile
from dcgen.commands.target import Target, target
from dcgen.progress import Progress
from engine.docker.containers import Site
from engine.docker.portable import require_portable
from engine.ship import building, builds, direct, tags
from faults import UserError

_BUILT_WITHIN_S = 6 * 3600.0
_LAST_LINES = 40


class Shipment:
    """The images of the files that the options *given* name, and the variant that runs them.

    Raises:
        UserError: There is no such file, it builds nothing, or mounts what a host does not have.
        HostError: No Docker answers on this machine.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = given
        self.tag = tags.require_tag(given["tag"]) if given["tag"] else ""
        self.found: Target = target(given["files"], "docker", (), starting=False)
        self.builder = self.found.hosts[0]
        self.progress = Progress(quiet=given["quiet"], logs=False, verb="pushed")
        variant = self.found.variant()
        require_portable([variant], given["hosts"])
        self.project = variant.project
        model = next((service.model for service in variant), None)
        self.builds = builds.builds(model) if model else []
        if not self.builds:
            raise UserError(
                f"no service of {self.found.path} is built, so there is nothing to ship",
                fix="give the file that has `build:` with -f FILE",
            )
        self.file = ShippedFile(self.found.sources, given)
        self.sites = [Site((), host) for host in answering(given["hosts"], starting=True)]

    def require_written(self, *, pulled: bool) -> None:
        """Return if the variant can be written: to build may take long.

        Raises:
            UserError: It cannot.
        """
        images = {name: "image" for build in self.builds for name in build.services}
        self.file.written(images, pulled=pulled)

    @contextmanager
    def built(self) -> Iterator[list[building.Image]]:
        """Build each once; yield the images, whose names go at the end.

        Raises:
            UserError: A build fails.
            HostError: Docker does not answer, or a host is of another architecture.
        """
        document = self.file.document
        count = sum(len(build.services) for build in self.builds)
        names = ", ".join(build.name for build in self.builds)
        usual = direct.platform_of(Site((), self.builder)) if self.sites else ""
        self._require_platform({build.name: build.platform or usual for build in self.builds})
        self.progress.say(f"building {names} (for {count} services)")
        try:
            with building.meanwhile(document, self.project, self.builds) as words:
                self._build(self.found.compose(*words))
            images = building.built(self.builder, document, self.project, self.builds)
            self._require_platform({one.build.name: one.platform for one in images})
            yield images
        finally:
            building.forget(self.builder, document, self.project, self.builds)

    def _require_platform(self, platforms: Mapping[str, str]) -> None:
        direct.require_platform(self.sites, platforms)

    def _build(self, command: Sequence[str]) -> None:
        text = self.found.source.text if self.found.source.path is None else None
        if self.given["quiet"] or self.file.target is None:  # standard output is the variant's
            ended = self.builder.call(command, text or "", within_s=_BUILT_WITHIN_S)
            code = ended.code
            if code:
                said = [*ended.out.splitlines(), *ended.err.splitlines()]
                click.echo("\n".join(said[-_LAST_LINES:]), err=True)
                require_room(self.builder, said)
        else:
            code = attach(self.builder, command, text)
        if code != 0:
            raise UserError(
                "an image could not be built; nothing was shipped",
                fix="mend what the build says above, and run the same command again",
            )

    def named(self, images: Sequence[building.Image], prefix: str) -> Mapping[str, str]:
        """Give *images* their names, *prefix* first; return that of each service."""
        folder = self.found.path.parent
        self.tag = self.tag or tags.tag_of(images, folder)
        return building.tagged(
            self.builder, images, lambda build: f"{prefix}/{build.name}:{self.tag}"
        )

    def publish(self, images: Mapping[str, str], *, pulled: bool) -> None:
        """Write the variant that runs *images*, and say how to run it."""
        self.file.publish(images, pulled=pulled)
        if self.file.target:
            file: Path = self.file.target
            self.progress.say(f"{len(self.builds)} images with the tag {self.tag}, in {file}")
