"""The options of a balancer, for each of its ports: by what is chosen, and by what they speak."""

from collections.abc import Sequence

from composefile.listening import declared
from composefile.spoken import spoken
from composefile.values import pairs
from faults import UsageError
from generator.editing.draft import Draft
from generator.services.hidden import refuse_hidden
from generator.services.translated import translated
from lb.option_text import spelled
from lb.options import ChosenOptions
from lb.settled import GRPC, TLS, Spoken, listed, named, settled

_H2C = {"grpc", "h2c", "http2", "kubernetes.io/h2c"}
_HTTP = {"http", "http1", "http/1.1", "ws", "grpc-web", "kubernetes.io/ws"}
_OTHER = {"https": TLS, "tls": TLS, "wss": TLS, "ssh": "SSH", "tcp": "TCP"}


def port_options(draft: Draft, ports: Sequence[int], chosen: ChosenOptions) -> ChosenOptions:
    """Return what was *chosen*, settled for each of *ports* of the service of *draft*.

    Where one for all ports is not for some of them, that is said. What the labels of other proxies
    ask for counts as well.

    Raises:
        UserError: A file leads another proxy past the balancer, or a label cannot be translated.
    """
    refuse_hidden(draft.model, draft.name)
    chosen, said = translated(draft.model, draft.name, chosen)
    for what, fix in said:
        draft.say(what, "labels", fix=fix)
    found = settled(chosen, ports, _known(draft))
    for port, options in found.options.by_port:
        unsaid = not (chosen.mode or chosen.sticky or chosen.of_port(port).mode)
        if unsaid and options.mode == "h2c":
            draft.say(
                f"port {port} of {draft.name!r} speaks HTTP/2 without TLS, by what the file says of"
                " it: its requests are balanced, not its connections",
                fix=f"give `--mode {port}=tcp` for connections",
            )
    if found.left_out:
        names = [f"`--{spelled(name)}`" for name in _for_http(chosen)]
        verb = "are" if names[1:] else "is"
        port, name = next(iter(found.left_out.items()))
        draft.say(
            f"{listed(names)} {verb} not for {found} of {draft.name!r}:"
            f" connections are balanced there{', by client address' if chosen.sticky else ''}",
            fix=f"give `{_example(chosen, port, name)}` if it is HTTP that it speaks",
        )
    if found.untold:
        draft.say(
            f"`--proxy-protocol` is not for {named(found.untold)} of {draft.name!r}",
            fix="give `--port` for the ports that expect it, or leave it out",
        )
    _say_asked(draft, chosen.health_path, found.options, ports)
    return found.options


def _say_asked(
    draft: Draft, path: str | None, options: ChosenOptions, ports: Sequence[int]
) -> None:
    asked = [
        port for port in ports if path in (options.health_path, options.of_port(port).health_path)
    ]
    if path and not options.health_port and len(asked) > 1:
        draft.say(
            f"GET {path} is asked on each port of {draft.name!r}: {', '.join(map(str, asked))}",
            fix=f"give `--health-port {asked[0]}` if only that one answers",
        )


def require_ports(chosen: ChosenOptions, ports: Sequence[int], name: str) -> None:
    """See that what is *chosen* for single ports is for *ports* of service *name*.

    Raises:
        UsageError: It is not.
    """
    for port, options in chosen.by_port:
        if port not in ports:
            word = options.words().split()[0]
            raise UsageError(
                f"port {port} of {name!r} is not balanced, and `--{word.replace('=', f' {port}=')}`"
                " would have no effect",
                fix=f"give one of its ports: {', '.join(map(str, ports))}",
            )


def _for_http(chosen: ChosenOptions) -> list[str]:
    names = ("mode", "sticky", "health_path", "server_maxconn")
    given = [name for name in names if getattr(chosen, name) not in (None, False, "tcp")]
    by_request = {"mode", "sticky"} & set(given)
    return given if by_request else [name for name in given if name != "server_maxconn"]


def _example(chosen: ChosenOptions, port: int, name: str) -> str:
    if name == GRPC:
        return f"--mode {port}=h2c"
    if chosen.mode in (None, "tcp"):
        return f"--health-path {port}={chosen.health_path}"
    return f"--mode {port}={chosen.mode}"


def _known(draft: Draft) -> dict[int, Spoken]:
    model, name = draft.model, draft.name
    labels, variables = (pairs(model.get(name, key)) for key in ("labels", "environment"))
    found = spoken(declared(model, draft.service), labels, variables, model.image(name))
    return {port: _meant(word) for port, word in found.items()}


def _meant(word: str) -> Spoken:
    if word in _H2C:
        return Spoken("h2c", word)
    if word in _HTTP:
        return Spoken("http", word)
    return Spoken("tcp", _OTHER.get(word, word))
