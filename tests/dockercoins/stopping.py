"""How soon each service of DockerCoins ends after SIGTERM: a part of ``make recovery``."""

import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import click

from tests.dockercoins.running import RedisServer, starter

TURNS = 10
NOWHERE = "127.0.0.1:1"  # refused


def stops() -> dict[str, list[float]]:
    """Return the seconds that each service took, by what it was and what it was waiting for."""
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory()))
        start = starter(folder, cleanup)
        store = RedisServer(folder, cleanup).start()
        peers = {"RNG_URL": start("rng").url, "HASHER_URL": start("hasher").url}
        peers |= {"REDIS_URL": store.url}
        silent = cleanup.enter_context(socket.create_server(("127.0.0.1", 0), backlog=100))
        silent_url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        # A word in the log, after which it does what it is to be ended in.
        cases = {
            "rng": ("", {}),
            "hasher": ("", {}),
            "webui": ("", {"REDIS_URL": store.url}),
            "worker": ("units of work done", peers),
            "worker, Redis away": ("next try", peers | {"REDIS_URL": f"redis://{NOWHERE}/0"}),
            "worker, Redis silent": ("next try", peers | {"REDIS_URL": silent_url}),
            "worker, rng away": ("next try", peers | {"RNG_URL": f"http://{NOWHERE}"}),
        }
        found: dict[str, list[float]] = {name: [] for name in cases}
        for name, (word, urls) in [*cases.items()] * TURNS:
            running = start(name.partition(",")[0], **urls)
            running.wait_for_log(word)
            found[name].append(running.stop())
    return found


@click.command()
def main() -> None:
    """Print how soon each service ends after SIGTERM, in seconds."""
    click.echo(f"{'ends after SIGTERM':27} turns  median   worst")
    for name, seconds in stops().items():
        click.echo(f"{name:27} {TURNS:5} {median(seconds):7.2f} {max(seconds):7.2f}")


if __name__ == "__main__":
    main()
