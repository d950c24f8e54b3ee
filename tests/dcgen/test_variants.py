"""`dcgen scale`, `extra-hosts` and `ambassador` at the door: what is asked, and what is said."""

from pathlib import Path

import pytest

from tests.dcgen.door import COINS, dcgen, names

DONE = [
    pytest.param("scale rng 3", "rng: scaled to 3", id="scale with a number"),
    pytest.param("scale rng=3", "rng: scaled to 3", id="scale with an equals sign"),
    pytest.param("extra-hosts redis=192.0.2.7", "redis: at 192.0.2.7", id="extra-hosts"),
    pytest.param("extra-hosts --redis 192.0.2.7", "redis: at 192.0.2.7", id="extra-hosts, short"),
    pytest.param("extra-hosts --redis=192.0.2.7", "redis: at 192.0.2.7", id="extra-hosts, short ="),
    pytest.param(
        "extra-hosts redis=2001:DB8::0007", "redis: at 2001:db8::7", id="an IPv6 address, shortened"
    ),
    pytest.param("extra-hosts redis=[2001:db8::7]", "redis: at 2001:db8::7", id="IPv6 in brackets"),
    pytest.param(
        "ambassador redis=db.example:32768", "redis: forwards to db.example:32768", id="ambassador"
    ),
    pytest.param(
        "ambassador --redis 192.0.2.7:32768",
        "redis: forwards to 192.0.2.7:32768",
        id="its short form",
    ),
]


@pytest.mark.parametrize(("words", "said"), DONE)
def test_variant_is_written_beside_the_file_and_said_on_stderr(coins, words, said) -> None:
    result = dcgen(*words.split())

    assert (result.exit_code, result.stdout) == (0, "")
    assert f"{said}, in generated.yml\n" in result.stderr
    assert names(coins) == ["compose.yml", "generated.yml"]
    assert (coins / "compose.yml").read_text() == COINS


def test_several_services_are_changed_at_once(coins: Path) -> None:
    result = dcgen("scale", "rng=2", "hasher=3", "--mode", "http")

    assert result.stderr.splitlines() == [
        "rng: scaled to 2, in generated.yml",
        "hasher: scaled to 3, in generated.yml",
        "rng, hasher are HAProxy now; for exec, cp, restart and back-ups:"
        " docker compose -f generated.yml exec rng1 …",
        "run it: docker compose -f generated.yml up -d",
    ]
    text = (coins / "generated.yml").read_text()
    assert "  rng2:" in text
    assert "  hasher3:" in text


NEXT = [
    pytest.param(
        "scale rng 2 -o more.yml",
        [
            "rng is HAProxy now; for exec, cp, restart and back-ups:"
            " docker compose -f more.yml exec rng1 …",
            "run it: docker compose -f more.yml up -d",
        ],
        id="a variant",
    ),
    pytest.param(
        "scale rng 2 --overlay",
        [
            "rng is HAProxy now; for exec, cp, restart and back-ups:"
            " docker compose -f compose.yml -f generated.yml exec rng1 …",
            "run it: docker compose -f compose.yml -f generated.yml up -d",
        ],
        id="an overlay goes after its source",
    ),
    pytest.param(
        "detach redis --publish 6379 -f compose.yml",
        [
            "run it there: docker compose -f redis.yml up -d",
            "use it here: dcgen ambassador redis=HOST:PORT -f compose.yml",
        ],
        id="there, and here",
    ),
    pytest.param(
        "ambassador --redis db.example:6379",
        [
            "redis is HAProxy now; exec, cp and back-ups: where redis runs",
            "run it: docker compose -f generated.yml up -d",
        ],
        id="an ambassador",
    ),
    pytest.param("scale rng 2 -q", [], id="quiet"),
    pytest.param("scale rng 2 --diff", [], id="nothing written"),
    pytest.param("scale rng 2 -o -", [], id="printed"),
]


@pytest.mark.usefixtures("coins")
@pytest.mark.parametrize(("words", "said"), NEXT)
def test_the_next_step_is_said_once(words: str, said: list[str]) -> None:
    result = dcgen(*words.split())

    assert result.exit_code == 0, result.stderr
    assert [
        line
        for line in result.stderr.splitlines()
        if "docker" in line or "use it" in line or "HAProxy now" in line
    ] == (said)


@pytest.mark.usefixtures("coins")
def test_the_next_step_can_be_pasted_into_a_shell() -> None:
    result = dcgen("scale", "rng", "2", "-o", "my variant.yml")

    assert result.stderr.endswith("run it: docker compose -f 'my variant.yml' up -d\n")


def test_a_file_in_the_first_format_is_run_by_docker_compose_1(coins: Path) -> None:
    (coins / "compose.yml").write_text("rng:\n  image: app\n  expose: ['80']\n")

    result = dcgen("scale", "rng", "2")

    assert result.stderr.endswith("run it: docker-compose -f generated.yml up -d\n")


def test_one_step_after_another_equals_all_at_once(coins: Path) -> None:
    dcgen("scale", "rng=2", "hasher=3", "-o", "once.yml")
    dcgen("scale", "rng=2")
    dcgen("scale", "hasher=3", "-f", "generated.yml")

    assert (coins / "generated.yml").read_text() == (coins / "once.yml").read_text()


def test_quiet_says_nothing(coins: Path) -> None:
    (coins / "compose.yml").write_text(COINS.replace("build: rng", "image: redis"))

    assert dcgen("scale", "rng", "2").stderr.startswith("warning: compose.yml:3: 'rng' runs redis")
    assert dcgen("scale", "rng", "2", "-q").output == ""


