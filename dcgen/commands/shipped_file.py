"""The variant that ``dcgen ship`` writes: what it read, with `image` in place of `build`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from composefile.document import Document
from dcgen.commands import losses, outcome, record
from dcgen.commands.dash_f import dash_f
from dcgen.commands.making import Making, target_of
from dcgen.reading import Reading, merged
from dcgen.source import Source
from generator.targets.table import TARGETS
from generator.transforms.ship import ship

DEFAULT_OUTPUT = "shipped.yml"


class ShippedFile:
    """The variant of *sources*, at the place that the options *given* name."""

    def __init__(self, sources: tuple[Source, ...], given: Mapping[str, Any]) -> None:
        self._read: Reading = merged(sources)
        self._making = Making.of(given, default=DEFAULT_OUTPUT, fresh=True)
        self.target: Path | None = target_of(self._making, self._read.first.path)

    @property
    def document(self) -> Document:
        """What was read, as one."""
        return self._read.document

    @property
    def up(self) -> str:
        """The command that runs it, but for the hosts; empty for standard output."""
        return f"dcgen up -d {dash_f([str(self.target)])}" if self.target else ""

    def written(self, images: Mapping[str, str], *, pulled: bool) -> Mapping[str, str]:
        """Return the text of the variant by its name; its services run *images*.

        Raises:
            UserError: A service is not defined by one of the files, or the variant would mean
                something else where it is to stand, or take the place of another one.
        """
        variant = ship(self._read.model, images, pulled=pulled)
        made = outcome.made_of(variant, self.target, self._making, self._read)
        if not self._making.force:
            losses.require_no_changes(self.target)
        written = dict(TARGETS[self._making.target].write(made))
        # What is recorded would make it again without the images.
        return {**written, made.name: record.write(written[made.name], None)}

    def publish(self, images: Mapping[str, str], *, pulled: bool) -> None:
        """Write it.

        Raises:
            UserError: See `written`; or a file is there that dcgen did not write.
            HostError: It cannot be written.
        """
        written = self.written(images, pulled=pulled)
        variant = ship(self._read.model, images, pulled=pulled)
        outcome.publish(written, variant, self.target, self._making, self._read)
