"""What lies around a Compose file and matters to a decision: its folder and its ``.env`` file."""

import functools
import os
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Project:
    """The folder that relative paths of the Compose file start from; None for standard input."""

    folder: Path | None = None

    @functools.cached_property
    def variables(self) -> dict[str, str]:
        """The variables of ``.env``, if it is there (Compose Specification, "Interpolation")."""
        path = self.folder / ".env" if self.folder else None
        if path is None or not path.is_file():
            return {}
        from dotenv import dotenv_values  # noqa: PLC0415 - few files need it, and it costs 10 ms

        values = dotenv_values(path, interpolate=False)
        return {name: value for name, value in values.items() if value is not None}

    def read(self, path: str) -> str | None:
        """Return the text of the file at *path*, relative to the folder; None if there is none."""
        if self.folder is None:
            return None
        file = Path(os.path.normpath(self.folder / path))
        try:
            # A device or a pipe may never end.
            if not file.is_file() or file.stat().st_size > MAX_BYTES:
                return None
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError, ValueError):
            return None
