"""What of several replicas is built; a `docker` on PATH stands in for the daemon."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.docker.containers import LABEL, Site
from engine.variant import Variant
from engine.watch.alike import name_alike, to_build

Put = Callable[[str, str], None]
# The replicas `web1` and `web2` run, each by an image of its own name.
DOCKER = f"""
import json
def one(name):
    labels = {{"{LABEL}service": name, "{LABEL}project": "shop"}}
    return {{"Id": name, "Name": "/shop-%s-1" % name, "Image": "sha256:1", "Mounts": [],
            "Config": {{"Labels": labels, "Image": "shop-" + name}}, "State": {{"Running": True}},
            "HostConfig": {{}}, "NetworkSettings": {{"Networks": {{}}}}}}
if sys.argv[1] == "ps":
    print("web1\\tweb1\\t\\nweb2\\tweb2\\t")
elif sys.argv[1] == "inspect":
    print(json.dumps([one(name) for name in sys.argv[4:]]))
else:
    open(os.path.dirname(sys.argv[0]) + "/asked", "a").write(" ".join(sys.argv[1:]) + "\\n")
"""
REPLICA = "labels: [dcgen.role=replica, dcgen.service=web]"


@pytest.mark.parametrize(
    ("keys", "build", "alike"),
    [
        pytest.param(("build: a", "build: a"), ["web1"], {"shop-web1": ["shop-web2"]}, id="alike"),
        pytest.param(("build: a", "build: b"), ["web1", "web2"], {}, id="from other folders"),
        pytest.param(
            ("build: a, image: i", "build: a, image: i"), ["web1"], {}, id="with one image"
        ),
        pytest.param(
            ("build: a", "build: a", "build: a"),
            ["web1", "web3"],
            {"shop-web1": ["shop-web2"]},
            id="one that does not run yet",
        ),
    ],
)
def test_one_is_built_of_those_that_are_alike(
    put: Put,
    variant: Callable[[str], Variant],
    keys: tuple[str, ...],
    build: list[str],
    alike: dict[str, list[str]],
) -> None:
    put("docker", DOCKER)
    lines = [f"  web{n}: {{{key}, {REPLICA}}}\n" for n, key in enumerate(keys, start=1)]

    found = to_build(variant(f"services:\n{''.join(lines)}"), ["web"], Site((), project="shop"))

    assert found == (build, alike)


def test_the_others_get_the_name(put: Put, tmp_path: Path) -> None:
    put("docker", DOCKER)

    name_alike(Site(()), {"shop-web1": ["shop-web2", "shop-web3"]})

    asked = (tmp_path / "bin" / "asked").read_text()
    assert asked == "tag shop-web1 shop-web2\ntag shop-web1 shop-web3\n"
