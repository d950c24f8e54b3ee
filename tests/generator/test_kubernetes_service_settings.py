"""`dcgen kubernetes`: settings of one service's container, `liveness` and `pull-secret`."""

from pathlib import Path

import pytest

from tests.generator.cluster import container, pod, run, service

CHECK = "healthcheck: {test: [CMD, curl, localhost]}\n"


@pytest.mark.parametrize(
    ("setting", "options", "is_alive"),
    [
        pytest.param("", (), False, id="nothing chosen"),
        pytest.param("x-dcgen: {liveness: true}", (), True, id="in the file"),
        pytest.param("", ("--set", "web.liveness=true"), True, id="on the command line"),
        pytest.param("x-dcgen: {liveness: false}", ("--liveness",), False, id="all but one"),
        pytest.param(
            "x-dcgen: {liveness: true}", ("--set", "web.liveness=false"), False, id="over the file"
        ),
    ],
)
def test_liveness_is_for_one_service(
    tmp_path: Path, setting: str, options: tuple[str, ...], *, is_alive: bool
) -> None:
    found = container(run(tmp_path, service(CHECK + setting), *options), "web")

    assert ("livenessProbe" in found) is is_alive
    assert "readinessProbe" in found


@pytest.mark.parametrize("body", ["", "ports: ['80:80']\n", "healthcheck: {disable: true}\n"])
def test_liveness_without_a_health_check_is_refused(tmp_path: Path, body: str) -> None:
    result = run(tmp_path, service(f"{body}x-dcgen: {{liveness: true}}"))

    assert (result.exit_code, result.stdout) == (1, "")
    line = 5 if body else 4
    assert f"{tmp_path}/compose.yml:{line}: `x-dcgen.liveness: true`" in result.stderr
    assert "fix: write its `healthcheck:`" in result.stderr


def test_a_login_of_a_registry_is_named(tmp_path: Path) -> None:
    text = service("x-dcgen: {pull-secret: login}")

    assert pod(run(tmp_path, text), "web")["imagePullSecrets"] == [{"name": "login"}]
    assert "imagePullSecrets" not in pod(run(tmp_path, service("")), "web")


@pytest.mark.parametrize("setting", ["liveness: often", "pull-secret: A b"])
def test_a_value_that_does_not_fit_is_refused(tmp_path: Path, setting: str) -> None:
    result = run(tmp_path, service(f"x-dcgen: {{{setting}}}"))

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path}/compose.yml:4: `x-dcgen.{setting}`" in result.stderr
