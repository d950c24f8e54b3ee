"""`dcgen ship` with a command line that cannot be meant, or a file that cannot be shipped."""

import sys
from pathlib import Path

import pytest

from tests.dcgen.door import dcgen, names

BUILT = "services:\n  web:\n    build: web\n"


@pytest.mark.parametrize(
    ("words", "what", "fix"),
    [
        pytest.param((), "needs to know where to", "--direct --host NAME", id="nowhere"),
        pytest.param(("--direct",), "needs hosts", "--host NAME", id="no hosts"),
        pytest.param(
            ("--direct", "--registry", "r.example"),
            "no registry",
            "leave out --registry",
            id="both",
        ),
        pytest.param(
            ("--direct", "--keep-variables"), "no registry", "leave out --keep-v", id="variables"
        ),
        pytest.param(
            ("--registry", "https://r.example"), "not the place", "without https://", id="a URL"
        ),
        pytest.param(("--registry", "r.example/Coins"), "not the place", "HOST", id="capitals"),
        pytest.param(("--registry", ""), "not the place", "HOST", id="empty"),
        pytest.param(
            ("--registry", "r.example", "--tag", "latest"), "'latest'", "v1.2", id="latest"
        ),
        pytest.param(("--registry", "r.example", "--tag", "a:b"), "not a tag", "v1.2", id="no tag"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    words: tuple[str, ...], what: str, fix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yml").write_text(BUILT)

    ended = dcgen("ship", *words)

    assert ended.exit_code == 2
    assert what in ended.stderr
    assert fix in ended.stderr.partition("fix:")[2]
    assert names(tmp_path) == ["compose.yml"]


# It builds, tags and pushes whatever it is told to, and writes down what that was.
DOCKER = r"""
import json, os, sys
words = sys.argv[1:]
with open(os.environ["CALLS"], "a") as calls:
    print(*words, file=calls)
refused = os.environ.get("REFUSED", "")
if words[:2] == ["image", "inspect"]:
    print("sha256:" + "a" * 64, "linux/amd64", '["sha256:b"]')
elif words[:2] == ["compose", "version"]:
    print("Docker Compose version v2.40.0")
elif words[0] == "version":
    far = os.environ.get("DOCKER_HOST", "").startswith("tcp")
    print("28.5.2" if "Version" in words[-1] else "linux/arm64" if far else "linux/amd64")
elif words[0] == "push" and refused in words:
    sys.exit("denied: requested access to the resource is denied")
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "docker").write_text(f"#!{sys.executable}\n{DOCKER}")
    (programs / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    Path("compose.yml").write_text(
        "name: shop\nservices:\n  web:\n    build: web\n    expose: [80]\n"
    )
    dcgen("scale", "web", "3")
    return tmp_path / "calls"


def test_three_replicas_are_one_build_and_one_push(calls: Path) -> None:
    ended = dcgen("ship", "--registry", "r.example/shop", "--tag", "v1")

    assert ended.exit_code == 0, ended.output
    told = calls.read_text().splitlines()
    assert [line.split(" build ")[1] for line in told if " build " in line] == ["web1"]
    assert [line for line in told if line.startswith("push")] == ["push r.example/shop/web:v1"]
    text = Path("shipped.yml").read_text()
    assert text.count("image: r.example/shop/web:v1\n") == 3
    assert "build:" not in text
    assert "dcgen up -d -f shipped.yml --host NAME" in ended.stderr
    # What Docker called it in the meantime goes.
    assert told[-1].startswith("rmi localhost/shop/web:building-")


def test_variables_are_kept_with_these_values_as_defaults(calls: Path) -> None:
    dcgen("ship", "--registry", "r.example:5000", "--tag", "v1", "--keep-variables", "-q")

    assert calls.exists()
    assert "${REGISTRY-r.example:5000}/web:${TAG-v1}" in Path("shipped.yml").read_text()


def test_a_push_that_is_refused_writes_nothing(
    calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFUSED", "r.example/web:v1")

    ended = dcgen("ship", "--registry", "r.example", "--tag", "v1")

    assert ended.exit_code == 3
    assert "web not pushed: the registry refuses it (denied: requested access" in ended.stderr
    assert "docker login r.example" in ended.stderr
    assert calls.exists()
    assert not Path("shipped.yml").exists()


def test_a_host_of_another_architecture_is_refused_before_anything_is_built(calls: Path) -> None:
    ended = dcgen("ship", "--direct", "--host", "tcp://192.0.2.7:2375", "--tag", "v1")

    assert ended.exit_code == 3
    assert "is linux/arm64, and web is built for linux/amd64; nothing was sent" in ended.stderr
    assert " build " not in calls.read_text()
    assert not Path("shipped.yml").exists()


@pytest.mark.usefixtures("calls")
def test_a_file_that_builds_nothing_has_nothing_to_ship() -> None:
    Path("compose.yml").write_text("services:\n  web:\n    image: web\n")

    ended = dcgen("ship", "--registry", "r.example", "-f", "compose.yml")

    assert ended.exit_code == 1
    assert "nothing to ship" in ended.stderr


def test_what_a_host_does_not_have_is_refused_before_anything_is_built(calls: Path) -> None:
    text = "services:\n  web:\n    build: web\n    volumes: ['./data:/data']\n"
    Path("compose.yml").write_text(text)

    ended = dcgen("ship", "--direct", "--host", "tcp://192.0.2.7:2375", "-f", "compose.yml")

    assert ended.exit_code == 1
    assert "compose.yml:4: service 'web' mounts './data'" in ended.stderr
    assert " build " not in calls.read_text()
