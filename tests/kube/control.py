"""The control plane: etcd, the API server, those who act on what it says, and the names.

They run as processes in a namespace of their own, on no node, and end together.
"""

import json
import secrets
import shlex
import sys
from pathlib import Path

from tests.kube import node, programs
from tests.kube.node import Control
from tests.lab.commands import run
from tests.lab.daemon import Seat
from tests.lab.lab import CHECKOUT

ETCD = "http://127.0.0.1:2379"
# A node that says nothing for so long is lost: 40 s by default, as in most clusters.
LOST_AFTER_S = 40


def prepare(seat: Seat) -> None:
    """Write what the control plane on *seat* needs into its folder."""
    folder = seat.folder
    run("openssl", "genrsa", "-out", folder / "accounts.key", "2048")
    key = ("-in", folder / "accounts.key", "-pubout", "-out", folder / "accounts.pub")
    run("openssl", "rsa", *key)
    token, config = secrets.token_hex(16), folder / "kubeconfig"
    for file in (folder / "tokens", config):
        file.touch(mode=0o600)
    (folder / "tokens").write_text(f"{token},admin,1,system:masters\n")
    config.write_text(json.dumps(_config(f"https://{seat.address}:6443", token)))
    settings(seat, hold_s=0)


def settings(seat: Seat, hold_s: float, outside: dict[str, str] | None = None) -> None:
    """Let the names hold their answers for *hold_s* seconds, and know *outside* names, too."""
    draft = seat.folder / "names.json.new"
    draft.write_text(json.dumps({"hold_s": hold_s, "outside": outside or {}}))
    draft.rename(seat.folder / "names.json")


def script(seat: Seat, control: Control) -> str:
    """Return what the shell of the control plane runs."""
    reach = f"--kubeconfig={control.config}"
    alone = ("--leader-elect=false", "--port=0", f"--cert-dir={seat.folder / 'pki'}")
    parts = {
        "kube-controller-manager": [
            *(reach, *alone, f"--flex-volume-plugin-dir={seat.folder / 'plugins'}"),
            f"--service-account-private-key-file={seat.folder / 'accounts.key'}",
            *("--use-service-account-credentials", f"--node-monitor-grace-period={LOST_AFTER_S}s"),
        ],
        "kube-scheduler": [reach, *alone],
    }
    names = (sys.executable, "-m", "tests.kube.names", str(control.config), str(seat.address))
    ready = f"{programs.folder() / 'kubectl'} {reach} get --raw /readyz"
    return "\n".join(
        [
            f"hostname {seat.name}",
            f"cd {seat.folder}",
            _started("etcd", _etcd(seat.folder)),
            _started("kube-apiserver", _api(seat)),
            f"until {ready} > ready.log 2>&1; do sleep 0.2; done",
            *(_started(name, words) for name, words in parts.items()),
            f"PYTHONPATH={shlex.quote(str(CHECKOUT))} {shlex.join(names)} >> names.log 2>&1 &",
            "wait",
        ]
    )


def _started(name: str, words: list[str]) -> str:
    # The shell has no `wait -n`: when one part ends, all do.
    command = f"{programs.folder() / name} {shlex.join(words)} >> {name}.log 2>&1"
    return f"{{ {command}; kill -KILL $$; }} &"


def _etcd(folder: Path) -> list[str]:
    return [
        f"--data-dir={folder / 'etcd'}",
        *(f"--listen-client-urls={ETCD}", f"--advertise-client-urls={ETCD}"),
        "--listen-peer-urls=http://127.0.0.1:2380",
        "--unsafe-no-fsync",  # nobody needs it after the run
    ]


def _api(seat: Seat) -> list[str]:
    folder = seat.folder
    return [
        *(f"--etcd-servers={ETCD}", f"--service-cluster-ip-range={node.SERVICES}"),
        *(f"--bind-address={seat.address}", f"--advertise-address={seat.address}"),
        *("--secure-port=6443", "--insecure-port=0", f"--cert-dir={folder / 'pki'}"),
        *("--authorization-mode=RBAC", f"--token-auth-file={folder / 'tokens'}"),
        *("--allow-privileged", "--kubelet-preferred-address-types=InternalIP"),
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={folder / 'accounts.pub'}",
        f"--service-account-signing-key-file={folder / 'accounts.key'}",
    ]


def _config(server: str, token: str) -> dict[str, object]:
    cluster = {"server": server, "insecure-skip-tls-verify": True}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "lab",
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "lab"}}],
        "clusters": [{"name": "lab", "cluster": cluster}],
        "users": [{"name": "lab", "user": {"token": token}}],
    }
