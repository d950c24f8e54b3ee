"""Services of included files: their file gets a variant beside it, and `include` leads there."""

import re
from pathlib import Path

import pytest

from tests.dcgen.door import dcgen
from tests.lab import composes

MAIN = """\
# the front
include:
  - {}
services:
  web:
    image: web
    depends_on: [db]
"""
SIDE = """\
services:
  db:
    image: db
    build: ./image
    ports: ["5432"]
    volumes: [./data:/data]
  admin:
    image: admin
    depends_on: [db]
"""
ENTRIES = {
    "a path": "side/compose.yml",
    "the long form": "path: side/compose.yml",
    "a variable": '"${SIDE:-side}/compose.yml"',
    "several that are merged": "path: [side/compose.yml, side/more.yml]",
    "a project directory": "{path: side/compose.yml, project_directory: elsewhere}",
    "through another": "middle.yml",
    "in the same folder": "beside.yml",
}
COMMANDS = ["scale db=2", "ambassador db=192.0.2.7:5432", "scale db 2 --lb-config file"]


@pytest.fixture
def folder(folder: Path) -> Path:
    (folder / "side").mkdir()
    (folder / "elsewhere").mkdir()
    (folder / "side" / "compose.yml").write_text(SIDE)
    (folder / "side" / "more.yml").write_text("services:\n  db:\n    environment: {A: b}\n")
    (folder / "beside.yml").write_text(SIDE)
    (folder / "middle.yml").write_text("include: [side/compose.yml]\n")
    return folder


def put(folder: Path, entry: str) -> dict[str, bytes]:
    """Write compose.yml, and return the text of every file that is there now."""
    (folder / "compose.yml").write_text(MAIN.format(entry))
    return {str(path): path.read_bytes() for path in folder.rglob("*.yml")}


@pytest.mark.parametrize("version", composes.COMPOSE_2)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("entry", [pytest.param(ENTRIES[kind], id=kind) for kind in ENTRIES])
def test_compose_reads_the_variant_of_the_included_file(
    folder: Path, version: str, command: str, entry: str
) -> None:
    before = put(folder, entry)
    was = composes.config(version, folder)["services"]

    result = dcgen(*command.split())
    now = composes.config(version, folder, "generated.yml")["services"]

    assert result.exit_code == 0, result.stderr
    assert now["db"]["image"] != was["db"]["image"]
    assert now["db"]["ports"] == was["db"]["ports"]
    assert {name: now[name] for name in ("web", "admin")} == {
        name: was[name] for name in ("web", "admin")
    }
    if "scale" in command:
        assert now["db1"].get("build") == was["db"].get("build")  # the others take its image
        for key in ("image", "volumes", "environment"):
            assert now["db1"].get(key) == now["db2"].get(key) == was["db"].get(key)
    assert {path: Path(path).read_bytes() for path in before} == before


def test_the_included_file_has_its_variant_beside_it(folder: Path) -> None:
    put(folder, "side/compose.yml")

    said = dcgen("scale", "db", "2").stderr

    assert "it includes side/compose.generated.yml\n" in said
    assert (folder / "generated.yml").read_text().splitlines()[2:5] == [
        "# the front",
        "include:",
        "  - side/compose.generated.yml",
    ]


def test_services_of_both_files_can_change_at_once(folder: Path) -> None:
    put(folder, "side/compose.yml")

    result = dcgen("scale", "db=2", "web=3", "admin=2", "--port", "80")
    now = composes.config("2.40", folder, "generated.yml")["services"]

    assert result.exit_code == 0, result.stderr
    assert {"db1", "db2", "web1", "web2", "web3", "admin1", "admin2"} <= set(now)


