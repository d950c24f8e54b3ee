"""Values and names that break programs, for the keys of a Compose file."""

from typing import Any

DEEP: Any = "x"
for _ in range(80):
    DEEP = [DEEP]
ANYTHING: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 3.5, 10**30, [], {}, [None], [[]], [{}], {"a": None}, DEEP),
    *("", " ", "a", "-", "--help", "~", "²", "٣", "1e3", "0x1f", "1_000", "007", "é", "\u202e"),
    *("a\0b", "\x1b[31mred", "\x9b2J", "a\nb", "a\rb", "\ud800", "\U0001f600", "\u2028", "\x07"),
    *("$", "$X", "${X", "${X:-${X}}", "${X?no}", "${X:?}", "$$", "${1}", "${}", "${X:-", "%s{}"),
    *(
        "../../x",
        "/",
        "/dev/zero",
        "/dev/full",
        "/etc/passwd",
        "a/b",
        ".",
        "..",
        "~root",
        "x" * 9999,
    ),
    *("'", '"', "python 'x", "\\", "`id`", "$(id)", ";", "|", "&", "#", "*", "!", "{{", "@", "%"),
)
NUMBERS: tuple[Any, ...] = (
    *(0, -1, 2, 501, 10**9, 10**30, 2.5, True, None, "3", "²", "0x3", " 3", "3 ", "1e1", ""),
    *("${N}", "${N:-2}", "9" * 5000, [3], {"a": 3}),
)
PORTS: tuple[Any, ...] = (
    *(70000, 0, -1, 80, "80", "70000", "80:70000", "80:0", "1-2000000000", "1-65535:1-65535"),
    *("5-3", "80-", "-80", "80:", ":80", "::", "[::1]:80:80", "[::1:80", "1.2.3.4.5:80:80", "80/"),
    *("80/udp", "80/xyz", "²", "8080:²", "a:80", "${P}", "${P:-80}:80", "80:80:80:80", "22:22"),
    *({"target": 80}, {"target": "x"}, {"target": None}, {"published": 1}, {}, [80]),
    *({"target": 80, "published": "1-99999999"}, {"target": 80, "host_ip": "x y"}, None, 1.5),
    *({"target": 80, "protocol": 7}, {"target": [80]}, "999.0.0.1:80:80", "\0", "80:80\n"),
)
NAMES: tuple[Any, ...] = (
    *(
        "a/b",
        "../x",
        "/abs",
        "",
        " ",
        ".",
        "..",
        "a\nb",
        "\x1b[2J",
        1,
        True,
        None,
        "x" * 300,
        "-rf",
    ),
    *("a b", "é", "a:b", "a=b", "a.b", "build", "image", "services", "\ud800", "a\0", "*", "web1"),
)
LABELS: dict[str, tuple[Any, ...]] = {
    "dcgen.role": ("balancer", "replica", "ambassador", "king", "", None, 7, ["balancer"]),
    "dcgen.service": ("web", "", "a/b", "../..", 7, None),
    "dcgen.balances": (
        *("web:80", "web1:80 web2:80", "nobody:80", "web", "web:", ":80", "web:²", "web:70000", ""),
        *("web:80 " * 5000, "a/b:80", "w\neb:80", 80, None, ["web:80"], "web:1-2000000000"),
    ),
    "dcgen.upstream": (
        *("192.0.2.7:6379", "x", ":", "a:b", "h:70000", "h:0", "", "[::1]:1", "[::1", "h:²", 7),
        *("a:1," * 5000, "a\nb:1", "a b:1", None, "host.docker.internal:1"),
    ),
    "dcgen.ports": ("6379", "", "x", "70000", "²", "1 " * 70000, None, 6379, "0", "-1"),
    "dcgen.options": (
        *("mode=http", "mode=x", "mode", "=", "x=y", "stats=1:2:3", "stats=99999", "maxconn=²"),
        *("timeout-server=1e400", "timeout-server=nan", "health-path=a b", 'health-path=/"', None),
        *("server-maxconn=-1", "balance=source mode=http " * 500, "mode=http\nx", "stats-secret=a"),
    ),
    "dcgen.access": ("tls=yes", "tls=x", "auth-env=", "auth-env=A B", "cert=/x", "=", "x", None, 7),
    "dcgen.slots": NUMBERS,
    "dcgen.count": ("(", "(\\d+)", "(a+)+$", "[", "(?P<x>", "\\", "(?i)x", None, 7, "²"),
}
COMMANDS: tuple[Any, ...] = (
    *("python main.py", "python 'x", "python", 'python "', "sh -c x", ["python", "main.py"]),
    *(["python"], [], [None], [["python"]], ["python", "\0"], ["python", "../../etc/passwd"], "\\"),
    *(["python", "-c", "\ud800"], {"a": "b"}, 7, ["python", "-m", "\x1b"], "redis-server --dir /"),
)
SERVICE: dict[str, tuple[Any, ...]] = {
    "image": ("redis", "redis:7", "nginx", "haproxy:lts", "", "a b", "redis:${V", "library/redis"),
    "build": (
        *("web", ".", "missing", "web/Dockerfile", "/", "/dev", "http://x/y.git", "a\0b", "../.."),
        *({"context": "web"}, {"context": "web", "dockerfile": "other"}, {"dockerfile": "web/x"}),
        *({"context": "web", "dockerfile": "/dev/zero"}, {"context": ["web"]}, {"target": "x"}),
        *({"context": "web", "dockerfile_inline": "FROM a\nCMD ["}, {"dockerfile_inline": 7}),
        *({"context": "web", "target": "²"}, {"context": "\ud800"}, {"context": "x" * 5000}),
    ),
    "command": COMMANDS,
    "entrypoint": COMMANDS,
    "ports": (*([port] for port in PORTS), "80", 80, {"80": 80}, ["80", "80"], [80] * 3000),
    "expose": (*([port] for port in PORTS), "80", 80, {"80": None}),
    "environment": (
        *(
            {"A": None},
            ["A"],
            ["A=b", "=c", "\0=x"],
            {"": "x"},
            {"A=B": "c"},
            "A=b",
            7,
            {"PORT": 9},
        ),
        *({"A": "\0"}, {"A": "\ud800"}, {"A": ["x"]}, {"A": {"b": 1}}, {"URL": "http://web:80/\0"}),
        *({"A": "x" * 300000}, {"A": "http://[web:80/"}, {"A": "redis://web:99999/"}, [["A"]]),
    ),
    "env_file": (
        ".env",
        "missing",
        [".env"],
        [{"path": ".env"}],
        {"path": 7},
        "/dev/zero",
        "web",
        7,
    ),
    "depends_on": (
        *(["web"], ["nobody"], {"web": None}, {"web": {"condition": "x"}}, "web", [7], {"web": []}),
        *({"web": {"condition": "service_healthy"}}, {"web": "x"}, [["web"]], {"": {}}, [None]),
    ),
    "links": (["web"], ["web:"], [":x"], ["web:a:b"], ["nobody:x"], {"web": "x"}, [None], "web"),
    "networks": (["a"], {"a": None}, {"a": {"aliases": "x"}}, {"a": {"aliases": [None]}}, "a", [1]),
    "network_mode": ("host", "service:web", "container:x", "none", 7, ["host"]),
    "deploy": (
        *(tuple({"replicas": number} for number in NUMBERS)),
        *({}, [], "x", None, {"restart_policy": 7}, {"restart_policy": {"condition": []}}),
        *({"restart_policy": {"max_attempts": "²"}}, {"mode": "global"}, {"endpoint_mode": 7}),
    ),
    "scale": NUMBERS,
    "restart": ("always", "on-failure:3", "on-failure:²", "on-failure:", "no", False, ":", [1], 7),
    "healthcheck": (
        *({"test": "curl -f http://localhost:80/x"}, {"test": ["CMD", "curl"]}, {"test": []}),
        *(
            {"disable": True},
            {"interval": "1x"},
            {"test": ["CMD-SHELL", "wget 'x"]},
            7,
            {"test": 7},
        ),
        *({"test": ["CMD", 7, None]}, {"retries": "²"}, {"start_period": "9" * 400 + "s"}),
    ),
    "extends": (
        "web",
        "nobody",
        {"service": "web"},
        {"file": "compose.yml", "service": "a"},
        7,
        [],
    ),
    "volumes": (["./a:/b"], ["/a"], [":"], [{"type": "bind"}], "x", [7], ["a:b:c:d:e"], {"a": 1}),
    "volumes_from": (["web"], ["nobody:ro"], [7], "web"),
    "configs": (["a"], [{"source": "a"}], [{"source": None}], "a", [7], {"a": 1}),
    "secrets": (["a"], [{"source": 7}], "a", [[]]),
    "profiles": (["a"], "a", [7], {"a": 1}, [""], [None]),
    "extra_hosts": (["a:1.2.3.4"], ["a"], {"a": None}, {"a": ["1.2.3.4"]}, [7], ["a=b=c"], ":", 7),
    "labels": ({"a": "b"}, ["a=b", "=", 7], {"": ""}, {"a": ["b"]}, "a", [{}]),
    "container_name": ("web", "a b", "\x1b", 7, "${C}", ""),
    "hostname": ("web", "a b", 7, ""),
    "provider": ({"type": "x"}, 7),
    "<<": ({"image": "redis"}, [{"image": "redis"}, 7], "x", []),
}
TOP: dict[str, tuple[Any, ...]] = {
    "version": ("3.8", 2, "2.4", "1", None, [], "\x1b"),
    "name": ("p", "", "A b", 7, "../x", "\x1b[31m", "${N}"),
    "networks": ({"a": None}, ["a"], {"a": 7}, "x", {"": {}}),
    "volumes": ({"a": None}, [], "x", {"a": {"external": "x"}}),
    "configs": ({"a": {"content": "x${Y}"}}, {"a": {"file": "/dev/zero"}}, {"a": 7}, [], "x"),
    "secrets": ({"a": {"file": "../../x"}}, {"a": {"environment": "\0"}}, [], "x"),
    "include": (["other.yml"], "compose.yml", [{"path": 7}], [{"path": ["web"]}], 7, ["/dev/zero"]),
    "x-a": ANYTHING,
}
