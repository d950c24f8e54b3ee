"""Pairs of Compose files, drawn so that the second says something of what the first says.

Every key that Compose merges by a rule of its own is here in each of its forms, with few values, so
that two draws often name the same thing. Many services share one pair of files: each is a merge.
"""

import itertools
import json
from dataclasses import dataclass
from random import Random
from typing import Any

Drawn = Any
KEYS: dict[str, list[Drawn]] = {
    "command": ["run it", ["run", "it"], ["other"], []],
    "entrypoint": ["/bin/a b", ["/bin/c"]],
    "environment": [["A=b", "C=d"], ["A=x", "E"], {"A": "1.10", "C": None}, {"A": 1, "E": True}],
    "env_file": ["a.env", ["a.env", "b.env"], [{"path": "b.env", "required": False}, "a.env"]],
    "labels": [["l=1", "m"], {"l": "2", "m": None}, {"l": None}, {"n": 3}, ["l=a=b"]],
    "annotations": [["l=1", "m=2"], {"l": "2"}],
    "ports": [
        ["80:80", "81:81/udp"],
        [80, "9000-9002:9000-9002"],
        ["127.0.0.1:80:80", "8080:80"],
        [{"target": 80, "published": "80"}],
        [{"target": 80, "published": "8080", "protocol": "udp", "mode": "host"}],
        ["80:80/tcp", "9001:9001"],
    ],
    "expose": [["80", 81], ["80/tcp", "90-92"], [80]],
    "volumes": [
        ["data:/d", "./a:/b"],
        ["/d", "./c:/b:ro"],
        [{"type": "bind", "source": "./e", "target": "/b"}],
        [{"type": "volume", "source": "data", "target": "/d", "volume": {"nocopy": True}}],
        [{"type": "tmpfs", "target": "/t", "tmpfs": {"size": 1024}}],
        ["other:/d/"],
    ],
    "devices": [["/dev/a:/dev/b"], ["/dev/c:/dev/b:r", "/dev/a"], ["/dev/a:/dev/d"]],
    "tmpfs": ["/run", ["/tmp"], ["/var:size=1m"]],
    "dns": ["192.0.2.1", ["192.0.2.2", "192.0.2.1"]],
    "dns_search": ["a.example", ["b.example", "a.example"]],
    "dns_opt": [["use-vc"], ["use-vc", "no-tld-query"]],
    "configs": [["one"], [{"source": "one", "target": "/one"}, "two"], [{"source": "two"}]],
    "secrets": [["one"], [{"source": "one", "target": "other"}], ["two", "one"]],
    "depends_on": [
        ["d1"],
        ["d2", "d1"],
        {"d1": {"condition": "service_healthy"}},
        {"d2": {"condition": "service_started", "required": False, "restart": True}},
    ],
    "networks": [
        ["n1"],
        ["n2", "n1"],
        {"n1": None},
        {"n1": {"aliases": ["x", "y"], "priority": 5}},
        {"n1": {"aliases": ["y", "z"], "link_local_ips": ["169.254.1.1"]}, "n2": None},
    ],
    "links": [["d1"], ["d1:x", "d2"]],
    "external_links": [["far"], ["far:near"]],
    "cap_add": [["NET_ADMIN"], ["NET_ADMIN", "ALL"]],
    "cap_drop": [["NET_ADMIN"], ["ALL", "NET_ADMIN"]],
    "security_opt": [["no-new-privileges:true"], ["label:disable"]],
    "group_add": [["root"], ["mail"], [100]],
    "device_cgroup_rules": [["c 1:3 mr"], ["a 7:* rmw"]],
    "sysctls": [["net.core.somaxconn=1"], {"net.core.somaxconn": 2, "net.ipv4.tcp_syncookies": 0}],
    "ulimits": [
        {"nproc": 5},
        {"nproc": {"soft": 1, "hard": 2}, "nofile": 7},
        {"nofile": {"soft": 3, "hard": 9}},
    ],
    "extra_hosts": [
        ["a:192.0.2.1"],
        ["a:192.0.2.2", "b=192.0.2.3"],
        {"a": "192.0.2.4"},
        {"b": "192.0.2.5"},
    ],
    "healthcheck": [
        {"test": "curl a", "interval": "5s"},
        {"test": ["CMD", "b"], "retries": 3},
        {"interval": "9s", "start_period": "1s"},
        {"disable": True},
    ],
    "logging": [
        {"driver": "syslog", "options": {"tag": "a"}},
        {"driver": "json-file", "options": {"max-size": "1m"}},
        {"driver": "json-file", "options": {"max-size": "2m", "max-file": "3"}},
        {"options": {"max-file": "4"}},
        {"driver": "none"},
    ],
    "deploy": [
        {"replicas": 2, "labels": ["l=1", "m=2"]},
        {"labels": {"l": "3"}, "resources": {"limits": {"cpus": "0.5", "memory": "1g"}}},
        {"resources": {"limits": {"memory": "2g"}, "reservations": {"cpus": "0.1"}}},
        {"placement": {"constraints": ["node.role==manager"], "preferences": [{"spread": "a"}]}},
        {"placement": {"constraints": ["node.role==manager", "x==y"]}},
        {"restart_policy": {"condition": "any"}, "update_config": {"parallelism": 2}},
        {"update_config": {"delay": "1s", "order": "start-first"}},
    ],
    "build": [
        "./a",
        "./b",
        {"context": "./b", "dockerfile": "Other"},
        {"context": "./a", "args": ["X=1", "Y"], "labels": ["l=1"]},
        {"args": {"X": 2, "Z": None}, "target": "t"},
        {"labels": {"l": "2"}, "tags": ["t:1"], "cache_from": ["c:1"]},
        {"tags": ["t:1", "t:2"], "cache_from": ["c:1", "c:2"]},
        {"additional_contexts": ["x=./x"], "extra_hosts": ["a:192.0.2.1"]},
        {"additional_contexts": {"x": "./y"}, "extra_hosts": {"a": "192.0.2.2"}},
        {"no_cache": True, "secrets": ["one"], "network": "host", "shm_size": "1m"},
        {"secrets": ["one", "two"], "platforms": ["linux/amd64"]},
    ],
    "storage_opt": [{"size": "1G"}, {"size": "2G", "x": "y"}],
    "blkio_config": [{"weight": 300}, {"weight_device": [{"path": "/dev/a", "weight": 400}]}],
    "develop": [{"watch": [{"path": "./a", "action": "rebuild"}]}],
    "restart": ["always", "no"],
    "hostname": ["h1", "h2"],
    "user": ["root", "1000"],
    "working_dir": ["/w"],
    "privileged": [True, False],
    "init": [True, False],
    "tty": [True],
    "read_only": [True, False],
    "stop_signal": ["SIGTERM"],
    "stop_grace_period": ["1s", "1m30s"],
    "shm_size": ["64m"],
    "oom_score_adj": [5, -5],
    "domainname": ["c1.example", "c2.example"],
    "gpus": [[{"driver": "nvidia", "count": 1}], [{"driver": "nvidia", "count": 2}]],
    "post_start": [[{"command": "a"}], [{"command": ["b"], "user": "root"}]],
    "platform": ["linux/amd64"],
    "pull_policy": ["always", "never"],
    "profiles": [["p"], ["p", "q"]],
    "x-own": [{"a": [1], "b": "c"}, {"a": [2], "d": {"e": "f"}}, "word", ["w"]],
}
# These are drawn far more often than by chance, so that both files have them.
COMMON = ("build", "dns", "environment", "labels", "logging", "networks", "ports", "volumes")
SECTIONS: dict[str, list[Drawn]] = {
    "networks": [
        {"n1": None, "n2": {}},
        {"n1": {"driver": "bridge", "labels": ["l=1"], "driver_opts": {"a": "1"}}},
        {"n1": {"labels": {"l": "2", "m": "3"}, "driver_opts": {"a": 2, "b": "3"}}},
        {"n1": {"ipam": {"config": [{"subnet": "10.0.0.0/24", "gateway": "10.0.0.1"}]}}},
        {"n1": {"ipam": {"config": [{"subnet": "10.0.0.0/24", "ip_range": "10.0.0.0/25"}]}}},
        {"n1": {"ipam": {"driver": "default", "config": [{"subnet": "10.0.1.0/24"}]}}},
        {"n2": {"external": True, "name": "far"}},
        {"n2": {"internal": True, "name": "near"}},
    ],
    "volumes": [
        {"data": None, "other": {}},
        {"data": {"driver": "local"}},
        {"data": {"driver_opts": {"type": "tmpfs", "device": "tmpfs"}}},
        {"data": {"driver_opts": {"device": "x", "o": "y"}}, "third": {"name": "t"}},
    ],
    "configs": [
        {"one": {"file": "./one"}, "two": {"file": "./two"}},
        {"one": {"file": "./four"}, "two": {"file": "./three"}},
    ],
    "secrets": [
        {"one": {"file": "./one"}, "two": {"file": "./two"}},
        {"two": {"file": "./three", "labels": {"l": "1"}}},
    ],
    "x-top": [{"a": [1], "b": "c"}, {"a": [2], "d": {"e": "f"}}],
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files, and the names of the services that both speak of."""

    first: str
    second: str
    names: list[str]


def pair(seed: int, services: int = 20) -> Pair:
    """Return the pair of the number *seed*: equal seeds, equal pairs."""
    draw = Random(seed)
    names = [f"s{number}" for number in range(services)]
    bodies = {name: (_body(draw, whole=True), _body(draw, whole=False)) for name in names}
    for earlier, name in itertools.pairwise(names):
        # Compose resolves `extends` within each file.
        for half, chance in zip(bodies[name], (0.25, 0.05), strict=True):
            if draw.random() < chance:
                half.append(f"    extends: {draw.choice([earlier, f'{{service: {earlier}}}'])}")
    first = ["x-own: &own {x-shared: {a: b}}", "services:"]
    second = ["services:"]
    for name, (one, other) in bodies.items():
        first += [f"  {name}:", *one]
        second += [f"  {name}:", *other]
    for name in ("d1", "d2"):
        first += [f"  {name}: {{image: alpine:3, healthcheck: {{test: x}}}}"]
    for section, values in SECTIONS.items():
        whole = values[0]
        first += _lines(draw, 0, section, draw.choice([whole, whole | draw.choice(values)]))
        if draw.random() < 0.5:
            second += _lines(draw, 0, section, draw.choice(values))
    return Pair("\n".join(first) + "\n", "\n".join(second) + "\n", names)


def _body(draw: Random, *, whole: bool) -> list[str]:
    keys = draw.sample(sorted(KEYS), draw.randint(1, 4))
    keys = [*dict.fromkeys([*keys, draw.choice(COMMON), draw.choice(COMMON)])]
    lines = ["    image: alpine:3"] if whole else []
    if whole and draw.random() < 0.1:
        lines.append("    <<: *own")
    for key in keys:
        lines += _lines(draw, 4, key, draw.choice(KEYS[key]), tag="" if whole else _tag(draw))
    return lines


def _tag(draw: Random) -> str:
    return draw.choice(["!override", "!reset"]) if draw.random() < 0.04 else ""


def _lines(draw: Random, column: int, key: str, value: Drawn, tag: str = "") -> list[str]:
    pad = " " * column
    if tag == "!reset":
        return [f"{pad}{key}: !reset null"]
    if draw.random() < 0.5 or not isinstance(value, dict | list) or not value:
        return [f"{pad}{key}: {tag + ' ' if tag else ''}{json.dumps(value)}"]
    return [f"{pad}{key}: {tag}".rstrip(), *_block(draw, column + 2, value)]


def _block(draw: Random, column: int, value: Drawn) -> list[str]:
    pad = " " * column
    if isinstance(value, list):
        return [f"{pad}- {json.dumps(part)}" for part in value]
    lines = []
    for name, part in value.items():
        if part is None:
            lines.append(f"{pad}{name}:")
        else:
            lines += _lines(draw, column, name, part)
    return lines


# The v1 format's keys, in each of their forms.
V1_KEYS: dict[str, list[Drawn]] = {
    **{
        key: KEYS[key]
        for key in (
            *("cap_add", "cap_drop", "command", "devices", "dns", "dns_search", "domainname"),
            *("entrypoint", "external_links", "hostname", "privileged", "read_only", "restart"),
            *("security_opt", "shm_size", "stop_signal", "tty", "user", "working_dir"),
        )
    },
    "environment": [["A=b", "C=d"], ["A=x", "E"], {"A": "1.10", "C": None}, {"A": 1, "E": "y"}],
    "env_file": ["a.env", ["a.env", "b.env"]],
    "labels": [["l=1", "m"], {"l": "2", "m": ""}, {"n": "3"}, ["l=a=b"]],
    "ports": [["80:80", "81:81/udp"], [80, "9000:9000"], ["127.0.0.1:80:80", "8080:80"]],
    "expose": [["80", 81], ["80/tcp"], [80]],
    "volumes": [["data:/d", "./a:/b"], ["/e", "./c:/b:ro"], ["other:/d"]],
    "links": [["d1"], ["d1:x", "d2"]],
    "volumes_from": [["d1"], ["d2:ro", "d1"]],
    "extra_hosts": [["a:192.0.2.1"], ["a:192.0.2.2", "b:192.0.2.3"], {"a": "192.0.2.4"}],
    "net": ["bridge", "host"],
    "log_driver": ["syslog", "json-file"],
    "log_opt": [{"tag": "a"}, {"tag": "b", "max-size": "1m"}],
    "mem_limit": ["1g", "512m"],
    "cpu_shares": [5, 7],
    "ulimits": [{"nproc": 5}, {"nproc": {"soft": 1, "hard": 2}, "nofile": 7}],
}
V1_COMMON = ("environment", "labels", "links", "ports", "volumes", "extra_hosts")


def v1_pair(seed: int, services: int = 20) -> Pair:
    """Return the pair of files in the v1 format of the number *seed*."""
    draw = Random(seed)
    names = [f"s{number}" for number in range(services)]
    first, second = [], []
    for name in names:
        first += [f"{name}:", *_v1_body(draw, whole=True)]
        second += [f"{name}:", *_v1_body(draw, whole=False)]
    for name in ("d1", "d2"):
        first += [f"{name}: {{image: alpine}}"]
    return Pair("\n".join(first) + "\n", "\n".join(second) + "\n", names)


def _v1_body(draw: Random, *, whole: bool) -> list[str]:
    keys = draw.sample(sorted(V1_KEYS), draw.randint(1, 4))
    keys = [*dict.fromkeys([*keys, draw.choice(V1_COMMON), draw.choice(V1_COMMON)])]
    lines = ["  image: alpine"] if whole else []
    for key in keys:
        lines += _lines(draw, 2, key, draw.choice(V1_KEYS[key]))
    return lines