def test_warning_is_said_once_although_two_steps_cause_it(coins: Path) -> None:
    (coins / "compose.yml").write_text(COINS + "    scale: 2\n    expose: [80]\n")

    lines = dcgen("scale", "worker", "3").stderr.splitlines()

    assert len(lines) == len(set(lines)) == 5
    assert lines[0] == "warning: compose.yml:12: `scale: 2` of 'worker' is replaced by 3"


def test_options_for_haproxy_reach_the_file(coins: Path) -> None:
    dcgen("scale", "rng", "2", "--port", "8080", "--lb-image", "registry.example/haproxy:1")

    text = (coins / "generated.yml").read_text()
    assert "dcgen.balances: rng1:8080 rng2:8080" in text
    assert "image: registry.example/haproxy:1" in text


def test_configuration_may_be_a_file_beside_the_output(coins: Path) -> None:
    dcgen("scale", "rng", "2", "--lb-config", "file")

    assert names(coins) == ["compose.yml", "generated.yml", "rng.haproxy.cfg"]


def test_only_those_that_name_the_service_are_changed_if_asked(coins: Path) -> None:
    dcgen("extra-hosts", "redis=192.0.2.7", "--only-named")

    assert (coins / "generated.yml").read_text().count("redis:192.0.2.7") == 1


USAGE = [
    pytest.param("scale rng", "the number of replicas of 'rng' is missing", id="no number"),
    pytest.param("scale rng=0", "'0' is not a number of replicas for 'rng'", id="none at all"),
    pytest.param("scale rng=-1", "'-1' is not a number of replicas for 'rng'", id="less than none"),
    pytest.param("scale rng=many", "'many' is not a number of replicas for 'rng'", id="a word"),
    pytest.param("scale rng=1.5", "'1.5' is not a number of replicas for 'rng'", id="a half"),
    pytest.param("scale rng=99999", "'99999' is not a number of replicas", id="too many"),
    pytest.param("scale rng=2 rng=3", "'rng' is named twice", id="a service twice"),
    pytest.param("scale =3", "'=3' has no service or no value", id="no service"),
    pytest.param("extra-hosts redis", "'redis' needs IP", id="no address"),
    pytest.param(
        "extra-hosts redis=db.example", "'db.example' is not an IP address", id="a name as address"
    ),
    pytest.param(
        "extra-hosts redis=192.0.2.7:6379", "'192.0.2.7:6379' is not an IP address", id="a port"
    ),
    pytest.param("ambassador redis=192.0.2.7", "'192.0.2.7'", id="no port"),
    pytest.param("ambassador redis=:80", "':80'", id="no host"),
    pytest.param("ambassador redis=a:http", "'a:http'", id="a port that is a word"),
    pytest.param("scale rng 2 --port 0", "0 is not in the range", id="no port"),
    pytest.param("scale rng 2 --lb-config other", "'other' is not one of", id="another way"),
    pytest.param("scale", "missing argument", id="nothing"),
    pytest.param("scael rng 2", "there is no command 'scael'", id="no such command"),
]


@pytest.mark.parametrize(("words", "said"), USAGE)
def test_usage_is_code_2(coins: Path, words: str, said: str) -> None:
    result = dcgen(*words.split())

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert names(coins) == ["compose.yml"]


INPUT = [
    pytest.param(
        "scale rgn 3",
        "compose.yml:1: no service named 'rgn'\n  fix: did you mean 'rng'?\n",
        id="a misspelt service",
    ),
    pytest.param(
        "scale rng=2 rgn=2",
        "compose.yml:1: no service named 'rgn'\n  fix: did you mean 'rng'?\n",
        id="the second of two",
    ),
    pytest.param(
        "scale rng 3 -f other.yml",
        "other.yml: the Compose file does not exist\n"
        "  fix: give an existing file, or leave out `-f` to look for compose.yml here and above\n",
        id="no such file",
    ),
    pytest.param(
        "scale rng 3 -o no/where.yml",
        "no/where.yml: the folder 'no' does not exist\n"
        "  fix: make it first, or choose another file with `-o`\n",
        id="no such folder",
    ),
    pytest.param(
        "scale rng 3 -o compose.yml",
        "compose.yml: the output would replace the input\n  fix: choose another file with `-o`\n",
        id="the input as output",
    ),
]


@pytest.mark.parametrize(("words", "said"), INPUT)
def test_input_is_code_1_with_place_fact_and_fix(coins: Path, words: str, said: str) -> None:
    result = dcgen(*words.split())

    assert (result.exit_code, result.stdout, result.stderr) == (1, "", said)
    assert names(coins) == ["compose.yml"]


@pytest.mark.parametrize("text", ["a: [", "\x00", "a: &a [*a]", "- x", "services: 1"])
def test_what_is_no_compose_file_is_code_1(coins: Path, text: str) -> None:
    (coins / "compose.yml").write_text(text)

    result = dcgen("scale", "rng", "3")

    assert result.exit_code == 1
    assert result.stderr.startswith("compose.yml:")
    assert result.stderr.count("\n  fix: ") == 1


def test_what_is_not_utf8_is_named_with_its_line(coins: Path) -> None:
    (coins / "compose.yml").write_bytes(b"services:\n  a: \xff\n")

    result = dcgen("scale", "a", "2")

    assert result.stderr == "compose.yml:2: byte 0xff is not UTF-8\n  fix: save the file in UTF-8\n"
