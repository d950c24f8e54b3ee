"""Inputs that the generator and the process engine once read differently, and what Compose answers.

Each asks one thing: which ports does `web` listen on? The answers are those of Docker Compose
2.26.1 and 2.40 (`config`), which are asked again where they are installed; what a Dockerfile
exposes is `docker build`'s to say (Dockerfile reference, "EXPOSE", and "Format" on comments).
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dcgen.cli import main
from engine.process.recipes import recipe
from engine.variant import parse
from faults import UserError
from tests.lab import composes
from tests.lab.commands import CommandError

DOCKERFILE = "FROM python:3\nEXPOSE 9\nCMD python main.py\n"


@dataclass(frozen=True)
class Case:
    """Files, and the ports of `web`; or, if they are refused, the line and the words of both.

    *compose* are the words of Compose, None where it cannot tell.
    """

    files: dict[str, str]
    ports: tuple[int, ...] = ()
    refusal: str = ""
    compose: str | None = ""
    env: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return [name for name in self.files if name in ("a.yml", "b.yml")]


def _web(line: str, **files: str) -> dict[str, str]:
    return {"a.yml": f"services:\n  web:\n    build: app\n    {line}\n"} | files


TABLE = {
    "a tab before a comment": Case(
        {"a.yml": "services:\n  web:\n    image: redis\t# x\n"}, ports=(6379,)
    ),
    "a protocol in capitals in ports": Case(_web('ports: ["8001:80/TCP"]'), ports=(80,)),
    "a protocol in capitals in expose": Case(_web("expose: [80/TCP]"), ports=(80,)),
    "a comment in an EXPOSE": Case(
        _web("restart: always") | {"app/Dockerfile": DOCKERFILE.replace("9", "\\\n# c\n 81")},
        ports=(81,),
        compose=None,
    ),
    "an unclosed brace": Case(
        _web('environment: ["A=${A"]'),
        refusal=r"a.yml:4: 'A=\$\{A' has a '\$\{' that is not closed",
        compose="invalid interpolation format",
    ),
    "a repeated key": Case(
        _web("build: other"),
        refusal="a.yml:4: the key 'build' appears twice",
        compose="already defined at line 3",
    ),
    "a misspelled section": Case(
        {"a.yml": "services:\n  web: {image: redis}\nservcies: {}\n"},
        refusal="a.yml:3: 'servcies' is not a top-level key",
        compose="servcies",
    ),
    "a service of another file that is extended": Case(
        {
            "a.yml": "services:\n  web:\n    extends: {file: base/b.yaml, service: base}\n",
            "base/b.yaml": "services:\n  base: {build: ../app, expose: [80]}\n",
        },
        ports=(80,),
    ),
    "a service of the same file that is extended": Case(
        {
            "a.yml": "services:\n  base: {build: app, expose: [80]}\n"
            "  web:\n    extends: base\n    expose: !override [81]\n"
        },
        ports=(81,),
    ),
    "two files": Case(
        _web("expose: [79]") | {"b.yml": "services:\n  web:\n    expose: !override ['${P:-80}']\n"},
        ports=(80,),
    ),
    "a variable of .env that the environment has too": Case(
        _web('expose: ["${P}"]') | {".env": "P=80\nQ=$P\n"},
        ports=(81,),
        env={"P": "81"},
    ),
}
CASES = [pytest.param(case, id=name) for name, case in TABLE.items()]
JUDGED = [pytest.param(case, id=name) for name, case in TABLE.items() if case.compose is not None]


@pytest.fixture
def folder(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {"app/Dockerfile": DOCKERFILE, "app/main.py": ""} | case.files
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    for name, value in case.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("case", CASES)
def test_the_generator_reads_it_as_compose_does(case: Case) -> None:
    words = [word for name in case.names for word in ("-f", name)]

    made = CliRunner().invoke(main, ["scale", "web", "2", *words, "-o", "-"])

    if case.refusal:
        assert (made.exit_code, made.stdout) == (1, "")
        assert re.match(case.refusal, made.stderr)
    else:
        web = parse(made.stdout, Path("a.yml")).services["web"]  # the engine runs what was written
        servers = [(f"web{n}", port) for port in case.ports for n in (1, 2)]
        assert web.identity.balances == tuple(servers)


@pytest.mark.parametrize("case", CASES)
def test_the_process_engine_reads_it_as_compose_does(case: Case, folder: Path) -> None:
    (text, file), *others = [((folder / name).read_text(), Path(name)) for name in case.names]

    if case.refusal:
        with pytest.raises(UserError, match=f"^{case.refusal}"):
            parse(text, file, *others)
    else:
        assert recipe(parse(text, file, *others).services["web"]).ports == case.ports


@pytest.mark.parametrize("version", composes.COMPOSE_2)
@pytest.mark.parametrize("case", JUDGED)
def test_compose_answers_so(case: Case, folder: Path, version: str) -> None:
    if case.refusal:
        with pytest.raises(CommandError, match=case.compose):
            composes.config(version, folder, *case.names)
        return
    web = composes.config(version, folder, *case.names)["services"]["web"]
    assert _ports(web) == case.ports


def _ports(web: dict[str, Any]) -> tuple[int, ...]:
    # Compose leaves the protocol of `expose` as it is; Docker reads it in small letters.
    published = [port["target"] for port in web.get("ports", ())]
    exposed = [int(word.lower().removesuffix("/tcp")) for word in web.get("expose", ())]
    return tuple(published + exposed) or {"redis": (6379,)}[web["image"]]
