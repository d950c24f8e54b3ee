"""A service that stands alone says what it said in its file, by whatever way it said it."""

from pathlib import Path

import pytest

from tests.dcgen.door import dcgen
from tests.lab import composes

FAR = "services:\n  far: {build: ./img, environment: {FAR: x}, volumes: ['./d:/d']}\n"
SOURCE = """\
x-a: &a
  environment: {A: "1"}
services:
  base:
    image: base
    environment: {BASE: b, OLD: o}
    ports: ["80:80"]
    labels: [a=b]
    logging: {driver: syslog, options: {tag: x}}
    healthcheck: {test: [CMD, x], interval: 3s}
    depends_on: [other]
  web:
    extends: base
    environment: [NEW=n, BASE=c]
    labels: {c: d}
    ports: ["81:81"]
    logging: {driver: json-file}
    healthcheck: {retries: 3}
  again:
    extends: {service: web}
    environment: {BASE: e}
    labels: !override {only: this}
  far:
    extends: {file: sub/other.yml, service: far}
    environment: {MY: y}
  merged:
    image: merged
    <<: *a
    command: |
      a
      b
  other: {image: other}
"""


@pytest.mark.parametrize("version", composes.COMPOSE_2)
@pytest.mark.parametrize("service", ["web", "again", "far", "merged"])
def test_it_says_what_it_said(
    service: str, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "other.yml").write_text(FAR)
    (tmp_path / "compose.yml").write_text(SOURCE)
    was = composes.config(version, tmp_path)["services"][service]
    was.pop("depends_on", None)

    result = dcgen("detach", service)
    now = composes.config(version, tmp_path, f"{service}.yml")["services"]

    assert result.exit_code == 0, result.stderr
    assert now == {service: was}


def test_the_network_of_the_host_is_called_net_in_the_v1_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yml").write_text("a: &a\n  image: a\nb:\n  <<: *a\n  ports: ['80']\n")

    dcgen("detach", "b", "--publish", "host")

    assert (tmp_path / "b.yml").read_text().endswith("b:\n  image: a\n  net: host\n")
