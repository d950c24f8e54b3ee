"""What the tests of `dcgen kubernetes` share: one run, and its objects, each valid by schema."""

import functools
import re
from io import StringIO
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from jsonschema.validators import Draft202012Validator
from kubernetes_validate.utils import schema_contents
from referencing import Registry, Resource
from ruamel.yaml import YAML

from dcgen.cli import main
from generator.targets.kubernetes.choices import NEWEST, Version

PUSHED = ("--registry", "registry.example/coins", "--tag", "1")
# The schemas of older ones are in no package of today.
OLDEST_SCHEMA = Version(1, 25)


def run(folder: Path, text: str, *options: str) -> Result:
    file = folder / "compose.yml"
    file.write_text(text)
    return run_file(file, *options)


def run_file(file: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["kubernetes", "-f", str(file), "--one-file", *options])


def objects(result: Result, version: Version = NEWEST) -> dict[tuple[str, str], Any]:
    """Return what a run printed, by kind and name; each is valid by the schema of *version*."""
    assert result.exit_code == 0, result.output
    loaded = list(YAML(typ="safe").load_all(StringIO(result.stdout)))
    for one in loaded:
        _schema(one["kind"], one["apiVersion"], str(version)).validate(one)
    found = {(one["kind"], one["metadata"]["name"]): one for one in loaded}
    assert len(found) == len(loaded), "two objects of one name"
    return found


@functools.cache
def _schema(kind: str, api: str, version: str) -> Draft202012Validator:
    # As `kubernetes_validate.validate` has it, which reads a megabyte each time.
    name = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api)
    schema = schema_contents(f"{_schemas(version)}/{kind.lower()}-{name}.json", version)
    registry: Registry[Any] = Resource.from_contents(schema) @ Registry()
    return Draft202012Validator(schema, registry=_definitions(version) @ registry)


@functools.cache
def _definitions(version: str) -> Resource[Any]:
    return Resource.from_contents(
        schema_contents(f"{_schemas(version)}/_definitions.json", version)
    )


def _schemas(version: str) -> str:
    return f"kubernetes-json-schema/v{version}.0-local-strict"


def pod(result: Result, name: str, kind: str = "Deployment") -> Any:
    return objects(result)[kind, name]["spec"]["template"]["spec"]


def container(result: Result, name: str, kind: str = "Deployment") -> Any:
    return pod(result, name, kind)["containers"][0]


def service(body: str) -> str:
    return "services:\n  web:\n    image: nginx\n" + "".join(
        f"    {line}\n" for line in body.splitlines()
    )
