"""`dcgen lb --kubernetes` where no cluster can be asked; `tests/kube` asks a real one."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dcgen.cli import main

SOURCE = "services: {web: {image: nginx, ports: ['8001:80']}}"


def lb(folder: Path, *words: str) -> Result:
    source, variant = folder / "compose.yml", folder / "generated.yml"
    source.write_text(SOURCE)
    made = CliRunner().invoke(main, ["scale", "web", "3", "-q", "-f", str(source)])
    assert made.exit_code == 0, made.output
    return CliRunner().invoke(main, ["lb", *words, "-f", str(variant)])


@pytest.mark.parametrize("command", [("status",), ("drain", "web1"), ("ready", "web1")])
def test_a_cluster_is_asked_by_kubectl(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    result = lb(tmp_path, *command, "--kubernetes")

    assert result.exit_code == 3
    assert "there is no 'kubectl' on PATH" in result.stderr


@pytest.mark.parametrize("more", [("--engine", "docker"), ("--host", "tcp://192.0.2.7:2375")])
def test_a_cluster_is_no_host(more: tuple[str, str], tmp_path: Path) -> None:
    result = lb(tmp_path, "status", "--namespace", "coins", *more)

    assert result.exit_code == 2
    assert "a cluster is reached by kubectl, not as a host" in result.stderr
