"""`--lb-config file`: no variant changes the configuration that another one mounts."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.dcgen.door import COINS, dcgen, names


def mounts(file: Path, service: str) -> list[str]:
    text = file.read_text().replace("!reset", "").replace("!override", "")
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    volumes: list[str] = found["services"][service]["volumes"]
    return [volume.partition(":")[0] for volume in volumes]


def scaled(count: str, *words: str) -> str:
    result = dcgen("scale", "rng", count, "--lb-config", "file", *words)
    assert result.exit_code == 0, result.stderr
    return result.stderr


@pytest.mark.parametrize("form", [(), ("--overlay",)])
def test_two_outputs_in_one_folder_have_a_configuration_each(
    coins: Path, form: tuple[str, ...]
) -> None:
    for count, file in (("2", "generated.yml"), ("3", "prod.yml"), ("4", "compose.test.yml")):
        said = scaled(count, "-o", file, *form)
        assert "warning: " not in said

    for count, file, name in (
        (2, "generated.yml", "rng.haproxy.cfg"),
        (3, "prod.yml", "prod.rng.haproxy.cfg"),
        (4, "compose.test.yml", "compose.test.rng.haproxy.cfg"),
    ):
        assert mounts(coins / file, "rng") == [f"./{name}"]
        text = (coins / name).read_text()
        assert [f"rng{n}:80" in text for n in (1, 2, 3, 4, 5)] == [
            n <= count for n in (1, 2, 3, 4, 5)
        ]


def test_an_ambassador_has_one_of_its_own_too(coins: Path) -> None:
    for address, file in (("192.0.2.1:6379", "generated.yml"), ("192.0.2.2:6379", "there.yml")):
        given = ("--redis", address, "--lb-config", "file", "-o", file)
        assert dcgen("ambassador", *given).exit_code == 0

    assert mounts(coins / "there.yml", "redis") == ["./there.redis.haproxy.cfg"]
    assert "192.0.2.1" in (coins / "redis.haproxy.cfg").read_text()
    assert "192.0.2.2" in (coins / "there.redis.haproxy.cfg").read_text()


def test_a_variant_that_is_scaled_again_keeps_its_name_and_the_other_its_own(coins: Path) -> None:
    scaled("2", "-o", "prod.yml")
    first = (coins / "prod.rng.haproxy.cfg").read_text()
    scaled("3", "-f", "prod.yml", "-o", "prod.yml")
    second = (coins / "prod.rng.haproxy.cfg").read_text()
    scaled("5", "-f", "prod.yml", "-o", "more.yml")

    assert first != second
    assert (coins / "prod.rng.haproxy.cfg").read_text() == second
    assert mounts(coins / "prod.yml", "rng") == ["./prod.rng.haproxy.cfg"]
    assert mounts(coins / "more.yml", "rng") == ["./more.rng.haproxy.cfg"]
    check = ("scale", "rng", "5", "--lb-config", "file", "--check")
    assert dcgen(*check, "-f", "prod.yml", "-o", "more.yml").exit_code == 0


def test_a_name_that_would_mean_something_in_a_path_has_hyphens(coins: Path) -> None:
    scaled("2", "-o", "a: $b.yml")

    assert mounts(coins / "a: $b.yml", "rng") == ["./a---b.rng.haproxy.cfg"]
    assert (coins / "a---b.rng.haproxy.cfg").is_file()


def test_variants_of_included_files_have_one_each(coins: Path) -> None:
    (coins / "inner").mkdir()
    (coins / "compose.yml").rename(coins / "inner" / "compose.yml")
    (coins / "compose.yml").write_text("include: [inner/compose.yml]\n")
    for count, file in (("2", "generated.yml"), ("3", "prod.yml")):
        scaled(count, "-o", file)

    assert mounts(coins / "inner" / "compose.prod.yml", "rng") == ["./prod.rng.haproxy.cfg"]
    assert mounts(coins / "inner" / "compose.generated.yml", "rng") == ["./rng.haproxy.cfg"]
    assert "rng3:80" in (coins / "inner" / "prod.rng.haproxy.cfg").read_text()
    assert "rng3:80" not in (coins / "inner" / "rng.haproxy.cfg").read_text()


def test_another_folder_keeps_the_paths_of_both(coins: Path) -> None:
    (coins / "out").mkdir()
    scaled("2", "-o", "out/prod.yml")

    assert mounts(coins / "out" / "prod.yml", "rng") == ["./prod.rng.haproxy.cfg"]
    assert names(coins / "out") == ["prod.rng.haproxy.cfg", "prod.yml"]


def test_a_copy_that_mounts_the_same_configuration_is_named(coins: Path) -> None:
    scaled("2")
    (coins / "copy.yml").write_text((coins / "generated.yml").read_text())
    (coins / "mine.yml").write_text("# ./rng.haproxy.cfg:\nservices: {}\n")
    assert "warning: " not in scaled("2")
    said = scaled("3")
    line = 1 + (coins / "copy.yml").read_text().splitlines().index(
        next(one for one in (coins / "copy.yml").read_text().splitlines() if "./rng.hap" in one)
    )

    assert f"copy.yml:{line}: this file mounts rng.haproxy.cfg, which is another one" in said
    assert "fix: make it again, or delete it if nothing runs it" in said
    assert "mine.yml" not in said


def test_nothing_is_put_beside_a_stream(coins: Path) -> None:
    result = dcgen("scale", "rng", "2", "--lb-config", "file", "-o", "/dev/null")

    assert result.exit_code == 2
    assert "`--lb-config file` writes null.rng.haproxy.cfg beside the output" in result.stderr
    assert names(coins) == ["compose.yml"]
    assert (coins / "compose.yml").read_text() == COINS
