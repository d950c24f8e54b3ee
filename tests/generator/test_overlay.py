"""Overlays, several input files and detached services: what Compose makes of them is compared."""

from pathlib import Path

import pytest

from tests.dcgen.door import dcgen
from tests.lab import composes

COMPOSE = """\
services:
  rng:
    image: rng
    container_name: dice
    ports: ["8001:80"]
    environment: {A: b}
    depends_on: [redis]
    networks:
      default: {aliases: [random]}
  redis:
    image: redis
    volumes: [data:/data]
  shop:
    image: nginx
    environment: {VIRTUAL_HOST: a.example, NETWORK_ACCESS: internal, LEVEL: debug}
    labels: {traefik.http.services.shop.loadbalancer.sticky.cookie: "true", team: shop}
  worker:
    image: worker
    depends_on:
      redis: {condition: service_started}
      rng: {condition: service_started}
volumes:
  data: {}
"""
SECOND = """\
services:
  rng:
    environment: [C=d]
    ports: ["9001:90"]
  extra:
    image: extra
"""
COMMANDS = [
    pytest.param("scale rng 3", id="scale"),
    pytest.param("scale rng 3 --dynamic", id="scale found by DNS"),
    pytest.param("scale worker=4", id="scale without a port"),
    pytest.param(
        "scale rng 3 --dynamic --sticky --proxy-protocol --no-retry --bufsize 32768",
        id="options of HTTP mode",
    ),
    pytest.param("extra-hosts redis=192.0.2.7", id="extra-hosts"),
    pytest.param("ambassador redis=db.example:32768", id="ambassador"),
]
ROUTED = [
    pytest.param("scale shop 2", id="scale behind another proxy"),
    pytest.param("scale shop 2 --no-balancer", id="scale without a balancer"),
]


def make(command: str, *more: str) -> None:
    done = dcgen(*command.split(), *more, "-q")
    assert done.exit_code == 0, done.output


@pytest.fixture(params=composes.COMPOSE_2)
def version(request: pytest.FixtureRequest) -> str:
    """Give each version of Compose that reads overlays."""
    return str(request.param)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COMPOSE_FILE", raising=False)
    (tmp_path / "compose.yml").write_text(COMPOSE)
    (tmp_path / "second.yml").write_text(SECOND)
    return tmp_path


@pytest.mark.parametrize("command", [*COMMANDS, *ROUTED])
def test_overlay_means_the_same_as_the_whole_file(folder: Path, version: str, command: str) -> None:
    make(command, "-o", "whole.yml")
    make(command, "--overlay", "-o", "overlay.yml")

    assert composes.config(version, folder, "compose.yml", "overlay.yml") == composes.config(
        version, folder, "whole.yml"
    )


@pytest.mark.parametrize("command", [*COMMANDS, *ROUTED])
def test_overlay_of_two_files_means_the_same_as_the_whole(
    folder: Path, version: str, command: str
) -> None:
    both = ("-f", "compose.yml", "-f", "second.yml")
    make(command, *both, "-o", "whole.yml")
    make(command, *both, "--overlay", "-o", "overlay.yml")

    laid_over = composes.config(version, folder, "compose.yml", "second.yml", "overlay.yml")
    assert laid_over == composes.config(version, folder, "whole.yml")


EXTENDING = """\
services:
  base:
    image: base
    command: [serve, it]
    environment: {A: b, C: d}
    volumes: [data:/data, ./here:/here]
    container_name: only-one
    ports: ["8001:80"]
    logging: {driver: json-file, options: {max-size: 1m}}
  middle:
    extends: base
    environment: {C: e}
    container_name: only-two
    ports: ["8002:81"]
  rng:
    extends: OF_RNG
    container_name: dice
    ports: !override ["8003:80"]
    labels: {"8080": x}
  redis: {image: redis}
  worker:
    extends: base
    container_name: !reset null
    ports: !reset []
    depends_on: [rng, redis]
volumes: {data: {}}
"""
CHAINS = {
    "the same file": "base",
    "the same file, a chain": "middle",
    "another file": "{file: other.yml, service: base}",
    "a file in another folder": "{file: far/other.yml, service: base}",
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("chain", [pytest.param(CHAINS[name], id=name) for name in CHAINS])
def test_overlay_of_a_service_that_extends_means_the_same(
    folder: Path, version: str, command: str, chain: str
) -> None:
    (folder / "compose.yml").write_text(EXTENDING.replace("OF_RNG", chain))
    (folder / "far").mkdir()
    for name in ("other.yml", "far/other.yml"):
        (folder / name).write_text(EXTENDING.replace("OF_RNG", "base").replace("middle", "mid"))
    make(command, "-o", "whole.yml")
    make(command, "--overlay", "-o", "overlay.yml")

    laid_over = composes.config(version, folder, "compose.yml", "overlay.yml")
    assert laid_over == composes.config(version, folder, "whole.yml")


def test_overlay_keeps_a_service_name_of_digits_a_string(folder: Path, version: str) -> None:
    (folder / "compose.yml").write_text(
        'services:\n  "8080": {image: a, expose: ["80"], labels: {"90": x}}\n'
        '  web: {image: b, depends_on: ["8080"], labels: {"90": x}}\n'
    )
    make("scale 8080 2", "-o", "whole.yml")
    make("scale 8080 2", "--overlay", "-o", "overlay.yml")

    laid_over = composes.config(version, folder, "compose.yml", "overlay.yml")
    assert laid_over == composes.config(version, folder, "whole.yml")


def test_detached_service_brings_its_volume_and_a_published_port(
    folder: Path, version: str
) -> None:
    make("detach redis --publish 6380")

    made = composes.config(version, folder, "redis.yml")["services"]
    assert [port["published"] for port in made["redis"]["ports"]] == ["6380"]
    assert [mount["source"] for mount in made["redis"]["volumes"]] == ["data"]
    assert list(made) == ["redis"]
