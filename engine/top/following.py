"""A command that goes on telling: each of its lines is handed on as it comes."""

import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

END_WITHIN_S = 2.0


class Following:
    """Runs *command* and hands each line that it prints to *take*, in a thread of its own.

    Args:
        command: The words; no shell reads them.
        env: All of its variables.
        take: Gets a line without its end.
    """

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], take: Callable[[str], None]
    ) -> None:
        self._take = take
        self._popen = subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches only us, and we end it
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._popen.poll() is None

    def close(self) -> None:
        """End it."""
        with suppress(ProcessLookupError):
            self._popen.terminate()
        try:
            self._popen.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._thread.join(END_WITHIN_S)
        if self._popen.stdout and not self._thread.is_alive():
            self._popen.stdout.close()

    def _read(self) -> None:
        for line in self._popen.stdout or ():
            self._take(line.decode("utf-8", "replace").rstrip("\r\n"))
