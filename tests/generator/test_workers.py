"""A worker without a port gets no balancer: who mentions it, who connects to it, and what is said.

before:   worker: {command: celery -A shop worker}   beat: {command: celery -A shop beat}
after:    worker: {command: …, deploy: {replicas: 4}}
"""

from dataclasses import replace
from pathlib import Path

import pytest

from faults import UsageError, UserError
from generator.result import Settings
from generator.transforms.scale import scale as transform
from lb.options import ChosenOptions
from tests.generator.compose import Model, balanced, document, project, refusal, scale, yaml

DOCKERFILE = "FROM python:3.12\nEXPOSE 8000\nCMD gunicorn shop\n"
SHOP = """
    services:
      web:
        build: .
        ports: ["8000:8000"]
      celery:
        build: .
        command: celery -A shop worker
      beat:
        build: .
        command: celery -A shop beat
        depends_on: [celery]
"""


def replicas(source: str, service: str, n: int = 4, **options: object) -> object:
    return scale(source, service, n, **options).value(service, "deploy")


def test_a_worker_that_others_only_mention_gets_replicas(tmp_path: Path) -> None:
    made = scale(SHOP, "celery", 4, folder=tmp_path, files={"Dockerfile": DOCKERFILE})

    assert made.value("celery", "deploy") == {"replicas": 4}
    assert list(made.services) == ["web", "celery", "beat"]
    assert made.warnings == [
        "compose.yml:5: 'celery' gets no balancer, for no port of it is known,"
        " and 'beat' mentions it",
        "compose.yml:7: the image of 'celery' exposes 8000, but 'celery' runs another command and"
        " nothing connects to it: it gets no balancer",
    ]
    assert [notice.fix for notice in made.variant.warnings] == [
        "give `--port PORT` if that one connects to 'celery', `--no-balancer` if not",
        "give `--port 8000` if it listens there",
    ]


def test_its_port_gives_it_a_balancer(tmp_path: Path) -> None:
    made = scale(
        SHOP, "celery", 2, folder=tmp_path, files={"Dockerfile": DOCKERFILE}, ports=(5555,)
    )

    assert list(made.services) == ["web", "celery1", "celery2", "celery", "beat"]


NO_CALLS = [
    "depends_on: [rng]",
    "command: rng --beat",
    "command: [sh, -c, exec rng]",
    "environment: {APP: rng, QUEUES: 'rng,mail'}",
    "environment: [PATH=/opt/rng/bin]",
    "environment: {REPO: ssh://git@host/rng}",
]
CALLS = [
    "links: [rng]",
    "links: ['rng:dice']",
    "environment: {RNG_HOST: rng}",
    "environment: ['API_URL=http://rng/v1']",
    "environment: {DSN: 'amqp://user:pw@rng'}",
    "environment: {BACKENDS: 'hasher,rng'}",
    "command: curl http://rng/",
    "command: [client, --host, rng]",
    "command: [client, --server=rng]",
    "command: psql -h rng",
]


@pytest.mark.parametrize("body", NO_CALLS)
def test_this_is_no_call(body: str) -> None:
    source = balanced("image: app\n", f"web:\n  image: web\n  {body}\n")

    assert replicas(source, "rng") == {"replicas": 4}


@pytest.mark.parametrize("body", CALLS)
def test_this_is_a_call(body: str) -> None:
    source = balanced("image: app\n", f"web:\n  image: web\n  {body}\n")

    assert refusal("scale", source, "rng") == (
        "5: cannot tell which port 'rng' listens on; 'web' connects to it"
        " / fix: give `--port PORT`, or add `expose: [\"PORT\"]` to 'rng'"
    )


def test_what_its_image_exposes_counts_if_somebody_connects(tmp_path: Path) -> None:
    source = balanced("build: .\ncommand: serve\n", "web:\n  image: web\n  links: [rng]\n")
    made = scale(source, "rng", 2, folder=tmp_path, files={"Dockerfile": DOCKERFILE})

    assert made.value("rng", "labels")["dcgen.balances"] == "rng1:8000 rng2:8000"


@pytest.mark.parametrize(
    ("lines", "balanced_at"),
    [
        pytest.param("image: redis\ncommand: redis-server --save 60 1\n", "6379", id="the server"),
        pytest.param("image: redis\ncommand: --save 60 1\n", "6379", id="its options"),
        pytest.param("image: redis\ncommand: redis-cli -h x monitor\n", None, id="a client"),
        pytest.param("image: wordpress:cli\n", None, id="a variant that serves nobody"),
        pytest.param("image: redis\ncommand: redis-cli\nports: ['1:2']\n", "2", id="published"),
    ],
)
def test_the_port_of_an_image_counts_if_its_server_runs(
    lines: str, balanced_at: str | None
) -> None:
    made = scale(balanced(lines), "rng", 2)

    if balanced_at is None:
        assert made.value("rng", "deploy") == {"replicas": 2}
    else:
        ports = f"rng1:{balanced_at} rng2:{balanced_at}"
        assert made.value("rng", "labels")["dcgen.balances"] == ports


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ("bitnami/wordpress:6", True),
        ("registry.example/nginx", True),
        ("php:${PHP_TAG}", True),
        (f"wordpress@sha256:{'0' * 64}", True),
        ("wordpress:cli", False),
        ("php:8.3-cli", False),
        ("example/app", False),
    ],
)
def test_a_port_is_asked_for_where_variants_of_an_image_listen_elsewhere(
    image: str,
    said: bool,  # noqa: FBT001 - a table
) -> None:
    made = scale(balanced(f"image: {image}\n"), "rng", 2)

    assert made.value("rng", "deploy") == {"replicas": 2}
    found = [one.fix for one in made.variant.warnings if "variants of its image" in one.what]
    assert found == ["give `--port PORT` if it is a server"] * said


