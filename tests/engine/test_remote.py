"""What may not be taken to a Docker host that is another machine."""

from pathlib import Path

import pytest

from engine.docker.portable import require_portable
from engine.hosts import Host
from engine.variant import Variant, parse
from faults import UserError

REMOTE = "tcp://192.0.2.7:2375"


def variant(volumes: str, role: str = "balancer") -> Variant:
    text = f"""
services:
  rng:
    image: haproxy:3.0
    volumes: [{volumes}]
    labels: {{dcgen.role: {role}}}
"""
    return parse(text, Path("generated.yml"))


def of_service(keys: str, sections: str = "") -> Variant:
    return parse(f"services:\n  web:\n    image: web\n    {keys}\n{sections}", Path("compose.yml"))


MOUNTED = variant('"./rng.haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"')
FILE_SECRET = of_service("secrets: [key]", "secrets:\n  key:\n    file: ./key.txt")


@pytest.mark.parametrize(
    ("given", "hosts"),
    [
        pytest.param(MOUNTED, (None,), id="this machine"),
        pytest.param(MOUNTED, ("unix:///run/docker.sock",), id="a socket of this machine"),
        pytest.param(MOUNTED, ("tcp://127.0.0.1:2375",), id="a port of this machine"),
        pytest.param(FILE_SECRET, (None,), id="a secret's file on this machine"),
        pytest.param(variant(""), (REMOTE,), id="nothing mounted"),
        pytest.param(variant('"data:/data"'), (REMOTE,), id="a volume of the host's own"),
        pytest.param(of_service("volumes: [/data]"), (REMOTE,), id="a volume without a name"),
        pytest.param(
            of_service("volumes: ['/var/run/docker.sock:/s', '/:/host:ro', '/proc:/p', /dev/a:/b]"),
            (REMOTE,),
            id="what every Linux machine has",
        ),
        pytest.param(
            of_service(
                "volumes: [{type: bind, source: /srv, target: /d, bind: {create_host_path: false}}]"
            ),
            (REMOTE,),
            id="a path of which Docker says if it is missing",
        ),
        pytest.param(
            of_service("volumes: [{type: tmpfs, target: /tmp}]"), (REMOTE,), id="memory of a host"
        ),
        pytest.param(
            of_service("configs: [site]", "configs:\n  site:\n    content: hello"),
            (REMOTE,),
            id="a config with its text in the file",
        ),
        pytest.param(
            of_service("secrets: [key]", "secrets:\n  key:\n    environment: KEY"),
            (REMOTE,),
            id="a secret of a variable",
        ),
        pytest.param(
            of_service("env_file: ./web.env"),
            (REMOTE,),
            id="variables of a file, which Compose reads",
        ),
        pytest.param(
            of_service("build: .", "secrets:\n  key:\n    file: ./key.txt"),
            (REMOTE,),
            id="a secret that no service is given",
        ),
    ],
)
def test_variant_may_go(
    given: Variant, hosts: tuple[str | None, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)

    require_portable([given], [*map(Host, hosts)])


@pytest.mark.parametrize(
    ("hosts", "variable"),
    [
        pytest.param((REMOTE,), "", id="named by an option"),
        pytest.param(("unix:///run/docker.sock", "ssh://node2"), "", id="one of several"),
        pytest.param((None,), REMOTE, id="named by DOCKER_HOST"),
    ],
)
def test_mounted_configuration_is_refused_for_a_remote_host(
    hosts: tuple[str | None, ...], variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", variable)

    with pytest.raises(UserError, match="of this machine") as refusal:
        require_portable([MOUNTED], [*map(Host, hosts)])

    assert str(refusal.value.where) == "generated.yml:5"
    assert "--lb-config inline" in refusal.value.fix


@pytest.mark.parametrize(
    ("given", "line", "what", "fix"),
    [
        pytest.param(
            of_service("volumes:\n      - data:/data\n      - ./files:/files"),
            6,
            "mounts './files'",
            "COPY",
            id="a folder beside the file",
        ),
        pytest.param(of_service("volumes: [~/x:/x]"), 4, "mounts '~/x'", "COPY", id="a home"),
        pytest.param(
            of_service("volumes: [{type: bind, source: ./x, target: /x}]"),
            4,
            "mounts './x'",
            "COPY",
            id="the long form",
        ),
        pytest.param(
            of_service("volumes: ['/srv/data:/data']"),
            4,
            "mounts '/srv/data'",
            "create_host_path: false",
            id="a path of this host",
        ),
        pytest.param(
            FILE_SECRET, 7, "gets 'key' from './key.txt'", "environment: NAME", id="secret"
        ),
        pytest.param(
            of_service("configs: [{source: site}]", "configs:\n  site: {file: ./site.conf}"),
            6,
            "gets 'site' from './site.conf'",
            "content:",
            id="config",
        ),
        pytest.param(
            of_service(
                "volumes: ['data:/data']",
                "volumes:\n  data:\n    driver_opts: {type: none, o: bind, device: /srv/data}",
            ),
            7,
            "gets 'data' from '/srv/data'",
            "driver_opts",
            id="a volume that is a path",
        ),
    ],
)
def test_files_of_this_machine_are_refused_with_their_line(
    given: Variant, line: int, what: str, fix: str
) -> None:
    with pytest.raises(UserError) as refusal:
        require_portable([given], [Host(REMOTE)])

    assert str(refusal.value.where) == f"compose.yml:{line}"
    assert f"{what} of this machine, which '{REMOTE}' does not have" in refusal.value.what
    assert fix in refusal.value.fix


def test_all_lines_are_named_at_once() -> None:
    several = of_service(
        "volumes:\n      - ./a:/a\n      - ./b:/b\n    secrets: [key]",
        "secrets:\n  key:\n    file: ./key",
    )

    with pytest.raises(UserError) as refusal:
        require_portable([several], [Host(REMOTE)])

    assert str(refusal.value.where) == "compose.yml:5"
    assert refusal.value.what.endswith("; others: compose.yml:6, compose.yml:10")


def test_file_of_an_included_section_is_found() -> None:
    over = "services:\n  web:\n    secrets: [key]\n"
    below = "services:\n  web:\n    image: web\nsecrets:\n  key:\n    file: ./key\n"
    layered = parse(below, Path("compose.yml"), (over, Path("over.yml")))

    with pytest.raises(UserError) as refusal:
        require_portable([layered], [Host(REMOTE)])

    assert str(refusal.value.where) == "compose.yml:6"
