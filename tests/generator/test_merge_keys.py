"""Merge keys (`<<`): what comes by one counts, and does not come back when it is taken away."""

import pytest

from tests.generator.compose import ambassador, extra_hosts, scale

DEFAULTS = """
x-defaults: &defaults
  restart: always
  {}
services:
  rng:
    <<: *defaults
    image: app
    expose: [80]
"""


def test_merge_key_stays_in_every_replica() -> None:
    made = scale(DEFAULTS.format("init: true"))

    body = "<<: *defaults\nimage: app\nexpose: [80]\n"
    assert made.body("rng1") == made.body("rng2") == body
    assert made.carried("rng") == "restart: always\nexpose: [80]\n"


@pytest.mark.parametrize("merge", ["*one", "[*one, *two]", "[*two, *one]"])
def test_merged_ports_are_the_balancers(merge: str) -> None:
    made = scale(
        f"""
        x-one: &one
          ports: ["8001:80"]
        x-two: &two
          init: true
        services:
          rng:
            <<: {merge}
            image: app
        """
    )

    assert made.body("rng1") == f"<<: {merge}\nimage: app\nports: []\n"
    assert made.services["rng"]["ports"] == ["8001:80"]


def test_merged_container_name_is_written_out_of_the_replicas() -> None:
    made = scale(DEFAULTS.format("container_name: coins_rng"))

    assert made.body("rng1") == "image: app\nexpose: [80]\nrestart: always\n"
    assert made.services["rng"]["container_name"] == "coins_rng"


def test_own_value_wins_over_the_merged_one() -> None:
    made = scale(DEFAULTS.format("expose: [81]"))

    assert made.value("rng", "labels")["dcgen.balances"] == "rng1:80 rng2:80"


def test_first_of_several_wins() -> None:
    made = scale(
        """
        x-one: &one
          expose: [81]
        x-two: &two
          expose: [82]
        services:
          rng:
            <<: [*one, *two]
            image: app
        """
    )

    assert made.value("rng", "labels")["dcgen.balances"] == "rng1:81 rng2:81"


DEPENDENT = """
x-app: &app
  image: app
  depends_on:
    - redis
    {}
services:
  redis:
    image: redis
  web:
    <<: *app
  db:
    image: postgres
"""


def test_dependency_in_a_fragment_goes_where_it_stands() -> None:
    made = extra_hosts(DEPENDENT.format("- db"))

    assert made.text.startswith("x-app: &app\n  image: app\n  depends_on:\n    - db\nservices:\n")
    assert made.services["web"]["depends_on"] == ["db"]


def test_only_dependency_in_a_fragment_goes_with_its_key() -> None:
    made = extra_hosts(DEPENDENT.format(""))

    assert "depends_on" not in made.services["web"]


def test_last_own_dependency_does_not_bring_the_merged_ones_back() -> None:
    made = extra_hosts(
        """
        x-app: &app
          image: app
          depends_on: [db]
        services:
          redis:
            image: redis
          db:
            image: postgres
          web:
            <<: *app
            depends_on: [redis]
        """
    )

    assert made.services["web"]["depends_on"] == []


def test_ambassador_takes_over_what_is_merged() -> None:
    made = ambassador(DEFAULTS.format("container_name: coins_rng"), "rng")

    assert made.carried("rng") == "container_name: coins_rng\nrestart: always\nexpose: [80]\n"
