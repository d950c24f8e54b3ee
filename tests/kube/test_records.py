"""What the names of a cluster lead to."""

import pytest

from tests.kube.records import Records

SPACE = "coins"


def records() -> Records:
    def service(**spec: object) -> dict[str, object]:
        return {"spec": {"type": "ClusterIP", "clusterIP": "None", **spec}}

    pods = {
        "addresses": [{"ip": "172.21.0.3", "hostname": "redis-0"}, {"ip": "172.22.0.3"}],
        "notReadyAddresses": [{"ip": "172.23.0.3"}],
    }
    services = {
        "rng": service(clusterIP="10.219.0.7"),
        "pods": service(),
        "early": service(publishNotReadyAddresses=True),
        "empty": service(),
        "away": service(type="ExternalName", externalName="DB.example."),
    }
    return Records(
        {(name, SPACE): found for name, found in services.items()},
        {(name, SPACE): {"subsets": [pods]} for name in ("pods", "early")},
        {"db.example": "192.0.2.7"},
    )


@pytest.mark.parametrize(
    ("name", "found"),
    [
        pytest.param("rng.coins", ("", ["10.219.0.7"]), id="a Service by its address"),
        pytest.param("rng.other", None, id="of another namespace"),
        pytest.param("pods.coins", ("", ["172.21.0.3", "172.22.0.3"]), id="pods that are ready"),
        pytest.param(
            "early.coins", ("", ["172.21.0.3", "172.22.0.3", "172.23.0.3"]), id="pods ready or not"
        ),
        pytest.param("empty.coins", None, id="no pod, no name"),
        pytest.param("redis-0.pods.coins", ("", ["172.21.0.3"]), id="one pod by its name"),
        pytest.param("redis-1.pods.coins", None, id="a pod that is not there"),
        pytest.param("away.coins", ("db.example", ["192.0.2.7"]), id="a name of elsewhere"),
    ],
)
def test_a_name_in_the_cluster(name: str, found: tuple[str, list[str]] | None) -> None:
    assert records().look_up(f"{name}.svc.cluster.local") == found


def test_a_name_outside_is_known_only_if_it_was_given() -> None:
    assert records().look_up("db.example") == ("", ["192.0.2.7"])
    assert records().look_up("rng") is None
