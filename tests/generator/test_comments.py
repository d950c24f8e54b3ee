"""Comments: each is there once, with what it is about."""

import pytest

from tests.generator.compose import ambassador, extra_hosts, scale

FILE = """\
# the whole file
# in two lines

services:  # all of them
  # who makes random bytes
  rng:  # the bottleneck
    # built here
    build: rng  # no tag
    ports:
      # for curl
      - "8001:80"  # the API
    # for later:
    # restart: always

  # - - - where the coins are - - -
  redis:  # state
    image: redis

  # the end of the services
volumes:  # none yet
  {}
# the end of the file
"""


def test_replicas_and_balancer_share_the_comments_of_the_service() -> None:
    made = scale(FILE)

    assert made.text.partition("  rng1:")[0] == FILE.partition("  rng:")[0]
    assert made.text.partition("  rng1:")[2].startswith(
        "  # the bottleneck\n    # built here\n    build: rng  # no tag\n"
    )
    assert made.carried("rng") == 'ports:\n  # for curl\n  - "8001:80"  # the API\n'
    tail = FILE[FILE.index("\n  # - - - where") :]
    assert tail in made.text


def test_second_replica_repeats_no_comment() -> None:
    assert "#" not in scale(FILE).body("rng2")


def test_comments_around_a_service_that_leaves_stay() -> None:
    made = extra_hosts(FILE)

    for comment in ("# - - - where the coins are - - -", "# the end of the services", "# none yet"):
        assert made.text.count(comment) == 1
    assert "# state" not in made.text


def test_comments_around_an_ambassador_stay() -> None:
    made = ambassador(FILE)

    assert made.text.partition("  redis:")[0] == FILE.partition("  redis:")[0]
    assert "\n  # the end of the services\nvolumes:  # none yet\n  {}\n" in made.text


BETWEEN = [
    pytest.param("\n  # about redis\n", id="with a blank line above"),
    pytest.param("  # about redis\n", id="right below the service before it"),
    pytest.param("\n\n  # about redis\n\n  # and more\n\n", id="in two groups"),
    pytest.param("# about redis\n", id="in the first column"),
    pytest.param("\n#  redis:\n#    image: old\n", id="that are a service no longer used"),
    pytest.param("  # about\tredis\t\n", id="with tabs in them"),
]


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("transform", [scale, extra_hosts, ambassador])
def test_comments_between_services_stay_between_them(transform, between: str) -> None:
    source = (
        "services:\n  rng:\n    image: app\n    expose:\n      - '80'\n"
        + between
        + "  redis:\n    image: redis\n  web:\n    image: web\n"
    )
    made = transform(source, "rng")

    assert f"{between}  redis:\n" in made.text


INSIDE = [
    pytest.param("    # volumes:\n    #   - /data\n", id="a part that is no longer used"),
    pytest.param("      # deeper\n", id="deeper than the keys"),
    pytest.param("   # between the columns of name and keys\n", id="less deep than the keys"),
]


@pytest.mark.parametrize("inside", INSIDE)
def test_deeper_comment_below_a_service_is_its_own(inside: str) -> None:
    source = (
        f"services:\n  rng:\n    image: app\n    expose: [80]\n{inside}  redis:\n    image: r\n"
    )

    assert inside.strip().splitlines()[0] in scale(source).body("rng1")
    assert inside.strip().splitlines()[0] not in extra_hosts(source, "rng").text


def test_hash_that_is_no_comment_is_left_alone() -> None:
    made = scale(
        "services:\n  rng:\n    image: app\n    expose: [80]\n"
        "    command: ['echo', '# no comment', \"a # b\", a#b]  # but this is\n"
        "    environment:\n      TEXT: |\n        #nor this\n        end\n"
    )

    for replica in ("rng1", "rng2"):
        assert made.services[replica]["environment"] == {"TEXT": "#nor this\nend\n"}
        assert made.services[replica]["command"] == ["echo", "# no comment", "a # b", "a#b"]
    assert made.text.count("# but this is") == 1


def test_comment_of_a_dependency_goes_with_it() -> None:
    made = extra_hosts(
        """
        services:
          redis:
            image: redis
          web:
            image: web
            depends_on:
              - db     # tables
              - redis  # counters
          db:
            image: postgres
        """,
        lost=("# counters",),
    )

    assert made.body("web").startswith("image: web\ndepends_on:\n  - db     # tables\n")


def test_item_that_is_no_longer_used_moves_with_its_list() -> None:
    ports = 'ports:\n  - "8001:80"\n  # - "8002:80"\n'
    made = scale(
        'services:\n  rng:\n    image: app\n    ports:\n      - "8001:80"\n'
        '      # - "8002:80"\n    # always\n    restart: always\n  redis:\n    image: redis\n'
    )

    assert made.body("rng1") == "image: app\n# always\nrestart: always\n"
    assert made.carried("rng").startswith(ports)


NETWORKS = """\
    # who may call
    networks:  # two of them
      # the inner one
      back:  # of the house
        # also called
        aliases:  # so
          # in short
          - r  # one letter
        # no address
      # no front
"""
EXPOSE = """\
    # how it is reached
    expose:  # inside
      # the API
      - "80"  # of HTTP
      # no metrics
"""
SHARED_ANCHOR = [
    pytest.param(" &app", EXPOSE, "    <<: *app\n", id="body with expose"),
    pytest.param(" &app", EXPOSE + NETWORKS, "    <<: *app\n", id="body with networks"),
    pytest.param("", EXPOSE.replace(":", ": &e", 1), "    expose: *e\n", id="expose"),
    pytest.param(
        " &app", EXPOSE.replace("expose", "ports"), "    <<: *app\n    ports: []\n", id="ports"
    ),
]


def comments(text: str) -> list[str]:
    """Return the comments of the source that stand in *text*, as often as they do."""
    found = [line.partition("# ")[2] for line in text.splitlines()]
    return [comment for comment in found if comment and f"# {comment}\n" in EXPOSE + NETWORKS]


@pytest.mark.parametrize("transform", [scale, ambassador])
def test_comments_of_networks_with_aliases_move_with_them_once(transform) -> None:
    source = (
        f"services:\n  rng:\n    image: app\n    expose: ['80']\n{NETWORKS}networks:\n  back:\n"
    )
    made = transform(source, "rng")

    assert NETWORKS in made.text
    assert comments(made.text) == comments(NETWORKS)


@pytest.mark.parametrize("transform", [scale, ambassador, extra_hosts])
@pytest.mark.parametrize(("anchor", "body", "other"), SHARED_ANCHOR)
def test_comments_of_a_service_with_a_used_anchor_stay_in_the_fragment(
    transform, anchor: str, body: str, other: str
) -> None:
    source = (
        f"services:\n  rng:{anchor}\n    image: app\n{body}"
        f"  other:\n    image: other\n{other}networks:\n  back:\n"
    )
    made = transform(source, "rng")

    assert comments(made.text) == comments(body)
    assert comments(made.text.partition("services:\n")[0]) == comments(body)
