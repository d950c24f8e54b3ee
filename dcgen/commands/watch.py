"""``dcgen watch``: what a person saves runs, on every host, without a request lost."""

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dcgen.commands.target import RunCommand, Target, parallel_option, target, target_options
from dcgen.progress import Progress
from faults import UsageError, UserError

if TYPE_CHECKING:
    from engine.watch.rules import Copy, Due, Rule

_DCGEN = (sys.executable, "-m", "dcgen")


@click.command(cls=RunCommand, epilog="Example: dcgen watch -f generated.yml")
@target_options
@click.option("--no-up", is_flag=True, help="Start nothing: all of the variant runs already.")
@parallel_option
def watch(**given: Any) -> None:  # noqa: ANN401 - click checked them
    """Start a variant, and bring what changes on this machine's disk to it until Ctrl-C.

    When its source changes, it is made again. When what a service is built from changes, that is
    built once, and the replicas are replaced one at a time. The rules of `develop.watch` take the
    place of the build context where a service has them. The variant keeps running afterwards.
    """
    found = _found(given)
    progress = Progress(quiet=given["quiet"])
    if not given["no_up"]:
        try:
            _dcgen("up", "-d", found, given)
        except subprocess.CalledProcessError as failed:
            sys.exit(failed.returncode)  # it has said why
    _Watching(found, given, progress).run()


def _found(given: dict[str, Any]) -> Target:
    if given["engine"] == "process":
        what = "processes have no images to build"
        raise UsageError(what, fix="leave out --engine process, and start Docker")
    if "-" in given["files"]:
        raise UsageError("standard input does not change", fix="give -f FILE")
    return target(given["files"], "docker", given["hosts"], starting=True)


class _Watching:
    """A variant that is watched: *found*, as *given* on the command line, told to *progress*."""

    def __init__(self, found: Target, given: dict[str, Any], progress: Progress) -> None:
        self._found = found
        self._given = given
        self._progress = progress
        self._built_s = 0.0

    def run(self) -> None:
        while True:
            sources, rules = sources_of(self._found), self._rules()
            folders = [rule.path for rule in rules if rule.path.is_dir()]
            files = [*sources, *(rule.path for rule in rules if not rule.path.is_dir())]
            self._progress.say(_watching(folders, files))
            self._until_other(rules, sources, folders, files)

    def _until_other(
        self, rules: "list[Rule]", sources: list[Path], folders: list[Path], files: list[Path]
    ) -> None:
        # Returns when a source has changed: then it may be others that are watched.
        from engine.watch.changes import changes  # noqa: PLC0415 - not for the help
        from engine.watch.rules import due  # noqa: PLC0415

        for changed in changes(folders, files):
            begin_s = time.monotonic()
            asked, remade = due(rules, changed), not changed.isdisjoint(sources)
            if not remade and not asked.build and not asked.copies:
                continue
            self._progress.say(f"changed: {', '.join(sorted(map(_short, changed)))}")
            self._built_s = 0.0
            if self._done(asked, remade=remade):
                self._progress.say(f"all of it runs after {self._took(begin_s)}")
            if remade:
                return

    def _took(self, begin_s: float) -> str:
        took = f"{time.monotonic() - begin_s:.1f} s"
        return f"{took}, of which the build took {self._built_s:.1f} s" if self._built_s else took

    def _done(self, asked: "Due", *, remade: bool) -> bool:
        from dcgen.reporting import report  # noqa: PLC0415

        try:
            if remade:
                before = self._rules()
                self._remake()
                asked = _with_other_builds(asked, before, self._rules())
            build = [*asked.build, *self._copied(asked.copies)]
            if build:
                self._build(build)
            if build or remade:
                _dcgen("up", "-d", self._found, self._given)
        except UserError as error:
            report(error)
        except subprocess.CalledProcessError:
            pass  # it has said why
        else:
            return True
        self._progress.say("what ran keeps running; watching for the next change")
        return False

    def _remake(self) -> None:
        from dcgen.commands import record  # noqa: PLC0415

        for source in self._found.sources:
            if record.read(source.text):
                words = ("refresh", "--quiet", "--output", str(source.path))
                subprocess.run([*_DCGEN, *words], check=True)
        self._found = _found(self._given)

    def _rules(self) -> "list[Rule]":
        from engine.watch.rules import rules  # noqa: PLC0415

        return rules(self._found.variant())

    def _build(self, services: list[str]) -> None:
        from dcgen.commands.compose import compose  # noqa: PLC0415
        from dcgen.commands.location import place  # noqa: PLC0415
        from engine.watch.alike import name_alike, to_build  # noqa: PLC0415

        begin_s = time.monotonic()
        try:
            where = place(self._found)
            words, alike = to_build(where.variant, services, where.sites[0])
            compose(self._found, self._progress, "build", *words, parallel=self._given["parallel"])
            where.each(lambda site: name_alike(site, alike) if site else None)
        except SystemExit as ended:
            raise subprocess.CalledProcessError(int(ended.code or 0), "build") from ended
        self._built_s = time.monotonic() - begin_s

    def _copied(self, copies: "tuple[Copy, ...]") -> list[str]:
        # Returns the services to build instead, because a container cannot take a file.
        if not copies:
            return []
        from dcgen.commands.location import place  # noqa: PLC0415
        from engine.watch.copying import copy  # noqa: PLC0415

        where, refused = place(self._found), dict[str, None]()
        for site in where.sites:
            for event in copy(site, where.variant, copies, refused.setdefault):
                self._progress.show(event)
        return list(refused)


def sources_of(found: Target) -> list[Path]:
    """Return the files that the variant *found* is made from, itself or by what it records."""
    from dcgen.commands import record  # noqa: PLC0415

    paths = [found.path.parent / ".env"]
    for source in found.sources:
        made = record.read(source.text)
        named = [*made.sources, *made.env_files] if made else []
        mine = [source.path] if source.path and not made else []
        paths += [*(source.folder / name for name in named), *mine]
    return list(dict.fromkeys(path.resolve() for path in paths))


def _with_other_builds(asked: "Due", before: "list[Rule]", after: "list[Rule]") -> "Due":
    from dataclasses import replace  # noqa: PLC0415

    known = {(rule.service, rule.path) for rule in before}
    others = [rule.service for rule in after if (rule.service, rule.path) not in known]
    return replace(asked, build=tuple(dict.fromkeys([*asked.build, *others])))


def _dcgen(verb: str, option: str, found: Target, given: dict[str, Any]) -> None:
    named = given["files"] or [source.path for source in found.sources]
    files = [word for path in named for word in ("-f", str(path))]
    hosts = [word for one in found.hosts if one.address for word in ("--host", one.address)]
    quiet = ["--quiet"] * given["quiet"]
    parallel = ["--parallel", str(given["parallel"])]
    words = [*_DCGEN, verb, option, *files, *hosts, *parallel, *quiet]
    subprocess.run(words, check=True)


def _watching(folders: list[Path], files: list[Path]) -> str:
    shown = ", ".join(dict.fromkeys(_short(path) for path in [*folders, *files] if path.exists()))
    return f"watching {shown}; Ctrl-C ends it, the variant keeps running"


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
