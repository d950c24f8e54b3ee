"""Files that somebody broke, as manifests and as a stack: refused in words, with a line."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dcgen.cli import main


@pytest.mark.parametrize("target", ["kubernetes", "swarm"])
@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param("extends: web", "extends itself", id="a service that extends itself"),
        pytest.param(f"scale: {'9' * 5000}", "scale", id="more than a number can be"),
        pytest.param(f"deploy: {{replicas: {'9' * 5000}}}", "replicas", id="more replicas"),
        pytest.param("scale: many", "scale", id="no number"),
        pytest.param('hostname: web\nenvironment: {A: "\\ud800"}', "character", id="half of one"),
    ],
)
def test_it_is_refused(tmp_path: Path, target: str, body: str, what: str) -> None:
    file = tmp_path / "compose.yml"
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    file.write_text(f"services:\n  web:\n    image: nginx\n{lines}")

    result = CliRunner().invoke(main, [target, "-f", str(file), "-o", "-"])

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{file}:" in result.stderr
    assert what in result.stderr
    assert "fix: " in result.stderr


def test_a_restart_policy_that_is_none_ends_in_words(tmp_path: Path) -> None:
    file = tmp_path / "compose.yml"
    policy = "{restart_policy: {condition: [any]}}"
    file.write_text(f"services:\n  web:\n    image: nginx\n    deploy: {policy}\n")

    result = CliRunner().invoke(main, ["kubernetes", "-f", str(file), "-o", "-"])

    assert result.exit_code == 0
    assert "`deploy.restart_policy:` of web is left out" in result.stderr
