"""`dcgen swarm`: what Docker itself makes of a stack, and that it has nothing to say about it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dcgen.cli import main
from tests.lab import stacks

ROOT = Path(__file__).parents[2]
PUSHED = ("--registry", "registry.example/coins", "--tag", "1")
# Every attribute that is carried over, in forms that Docker's own schema does not take.
ALL = """\
name: shop
services:
  web:
    image: nginx:${TAG:-1}
    pids_limit: 99
    container_name: shop-web
    cap_add: [NET_ADMIN]
    cap_drop: [ALL]
    command: sh -c "echo $$HOME ${X:-} ${Y:-a b}"
    entrypoint: [/bin/sh]
    depends_on: {db: {condition: service_healthy}}
    dns: 192.0.2.1
    dns_search: [a.example]
    env_file: [{path: a.env, required: true}, {path: missing.env, required: false}]
    environment: {A: "1", B: , C: "${C-}", D: yes, E: 1.10}
    extra_hosts: {a: 192.0.2.2}
    healthcheck: {test: [CMD, "true"], interval: 1m30s, retries: 3, start_interval: 1s}
    hostname: web
    init: true
    labels: [a=b, c]
    logging: {driver: json-file, options: {max-size: 10m, max-file: 3}}
    read_only: true
    restart: on-failure:3
    security_opt: ["no-new-privileges:true"]
    shm_size: 64mb
    stdin_open: true
    stop_grace_period: 1d
    stop_signal: SIGUSR1
    sysctls: [net.core.somaxconn=1024]
    tmpfs: [/run, "/tmp:size=1g,mode=1777"]
    tty: true
    ulimits: {nofile: {soft: 10, hard: 20}, nproc: 5}
    user: 1000:1000
    working_dir: /x
    volumes:
      - data:/v
      - {type: volume, source: other, target: /o, volume: {nocopy: true}}
      - {type: tmpfs, target: /t, tmpfs: {size: 100}}
      - /anonymous
      - /etc/localtime:/etc/localtime:ro
      - {type: bind, source: /srv, target: /srv, bind: {propagation: rslave}}
      - ./a.conf:/a.conf:ro
    configs: [{source: a, target: /a, uid: "1", gid: "1", mode: 0440}, text]
    secrets: [password, {source: made, target: m, mode: "0400"}]
    networks: {front: {aliases: [q]}, default: }
    deploy:
      replicas: "2"
      labels: {x: y}
      update_config: {parallelism: 2, delay: 1s, max_failure_ratio: 0.5, order: stop-first}
      rollback_config: {parallelism: 1, order: start-first}
      resources:
        limits: {cpus: 0.5, memory: 64M}
        reservations:
          cpus: "0.1"
          generic_resources: [{discrete_resource_spec: {kind: gpu, value: 2}}]
      placement:
        constraints: [node.role == worker]
        preferences: [{spread: node.labels.zone}]
        max_replicas_per_node: "1"
    ports: ["80:80", "53:53/udp", {target: 443, published: "8443", mode: host}, "9000"]
  db:
    image: redis
    environment: ["R=${R?give R}"]
    expose: [6379]
    links: ["web:shop"]
    restart: unless-stopped
volumes:
  data: {driver: local, driver_opts: {type: nfs, o: "addr=192.0.2.3", device: ":/x"}, labels: [a=b]}
  other: {external: true, name: theirs}
networks:
  front:
    driver: bridge
    ipam: {config: [{subnet: 10.9.0.0/24, gateway: 10.9.0.1}]}
    labels: {a: b}
configs:
  a: {file: ./a.conf, labels: {a: b}}
  text: {content: "one $$HOME"}
secrets:
  password: {file: ./password}
  made: {environment: MADE}
"""


@pytest.mark.parametrize("variant", ["scaled-rng", "extra-hosts", "ambassador"])
def test_docker_says_nothing_about_the_stack_of_a_variant(tmp_path: Path, variant: str) -> None:
    source = str(ROOT / "compose-variants" / variant / "compose.yml")
    file = tmp_path / "stack.yml"
    made = CliRunner().invoke(main, ["swarm", "-f", source, *PUSHED, "-o", str(file)])
    assert made.exit_code == 0, made.output

    read = stacks.config(file)

    assert {"worker", "hasher", "webui"} <= read["services"].keys()


def test_docker_reads_every_attribute_as_it_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "a.env": "F=1\n",
        "a.conf": "x",
        "password": "p",
        "compose.yml": ALL,
    }.items():
        (tmp_path / name).write_text(text)
    made = CliRunner().invoke(main, ["swarm", "-o", "stack.yml"])
    assert made.exit_code == 0, made.output

    read = stacks.config(tmp_path / "stack.yml", {"C": "c", "R": "r", "B": "b"})

    web = read["services"]["web"]
    assert web["environment"] == {
        "A": "1",
        "B": "b",
        "C": "c",
        "D": "yes",
        "E": "1.1",
        "F": "1",
    }
    assert read["services"]["db"]["environment"] == {"R": "r"}
    assert web["command"] == ["sh", "-c", "echo $HOME  a b"]
    assert web["stop_grace_period"] == "24h0m0s"
    assert web["deploy"]["replicas"] == 2
    assert web["deploy"]["resources"]["limits"]["pids"] == 99
    assert web["deploy"]["restart_policy"] == {"condition": "on-failure", "max_attempts": 3}
    assert web["networks"]["front"]["aliases"] == ["q", "shop-web", "shop"]
    assert [one["target"] for one in web["volumes"] if one["type"] == "tmpfs"] == [
        *("/t", "/run", "/tmp", "/dev/shm")
    ]
    assert web["configs"][0]["mode"] == 0o440
    assert (tmp_path / "stack-text.cfg").read_text() == "one $HOME"
    assert read["secrets"]["made"] == {"name": "made", "external": True}
