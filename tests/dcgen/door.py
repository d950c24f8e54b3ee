"""The command line as a person uses it: in a folder with files, through its exit code."""

from pathlib import Path

from click.testing import CliRunner, Result

from dcgen.cli import main

COINS = """\
services:
  rng:
    build: rng
    ports:
      - "8001:80"
  hasher:
    image: hasher
    ports:
      - "8002:80"
  redis:
    image: redis
  worker:
    image: worker
    depends_on:
      - rng
      - redis
"""


def dcgen(*words: str, stdin: str | None = None) -> Result:
    """Run dcgen in this process, in the current folder."""
    result = CliRunner().invoke(main, list(words), input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def names(folder: Path) -> list[str]:
    """Return the names of what lies in *folder*, hidden files too."""
    return sorted(path.name for path in folder.iterdir())
