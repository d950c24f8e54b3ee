"""Data in volumes that no file names: a person is told before there are several of them."""

import pytest

from tests.generator.compose import balanced, scale

FILES = {"app/Dockerfile": 'FROM debian\nVOLUME ["/uploads", "/cache/"]\nVOLUME /x $HERE\n'}


@pytest.mark.parametrize(
    ("lines", "paths"),
    [
        pytest.param("image: app\nvolumes: [/uploads]\n", "/uploads", id="a path alone"),
        pytest.param(
            "image: app\nvolumes: [{type: volume, target: /uploads}]\n", "/uploads", id="long"
        ),
        pytest.param("image: wordpress:6\n", "/var/www/html", id="a well-known image"),
        pytest.param("build: app\n", "/uploads, /cache, /x", id="a Dockerfile"),
        pytest.param(
            "build: app\nvolumes: ['data:/uploads', './c:/cache']\n", "/x", id="some have a name"
        ),
        pytest.param("image: example/app\n", "", id="nobody knows"),
        pytest.param("image: wordpress\nvolumes: ['www:/var/www/html']\n", "", id="a name"),
        pytest.param("image: wordpress\ntmpfs: /var/www/html\n", "", id="in memory"),
        pytest.param(
            "image: app\nvolumes: ['.:/app', /app/node_modules]\n", "", id="below what is mounted"
        ),
        pytest.param("image: redis\n", "", id="a database says so itself"),
    ],
)
def test_each_replica_would_have_its_own(lines: str, paths: str, tmp_path) -> None:
    source = balanced(f"{lines}expose: [80]\n") + "volumes: {data: {}, www: {}}\n"

    made = scale(source, "rng", 2, folder=tmp_path, files=FILES)

    said = [one for one in made.variant.warnings if "without a name" in one.what]
    assert [one.what.partition("(")[2].partition(")")[0] for one in said] == [paths] * bool(paths)
    assert all(f"volumes: [rng-data:{paths.partition(',')[0]}]" in one.fix for one in said)


def test_one_replica_is_told_too_if_it_is_a_new_container() -> None:
    made = scale(balanced("image: app\nvolumes: [/uploads]\nexpose: [80]\n"), "rng", 1)

    assert any("without a name" in str(one) for one in made.variant.warnings)
