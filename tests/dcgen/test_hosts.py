"""`dcgen hosts` and `unlock` as a person sees them; a `docker` on PATH stands in for Docker."""

import json
import sys
from pathlib import Path

import pytest

from tests.dcgen.door import dcgen

# Host b answers nothing; a has a clock of long ago, and a lock on `shop`.
FAKE = r"""
import json, os, sys
words = sys.argv[1:]
if "b:1" in os.environ.get("DOCKER_HOST", ""):
    sys.exit("Cannot connect to the Docker daemon")
OWNER = "ann@laptop (process 7)"
if words[0] == "compose":
    print("2.40.0")
elif words[0] == "version":
    print(json.dumps({"Server": {"Version": "28.5.2", "ApiVersion": "1.51", "Os": "linux"}}))
elif words[0] == "info":
    of_old = {"SystemTime": "2001-01-01T00:00:00.5Z", "NCPU": 2, "MemTotal": 2147483648}
    print(json.dumps({"Architecture": "x86_64", "Driver": "overlay2", **of_old}))
elif words[0] == "ps" and "--no-trunc" in words:
    if any(word.endswith("=shop") for word in words):
        print("abc", OWNER, "2026-11-25 22:41:07 UTC", sep="\t")
elif words[0] == "ps":
    print("running", "shop", "balancer", "", "", sep="\t")
    print("created", "", "", OWNER, "shop", sep="\t")
with open(os.environ["CALLS"], "a") as calls:
    print(*words, file=calls)
"""


@pytest.fixture(autouse=True)
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    for name in ("DOCKER_HOST", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DCGEN_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "docker").write_text(f"#!{sys.executable}\n{FAKE}")
    (tmp_path / "docker").chmod(0o755)
    (tmp_path / "hosts.yml").write_text("hosts:\n  a: tcp://a:1\n  b: tcp://b:1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "calls"


def test_each_host_has_a_line_and_what_is_wrong_is_told() -> None:
    result = dcgen("hosts", "--hosts", "hosts.yml")
    heading, row = result.stdout.splitlines()

    assert result.exit_code == 3
    names = "HOST ENGINE API IMAGES PLATFORM CPUS MEMORY CLOCK PROJECTS"
    assert heading.split() == names.split(" ")
    assert row.split()[:7] == ["a", "28.5.2", "1.51", "overlay2", "linux/x86_64", "2", "2048"]
    assert row.endswith("shop 1/1 (changed by ann@laptop (process 7))")
    told = result.stderr.splitlines()
    assert told[0].startswith("a: tcp://a:1 is not encrypted, and who reaches it is root there")
    assert told[1].startswith("a: its clock is -")
    assert told[2] == "b: Cannot connect to the Docker daemon"


def test_hosts_are_json_for_programs() -> None:
    a, b = json.loads(dcgen("hosts", "--json", "--hosts", "hosts.yml").stdout)

    assert (a["host"], a["reached"], a["compose"], a["encrypted"]) == ("a", True, "2.40.0", False)
    assert a["projects"][0]["locked_by"] == "ann@laptop (process 7)"
    assert (b["reached"], b["trouble"]) == (False, "Cannot connect to the Docker daemon")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(("shop",), 1, "changed by ann@laptop (process 7) since 2026", id="locked"),
        pytest.param(("coins",), 0, "not locked", id="not locked"),
        pytest.param(("shop", "--force"), 0, "unlocked; it was changed by ann@laptop", id="taken"),
    ],
)
def test_a_lock_is_shown_and_taken_away_by_force(
    words: tuple[str, ...], code: int, said: str, calls: Path
) -> None:
    result = dcgen("hosts", "unlock", *words, "--host", "tcp://a:1")

    assert (result.exit_code, said in result.stdout) == (code, True), result.stderr
    assert ("rm --force --volumes abc" in calls.read_text()) == ("--force" in words)


def test_a_lock_on_a_host_that_does_not_answer_is_an_error() -> None:
    result = dcgen("hosts", "unlock", "shop", "--hosts", "hosts.yml")

    assert result.exit_code == 3
    assert "b: 'docker ps' failed on 'b': Cannot connect to the Docker daemon" in result.stderr
