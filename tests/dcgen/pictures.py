"""Pictures of `dcgen top` on a terminal and as a page: ``python -m tests.dcgen.pictures FOLDER``.

DockerCoins runs as processes with a real HAProxy; a replica is drained and made ready, another one
is killed. The terminal is drawn by what draws it for a person, and kept as SVG.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console, Group

from dcgen.top.frame import frame
from dcgen.top.history import History
from dcgen.top.view import View
from engine import runs
from engine.top.sampler import sampler
from engine.variant import parse
from tests.dockercoins.browsing import browser, require_browser
from tests.engine.commands import DCGEN, Up, dcgen

SOURCE = Path(__file__).parents[2] / "dockercoins" / "compose.yml"
LIMIT, EVERY_S = 10.0, 1.0
SIZE, SCREEN, PHONE = (80, 32), (1280, 1040), (360, 740)
# Seconds from the beginning of a picture to each change, and to its end.
DRAIN_S, READY_S, KILL_S, END_S = 35, 60, 85, 105


def main(folder: Path) -> None:
    """Write ``top.svg``, ``top.png``, ``top-dark.png`` and ``top-phone.png`` into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as cleanup:
        home = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="top-")))
        os.environ["XDG_RUNTIME_DIR"] = str(home)
        os.chdir(home)
        file = Path("generated.yml")
        dcgen("scale", "rng=3", "worker=10", "-f", str(SOURCE), "-o", str(file))
        up = Up.start(file, "--free-ports", "--no-logs", cleanup=cleanup)
        up.wait_for("are ready")
        url = _page(file, cleanup)
        chromium = cleanup.enter_context(browser(require_browser()))
        history = _recorded(file)
        _write_terminal(history, folder / "top.svg")
        for name, size, scheme in (
            ("top", SCREEN, "light"),
            ("top-dark", SCREEN, "dark"),
            ("top-phone", PHONE, "dark"),
        ):
            _shoot(chromium, url, size, scheme, folder / f"{name}.png")


def _page(file: Path, cleanup: ExitStack) -> str:
    words = ["top", "--web", "0", "--interval", str(EVERY_S), "--limit", f"rng={LIMIT:g}"]
    command = [*DCGEN, *words, "-f", str(file)]
    popen = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    cleanup.enter_context(popen)
    cleanup.callback(popen.terminate)
    assert popen.stdout
    return popen.stdout.readline().split()[2]


def _recorded(file: Path) -> History:
    history, samples = History(), sampler(parse(file.read_text(), file), (), {"rng": LIMIT})
    changes = {DRAIN_S: _drain, READY_S: _ready, KILL_S: _kill}
    begin_s = time.monotonic()
    while (passed_s := time.monotonic() - begin_s) < END_S:
        for at_s in [at_s for at_s in changes if at_s <= passed_s]:
            changes.pop(at_s)(file)
        history.add(samples.sample())
        time.sleep(EVERY_S)
    samples.close()
    return history


def _drain(file: Path) -> None:
    dcgen("lb", "drain", "rng2", "-f", str(file))


def _ready(file: Path) -> None:
    dcgen("lb", "ready", "rng2", "-f", str(file))


def _kill(file: Path) -> None:
    running = runs.find(file)
    for entry in running.entries if running else ():
        if entry.service == "rng3" and entry.pid:
            os.kill(entry.pid, signal.SIGKILL)


def _write_terminal(history: History, path: Path) -> None:
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(
            record=True, width=SIZE[0], height=SIZE[1], file=nowhere, force_terminal=True
        )
        services = [one.service for one in history.series()]
        console.print(Group(*frame(history, View(series=services.index("rng")), SIZE)))
        text = console.export_svg(title="dcgen top")
        # A page that shows it loads nothing from elsewhere: the fonts are those of the reader.
        path.write_text(re.sub(r"\s*@font-face \{.*?\}", "", text, flags=re.DOTALL), "utf-8")


def _shoot(chromium: Any, url: str, size: tuple[int, int], scheme: str, path: Path) -> None:
    page = chromium.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page.goto(url)
    page.locator("label", has_text="rng requests").click()
    page.mouse.move(0, 0)
    page.wait_for_timeout(2500)
    page.screenshot(path=path, full_page=size == PHONE)
    page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
