"""How the arguments of ``dcgen ambassador`` are read: its services may look like options."""

import re
from collections.abc import Collection, Mapping, Sequence

import click
from click.shell_completion import CompletionItem

from dcgen.commands.certificate_options import ABOUT_TLS, INSTEAD
from dcgen.commands.completion import services
from dcgen.commands.run_options import LIST, hosts_file_option
from dcgen.commands.variant_command import VariantCommand
from faults import UsageError

list_option = hosts_file_option(" with the NAME in --SERVICE NAME:.")


class AmbassadorCommand(VariantCommand):
    """A command whose arguments may look like options: ``--redis HOST:PORT``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse *args*.

        Raises:
            UsageError: An option has a value that it cannot have, as if it were a service; or a
                list of hosts is given, and no host is named.
        """
        given = list(args)  # click's parser empties the other
        try:
            rest = super().parse_args(ctx, args)
        except click.BadParameter as error:
            word = next((word for word in given if _upstream_of(self, ctx, word, given)), "")
            if not word:
                raise
            name = word.removeprefix("--")
            raise UsageError(
                f"{word!r} is an option of dcgen",
                fix=f"for a service of that name, write {name}=HOST:PORT",
            ) from error
        _require_list_used(ctx)
        return rest

    def outdated(self, chosen: Mapping[str, Sequence[str]]) -> Collection[str]:
        """Return the options that were given before and contradict those *chosen* now."""
        if "--no-tls" in chosen.get("tls", ()):
            return ABOUT_TLS
        found = [other for name in chosen if (other := INSTEAD.get(name))]
        return [*found, "tls"] if chosen.keys() & {*ABOUT_TLS} else found

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the options, and the services as options, that begin with *incomplete*."""
        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("--"):
            names = services(ctx, self.params[0], incomplete.removeprefix("--"))
            found += [CompletionItem(f"--{name}") for name in names]
        return found


def _require_list_used(ctx: click.Context) -> None:
    words: tuple[str, ...] = ctx.params.get("what") or ()
    if ctx.meta.get(LIST) and not any(word.endswith(":") for word in words):
        what = "no upstream is the NAME of a host, so that --hosts has no effect"
        raise UsageError(what, fix="leave out --hosts, or write --SERVICE NAME:")


def _upstream_of(command: click.Command, ctx: click.Context, word: str, args: list[str]) -> bool:
    """Return whether *word* is an option of *command* that is given a HOST:PORT."""
    options = {name for param in command.get_params(ctx) for name in param.opts}
    value = (*args[args.index(word) + 1 :], "")[0]
    return word.startswith("--") and word in options and bool(re.fullmatch(r".+:[0-9]+", value))
