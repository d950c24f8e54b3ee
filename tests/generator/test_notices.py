"""What is done all the same, and said: each warning once, with its line."""

import pytest

from tests.generator.compose import ambassador, balanced, extra_hosts, scale

SILENT = [
    pytest.param("image: app\nexpose: [80]\n", id="a service with a port"),
    pytest.param(
        "image: app\nexpose: [80]\nvolumes: ['./src:/app:ro', '/app/node_modules']\n",
        id="an anonymous volume that keeps a part of a mounted folder away",
    ),
    pytest.param("image: app\nexpose: [80]\nvolumes: ['a:/a:ro']\n", id="a volume to read"),
    pytest.param("image: app\nexpose: [80]\nvolumes: ['a:/a:ro,z']\n", id="one with options"),
    pytest.param(
        "image: app\nexpose: [80]\nvolumes: ['/var/run/docker.sock:/var/run/docker.sock']\n",
        id="the socket of Docker",
    ),
    pytest.param(
        "image: app\nexpose: [80]\n"
        "volumes: [{type: bind, source: ., target: /a, read_only: true}]\n",
        id="a folder to read",
    ),
    pytest.param("image: app\nexpose: [80]\ntmpfs: /run\n", id="a folder in memory"),
    pytest.param("image: app\nexpose: [80]\nscale: 1\n", id="a number that is one"),
    pytest.param("image: redis-tools\nexpose: [80]\n", id="an image that is no database"),
    pytest.param(
        "image: app\nexpose: [80]\ndeploy:\n  resources:\n    limits:\n      memory: 1G\n",
        id="limits",
    ),
]
DECLARED = "volumes:\n  a: {}\n  data: {}\n"


@pytest.mark.parametrize("body", SILENT)
def test_nothing_is_said_of(body: str) -> None:
    assert scale(balanced(body) + DECLARED).warnings == []


UPLOADS = "right for files that each writes once, such as uploads, wrong for SQLite"
SQLITE = "SQLite lets one replica write at a time, the others wait or fail"
DEVICES = "right for a GPU with memory for all, wrong for what one program opens"
SCALED = [
    pytest.param(
        "volumes: ['data:/data']",
        f"8: all replicas of 'rng' write to data: {UPLOADS}",
        id="a named volume",
    ),
    pytest.param(
        "volumes: ['./data:/data', 'data:/more']",
        f"8: all replicas of 'rng' write to ./data, data: {UPLOADS}",
        id="a folder and a volume",
    ),
    pytest.param(
        "volumes: [{type: volume, source: data, target: /data}]",
        f"8: all replicas of 'rng' write to data: {UPLOADS}",
        id="a volume in long syntax",
    ),
    pytest.param(
        "build: .\nvolumes: ['.:/app', './src:/src']",
        "9: all replicas of 'rng' write to ., ./src:"
        " harmless if that is source code mounted for development",
        id="source code",
    ),
    pytest.param(
        "build: .\nvolumes: ['./uploads:/app/uploads']",
        f"9: all replicas of 'rng' write to ./uploads: {UPLOADS}",
        id="a folder of an image that is built here which holds no code",
    ),
    pytest.param(
        "volumes: ['data:/data']\nenvironment: {DATABASE_URL: 'sqlite:////data/app.db'}",
        f"8: all replicas of 'rng' write to data: {SQLITE}",
        id="SQLite by a URL",
    ),
    pytest.param(
        "volumes: ['./db.sqlite3:/app/db.sqlite3']",
        f"8: all replicas of 'rng' write to ./db.sqlite3: {SQLITE}",
        id="SQLite by a file",
    ),
    pytest.param(
        "devices: ['/dev/dri:/dev/dri']",
        f"8: all replicas of 'rng' use the same devices: {DEVICES}",
        id="devices",
    ),
    pytest.param(
        "gpus: all", f"8: all replicas of 'rng' use the same devices: {DEVICES}", id="gpus"
    ),
    pytest.param(
        "deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}",
        f"8: all replicas of 'rng' use the same devices: {DEVICES}",
        id="reserved devices",
    ),
    pytest.param(
        "environment: ['KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://rng:9092']",
        "8: KAFKA_ADVERTISED_LISTENERS of 'rng' may announce a name that is now the balancer's",
        id="the address that Kafka tells its clients",
    ),
    pytest.param(
        "environment: {CLUSTER_SEEDS: 'rng:7000'}",
        "8: CLUSTER_SEEDS of 'rng' may announce a name that is now the balancer's",
        id="the members of a cluster",
    ),
]


@pytest.mark.parametrize(("line", "warning"), SCALED)
def test_scaling_warns_of(line: str, warning: str) -> None:
    source = balanced(f"image: app\nexpose: [80]\n{line}\n") + DECLARED

    made = scale(source, unread="gpus" in line)

    assert made.warnings == [f"compose.yml:{warning}"]
    assert all(notice.fix for notice in made.variant.warnings)


def test_one_folder_of_several_database_servers_is_called_what_it_is() -> None:
    made = scale(balanced("image: postgres:16\nvolumes: ['data:/data']\n") + DECLARED)

    assert made.warnings[1] == (
        "compose.yml:7: all replicas of 'rng' write to data:"
        " two servers on the same files destroy them"
    )


@pytest.mark.parametrize("image", ["postgres:16", "docker.io/library/mysql", "${R:-x/}mongo"])
def test_scaling_a_database_is_warned_of(image: str) -> None:
    warnings = scale(balanced(f"image: {image}\n")).warnings

    assert len(warnings) == 1
    assert warnings[0].startswith("compose.yml:6: 'rng' runs ")
    assert warnings[0].endswith(": each replica keeps its own data")


def test_one_replica_shares_nothing() -> None:
    source = balanced("image: postgres\nvolumes: ['data:/data']\n") + DECLARED

    assert scale(source, n=1).warnings == []


def test_scaling_again_says_nothing_again() -> None:
    first = scale(balanced("image: app\nexpose: [80]\ncontainer_name: one\n"))

    assert len(first.warnings) == 1
    assert scale(first.variant.text, n=3).warnings == []


def test_nobody_who_refers_to_a_service_that_leaves_is_said() -> None:
    made = extra_hosts(
        """
        services:
          redis:
            image: redis
            networks: [back]
          web:
            image: web
        networks:
          back: {}
        """
    )

    assert made.warnings == ["compose.yml:2: nothing in this file refers to 'redis'"]


@pytest.mark.parametrize("transform", [extra_hosts, ambassador])
def test_data_that_stays_behind_is_said(transform) -> None:
    made = transform(
        "services:\n  redis:\n    image: redis\n    volumes:\n      - data:/data\n"
        "  web:\n    image: web\nvolumes:\n  data: {}\n"
    )

    assert made.warnings == ["compose.yml:4: what 'redis' wrote to data stays on this host"]


def test_global_mode_of_a_service_that_is_replaced_is_said() -> None:
    made = ambassador(balanced("image: redis\ndeploy:\n  mode: global\n"), "rng", unread=True)

    assert made.warnings == ["compose.yml:7: `mode: global` of 'rng' is replaced by one ambassador"]
