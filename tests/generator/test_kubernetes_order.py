"""`dcgen kubernetes`: what a service waits for before it starts."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.generator.cluster import objects, pod, run

WAITING = """\
services:
  web:
    image: nginx
    depends_on:
      db: {condition: service_healthy}
      migrate: {condition: service_completed_successfully}
      cache: {condition: service_started}
  migrate:
    image: postgres
    command: migrate
    restart: on-failure:2
    depends_on:
      db: {condition: service_healthy}
  db: {image: postgres}
  cache: {image: redis}
"""


def test_a_service_waits_for_what_it_depends_on(tmp_path: Path) -> None:
    result = run(tmp_path, WAITING, "--namespace", "coins")

    found = objects(result)
    assert {one["metadata"]["namespace"] for one in found.values()} == {"coins"}
    (job,) = (name for kind, name in found if kind == "Job")
    database, jobs = pod(result, "web")["initContainers"]
    assert "/dev/tcp/db/5432" in database["command"][-1]
    assert jobs["args"][-1] == f"job/{job}"
    (rule,) = found["Role", "web-waits"]["rules"]
    assert (rule["resourceNames"], rule["resources"]) == ([job], ["jobs"])
    assert found["RoleBinding", "web-waits"]["subjects"][0]["namespace"] == "coins"
    assert pod(result, "web")["automountServiceAccountToken"] is False
    spec = found["Job", job]["spec"]
    assert (spec["backoffLimit"], spec["template"]["spec"]["restartPolicy"]) == (2, "OnFailure")
    assert [one["name"] for one in spec["template"]["spec"]["initContainers"]] == ["wait-for-db"]
    assert ("Service", "migrate") not in found
    assert "does not wait for cache" in result.stderr


def test_a_changed_job_is_another_one(tmp_path: Path) -> None:
    first = objects(run(tmp_path, WAITING, "--namespace", "a"))
    second = objects(
        run(tmp_path, WAITING.replace("command: migrate", "command: again"), "--namespace=a")
    )

    jobs = [{name for kind, name in found if kind == "Job"} for found in (first, second)]
    assert jobs[0] != jobs[1]


def test_the_script_that_waits_ends_when_the_port_answers(tmp_path: Path) -> None:
    result = run(tmp_path, WAITING, "--namespace", "coins")
    script = pod(result, "web")["initContainers"][0]["command"][-1]
    bash = shutil.which("bash") or "bash"
    local = script.replace("/dev/tcp/db/5432", "$0")

    there, missing = tmp_path / "there", tmp_path / "missing"
    there.touch()
    assert subprocess.run([bash, "-c", local, str(there)], check=False, timeout=60).returncode == 0
    # It tries again: the file is there only after the first attempt.
    late = local.replace("sleep 1", f"touch {missing}")
    assert subprocess.run([bash, "-c", late, str(missing)], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize(
    ("text", "options", "what"),
    [
        pytest.param(WAITING, (), "--namespace", id="no namespace for the right to wait"),
        pytest.param(
            WAITING.replace("service_healthy", "service_completed_successfully").replace(
                "db: {image: postgres}",
                "db: {image: postgres, depends_on: {migrate:"
                " {condition: service_completed_successfully}}}",
            ),
            ("--namespace", "a"),
            "waits for itself",
            id="a circle",
        ),
    ],
)
def test_what_cannot_be_waited_for_is_refused(
    tmp_path: Path, text: str, options: tuple[str, ...], what: str
) -> None:
    result = run(tmp_path, text, *options)

    assert (result.exit_code, result.stdout) == (1, "")
    assert what in result.stderr
    assert "fix: " in result.stderr


@pytest.mark.parametrize(
    ("how", "is_said"),
    [
        pytest.param("[tool]", True, id="in short"),
        pytest.param("{tool: {condition: service_healthy}}", True, id="healthy"),
        pytest.param("{tool: {condition: service_started, required: false}}", False, id="optional"),
    ],
)
def test_what_has_no_pods_is_not_waited_for_and_that_is_said(
    tmp_path: Path, how: str, *, is_said: bool
) -> None:
    text = f"services:\n  web: {{image: a, depends_on: {how}}}\n"
    result = run(tmp_path, text + "  tool: {image: b, profiles: [debug]}\n")

    assert "initContainers" not in pod(result, "web")
    assert ("compose.yml:2: web does not wait for tool: there are no" in result.stderr) == is_said
