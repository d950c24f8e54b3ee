"""``dcgen top`` on a terminal: samples come from a thread, keys from a person, pictures go out."""

import os
import queue
import selectors
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType

from rich.console import Console, Group
from rich.live import Live

from dcgen.top.frame import frame
from dcgen.top.history import History
from dcgen.top.keyboard import one_by_one, pressed
from dcgen.top.view import View
from engine.top.samples import Sample

_MOST_BYTES = 4096


def show(samples: Iterator[Sample]) -> None:
    """Show *samples* until a person has seen enough; the terminal is as it was afterwards.

    Args:
        samples: Each is asked for when it is due, in a thread of its own.
    """
    with ExitStack() as cleanup:
        _Screen(samples, cleanup).run()


class _Screen:
    def __init__(self, samples: Iterator[Sample], cleanup: ExitStack) -> None:
        self._history, self._view = History(), View()
        self._console = Console(highlight=False)
        self._stopped = threading.Event()
        self._bell = _Bell(cleanup)
        self._keys = sys.stdin.fileno()
        self._selector = cleanup.enter_context(selectors.DefaultSelector())
        self._selector.register(self._bell.descriptor, selectors.EVENT_READ)
        self._selector.register(self._keys, selectors.EVENT_READ)
        cleanup.enter_context(_on(signal.SIGWINCH, self._bell.ring))
        cleanup.enter_context(_on(signal.SIGTSTP, self._stop))
        self._news = _News(samples, self._bell.ring)

    def run(self) -> None:
        while True:
            live = Live(console=self._console, screen=True, auto_refresh=False)
            with one_by_one(self._keys), live:
                while not (self._view.over or self._stopped.is_set()):
                    self._draw(live)
                    self._wait()
            if not self._stopped.is_set():
                return
            self._stopped.clear()  # Ctrl-Z: the shell has its terminal, until `fg`
            os.kill(os.getpid(), signal.SIGSTOP)

    def _draw(self, live: Live) -> None:
        size = self._console.size
        lines = frame(self._history, self._view, (size.width, size.height))
        live.update(Group(*lines), refresh=True)

    def _wait(self) -> None:
        for key, _ in self._selector.select():
            if key.fd == self._keys:
                for name in pressed(self._keys):
                    self._view.press(name)
            else:
                self._bell.silence()
        for sample in self._news.all():
            self._history.add(sample)

    def _stop(self) -> None:
        self._stopped.set()
        self._bell.ring()


class _News:
    # Samples that have come; an error in their thread is raised where they are taken.
    def __init__(self, samples: Iterator[Sample], ring: Callable[[], None]) -> None:
        self._samples, self._ring = samples, ring
        self._come: queue.SimpleQueue[Sample | BaseException] = queue.SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()

    def all(self) -> Iterator[Sample]:
        with suppress(queue.Empty):
            while True:
                come = self._come.get_nowait()
                if isinstance(come, BaseException):
                    raise come
                yield come

    def _run(self) -> None:
        try:
            for sample in self._samples:
                self._come.put(sample)
                self._ring()
        except BaseException as error:  # noqa: BLE001 - raised again, in the main thread
            self._come.put(error)
            self._ring()


class _Bell:
    # Wakes the loop; may be rung from a thread, and in a signal handler.
    def __init__(self, cleanup: ExitStack) -> None:
        self.descriptor, self._end = os.pipe()
        os.set_blocking(self.descriptor, False)
        os.set_blocking(self._end, False)
        cleanup.callback(self._close)

    def ring(self) -> None:
        with suppress(BlockingIOError, OSError):
            os.write(self._end, b".")

    def silence(self) -> None:
        with suppress(BlockingIOError):
            os.read(self.descriptor, _MOST_BYTES)

    def _close(self) -> None:
        end, self._end = self._end, -1  # a thread may still want to ring
        os.close(end)
        os.close(self.descriptor)


@contextmanager
def _on(number: signal.Signals, act: Callable[[], None]) -> Iterator[None]:
    def handle(_number: int, _frame: FrameType | None) -> None:
        act()

    before = signal.signal(number, handle)
    try:
        yield
    finally:
        signal.signal(number, before)
