"""The keys of a drawn service, in their many spellings."""

from collections.abc import Callable

from hypothesis import strategies as st

from tests.fuzz.pen import Pen

NAMES = ("rng", "hasher", "web-ui", "redis", "db_2", "Worker", "api.v2", "x")
NETWORKS = ("front", "back")

Writer = Callable[[Pen, str, int, list[str]], None]


def _ports(pen: Pen, name: str, column: int, _: list[str]) -> None:
    number = 8000 + NAMES.index(name)
    long = not pen.file.v1 and pen.chance(4)
    if long:
        pen.put(column, "ports:")
        pen.put(column + pen.file.layout.dash, "- target: 80")
        pen.put(column + pen.file.layout.dash + 2, f"published: {number}")
        return
    shapes = [f"{number}:80", f"127.0.0.1:{number}:80", f"{number}:80/tcp", f"${{P:-{number}}}:80"]
    values = [pen.quote(pen.pick(shapes), plain=False)]
    if pen.chance(3):
        values.append(pen.quote(f"{number + 100}:8080", plain=False))
    pen.items("ports", column, values)


def _expose(pen: Pen, _: str, column: int, __: list[str]) -> None:
    pen.items("expose", column, [pen.quote("9000", plain=False)])


def _environment(pen: Pen, _: str, column: int, earlier: list[str]) -> None:
    values = {"MODE": pen.pick(["fast", '"on"', "'it''s'", '"${MODE:-x}"', '"$$HOME"', "é"])}
    if earlier:
        values["PEER"] = f"http://{pen.pick(earlier)}:80/"
    if pen.chance(3):
        values["EMPTY"] = ""
    anchor = ""
    if pen.chance(4):
        label = f"env{len(pen.file.anchors)}"
        pen.file.anchors.append(label)
        anchor = f" &{label}"
    if pen.chance():
        pen.entries("environment", column, values, anchor=anchor)
    else:
        words = [f"{key}={value.strip(chr(34))}" for key, value in values.items()]
        pen.items("environment", column, [f'"{word}"' for word in words], anchor=anchor)


def _shared_environment(pen: Pen, name: str, column: int, earlier: list[str]) -> None:
    if pen.file.anchors:
        pen.put(column, f"environment: *{pen.pick(pen.file.anchors)}")
    else:
        _environment(pen, name, column, earlier)


def _depends_on(pen: Pen, _: str, column: int, earlier: list[str]) -> None:
    if not earlier or pen.file.v1:
        return
    chosen = pen.draw(st.lists(st.sampled_from(earlier), min_size=1, max_size=3, unique=True))
    if pen.chance():
        pen.items("depends_on", column, [pen.quote(name) for name in chosen])
        return
    pen.put(column, "depends_on:")
    for name in chosen:
        pen.put(column + pen.file.layout.step, f"{name}:")
        pen.put(column + 2 * pen.file.layout.step, "condition: service_started")


def _links(pen: Pen, _: str, column: int, earlier: list[str]) -> None:
    if earlier:
        name = pen.pick(earlier)
        pen.items("links", column, [pen.quote(pen.pick([name, f"{name}:peer"]))])


def _networks(pen: Pen, name: str, column: int, _: list[str]) -> None:
    if pen.file.v1:
        return
    if pen.chance():
        pen.items("networks", column, list(pen.pick([NETWORKS, NETWORKS[:1], NETWORKS[1:]])))
        return
    pen.put(column, "networks:")
    pen.put(column + pen.file.layout.step, "front:")
    if pen.chance():
        pen.put(column + 2 * pen.file.layout.step, f"aliases: [{name}-alias]")
        if pen.chance():
            pen.put(column + pen.file.layout.step, "back:")


def _command(pen: Pen, _: str, column: int, __: list[str]) -> None:
    step = pen.file.layout.step
    kind = pen.pick(["plain", "flow", "literal", "folded", "quoted over lines"])
    if kind == "plain":
        pen.put(column, "command: serve --port 80  --name='x'")
    elif kind == "flow":
        pen.put(column, 'command: ["serve", "# no comment", "--port=80"]')
    elif kind == "quoted over lines":
        pen.put(column, 'command: "serve', remark=False)
        pen.put(column + step, '--port 80"', remark=False)
    else:
        pen.put(column, f"command: {'|' if kind == 'literal' else '>-'}", remark=False)
        pen.put(column + step, "serve  # not a comment", remark=False)
        pen.lines.append("")
        pen.put(column + step, "  --port 80", remark=False)


def _labels(pen: Pen, name: str, column: int, _: list[str]) -> None:
    values = {"team": "red", "traefik.http.x": f"{name}.example"} if pen.chance() else {"a.b": "c"}
    if pen.chance():
        pen.entries("labels", column, values)
    else:
        pen.items("labels", column, [pen.quote(f"{key}={part}") for key, part in values.items()])


def _deploy(pen: Pen, _: str, column: int, __: list[str]) -> None:
    if pen.file.v1:
        return
    pen.put(column, "deploy:", remark=False)  # a comment would go with what nobody has afterwards
    if pen.chance():
        pen.put(column + pen.file.layout.step, "replicas: 2", remark=False)
        if pen.chance():
            return
    pen.put(column + pen.file.layout.step, "restart_policy:")
    pen.put(column + 2 * pen.file.layout.step, "condition: on-failure")


def _one(text: str) -> Writer:
    return lambda pen, name, column, _: pen.put(column, text.format(name=name.lower()))


KEYS: dict[str, Writer] = {
    "ports": _ports,
    "expose": _expose,
    "environment": _environment,
    "shared environment": _shared_environment,
    "depends_on": _depends_on,
    "links": _links,
    "networks": _networks,
    "command": _command,
    "labels": _labels,
    "deploy": _deploy,
    "container_name": _one("container_name: app-{name}"),
    "hostname": _one("hostname:   '{name}-host'"),
    "restart": _one("restart: always"),
    "volumes": lambda pen, _, column, __: pen.items("volumes", column, ["./data:/data:ro"]),
}
