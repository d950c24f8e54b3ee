"""What a command reads is there afterwards, whatever it writes and whatever it is told."""

from pathlib import Path

import pytest

from dcgen import source
from dcgen.commands.shipped_file import ShippedFile
from faults import UserError
from tests.dcgen.door import COINS, dcgen

REFUSED = "the output would replace the input\n  fix: choose another"


@pytest.fixture
def variant(coins: Path) -> Path:
    """Return a variant of several changes, with its record."""
    (coins / "compose.yml").write_text(COINS.replace("build: rng", "image: rng"))
    dcgen("scale", "rng", "3", "--mode", "http", "-q")
    dcgen("scale", "hasher", "2", "-q")
    return coins / "generated.yml"


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "force"])
@pytest.mark.parametrize(
    ("words", "kept"),
    [
        pytest.param("swarm -f generated.yml -o generated.yml", "generated.yml", id="a stack"),
        pytest.param("swarm -o compose.yml", "compose.yml", id="a stack, of the source"),
        pytest.param("swarm -o link.yml", "compose.yml", id="a stack, through a link"),
        pytest.param(
            "scale rng 3 -f compose.yml -f two.yml -o two.yml", "two.yml", id="the second of two"
        ),
        pytest.param(
            "scale rng 3 --overlay -f generated.yml -o generated.yml",
            "generated.yml",
            id="an overlay of a variant",
        ),
        pytest.param(
            "detach redis --publish 127.0.0.1:6379 -f generated.yml -o generated.yml",
            "generated.yml",
            id="a service alone",
        ),
        pytest.param(
            "scale redis 2 -f around.yml -o compose.yml", "compose.yml", id="an included file"
        ),
        pytest.param(
            "scale a 2 -f around.yml -o compose.yml", "compose.yml", id="one that stays as it is"
        ),
        pytest.param("swarm -f heir.yml -o compose.yml", "compose.yml", id="an extended file"),
        pytest.param(
            "kubernetes -f manifests/rng.yaml -o manifests",
            "manifests/rng.yaml",
            id="a manifest in its place",
        ),
        pytest.param(
            "kubernetes -f manifests/rng.yaml -o link", "manifests/rng.yaml", id="a linked folder"
        ),
    ],
)
def test_an_input_is_never_replaced(variant: Path, words: str, kept: str, force) -> None:
    folder = variant.parent
    (folder / "two.yml").write_text("services: {rng: {labels: {two: 2}}}\n")
    (folder / "around.yml").write_text("include: [compose.yml]\nservices: {a: {image: a}}\n")
    (folder / "heir.yml").write_text("services: {a: {extends: {file: compose.yml, service: rng}}}")
    (folder / "manifests").mkdir()
    (folder / "manifests/rng.yaml").write_bytes(variant.read_bytes())
    (folder / "link.yml").symlink_to("compose.yml")
    (folder / "link").symlink_to("manifests")
    before = (folder / kept).read_bytes()

    result = dcgen(*words.split(), *force)

    assert (result.exit_code, result.stdout) == (1, "")
    assert REFUSED in result.stderr
    assert "--force" not in result.stderr
    assert (folder / kept).read_bytes() == before


def test_no_variant_beside_manifests_is_removed(variant: Path) -> None:
    kept = variant.rename(variant.with_suffix(".yaml"))

    assert dcgen("kubernetes", "-o", ".", "-q").exit_code == 0
    assert dcgen("kubernetes", "-o", ".", "-q", "-f", "generated.yaml").exit_code == 0
    assert "# Made from compose.yml:  dcgen scale rng=3" in kept.read_text()


@pytest.mark.usefixtures("variant")
@pytest.mark.parametrize(
    "words", ["scale rng 2", "ambassador --redis db.example:6379", "extra-hosts --redis 192.0.2.7"]
)
def test_a_variant_is_continued_in_its_place(words: str) -> None:
    assert dcgen(*words.split(), "-f", "generated.yml").exit_code == 0


def test_a_variant_that_extends_its_own_services_is_continued_in_its_place(coins: Path) -> None:
    heir = "  heir:\n    extends: {service: worker}\n"
    (coins / "compose.yml").write_text(COINS + heir)
    dcgen("scale", "rng", "3")

    assert dcgen("scale", "rng", "2", "-f", "generated.yml").exit_code == 0


def test_what_is_shipped_does_not_replace_the_variant(variant: Path) -> None:
    file = ShippedFile((source.read(variant),), {"output": str(variant), "force": True})

    with pytest.raises(UserError, match="replace the input"):
        file.written({"rng1": "registry.example/rng:1"}, pulled=True)


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        pytest.param("swarm -f compose.yml", "overwrite it with `--force`", id="a stack"),
        pytest.param(
            "detach redis --publish 127.0.0.1:6379",
            "overwrite it with `--force`",
            id="a service alone",
        ),
        pytest.param(
            "ambassador --redis db.example:6379 -f -", "start anew with `--fresh`", id="a pipe"
        ),
    ],
)
def test_another_variant_is_not_replaced_unless_asked(variant: Path, words: str, fix: str) -> None:
    given = [*words.split(), "-o", "generated.yml"]
    before, source = variant.read_text(), (variant.parent / "compose.yml").read_text()

    result = dcgen(*given, stdin=source)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith(
        "generated.yml: the file is a variant, and what was done would be lost: rng=3, hasher=2\n"
        f"  fix: choose another file with `-o`, or {fix}\n"
    )
    assert variant.read_text() == before
    assert dcgen(*given, "--force", stdin=source).exit_code == 0
    assert dcgen(*given, stdin=source).exit_code == 0


def test_what_is_shipped_does_not_replace_another_variant(variant: Path) -> None:
    sources = (source.read(variant.parent / "compose.yml"),)
    images = {"worker": "registry.example/worker:1"}

    with pytest.raises(UserError, match="would be lost: rng=3, hasher=2"):
        ShippedFile(sources, {"output": str(variant)}).written(images, pulled=True)
    ShippedFile(sources, {"output": str(variant), "force": True}).written(images, pulled=True)


@pytest.mark.usefixtures("coins")
def test_a_service_alone_is_published_elsewhere_in_its_place() -> None:
    dcgen("detach", "redis", "--publish", "127.0.0.1:6379")

    result = dcgen("detach", "redis", "--publish", "127.0.0.1:6380", "-f", "redis.yml")

    assert result.exit_code == 0
    assert "127.0.0.1:6380:6379" in Path("redis.yml").read_text()


@pytest.mark.parametrize("words", ["undo rng", "refresh"])
def test_a_variant_that_is_named_as_its_own_input_is_made_of_what_it_says(
    words: str, variant: Path
) -> None:
    before = variant.read_text()
    assert "rng1:" in before
    result = dcgen(*words.split(), "-f", "generated.yml")

    assert result.exit_code == 0
    assert (variant.read_text() == before) is (words == "refresh")
    assert ("rng1:" in variant.read_text()) is (words == "refresh")
