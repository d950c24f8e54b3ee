"""What Compose cannot say of a service in a cluster: `x-dcgen:` below it, or `--set`.

    x-dcgen:                        --set web.ingress=coins.example
      ingress: coins.example        --set web.hpa.max=10
      hpa: {max: 10}

Source: Compose Specification, "Extension" (Compose ignores a key that begins with ``x-``).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from composefile.model import Model
from composefile.places import place_below
from composefile.values import Value
from faults import Place, UsageError, UserError, nearest

KEY = "x-dcgen"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_HOST = re.compile(rf"(?=.{{1,253}}\Z)(?![0-9.]+\Z)(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")
_SIZE = re.compile(r"[1-9][0-9]*(?:[kMGTPE]|[KMGTPE]i)?")
_COUNT = re.compile(r"[1-9][0-9]{0,8}")
_SWITCH = re.compile(r"true|false")
_NODE_PORT = re.compile(r"3(?:[01]\d{3}|2(?:[0-6]\d{2}|7(?:[0-5]\d|6[0-7])))", re.ASCII)
_SHARE = re.compile(r"0|[1-9][0-9]{0,8}|(?:[0-9]|[1-9][0-9]|100)%")


@dataclass(frozen=True, slots=True)
class Form:
    """What a value looks like: by a *pattern*, in words, and one for *example*."""

    pattern: re.Pattern[str]
    what: str
    example: str


FORMS = {
    "ingress.host": Form(_HOST, "the name of a host", "coins.example"),
    "ingress.class": Form(_NAME, "the name of an Ingress class", "nginx"),
    "ingress.tls-secret": Form(_NAME, "the name of a Secret", "coins-tls"),
    "node-port": Form(_NODE_PORT, "a port from 30000 to 32767", "30080"),
    "storage": Form(_SIZE, "the size of a volume", "10Gi"),
    "storage-class": Form(_NAME, "the name of a storage class", "fast"),
    "hpa.min": Form(_COUNT, "a number of pods", "2"),
    "hpa.max": Form(_COUNT, "a number of pods", "10"),
    "hpa.cpu": Form(_COUNT, "percent of the reserved CPU", "80"),
    "pdb.max-unavailable": Form(_SHARE, "a number of pods or a percentage of them", "1"),
    "pdb.min-available": Form(_SHARE, "a number of pods or a percentage of them", "50%"),
    "liveness": Form(_SWITCH, "true or false", "true"),
    "pull-secret": Form(_NAME, "the name of a Secret", "registry-login"),
}
_SHORT = {"ingress": "ingress.host"}
_EXCLUSIVE = "pdb."  # a service has one of these


@dataclass(frozen=True, slots=True)
class Setting:
    """The *value* of a key, as a message shows it, and *where* it stands if that is in a file."""

    value: str
    shown: str
    where: Place | None = None

    def refused(self, what: str, fix: str) -> UserError:
        """Return the error that this cannot be, since *what*."""
        return UserError(f"{self.shown}: {what}", fix=fix, where=self.where)


Settings = Mapping[str, Setting]


def of_file(model: Model, name: str) -> tuple[Settings, list[UserError]]:
    """Return the settings of service *name* in its file, by their keys: ``hpa.max``.

    With them are the errors of those that are not known, or whose value is not what it should be.
    """
    value = model.get(name, KEY)
    if value is None:
        return {}, []
    if not isinstance(value, dict):
        error = UserError(
            f"`{KEY}:` of service {name!r} is not a mapping",
            fix=f"write it as `{KEY}: {{storage: 10Gi}}`",
            where=model.where(name, KEY),
        )
        return {}, [error]
    found, wrong = {}, []
    for path, item in _leaves(value):
        text = item if isinstance(item, str) else ""
        written = f"`{KEY}.{'.'.join(path)}{f': {text}' if text else ''}` of service {name!r}"
        setting = Setting(text, written, place_below(model, name, KEY, path))
        try:
            found[_checked(".".join(path), setting)] = setting
        except UserError as error:
            wrong.append(error)
    return found, wrong


def of_word(option: str, word: str) -> tuple[str, str, Setting]:
    """Return what *word* of the command line sets: a service, a key, and its setting.

    Args:
        option: ``--set``, for ``SERVICE.KEY=VALUE``, or ``--ingress``, for ``SERVICE=HOST``.
        word: What was given to it.

    Raises:
        UsageError: It does not name all of these, or the value is not what it should be.
    """
    left, _, value = word.partition("=")
    service, _, key = left.partition(".") if option == "--set" else (left, "", "ingress")
    setting = Setting(value, f"`{option} {word}`")
    if not (service and key and value):
        what = "SERVICE.KEY=VALUE" if option == "--set" else "SERVICE=HOST"
        example = "web.storage=10Gi" if option == "--set" else "webui=coins.example"
        raise UsageError(
            f"{setting.shown} is not {what}", fix=f"name all of it: `{option} {example}`"
        )
    try:
        return service, _checked(key, setting), setting
    except UserError as error:
        raise UsageError(error.what, fix=error.fix) from error


def over(settings: Settings, chosen: Settings) -> Settings:
    """Return *settings* with those *chosen* on top: where only one can be, the others are gone."""
    is_chosen = any(key.startswith(_EXCLUSIVE) for key in chosen)
    kept = (key for key in settings if not (is_chosen and key.startswith(_EXCLUSIVE)))
    return {**{key: settings[key] for key in kept}, **chosen}


def group(settings: Settings, *names: str) -> Settings:
    """Return those of *settings* that are in one of the groups *names*, such as ``hpa``."""
    return {key: one for key, one in settings.items() if key.partition(".")[0] in names}


def require(form: str, setting: Setting) -> None:
    """Refuse a *setting* whose value does not look like that of the key *form*.

    Raises:
        UserError: It does not.
    """
    if not FORMS[form].pattern.fullmatch(setting.value):
        what = f"{setting.shown} is not {FORMS[form].what}"
        raise UserError(what, fix=f"write it as {FORMS[form].example}", where=setting.where)


def _checked(word: str, setting: Setting) -> str:
    """Return the key that *word* means, if *setting* can be its value."""
    key = _SHORT.get(word, word)
    if key not in FORMS:
        below = [known for known in FORMS if known.startswith(f"{word}.")]
        listed = ", ".join(below or FORMS)
        fix = f"name one of: {listed}" if below else nearest(word, FORMS, f"name one of: {listed}")
        raise UserError(f"{setting.shown} is not a setting", fix=fix, where=setting.where)
    require(key, setting)
    return key


def _leaves(value: Mapping[str, Value]) -> Iterator[tuple[tuple[str, ...], Value]]:
    for key, item in value.items():
        if isinstance(item, dict) and item:
            yield from (((key, *path), one) for path, one in _leaves(item))
        else:
            yield (key,), item
