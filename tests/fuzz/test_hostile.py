"""Files and arguments made to harm: refused in words and with their place, in bounded time."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

MIB = 1024 * 1024
MEMORY = 1024 * MIB
PROCESSOR_SECONDS = 60

WEB = b"services:\n  web:\n    image: nginx\n    ports: ['80:80']\n"
SCALE = ("scale", "web", "3")

ALIASES = b"x-a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\n" + b"".join(
    b"x-%c: &%c [%s]\n" % (char + 1, char + 1, b", ".join([b"*%c" % char] * 9))
    for char in range(ord("a"), ord("p"))
)
MERGES = b"x-0: &m0 {k0: 1}\n" + b"".join(
    b"x-%d: &m%d {<<: [%s], k%d: 1}\n" % (n, n, b", ".join([b"*m%d" % (n - 1)] * 9), n)
    for n in range(1, 14)
)


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))


def run(folder: Path, data: bytes, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    (folder / "compose.yml").write_bytes(data)
    return subprocess.run(
        [sys.executable, "-m", "dcgen", *arguments, "-q"],
        cwd=folder,
        capture_output=True,
        text=True,
        preexec_fn=limit,
        check=False,
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(ALIASES + WEB + b"    labels: *p\n", "aliases make more than", id="aliases"),
        pytest.param(MERGES + WEB + b"    <<: *m13\n", "merge keys of one service", id="merges"),
        pytest.param(
            MERGES + WEB + b"  other: {image: a, environment: *m13}\n",
            "merge keys of one service",
            id="merges elsewhere",
        ),
        pytest.param(
            ALIASES + b"x-q: &q {hostname: h, logging: *p}\n" + WEB + b"    <<: *q\n",
            "aliases make more than",
            id="aliases in what is merged",
        ),
        pytest.param(WEB + b"#" * 50 * MIB, "compose.yml: the file is larger", id="50 MB"),
        pytest.param(
            WEB + b"x-a: ['" + b"a" * 9 * MIB + b"']", "dcgen reads at most", id="9 M characters"
        ),
        pytest.param(
            WEB + b"x-a: [" + b"1," * 260_000 + b"]", ":5: the file holds more", id="many values"
        ),
        pytest.param(WEB + b"x-a: " + b"[" * MIB, ":5: the nesting is deeper", id="deep, open"),
        pytest.param(
            WEB + b"x-a:\n" + b"".join(b" " * n + b"a:\n" for n in range(1, 2000)),
            ":69: the nesting is deeper",
            id="deep blocks",
        ),
        pytest.param(WEB + b"    image: b\n", ":5: the key 'image' appears twice", id="key twice"),
        pytest.param(WEB + b"    ? [a, b]\n    : c\n", ":5: a key is not a scalar", id="list key"),
        pytest.param(WEB + b"  : {image: a}\n", ":5: a service has no name", id="no name"),
        pytest.param(WEB + b"x-a: '\xff'\n", ":5: byte 0xff is not UTF-8", id="no UTF-8"),
        pytest.param(WEB.decode().encode("utf-16"), ":1: byte 0xff is not UTF-8", id="UTF-16"),
        pytest.param(WEB + b"x-a: '\xed\xa0\x80'\n", ":5: byte 0xed", id="surrogate"),
        pytest.param(WEB + b"x-a: 'a\0b'\n", r":5: not YAML: the character '\x00'", id="NUL"),
        pytest.param(WEB + b"x-a: '\x1b[31m'\n", r":5: not YAML: the character", id="escape"),
        pytest.param(WEB.replace(b"\n", b"\r"), ":1: the line ends with a carriage", id="CR alone"),
        pytest.param(b"%YAML 3.0\n---\n" + WEB, ":1: not YAML", id="YAML 3"),
        pytest.param(WEB + b"---\na: b\n", ":5: the file holds several", id="two documents"),
        pytest.param(WEB + b"x-a: &a [*a]\n", ":5: the anchor 'a' contains itself", id="circle"),
        pytest.param(WEB + b"    extends: web\n", ":5: service 'web' extends itself", id="itself"),
        pytest.param(
            WEB + b"    extends: b\n  b: {extends: web}\n", "extends itself", id="each other"
        ),
        pytest.param(
            WEB + b"    extends: {file: compose.yml, service: web}\n",
            "extends itself",
            id="itself, by its file",
        ),
        pytest.param(
            WEB + b"    extends: {file: /dev/zero, service: a}\n", "cannot be read", id="no end"
        ),
        pytest.param(WEB.replace(b"80:80", b"80:" + b"9" * 5000), "is not a port", id="long port"),
        pytest.param(WEB.replace(b"80:80", b"1-65535"), "is not a port", id="all ports"),
        pytest.param(b"", "it holds nothing", id="empty"),
    ],
)
def test_a_hostile_file_is_refused_with_its_place(data: bytes, words: str, tmp_path: Path) -> None:
    result = run(tmp_path, data, SCALE)

    assert (result.returncode, words in result.stderr) == (1, True), result
    assert "compose.yml" in result.stderr
    assert "\n  fix: " in result.stderr
    assert not (tmp_path / "generated.yml").exists()


@pytest.mark.parametrize(
    "name", ["we\nb", 'we"b', "we b", "we#b", "$(id)", "`id`", "we;b", "web\n    server x y", "é"]
)
def test_a_name_never_becomes_a_directive(name: str, tmp_path: Path) -> None:
    escaped = name.replace('"', '\\"').replace("\n", "\\n")
    data = f'services:\n  "{escaped}": {{image: a, ports: ["80:80"]}}\n'.encode()

    result = run(tmp_path, data, ("scale", name, "3"))

    assert result.returncode == 1
    assert result.stderr.startswith("compose.yml:2: service ")
    assert "has a name that HAProxy cannot use as an address" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("ambassador", "web=a\nb:80"), id="host of two lines"),
        pytest.param(("ambassador", "web=a b:80"), id="host of two words"),
        pytest.param(("ambassador", "web=a#b:80"), id="host with a comment"),
        pytest.param(("ambassador", "web=$(id):80"), id="host with a command"),
        pytest.param((*SCALE, "--health-path", "/a\n  server x y"), id="path of two lines"),
        pytest.param((*SCALE, "--health-path", "/a#b"), id="path with a comment"),
        pytest.param((*SCALE, "--health-path", '/a"b'), id="path with a quote"),
        pytest.param((*SCALE, "--lb-image", "a\n    privileged: true"), id="image of two lines"),
        pytest.param(("scale", "web", "9" * 5000), id="endless number"),
        pytest.param(("extra-hosts", "web=192.0.2.7 evil:192.0.2.8"), id="address of two words"),
    ],
)
def test_an_argument_never_becomes_a_directive(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = run(tmp_path, WEB, arguments)

    assert result.returncode in (1, 2)
    assert "fix: " in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "generated.yml").exists()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(
            "annotations: !!python/object/apply:os.system ['touch pwned']", id="Python's tag"
        ),
        pytest.param("annotations: {a: !!binary aGVsbG8=}", id="binary"),
        pytest.param("command: !reset null", id="reset"),
        pytest.param('command: ["\\ud800"]', id="escaped surrogate"),
        pytest.param("command: 'a\u2028  b: c'", id="line separator"),
        pytest.param("command: echo `id` $$(id) \"'; touch pwned; '\"", id="shell"),
        pytest.param("1: c", id="number as a key"),
    ],
)
def test_what_is_strange_but_harmless_is_carried_as_it_stands(line: str, tmp_path: Path) -> None:
    data = WEB + f"    {line}\n".encode()

    result = run(tmp_path, data, ("scale", "web", "1"))

    assert result.returncode == 0
    assert f"    {line}\n" in (tmp_path / "generated.yml").read_bytes().decode()
    assert not (tmp_path / "pwned").exists()


def test_names_in_a_message_cannot_steer_the_terminal(tmp_path: Path) -> None:
    result = run(tmp_path, b'services:\n  "\\e[31mred": {image: a}\n', SCALE)

    assert result.returncode == 1
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize(
    ("body", "written"),
    [
        pytest.param(
            "\n    image: nginx\n    scale: 3\n    ports: ['80:80']", "replicas: 4", id="block"
        ),
        pytest.param(" {image: nginx, scale: 3, ports: ['80:80']}", "replicas: 4", id="flow"),
        pytest.param(
            " {image: nginx, scale: 3, deploy: {replicas: 3}, expose: ['80']}",
            "replicas: 4",
            id="both",
        ),
    ],
)
def test_scale_gives_way_to_the_replicas_of_a_dynamic_variant(
    body: str, written: str, tmp_path: Path
) -> None:
    data = f"services:\n  web:{body}\n".encode()

    result = run(tmp_path, data, ("scale", "web", "4", "--dynamic"))

    text = (tmp_path / "generated.yml").read_text()
    assert result.returncode == 0
    assert (text.count(written), "scale: 3" in text) == (1, False)


def test_a_dockerfile_without_end_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(b"FROM a\nEXPOSE 80\n" + b"ENV A=b\n" * 200_000)
    data = b"services:\n  web: {build: .}\n  other: {image: a, environment: [U=http://web/]}\n"

    result = run(tmp_path, data, SCALE)

    assert (result.returncode, "cannot tell which port 'web' listens on" in result.stderr) == (
        1,
        True,
    )