NONE = Settings(balancer=False)


def without_balancer(source: str, settings: Settings = NONE) -> str:
    model = Model(document(yaml(source)), project(None, {}))
    return transform(model, "web", 3, settings).text


def test_no_balancer_is_a_choice_also_with_a_port() -> None:
    text = without_balancer("services:\n  web:\n    image: nginx\n    expose: ['80']\n")

    assert "replicas: 3" in text
    assert "haproxy" not in text


WEB = "services:\n  web:\n    image: nginx\n"
SEVERAL = [
    pytest.param("ports: ['80']", id="any port of the host"),
    pytest.param("ports: ['8001-8003:80']", id="a range with room for all"),
    pytest.param("networks: {default: {aliases: [shop]}}", id="a name in the network"),
    pytest.param("labels: {traefik.enable: 'true'}", id="another proxy's labels"),
    pytest.param("environment: {VIRTUAL_HOST: a.example}", id="another proxy's variables"),
]


@pytest.mark.parametrize("line", SEVERAL)
def test_what_several_containers_can_have_stays_as_it_is(line: str) -> None:
    text = without_balancer(f"{WEB}    {line}\n")

    assert f"    {line}\n" in text
    assert "replicas: 3" in text


SINGULAR = [
    pytest.param("ports: ['8001:80']", "publishes 8001, which only one of 3", id="a port"),
    pytest.param(
        "ports: ['127.0.0.1:8001-8002:80']", "publishes 127.0.0.1:8001-8002", id="a range"
    ),
    pytest.param("ports: ['${PORT}:80']", "publishes ${PORT}, which", id="one in a variable"),
    pytest.param("ports: [{target: 80, published: 8001}]", "publishes 8001", id="the long form"),
    pytest.param("ports: ['53:53/udp']", "publishes 53", id="UDP"),
    pytest.param("mac_address: 02:42:ac:11:65:43", "has a `mac_address`", id="a MAC address"),
    pytest.param(
        "networks: {default: {ipv4_address: 192.0.2.7}}",
        "has `ipv4_address` in network 'default'",
        id="an address",
    ),
    pytest.param("container_name: shop", "has a `container_name`", id="a container's name"),
]


@pytest.mark.parametrize(("line", "what"), SINGULAR)
def test_what_only_one_container_can_have_refuses_several(line: str, what: str) -> None:
    with pytest.raises(UserError) as caught:
        without_balancer(f"{WEB}    {line}\n")

    assert what in caught.value.what
    assert caught.value.where is not None
    assert caught.value.where.line == 4


def test_clients_are_named_that_are_no_longer_balanced() -> None:
    source = f"{WEB}    expose: ['80']\n  api: {{image: a, environment: {{WEB_HOST: web}}}}\n"
    model = Model(document(source), project(None, {}))

    (notice,) = transform(model, "web", 3, NONE).warnings

    assert notice.what.startswith("'api' connects to 'web', whose name is now that of all its")
    assert notice.fix.startswith("leave out `--no-balancer`")


def test_options_of_a_balancer_that_there_is_not_are_refused() -> None:
    settings = replace(NONE, options=ChosenOptions(mode="http", sticky=True))
    with pytest.raises(UsageError) as caught:
        without_balancer("services:\n  web:\n    image: nginx\n", settings)

    assert caught.value.what == (
        "`--no-balancer` was given, so it gets no balancer,"
        " and --mode, --sticky would have no effect"
    )


def test_options_for_others_too_are_no_mistake() -> None:
    settings = replace(NONE, options=ChosenOptions(mode="http"), for_others=True)
    text = without_balancer("services:\n  web:\n    image: nginx\n", settings)

    assert "replicas: 3" in text


def test_an_existing_balancer_does_not_go_by_scaling_again() -> None:
    once = scale("services:\n  web:\n    image: nginx\n", "web", 2).variant.text

    with pytest.raises(UsageError, match="has a balancer already"):
        without_balancer(once)


REPEATED = [
    ("command: celery -A shop beat", "'rng' runs `beat`: each of its 4 replicas would do"),
    ("command: [supercronic, /etc/tab]", "'rng' runs `supercronic`"),
    ("command: sh -c 'python manage.py migrate && serve'", "'rng' runs `migrate`"),
    ("volumes: ['./data:/data']", "all replicas of 'rng' write to ./data"),
    ("devices: ['/dev/kvm']", "all replicas of 'rng' use the same devices"),
]


@pytest.mark.parametrize(("body", "said"), REPEATED)
@pytest.mark.parametrize("port", ["", "expose: ['80']\n"])
def test_what_all_replicas_do_is_said_with_and_without_a_balancer(
    body: str, said: str, port: str
) -> None:
    source = balanced(f"image: app\n{body}\n{port}")

    assert any(said in warning for warning in scale(source, "rng", 4).warnings)


@pytest.mark.parametrize(("body", "said"), REPEATED)
def test_it_is_said_again_when_the_number_changes(body: str, said: str) -> None:
    once = scale(balanced(f"image: app\n{body}\nexpose: ['80']\n"), "rng", 4).variant.text
    again = scale(once, "rng", 4)

    assert any(said in warning for warning in again.warnings)


@pytest.mark.parametrize(("body", "said"), REPEATED)
def test_it_is_said_of_replicas_that_dns_finds(body: str, said: str) -> None:
    source = balanced(f"image: app\n{body}\nexpose: ['80']\n")
    model = Model(document(source), project(None, {}))
    variant = transform(model, "rng", 4, Settings(dynamic=True))

    assert any(said in str(warning) for warning in variant.warnings)
