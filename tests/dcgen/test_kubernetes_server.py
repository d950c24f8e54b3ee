"""`dcgen kubernetes --check-server`: what a cluster says of the manifests, with lines of the file.

The kubectl here is a stand-in that answers what a real one does, word for word.
"""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dcgen.cli import main

TWO = "services:\n  web:\n    image: nginx\n  db:\n    image: redis\n"
INVALID = (
    'The Deployment "db" is invalid: spec.template.spec.containers[0].image: Required value\n'
    'Error from server (NotFound): error when creating "STDIN": namespaces "coins" not found\n'
)


def run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: int, *options: str
) -> Result:
    tools = folder / "tools"
    tools.mkdir()
    (tools / "said").write_text(said)
    kubectl = tools / "kubectl"
    kubectl.write_text(
        f'#!/bin/sh\ncat > "{tools}/given"\necho "$*" > "{tools}/words"\n'
        f'cat "{tools}/said" >&2\nexit {code}\n'
    )
    kubectl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    (folder / "compose.yml").write_text(TWO)
    words = ["kubernetes", "-f", str(folder / "compose.yml"), "--check-server", *options]
    return CliRunner().invoke(main, words)


def test_what_a_server_takes_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(tmp_path, monkeypatch, "Warning: old\n", 0)

    assert result.exit_code == 0, result.output
    assert (tmp_path / "kubernetes/db.yaml").is_file()
    assert "kind: Deployment" in (tmp_path / "tools/given").read_text()
    assert "--dry-run=server" in (tmp_path / "tools/words").read_text()


def test_what_a_server_refuses_is_said_with_its_line_and_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(tmp_path, monkeypatch, INVALID, 1)

    assert (result.exit_code, result.stdout) == (1, "")
    assert 'compose.yml:4: The Deployment "db" is invalid: ' in result.stderr
    assert 'namespaces "coins" not found' in result.stderr
    assert "fix: " in result.stderr
    assert not (tmp_path / "kubernetes").exists()


@pytest.mark.parametrize(
    "said",
    [
        "The connection to the server localhost:8080 was refused - did you specify the right host?",
        'error: context "x" does not exist',
        "",
    ],
)
def test_a_cluster_that_cannot_be_asked_is_no_error_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    result = run(tmp_path, monkeypatch, said, 1, "--one-file")

    assert (result.exit_code, result.stdout) == (3, "")
    assert "kubectl" in result.stderr
    assert "fix: " in result.stderr


def test_no_kubectl_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "compose.yml").write_text(TWO)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("lb.programs.PLACES", ())

    words = ["kubernetes", "-f", str(tmp_path / "compose.yml"), "--check-server"]
    result = CliRunner().invoke(main, words)

    assert result.exit_code == 3
    assert "no 'kubectl' on PATH" in result.stderr
