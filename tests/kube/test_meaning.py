"""Twelve places where a Compose file means more than it says: so it is in the pods, too."""

import re
from pathlib import Path

import pytest

from tests.e2e.door import dcgen
from tests.kube.coins import NODES
from tests.kube.kubectl import Kubectl
from tests.lab.commands import CommandError
from tests.lab.waiting import until

pytestmark = pytest.mark.kubernetes

# `redis` publishes nothing, and its name makes a cluster tell everybody REDIS_PORT.
SOURCE = """\
x-kept: &kept
  image: redis
  pull_policy: missing
  init: true
services:
  redis:
    <<: *kept
  asker:
    <<: *kept
    command: [sh, -c, "while :; do redis-cli -h redis ping; redis-cli -h moved ping; sleep 1; done"]
    depends_on: [redis, moved]
  moved:
    <<: *kept
    ports: ["8001:6379"]
  shell:
    <<: *kept
    healthcheck: {test: "redis-cli ping | grep -q PONG || exit 1", interval: 1s, retries: 2}
  told:
    <<: *kept
    command: [sh, -c, "echo '$$1 $$(WHO) $$$$'; exec sleep 600"]
    environment: {WHO: the file}
    env_file: told.env
    secrets: [db_password]
  every:
    <<: *kept
    command: sleep 600
    configs: [greeting]
    deploy: {mode: global}
  none:
    <<: *kept
    deploy: {replicas: 0}
  again:
    <<: *kept
    command: sleep 600
    restart: on-failure
  inside:
    <<: *kept
    expose: ["6379"]
    deploy: {endpoint_mode: vip}
configs:
  greeting: {content: good day}
secrets:
  db_password: {file: password}
"""
CODE = "services:\n  app:\n    image: redis\n    volumes: [./code:/app]\n"


@pytest.mark.usefixtures("registry")
def test_what_a_file_means_is_so_in_the_pods(kubectl: Kubectl, tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(SOURCE)
    (tmp_path / "told.env").write_text("WHO=the list\nALSO=the list\n")
    (tmp_path / "password").write_text("a word")
    words = ("--one-file", "--secrets", "generate", "--kubernetes", "1.20")
    kubectl.apply(dcgen("kubernetes", *words, cwd=tmp_path))
    kubectl.wait_until_available()
    kubectl.await_pods("every", len(NODES))

    until(lambda: "PONG\nPONG\nPONG\nPONG\n" in _log(kubectl, "asker"), "both names answer")
    assert "$1 $(WHO) $$\n" in _log(kubectl, "told")
    told = dict(line.partition("=")[::2] for line in _inside(kubectl, "told", "env").splitlines())
    assert (told["WHO"], told["ALSO"]) == ("the file", "the list")
    assert "REDIS_PORT" not in told
    assert _inside(kubectl, "told", "cat /run/secrets/db_password") == "a word"
    every = kubectl.pods("every")
    assert sorted(one["spec"]["nodeName"] for one in every) == sorted(NODES)
    assert _inside(kubectl, "every", "cat /greeting") == "good day"
    assert kubectl.pods("none") == []
    (again,) = kubectl.pods("again")
    assert again["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet"
    published = [one["metadata"]["name"] for one in kubectl.get("services")["items"] if _out(one)]
    assert published == ["moved-published"]
    assert kubectl.restarts() == 0  # of `shell`, above all


def test_a_folder_of_this_machine_over_that_of_the_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(CODE)
    (tmp_path / "code").mkdir()

    with pytest.raises(CommandError, match=re.escape("compose.yml:4: ")):
        dcgen("kubernetes", "--one-file", cwd=tmp_path)


def _log(kubectl: Kubectl, name: str) -> str:
    return kubectl(f"logs deployment/{name}")


def _inside(kubectl: Kubectl, name: str, command: str) -> str:
    (pod, *_) = kubectl.pods(name)
    return kubectl(f"exec {pod['metadata']['name']} -- {command}")


def _out(service: dict[str, dict[str, str]]) -> bool:
    return service["spec"]["type"] != "ClusterIP"
