"""What is said of files that Compose would read without being asked, and that were not read."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from composefile.model import Model
from dcgen import source
from dcgen.reading import Reading
from generator.checks.other_files import override_notices
from generator.result import Notice


def overrides(
    merged: Model, services: Sequence[str], read: Reading, target: Path | None
) -> Iterator[Notice]:
    """Yield what to say of override files that Compose would read without being asked.

    One that is the *target* is written, and need not be read.
    """
    names = [Path(name).name for name in read.files] + ([target.name] if target else [])
    if names[:1] not in [[name] for name in source.NAMES]:
        return
    for service in services:
        yield from override_notices(merged, service, names)
