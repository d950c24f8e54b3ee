"""How a file is laid out: every byte that need not change stays, and new lines imitate the rest."""

import pytest

from generator.result import HEADER
from tests.generator.compose import ambassador, extra_hosts, scale

TRANSFORMS = [scale, extra_hosts, ambassador]
PLAIN = """\
services:
  web:
    image: web
    depends_on:
      - rng
  rng:
    image: app
    ports:
      - "8001:80"
  redis:
    image: redis
"""


def others(text: str) -> str:
    """Return the lines above the service ``rng``."""
    return text[: text.index("  rng")]


ODD_PARTS = [
    pytest.param("    command:   run    it\n", id="several blanks"),
    pytest.param("    command: run   \n", id="blanks at the end of a line"),
    pytest.param('    command: "run \\\n      it"\n', id="a folded quoted scalar"),
    pytest.param("    command: >-\n      run\n      it\n\n", id="a folded block"),
    pytest.param("    command: |+\n      run\n\n\n", id="a block that keeps its blank lines"),
    pytest.param("    command: |2\n        run\n", id="a block with an indentation of its own"),
    pytest.param("    command: run\t# a tab\n", id="a tab in front of a comment"),
    pytest.param("    command: 'say ''it'''\n", id="a quote in quotes"),
    pytest.param('    command: "\\u00e9"\n', id="an escape"),
    pytest.param("    command: " + "x" * 5000 + "\n", id="a very long line"),
    pytest.param("    command: 'naïve ☃ 𝄞'\n", id="characters that are not ASCII"),
    pytest.param("    command: [run,\n              it]\n", id="a flow list on two lines"),
    pytest.param("    ? command\n    : run\n", id="an explicit key"),
    pytest.param("    environment: {A: b,  C: d}\n", id="a flow mapping"),
    pytest.param("    command: run\n\n\n\n", id="several blank lines"),
    pytest.param("    command:\n    - run\n    - it\n", id="a list that is not indented"),
    pytest.param(
        "    command:\n          - run\n          - it\n", id="a list that is very indented"
    ),
    pytest.param("    'command': run\n", id="a quoted key"),
    pytest.param("    command: !!str 1\n", id="a tag"),
]


@pytest.mark.parametrize("part", ODD_PARTS)
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_other_services_stay_byte_for_byte(transform, part: str) -> None:
    source = f"services:\n  odd:\n    image: odd\n{part}    networks: [n]\n" + (
        "  rng:\n    image: app\n    expose: [80]\nnetworks:\n  n:\n"
    )

    made = transform(source, "rng")

    assert made.text.startswith(others(source))


@pytest.mark.parametrize("part", ODD_PARTS)
def test_replicas_repeat_the_lines_of_the_service(part: str) -> None:
    made = scale(
        f"services:\n  rng:\n    image: app\n{part}    expose: [80]\n  redis:\n    image: r\n"
    )

    key = "environment" if "environment" in part else "command"
    assert made.services["rng1"][key] == made.services["rng2"][key]
    assert part in made.text


ENDS = [
    pytest.param(PLAIN, id="a line feed"),
    pytest.param(PLAIN.replace("\n", "\r\n"), id="CRLF"),
    pytest.param(PLAIN.rstrip("\n"), id="no end of the last line"),
    pytest.param("\ufeff" + PLAIN, id="a byte order mark"),
    pytest.param(PLAIN + "\n\n", id="blank lines at the end"),
    pytest.param("---\n" + PLAIN, id="a document's start"),
    pytest.param("# a licence\n---\n" + PLAIN, id="a comment above a document's start"),
    pytest.param(PLAIN + "...\n", id="a document's end"),
    pytest.param("# first\n\n\n" + PLAIN, id="blank lines at the start"),
]


@pytest.mark.parametrize("source", ENDS)
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_file_begins_and_ends_as_before(transform, source: str) -> None:
    made = transform(source, "redis")
    text = made.variant.text

    assert text.startswith("\ufeff") is source.startswith("\ufeff")
    newline = "\r\n" if "\r\n" in source else "\n"
    assert text.removeprefix("\ufeff").startswith(HEADER + newline)
    assert text.replace("\r\n", "").count("\n") == 0 or newline == "\n"
    rest = text.removeprefix("\ufeff").removeprefix(HEADER + newline)
    end = source.removeprefix("\ufeff").index(f"  redis:{newline}")
    begin = source.removeprefix("\ufeff")[:end]
    assert transform is extra_hosts or rest.startswith(begin)
    assert text.endswith("...\n") is source.endswith("...\n")


def test_second_run_of_a_file_without_an_end_of_the_last_line_adds_none() -> None:
    made = ambassador(PLAIN.rstrip("\n"), lb_config="file")

    assert not made.text.endswith("\n")


STEPS = [
    pytest.param(1, 1, id="one column"),
    pytest.param(2, 0, id="two columns, lists not indented"),
    pytest.param(2, 2, id="two columns"),
    pytest.param(4, 0, id="four columns, lists not indented"),
    pytest.param(4, 4, id="four columns"),
    pytest.param(4, 2, id="four columns, lists by two"),
    pytest.param(8, 2, id="eight columns"),
]


@pytest.mark.parametrize(("step", "dash"), STEPS)
def test_new_lines_are_indented_as_the_file_is(step: int, dash: int) -> None:
    pad, item = " " * step, " " * (2 * step + dash)
    source = (
        f"services:\n{pad}rng:\n{pad * 2}image: app\n{pad * 2}ports:\n{item}- '8001:80'\n"
        f"{pad}redis:\n{pad * 2}image: redis\n"
    )
    made = scale(source)

    assert (
        f"\n{pad}rng2:\n{pad * 2}image: app\n{pad * 2}labels:\n{pad * 3}dcgen.role: " in made.text
    )
    assert f"\n{pad * 2}depends_on:\n{item}- rng1\n{item}- rng2\n" in made.text
    assert f"\n{pad * 2}ports:\n{item}- '8001:80'\n" in made.text


