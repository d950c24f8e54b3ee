"""What a command on a running variant says of a service whose containers a provider makes."""

import os
from pathlib import Path

import pytest

from tests.dcgen.door import dcgen

SOURCE = """\
services:
  web:
    image: web
    provider: {type: dcgen, options: {replicas: 3}}
  redis:
    provider: {type: dcgen, options: {upstream: "192.0.2.7:6379"}}
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(
            ("lb", "retarget", "redis=192.0.2.8:1"), "compose.yml:6: the upstream", id="an upstream"
        ),
        pytest.param(("rollout", "web"), "compose.yml:4: the containers", id="a rollout"),
    ],
)
def test_what_its_options_say_is_changed_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\necho 28.5.2\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    file = tmp_path / "compose.yml"
    file.write_text(SOURCE)

    done = dcgen(*words, "-f", str(file), "--host", "tcp://127.0.0.1:1")

    assert done.exit_code == 1
    assert said in done.stderr
    assert "docker compose up -d" in done.stderr
    assert file.read_text() == SOURCE
