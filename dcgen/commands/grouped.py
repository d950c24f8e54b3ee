"""A command whose help shows its options in groups, and its ranges once."""

from collections.abc import Callable

import click

from lb.ranges import COUNT, SECONDS

# Title to names of parameters, in the order of the help; what is in none of them comes last.
GROUPS = {
    "Load balancing": (
        *("ports", "dynamic", "balancer", "mode", "balance", "sticky", "retry", "proxy_protocol"),
    ),
    "Detached service": ("publish", "password", "encryption", "authority", "days"),
    "Images": ("registry", "direct", "tag", "keep_variables"),
    "Swarm": ("port_mode", "endpoint_mode"),
    "Docker": ("detach", "build", "renew", "restarts", "parallel"),
    "Processes": ("for_s", "summary_json", "publish_on", "free_ports", "count", "logs"),
    "Replicas": ("scale", "single", "healthy_s", "drain_s", "deadline_s"),
    "Upstream": (
        *("protocol", "failback", "tls", "ca_file", "cert", "ca_secret", "cert_secret", "tls_name"),
        "env_secrets",
    ),
    "Health checks": (
        *(
            "health",
            "health_path",
            "health_host",
            "health_port",
            "health_interval",
            "health_timeout",
        ),
        *("auth_env", "auth_secret", "auth_user"),
    ),
    f"Timeouts (SECONDS: {SECONDS})": (
        *("timeout_connect", "timeout_client", "timeout_server", "timeout_queue"),
        *("timeout_tunnel", "timeout_http_request", "timeout_http_keep_alive"),
    ),
    f"Limits (N: {COUNT})": ("maxconn", "server_maxconn", "threads", "bufsize", "maxhdr"),
    "Statistics and log": ("stats", "stats_secret", "stats_open", "log"),
    "HAProxy": ("lb_config", "lb_image", "new_privileges", "template"),
    "Cluster": (
        *("version", "namespace", "secrets", "outside", "ingress", "ingress_class"),
        *("proxy", "ambassador", "cluster_domain"),
        *("storage", "storage_class", "is_liveness", "set_words"),
    ),
    "Samples": ("once", "every_s", "limits", "web"),
    "Where it runs": ("engine", "hosts", "hosts_file"),
    "Input and output": (
        *("file", "files", "env_files", "output", "one_file", "target", "fresh", "diff", "check"),
        *("check_server", "force"),
        *("follow", "tail", "as_json", "quiet"),
    ),
}


def within(numbers: Callable[..., float]) -> Callable[[str], float]:
    """Return a type of option: a number of *numbers*, which the help does not repeat each time."""

    def number(value: str) -> float:
        return numbers(value)

    return number


class GroupedCommand(click.Command):
    """A command that lists its options in the groups of `GROUPS`."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each group that has options of this command, then the others."""
        records: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            # Several options may say one thing: `--overlay` and `--provider` choose the target.
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record:
                records.setdefault(param.name or "", []).append(record)
        for title, names in GROUPS.items():
            found = [record for name in names for record in records.pop(name, ())]
            if found:
                with formatter.section(title):
                    formatter.write_dl(found)
        if records:
            with formatter.section("Options"):
                formatter.write_dl([record for left in records.values() for record in left])
