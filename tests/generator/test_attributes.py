"""Every attribute of a service does what docs/compose-support.md says."""

import re
from pathlib import Path

import pytest

from composefile.model import Model
from faults import UserError
from generator.transforms.detach import detach
from tests.generator import laws
from tests.generator.compose import Made, ambassador, document, extra_hosts, project, scale

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "compose-support.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| (.+) \|$", re.MULTILINE)
TABLE = {
    name: [cell.strip() for cell in cells.split(" | ")]
    for name, cells in ROW.findall(PAGE.partition("## The top level")[0])
}

# One line for each attribute of the Compose Specification, and of the v1 format.
SAMPLES = dict(
    line.split(": ", 1)
    for line in """\
annotations: {com.example: a}
attach: false
blkio_config: {weight: 300}
build: ./app
cap_add: [NET_ADMIN]
cap_drop: [MKNOD]
cgroup: private
cgroup_parent: m-executor-abcd
command: run it
configs: [mine]
container_name: coins
cpu_count: 2
cpu_percent: 50
cpu_period: 100000
cpu_quota: 50000
cpu_rt_period: 1000
cpu_rt_runtime: 950
cpu_shares: 73
cpus: 0.5
cpuset: 0,1
credential_spec: {file: spec.json}
depends_on: [redis, db]
deploy: {endpoint_mode: vip}
develop: {watch: [{path: ., action: rebuild}]}
device_cgroup_rules: ['c 1:3 mr']
devices: ['/dev/a:/dev/a']
dns: 192.0.2.53
dns_opt: [use-vc]
dns_search: example.com
dockerfile: other
domainname: example.com
driver_opts: {a: b}
entrypoint: [run]
env_file: [a.env]
environment: {LEVEL: debug}
expose: [80]
extends: {file: base.yml, service: base}
external_links: [old:new]
extra_hosts: ['db:192.0.2.1']
gpus: all
group_add: [mail]
healthcheck: {disable: true}
hostname: coins
image: app
init: true
ipc: host
isolation: default
label_file: a.labels
labels: {team: coins}
links: ['redis:store', db]
log_driver: syslog
log_opt: {tag: a}
logging: {driver: none}
mac_address: 02:42:ac:11:65:43
mem_limit: 50m
mem_reservation: 20m
mem_swappiness: 10
memswap_limit: 1g
models: [ranking]
net: bridge
network_mode: bridge
networks: [default]
oom_kill_disable: true
oom_score_adj: 100
pid: host
pids_limit: 10
platform: linux/amd64
ports: ['8001:80']
post_start: [{command: a}]
pre_stop: [{command: a}]
privileged: true
profiles: [debug]
provider: {type: cloud}
pull_policy: always
pull_refresh_after: 1d
read_only: true
restart: always
runtime: runc
scale: 1
secrets: [mine]
security_opt: ['label:disable']
shm_size: 64m
stdin_open: true
stop_grace_period: 3s
stop_signal: SIGINT
storage_opt: {size: 1G}
sysctls: {net.core.somaxconn: 1024}
tmpfs: /run
tty: true
ulimits: {nproc: 65535}
use_api_socket: true
user: nobody
userns_mode: host
uts: host
volume_driver: local
volumes: ['data:/data']
volumes_from: [db]
working_dir: /app
""".splitlines()
)
FILES = {"base.yml": "services:\n  base:\n    image: app\n", "app/Dockerfile": "FROM scratch\n"}


def test_every_attribute_is_in_the_page() -> None:
    assert sorted(TABLE) == sorted(SAMPLES)


def test_every_line_of_the_page_names_its_test() -> None:
    named = re.findall(r"\| (test_\w+\.py) \|$", PAGE, re.MULTILINE)
    lines = [line for line in PAGE.splitlines() if line.startswith("| `")]

    assert len(named) >= len(lines)
    assert [name for name in named if not (Path(__file__).parent / name).exists()] == []


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_named_test_speaks_of_the_attribute(name: str) -> None:
    file = TABLE[name][-1]

    assert name in (Path(__file__).parent / file).read_text()


def source(name: str, service: str) -> str:
    """Return a file in which *service* has the attribute *name*."""
    bodies = {"rng": ["image: app", "expose: [80]"], "redis": ["image: redis"], "db": ["image: d"]}
    mine = [line for line in bodies.get(service, ["image: web"]) if not line.startswith(name)]
    bodies[service] = [*mine, f"{name}: {SAMPLES[name]}"]
    return "services:\n" + "".join(
        f"  {key}:\n" + "".join(f"    {line}\n" for line in lines) for key, lines in bodies.items()
    )


def found(made: Made, service: str, name: str) -> str:
    """Return in which of the page's words *service* has the attribute *name*."""
    written = f"    {name}: {SAMPLES[name]}\n" in laws.blocks(made.variant.text)[service]
    if written:
        return "same"
    if name == "labels" and made.labels(service):
        return "same"
    present = made.value(service, name) is not None and (name != "labels" or made.labels(service))
    return "own" if present else "none"


def said(name: str, column: int) -> str:
    return TABLE[name][column]


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_replicas_and_balancer_have(name: str, tmp_path: Path) -> None:
    if said(name, 0) == "refused":
        with pytest.raises(UserError):
            scale(source(name, "rng"), unread=True)
        return

    made = scale(source(name, "rng"), folder=tmp_path, files=FILES, unread=True)

    words = ("same", "none") if said(name, 0) == "first" else (said(name, 0),) * 2
    assert (found(made, "rng1", name), found(made, "rng2", name)) == words
    assert found(made, "rng", name) == said(name, 1)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_consumers_of_a_service_that_leaves_have(name: str, tmp_path: Path) -> None:
    made = extra_hosts(source(name, "web"), folder=tmp_path, files=FILES, unread=True)

    word = found(made, "web", name)
    assert ("changed" if word == "own" else word) == said(name, 2)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_ambassador_has(name: str, tmp_path: Path) -> None:
    text = source(name, "rng")
    if said(name, 3) == "refused":
        with pytest.raises(UserError):
            ambassador(text, "rng", unread=True)
        return

    made = ambassador(text, "rng", folder=tmp_path, files=FILES, unread=True)

    assert found(made, "rng", name) == said(name, 3)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_service_in_a_file_of_its_own_has(name: str, tmp_path: Path) -> None:
    text = source(name, "rng")
    given, around = document(text), project(tmp_path, FILES)
    if said(name, 4) == "refused":
        with pytest.raises(UserError):
            detach(Model(given, around), "rng")
        return

    assert found(Made(text, detach(Model(given, around), "rng")), "rng", name) == said(name, 4)


TOP = [
    pytest.param("name: coins", id="name"),
    pytest.param("secrets: {mine: {file: ./secret}}", id="secrets"),
    pytest.param("models: {ranking: {model: example/ranking}}", id="models"),
    pytest.param("volumes: {data: {}}", id="volumes"),
    pytest.param("networks: {back: {internal: true}}", id="networks"),
    pytest.param("x-note: {any: thing}", id="x-note"),
]


@pytest.mark.parametrize("line", TOP)
@pytest.mark.parametrize("transform", [scale, extra_hosts, ambassador])
def test_top_level_stays(transform, line: str) -> None:
    made = transform(f"{line}\n{source('init', 'web')}", "rng", unread=True)

    assert made.text.startswith(f"{line}\nservices:\n")