def test_what_was_scaled_is_scaled_again(folder: Path) -> None:
    put(folder, "side/compose.yml")
    dcgen("scale", "db", "2")

    again = dcgen("scale", "db", "3", "-f", "generated.yml")
    same = dcgen("scale", "db", "3", "-f", "generated.yml", "--check")

    assert again.exit_code == same.exit_code == 0, again.stderr
    assert sorted(path.name for path in (folder / "side").iterdir()) == [
        "compose.generated.yml",
        "compose.yml",
        "more.yml",
    ]
    assert "db3" in composes.config("2.40", folder, "generated.yml")["services"]


def test_a_variant_in_another_folder_includes_the_same_file(folder: Path) -> None:
    put(folder, "side/compose.yml")
    (folder / "out").mkdir()

    assert dcgen("scale", "db", "2", "-o", "out/made.yml").exit_code == 0
    now = composes.config("2.40", folder, "out/made.yml")["services"]

    assert "../side/compose.made.yml" in (folder / "out" / "made.yml").read_text()
    assert now["db1"]["volumes"][0]["source"] == str(folder / "side" / "data")


def test_a_service_that_leaves_an_included_file_is_gone(folder: Path) -> None:
    put(folder, "side/compose.yml")
    (folder / "compose.yml").write_text(MAIN.format("side/compose.yml").replace("[db]", "[admin]"))

    result = dcgen("extra-hosts", "db=192.0.2.7")
    now = composes.config("2.40", folder, "generated.yml")["services"]

    assert set(now) == {"web", "admin"}
    assert now["admin"]["extra_hosts"] == ["db=192.0.2.7"]
    assert now["web"]["extra_hosts"] == ["db=192.0.2.7"]
    assert "does not learn" not in result.stderr


def test_who_waits_for_a_service_that_leaves_an_included_file_finds_it_elsewhere(
    folder: Path,
) -> None:
    put(folder, "side/compose.yml")
    before = (folder / "compose.yml").read_text()

    result = dcgen("extra-hosts", "db=192.0.2.7")
    web = composes.config("2.40", folder, "generated.yml")["services"]["web"]

    assert result.exit_code == 0
    assert web["extra_hosts"] == ["db=192.0.2.7"]
    assert "db" not in web.get("depends_on", {})
    assert (folder / "compose.yml").read_text() == before
    assert dcgen("refresh", "--check").exit_code == 0


def test_only_services_that_name_it_learn_of_a_service_of_an_included_file(folder: Path) -> None:
    put(folder, "side/compose.yml")
    text = MAIN.format("side/compose.yml").replace("[db]", "[admin]")
    (folder / "compose.yml").write_text(text)

    dcgen("extra-hosts", "db=192.0.2.7", "--only-named")

    now = composes.config("2.40", folder, "generated.yml")["services"]
    assert "extra_hosts" not in now["web"]


REFUSED = [
    pytest.param(
        "extra-hosts db=192.0.2.7", "volumes_from: [db]", "`volumes_from` on 'db'", id="its files"
    ),
    pytest.param(
        "scale db 2", "network_mode: service:db", "`network_mode` on 'db'", id="a network"
    ),
    pytest.param("scale db 2 --overlay", "", "which an overlay cannot change", id="an overlay"),
    pytest.param("scale db 2 -o -", "", "consists of several files", id="standard output"),
    pytest.param("detach db", "", "the file includes others", id="to be detached"),
    pytest.param("scale nothing 2", "", "no service named 'nothing' here", id="unknown"),
]


@pytest.mark.parametrize(("command", "more", "message"), REFUSED)
def test_is_refused(folder: Path, command: str, more: str, message: str) -> None:
    put(folder, "side/compose.yml")
    with (folder / "compose.yml").open("a") as file:
        file.write(f"    {more}\n")

    result = dcgen(*command.split())

    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert "fix: " in result.stderr
    assert not list(folder.rglob("*generated*"))


def test_files_that_include_each_other_end(folder: Path) -> None:
    put(folder, "compose.yml")

    assert dcgen("scale", "nothing", "2").exit_code == 1


