"""What a file builds, and what the images are called."""

from pathlib import Path

import pytest

from engine.ship.building import Image
from engine.ship.builds import Build, builds
from engine.ship.tags import require_tag, tag_of
from engine.variant import parse
from faults import UsageError
from tests.lab.commands import run

REPLICA = "labels: {dcgen.role: replica, dcgen.service: rng}"


def found(text: str) -> list[tuple[str, tuple[str, ...]]]:
    variant = parse(text, Path("compose.yml"))
    model = next(iter(variant)).model
    return [(build.name, build.services) for build in builds(model)]


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        pytest.param("redis: {image: redis}", [], id="nothing is built"),
        pytest.param(
            "a: {build: a}\n  b: {build: b}", [("a", ("a",)), ("b", ("b",))], id="two of two"
        ),
        pytest.param(
            f"rng1: {{build: rng, {REPLICA}}}\n  rng2: {{build: rng, {REPLICA}}}",
            [("rng", ("rng1", "rng2"))],
            id="replicas are called as their service was",
        ),
        pytest.param(
            f"rng1: {{build: rng, image: c/rng, {REPLICA}}}\n  rng2: {{image: c/rng, {REPLICA}}}",
            [("rng", ("rng1", "rng2"))],
            id="replicas that share the image of the first",
        ),
        pytest.param(
            "a: {build: {context: ., target: a}}\n  b: {build: {context: ., target: b}}",
            [("a", ("a",)), ("b", ("b",))],
            id="two targets of one Dockerfile",
        ),
        pytest.param(
            "a: {build: ., platform: linux/arm64}\n  b: {build: .}",
            [("a", ("a",)), ("b", ("b",))],
            id="two processors",
        ),
        pytest.param("Web_: {build: .}", [("web", ("Web_",))], id="a name that no registry takes"),
        pytest.param(
            f"rng: {{build: a}}\n  rng1: {{build: b, {REPLICA}}}",
            [("rng", ("rng",)), ("rng1", ("rng1",))],
            id="a name that is taken",
        ),
    ],
)
def test_each_distinct_build_is_one(
    services: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert found(f"services:\n  {services}\n  other: {{image: x}}\n") == expected


@pytest.mark.parametrize(
    ("tag", "what"), [("latest", "'latest'"), ("a b", "not a tag"), ("-x", "not a tag")]
)
def test_a_tag_that_says_nothing_is_refused(tag: str, what: str) -> None:
    with pytest.raises(UsageError, match=what) as refusal:
        require_tag(tag)

    assert "v1.2" in refusal.value.fix


def image(identity: str) -> Image:
    return Image(Build("web", "web", ("web",), ("web",)), identity, "linux/amd64")


def test_without_git_the_tag_is_of_the_content(tmp_path: Path) -> None:
    one, same, other = (tag_of([image(name)], tmp_path) for name in ("a", "a", "b"))

    assert one == same != other
    assert require_tag(one)


@pytest.mark.parametrize(
    ("build", "sources"),
    [
        pytest.param("web", ("web",), id="a folder"),
        pytest.param("{dockerfile_inline: FROM scratch}", (".",), id="this one"),
        pytest.param("https://x.example/web.git", ("https://x.example/web.git",), id="elsewhere"),
        pytest.param(
            "{context: web, dockerfile: ../docker/web}",
            ("web", "web/../docker/web"),
            id="a Dockerfile elsewhere",
        ),
        pytest.param(
            "{context: web, additional_contexts: [lib=../lib, b=docker-image://x, c=service:c]}",
            ("web", "../lib"),
            id="another folder, an image, a service",
        ),
    ],
)
def test_all_folders_and_files_that_an_image_is_built_from_are_its_sources(
    build: str, sources: tuple[str, ...]
) -> None:
    variant = parse(f"services: {{web: {{build: {build}}}}}", Path("compose.yml"))

    assert builds(next(iter(variant)).model)[0].sources == sources


def test_a_source_outside_of_the_repository_is_not_committed(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "web").mkdir()
    (tmp_path / "app" / "file").write_text("")
    git = ("git", "-C", tmp_path / "app", "-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in ("init -q", "add .", "commit -qm one", "tag v1.2"):
        run(*git, *words.split())
    outside = Image(Build("web", "web", ("web",), ("../web",)), "a", "linux/amd64")

    assert tag_of([outside], tmp_path / "app").startswith("v1.2-")


def test_with_git_the_tag_is_what_git_says_and_of_the_content_if_that_is_not_all(
    tmp_path: Path,
) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "Dockerfile").write_text("FROM scratch\n")
    git = ("git", "-C", tmp_path, "-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in ("init -q", "add .", "commit -qm one", "tag v1.2"):
        run(*git, *words.split())

    assert tag_of([image("a")], tmp_path) == "v1.2"

    (tmp_path / "notes").write_text("beside what is built")
    assert tag_of([image("a")], tmp_path) == "v1.2"

    (tmp_path / "web" / "new").write_text("not committed")
    tags = [tag_of([image(name)], tmp_path) for name in ("a", "b")]
    assert all(tag.startswith("v1.2-") for tag in tags)
    assert len(set(tags)) == 2
