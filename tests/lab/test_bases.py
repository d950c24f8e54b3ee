"""Which images the lab stands in for."""

from tests.lab import bases


def test_every_image_that_our_files_name_has_a_recipe() -> None:
    recipes = {folder.name for folder in bases.HERE.iterdir()}

    assert set(bases.names().values()) <= recipes


def test_the_names_include_what_the_dockerfiles_start_from() -> None:
    lines = (bases.CHECKOUT / "dockercoins" / "rng" / "Dockerfile").read_text().splitlines()
    start = next(line.split()[1] for line in lines if line.startswith("FROM "))

    assert start in bases.names()
