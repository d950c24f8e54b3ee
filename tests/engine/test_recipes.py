"""What runs as a process, and what is refused by name."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.process.recipes import recipe
from engine.variant import Service
from faults import HostError, UserError

Write = Callable[[str], Service]
Build = Callable[..., Path]
BALANCER = "labels: {dcgen.role: balancer, dcgen.balances: 'rng1:80 rng2:80 rng1:81'}"


@pytest.mark.usefixtures("redis_server")
@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        pytest.param("{image: redis}", (), id="no tag"),
        pytest.param("{image: redis:7-alpine}", (), id="tag"),
        pytest.param("{image: docker.io/library/redis}", (), id="full name"),
        pytest.param(
            "{image: redis, command: redis-server --requirepass 'a b' --appendonly yes}",
            ("--requirepass", "a b", "--appendonly", "yes"),
            id="arguments",
        ),
    ],
)
def test_an_image_redis_is_a_real_redis(
    body: str, arguments: tuple[str, ...], service: Write
) -> None:
    found = recipe(service(body))

    assert (found.kind, found.ports, found.command[1:]) == ("redis", (6379,), arguments)
    assert Path(found.command[0]).name == "redis-server"


@pytest.mark.usefixtures("haproxy")
def test_a_balancer_serves_each_port_that_its_servers_have(service: Write) -> None:
    found = recipe(service(f"{{image: haproxy:lts, {BALANCER}}}"))

    assert (found.kind, found.ports) == ("proxy", (80, 81))


@pytest.mark.usefixtures("haproxy")
def test_labels_decide_and_not_the_image(service: Write) -> None:
    body = f"{{image: jpetazzo/hamba, command: 80 rng1:80, configs: [x], {BALANCER}}}"

    assert recipe(service(body)).kind == "proxy"


@pytest.mark.usefixtures("haproxy")
def test_an_ambassador_serves_the_ports_of_its_label(service: Write) -> None:
    labels = "{dcgen.role: ambassador, dcgen.ports: 6379 6380, dcgen.upstream: '192.0.2.7:1'}"

    assert recipe(service(f"{{image: x, labels: {labels}}}")).ports == (6379, 6380)


def test_a_python_command_runs_in_its_build_context(service: Write, build: Build) -> None:
    folder = build("app", lines="ENV PATH=/x COLOUR=red DATA=/data")
    found = recipe(service("{build: app}"))

    assert (found.command, found.folder) == ((sys.executable, "main.py"), folder)
    assert (found.ports, found.env) == ((80,), {"COLOUR": "red"})


def test_a_dockerfile_that_is_no_text_is_refused(service: Write, build: Build) -> None:
    (build("app") / "Dockerfile").write_bytes(b"# caf\xe9\n")

    with pytest.raises(UserError, match=r"compose.yml:2: .*Dockerfile': it is not UTF-8 text"):
        recipe(service("{build: app}"))


def test_a_command_with_an_open_quote_is_refused(service: Write, build: Build) -> None:
    build("app")

    with pytest.raises(UserError, match=r"compose.yml:2: .* has a quote that is not closed"):
        recipe(service('{build: app, command: "python it\'s"}'))


def test_requirements_that_are_no_text_are_left_to_pip(service: Write, build: Build) -> None:
    (build("app") / "requirements.txt").write_bytes(b"# caf\xe9\npytest\n")

    assert recipe(service("{build: app}")).kind == "python"


@pytest.mark.parametrize(
    ("body", "command"),
    [
        pytest.param("command: python3 main.py --fast", ("main.py", "--fast"), id="command"),
        pytest.param("command: [python, -u, main.py]", ("-u", "main.py"), id="list"),
        pytest.param("entrypoint: python -m json", ("-m", "json"), id="entrypoint clears CMD"),
        pytest.param("command: python /srv/main.py", ("main.py",), id="path in the image"),
    ],
)
def test_the_file_overrides_the_command_of_the_image(
    body: str, command: tuple[str, ...], service: Write, build: Build
) -> None:
    build("app", lines="WORKDIR /srv")

    assert recipe(service(f"{{build: app, {body}}}")).command[1:] == command


@pytest.mark.parametrize(
    ("body", "ports"),
    [
        pytest.param("build: app", (80,), id="EXPOSE"),
        pytest.param('build: app, expose: ["8080"]', (8080,), id="expose wins"),
        pytest.param('build: app, ports: ["8001:8080"]', (8080,), id="ports wins"),
    ],
)
def test_the_container_port_is_found(
    body: str, ports: tuple[int, ...], service: Write, build: Build
) -> None:
    build("app")

    assert recipe(service(f"{{{body}}}")).ports == ports


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("image: nginx", "runs image 'nginx'", id="another image"),
        pytest.param("image: bitnami/redis", "runs image 'bitnami/redis'", id="another redis"),
        pytest.param("restart: always", "has neither 'image' nor 'build'", id="an override"),
        pytest.param("build: app, privileged: true", "asks for 'privileged'", id="privileged"),
        pytest.param("build: app, network_mode: host", "another network namespace", id="network"),
        pytest.param("build: app, volumes: [./a:/a]", "mounts volumes", id="mount"),
        pytest.param("build: app, command: sh run.sh", "not Python", id="a shell"),
        pytest.param("build: app, command: python other.py", "is not in", id="a missing script"),
        pytest.param('build: app, expose: ["1", "2"]', "several ports (1, 2)", id="two ports"),
        pytest.param("build: none", "No such file", id="no Dockerfile"),
        pytest.param("image: redis, command: redis-server --port 1", "--port 1", id="redis port"),
        pytest.param("image: redis, command: redis-server /a.conf", "/a.conf", id="redis file"),
        pytest.param("image: x, labels: {dcgen.role: balancer}", "dcgen.balances", id="no label"),
    ],
)
def test_what_needs_a_container_is_refused_by_name(
    body: str, reason: str, service: Write, build: Build
) -> None:
    build("app")

    with pytest.raises(UserError) as caught:
        recipe(service(f"{{{body}}}"))
    assert reason in caught.value.what
    assert "'app'" in caught.value.what
    assert str(caught.value.where).endswith("compose.yml:2")


def test_a_command_that_only_a_shell_reads_is_refused(service: Write, build: Build) -> None:
    folder = build("app")
    (folder / "Dockerfile").write_text("FROM x\nCMD python main.py && echo $PORT\n")

    with pytest.raises(UserError, match="needs a shell"):
        recipe(service("{build: app}"))


def test_a_package_that_this_python_lacks_is_named(service: Write, build: Build) -> None:
    requirements = "click>=1\nno-such-package==2  # why\nother; python_version < '3'\n-e .\n"
    (build("app") / "requirements.txt").write_text(requirements)

    with pytest.raises(HostError, match="'app' needs no-such-package==2, which") as caught:
        recipe(service("{build: app}"))
    assert "pip install -r" in caught.value.fix


def test_packages_of_an_extra_of_dcgen_are_named_by_it(service: Write, build: Build) -> None:
    (build("app") / "requirements.txt").write_text("flask>=9999\nRedis>=9999\n")

    with pytest.raises(HostError) as caught:
        recipe(service("{build: app}"))
    assert caught.value.fix.endswith(" -m pip install 'dcgen[dockercoins]'")


def test_a_program_that_is_missing_is_named(
    service: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("lb.programs.PLACES", ())

    with pytest.raises(HostError, match="'app' needs the program 'haproxy'") as caught:
        recipe(service(f"{{image: haproxy:lts, {BALANCER}}}"))
    assert "apt-get install haproxy" in caught.value.fix
