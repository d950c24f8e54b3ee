"""Run a program with a time limit; a failure shows the command, its code and all it said."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

KEPT = 4000  # characters of output kept in an error: enough for a page, not for a flood


class CommandError(RuntimeError):
    """A program ended with a code other than 0, or not in time."""

    def __init__(self, command: tuple[str, ...], ending: str, output: str) -> None:
        super().__init__(f"{' '.join(command)}\n{ending}\n{output[-KEPT:]}")
        self.output = output


def run(
    *command: str | Path,
    timeout_s: float = 60,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
) -> str:
    """Return what *command* wrote to stdout; its stderr is only kept for a failure.

    Args:
        command: The program and its arguments; no shell reads them.
        timeout_s: The program is killed after so many seconds.
        env: The whole environment; None passes this process's own.
        cwd: Where it runs; None for here.
        stdin: Text for its standard input; None for no input at all.

    Raises:
        CommandError: It ended with another code than 0, or not in time.
    """
    words = tuple(str(word) for word in command)
    try:
        ended = subprocess.run(
            words,
            capture_output=True,
            check=False,
            cwd=cwd,
            env=env,
            input=stdin or "",
            text=True,
            errors="replace",
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired as late:
        said = (late.stdout or b"") + (late.stderr or b"")
        raise CommandError(
            words, f"not done in {timeout_s:g} s", said.decode(errors="replace")
        ) from late
    if ended.returncode:
        raise CommandError(words, f"exit code {ended.returncode}", ended.stdout + ended.stderr)
    return ended.stdout
