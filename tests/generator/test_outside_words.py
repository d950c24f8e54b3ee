"""What is said of a service elsewhere than in its settings: jobs, configurations, drives, UDP."""

from pathlib import Path

import pytest

from composefile.paths import mount
from tests.generator.compose import ambassador, balanced, refusal, scale

JOBS = [
    "ofelia.job-exec.backup.schedule: '@daily'",
    "chadburn.job-run.x.command: date",
    "deck-chores.dump.command: sh",
    "swarm.cronjob.enable: 'true'",
    "docker-volume-backup.archive-pre: pg_dump",
]


@pytest.mark.parametrize("label", JOBS)
def test_a_job_by_label_runs_in_each_replica(label: str) -> None:
    made = scale(balanced(f"image: app\nexpose: [80]\nlabels:\n  {label}\n"), n=3)
    name = label.partition(":")[0]

    assert made.warnings == [
        f"compose.yml:8: `{name}` of 'rng' is a job: it runs in each of the 3 replicas"
    ]
    assert made.variant.warnings[0].fix.startswith("move it to a service that runs once")


@pytest.mark.parametrize("label", ["ofelia.enabled: 'true'", "com.example.job: x"])
def test_another_label_does_not(label: str) -> None:
    assert scale(balanced(f"image: app\nexpose: [80]\nlabels:\n  {label}\n")).warnings == []


PROXY = "\nfront:\n  image: front\n  {}\n"
NGINX = "upstream rng { server rng:3000; }\n"
GIVEN = [
    pytest.param("volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro']", id="a file"),
    pytest.param("volumes: ['./conf.d:/etc/nginx/conf.d']", id="a folder"),
    pytest.param(
        "volumes: [{type: bind, source: ./nginx.conf, target: /etc/nginx.conf}]", id="the long form"
    ),
    pytest.param("configs: [inline]", id="an inline configuration"),
    pytest.param("configs: [{source: file, target: /x}]", id="a configuration of a file"),
]
CONFIGS = (
    "configs:\n  inline:\n    content: 'proxy_pass http://rng;'\n  file:\n    file: ./nginx.conf\n"
)


@pytest.mark.parametrize("given", GIVEN)
def test_who_is_configured_to_call_it_calls_it(given: str, tmp_path: Path) -> None:
    source = balanced("image: app\n", PROXY.format(given)) + CONFIGS
    files = {"nginx.conf": NGINX, "conf.d/default.conf": NGINX}

    assert refusal("scale", source, "rng", folder=tmp_path, files=files).startswith(
        "5: cannot tell which port 'rng' listens on; 'front' connects to it"
    )


@pytest.mark.parametrize(
    "text", ["location /rng { return 204; }\n", "server string:3000;\n", "http://rng.example/\n"]
)
def test_a_path_or_a_longer_name_is_no_call(text: str, tmp_path: Path) -> None:
    source = balanced("image: app\n", PROXY.format("volumes: ['./nginx.conf:/etc/nginx.conf']"))

    made = scale(source, folder=tmp_path, files={"nginx.conf": text})

    assert made.value("rng", "deploy") == {"replicas": 2}


def test_a_project_that_is_mounted_is_no_configuration(tmp_path: Path) -> None:
    source = balanced("image: app\n", PROXY.format("volumes: ['.:/app']"))

    made = scale(source, folder=tmp_path, files={"Dockerfile": "", "a.json": '"http://rng:80"'})

    assert made.value("rng", "deploy") == {"replicas": 2}


@pytest.mark.parametrize(
    ("volume", "parts"),
    [
        (r"C:\data:/data", [r"C:\data", "/data"]),
        ("c:/data:/data:ro", ["c:/data", "/data", "ro"]),
        ("c:/data", ["c:/data"]),
        ("d:data", ["d", "data"]),
        ("data:/data", ["data", "/data"]),
    ],
)
def test_the_colon_of_a_drive_parts_nothing(volume: str, parts: list[str]) -> None:
    assert mount(volume) == parts


def test_a_folder_of_windows_is_named_whole() -> None:
    made = scale(balanced("image: app\nexpose: [80]\nvolumes: ['C:\\data:/data']\n"), unread=True)

    assert "write to C:\\data: " in made.warnings[0].replace("\\\\", "\\")


def test_a_runtime_that_shares_a_gpu_is_said() -> None:
    made = scale(balanced("image: app\nexpose: [80]\nruntime: nvidia\n"))

    assert made.warnings[0].startswith("compose.yml:8: all replicas of 'rng' use the same devices")
    assert scale(balanced("image: app\nexpose: [80]\nruntime: runc\n")).warnings == []


UDP = [
    ('["53:53", "53:53/udp"]', ["53:53"]),
    ('["53:53", {target: 53, published: 53, protocol: udp}]', ["53:53"]),
    ('["53:53/udp"]\nexpose: [53]', None),
]


@pytest.mark.parametrize(("ports", "left"), UDP)
@pytest.mark.parametrize("make", [scale, ambassador])
def test_nothing_is_published_where_nobody_listens(make, ports: str, left) -> None:
    made = make(balanced(f"image: app\nports: {ports}\n"), "rng", unread="{" in ports)

    assert made.value("rng", "ports") == left
    assert "and it is published no longer" in made.warnings[0]


OWN = [
    "environment: {SEEDS: 'http://rng:80'}",
    "environment: {LEADER_HOST: rng}",
    "command: run --join-server rng",
]


@pytest.mark.parametrize("line", OWN)
def test_a_service_that_dials_its_own_name_finds_the_balancer(line: str) -> None:
    made = scale(balanced(f"image: app\nexpose: [80]\n{line}\n"))
    said = next(notice for notice in made.variant.warnings if "its own name" in notice.what)

    assert said.what.startswith("'rng' connects to its own name, which is the balancer's now")
    assert "rng-replicas of `--dynamic`" in said.fix


@pytest.mark.parametrize(
    "line",
    ["healthcheck: {test: 'curl http://rng:80'}", "environment: {NAME: rng}", "command: rng"],
)
def test_to_have_its_name_in_a_variable_is_no_dialling(line: str) -> None:
    assert scale(balanced(f"image: app\nexpose: [80]\n{line}\n")).warnings == []