FLOW = [
    pytest.param("services: {rng: {image: app, expose: [80]}, redis: {image: redis}}\n", id="all"),
    pytest.param(
        "{services: {rng: {image: app, ports: ['8001:80']}, redis: {image: redis}}}\n",
        id="the file",
    ),
    pytest.param(
        "services:\n  rng: {image: app, expose: [80]}\n  redis: {image: redis}\n", id="each service"
    ),
    pytest.param(
        "services:\n  rng: {image: app, expose: [80]}\n  redis:\n    image: redis\n",
        id="one service",
    ),
    pytest.param(
        "services: {rng: {image: app, expose: [80], environment: [VIRTUAL_HOST=a],"
        " labels: {traefik.enable: 'true'}}, redis: {image: redis}}\n",
        id="routing labels",
    ),
]


@pytest.mark.parametrize("source", FLOW)
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_flow_style_works(transform, source: str) -> None:
    made = transform(source, "rng")

    assert made.services["redis"]["image"] == "redis"
    if transform is scale:
        assert list(made.services) == ["rng1", "rng2", "rng", "redis"]
        assert made.services["rng1"]["image"] == made.services["rng2"]["image"] == "app"
    if transform is not extra_hosts and "traefik" in source:
        assert made.labels("rng") == {"traefik.enable": "true"}
        assert made.value("rng", "environment") == {"VIRTUAL_HOST": "a"}


GAPS = [
    pytest.param("", id="no blank line"),
    pytest.param("\n", id="a blank line"),
]


@pytest.mark.parametrize("gap", GAPS)
def test_replicas_stand_as_far_apart_as_the_services_do(gap: str) -> None:
    made = scale(
        f"services:\n  rng:\n    image: app\n    expose: [80]\n{gap}"
        f"  redis:\n    image: redis\n{gap}"
        "  web:\n    image: web\n"
    )

    assert f"\n{gap}  rng2:\n" in made.text
    assert ("\n\n  rng2:\n" in made.text) is bool(gap)
    assert f"\n{gap}  redis:\n    image: redis\n{gap}  web:\n" in made.text


NAMES = [
    pytest.param('"rng"', '"rng1"', id="double quotes"),
    pytest.param("'rng'", "'rng1'", id="single quotes"),
    pytest.param("rng", "rng1", id="no quotes"),
]


@pytest.mark.parametrize(("name", "first"), NAMES)
def test_name_of_a_service_keeps_its_quotes(name: str, first: str) -> None:
    made = scale(f"services:\n  {name}:\n    image: app\n    expose: [80]\n  r:\n    image: r\n")

    assert f"\n  {first}:\n" in made.text
    assert f"\n  {name}:\n    image: haproxy" in made.text


SPECIAL = [
    pytest.param("on", id="a word that YAML 1.1 reads as true"),
    pytest.param("my.app_1", id="a dot and an underscore"),
    pytest.param("Web", id="upper case"),
    pytest.param("db1", id="a number at its end"),
]


@pytest.mark.parametrize("name", SPECIAL)
def test_service_may_be_called(name: str) -> None:
    quoted = f'"{name}"' if name == "on" else name
    made = scale(
        f"services:\n  {quoted}:\n    image: app\n    expose: [80]\n  r:\n    image: r\n", name
    )

    assert set(made.services) == {name, f"{name}1", f"{name}2", "r"}


def test_configs_of_the_file_stay_and_a_new_one_is_added() -> None:
    source = PLAIN + "configs:\n  mine:  # ours\n    file: ./mine\nvolumes: {}\n"

    made = scale(source)

    assert (
        "configs:\n  mine:  # ours\n    file: ./mine\n  rng-haproxy:\n    content: |\n" in made.text
    )
    assert made.text.endswith("volumes: {}\n")


def test_name_of_the_new_config_is_free() -> None:
    source = PLAIN + "configs:\n  rng-haproxy:\n    file: ./mine\n"

    assert "  rng-haproxy-dcgen:\n    content: |\n" in scale(source).text


CONFIGS = [
    pytest.param("configs:\n", "configs:\n  rng-haproxy:\n", id="empty"),
    pytest.param("configs:  # none\n", "configs:  # none\n  rng-haproxy:\n", id="a comment"),
    pytest.param("configs: ~\n", "configs:\n  rng-haproxy:\n", id="null"),
    pytest.param("configs: {}\n", 'configs: {rng-haproxy: {content: "', id="an empty flow mapping"),
    pytest.param(
        "configs: {a: {file: ./a}}\n",
        "configs: {a: {file: ./a}, rng-haproxy: ",
        id="a flow mapping",
    ),
    pytest.param(
        "x-c: &c\n  a: {file: ./a}\nconfigs: *c\n",
        "configs:\n  <<: *c\n  rng-haproxy:\n",
        id="an alias",
    ),
]


@pytest.mark.parametrize(("configs", "expected"), CONFIGS)
@pytest.mark.parametrize("place", ["above", "below"])
def test_new_config_is_put_into(configs: str, expected: str, place: str) -> None:
    source = configs + PLAIN if place == "above" else PLAIN + configs
    made = scale(source, unread=True)

    assert expected in made.text
    assert "rng-haproxy" in made.text.partition("configs:")[2]


def test_new_config_is_put_into_a_file_in_flow_style() -> None:
    made = scale(
        "{services: {rng: {image: a, expose: [80]}, b: {image: b}}, configs: {a: {file: ./a}}}\n"
    )

    assert "configs: {a: {file: ./a}, rng-haproxy: {content: " in made.text