VARIABLES = {
    "the .env of the file that includes it": ("side/compose.yml", {".env": "P=81\n"}),
    "which wins over its own": ("side/compose.yml", {".env": "P=81\n", "side/.env": "P=82\n"}),
    "the files that the entry names": (
        "{path: side/compose.yml, env_file: more.env}",
        {"more.env": "P=81\n", "side/.env": "P=82\n"},
    ),
}


@pytest.mark.parametrize("version", composes.COMPOSE_2)
@pytest.mark.parametrize("case", [pytest.param(VARIABLES[kind], id=kind) for kind in VARIABLES])
def test_an_included_file_has_the_variables_that_compose_gives_it(
    folder: Path, version: str, case: tuple[str, dict[str, str]]
) -> None:
    entry, files = case
    (folder / "side" / "compose.yml").write_text(SIDE.replace('"5432"', '"${P}"'))
    for name, text in files.items():
        (folder / name).write_text(text)
    put(folder, entry)

    result = dcgen("scale", "db", "2")
    now = composes.config(version, folder, "generated.yml")["services"]

    assert result.exit_code == 0, result.stderr
    assert now["db"]["labels"]["dcgen.balances"] == "db1:81 db2:81"


def test_what_is_said_of_an_included_file_is_of_its_own_lines(folder: Path) -> None:
    heirs = "services:\n  heir:\n    extends: db\n" + SIDE.removeprefix("services:\n")
    (folder / "side" / "compose.yml").write_text(heirs.replace("5432", "5432/udp"))
    put(folder, "side/compose.yml")

    result = dcgen("scale", "db", "2")

    assert result.exit_code == 1
    assert result.stderr.startswith("side/compose.yml:7: service 'db' declares UDP ports only")


def test_the_variant_of_an_included_file_keeps_its_line_ends(folder: Path) -> None:
    (folder / "side" / "compose.yml").write_bytes(SIDE.replace("\n", "\r\n").encode())
    put(folder, "side/compose.yml")

    result = dcgen("scale", "db", "2")
    made = (folder / "side" / "compose.generated.yml").read_bytes()

    assert result.exit_code == 0, result.stderr
    assert made.count(b"\n") == made.count(b"\r\n") > SIDE.count("\n")


@pytest.mark.parametrize("entry", [pytest.param(ENTRIES[kind], id=kind) for kind in ENTRIES])
def test_a_diff_shows_every_file_that_changes(folder: Path, entry: str) -> None:
    before = put(folder, entry)

    result = dcgen("scale", "db", "2", "--diff")

    assert result.exit_code == 0, result.stderr
    assert "+++ generated.yml\n" in result.stdout
    assert "+  db1:\n" in result.stdout
    assert {str(path): path.read_bytes() for path in folder.rglob("*.yml")} == before
    dcgen("scale", "db", "2")
    made = {str(path.relative_to(folder)) for path in folder.rglob("*generated.yml")}
    assert set(re.findall(r"(?m)^\+\+\+ (\S+)$", result.stdout)) == made
    assert set(re.findall(r"(?m)^--- (\S+)$", result.stdout)) == {
        name.replace(".generated", "").replace("generated", "compose") for name in made
    }


def test_only_compose_files_are_said_to_be_included(folder: Path) -> None:
    put(folder, "side/compose.yml")

    said = dcgen("scale", "db", "2", "--lb-config", "file").stderr

    assert [line for line in said.splitlines() if line.startswith("it includes")] == [
        "it includes side/compose.generated.yml"
    ]


def test_an_included_file_is_named_as_seen_from_here(folder: Path, monkeypatch) -> None:
    (folder / "side" / "compose.yml").write_text(SIDE.replace("5432", "5432/udp"))
    put(folder, "side/compose.yml")
    (folder / "elsewhere" / "deep").mkdir()
    monkeypatch.chdir(folder / "elsewhere" / "deep")

    assert dcgen("scale", "db", "2", "-f", "../../compose.yml").stderr.startswith(
        "../../side/compose.yml:5: service 'db' declares UDP ports only"
    )
