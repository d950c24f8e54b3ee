"""How the services end: by themselves, before Docker kills them after 10 s, without an error."""

import signal
import socket
from contextlib import ExitStack

import pytest

from tests.dockercoins.running import RedisServer, Start
from tests.lab.ports import free_port


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("service", ["rng", "hasher", "webui"])
def test_an_idle_service_ends_by_itself(start: Start, service: str, number: int) -> None:
    running = start(service)

    running.stop(number)
    assert running.process.returncode == 0
    assert "Traceback" not in running.log()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_worker_ends_by_itself(start: Start, redis_server: RedisServer, number: int) -> None:
    worker = start("worker", REDIS_URL=redis_server.url, RNG_URL=f"http://127.0.0.1:{free_port()}")
    worker.wait_for_log("next try in")

    worker.stop(number)
    assert worker.process.returncode == 0


def test_rng_answers_who_is_served_and_drops_who_waits_when_it_ends(start: Start) -> None:
    rng = start("rng")
    address = rng.url.removeprefix("http://").split(":")
    with ExitStack() as cleanup:
        callers = [cleanup.enter_context(socket.create_connection(address)) for _ in range(20)]
        for caller in callers:
            caller.sendall(b"GET /32 HTTP/1.0\r\n\r\n")
        callers[0].recv(1)

        rng.stop()
    assert rng.process.returncode == 0


def test_webui_ends_by_itself_while_redis_is_silent(start: Start) -> None:
    with ExitStack() as cleanup:
        listener = cleanup.enter_context(socket.create_server(("127.0.0.1", 0)))
        webui = start("webui", REDIS_URL=f"redis://127.0.0.1:{listener.getsockname()[1]}/0")
        address = webui.url.removeprefix("http://").split(":")
        cleanup.enter_context(socket.create_connection(address)).sendall(
            b"GET /json HTTP/1.0\r\n\r\n"
        )
        cleanup.enter_context(listener.accept()[0])

        webui.stop()
    assert webui.process.returncode == 0
