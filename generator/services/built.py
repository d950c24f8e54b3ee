"""One build for all replicas of a service: the first one has it, the others take its image.

    before:   rng: {build: rng, image: coins/rng}
    after:    rng1: {build: rng, image: coins/rng}   rng2: {image: coins/rng}

Two builds that export one tag get in each other's way: with Docker's containerd store, Compose
fails ("already exists"). Compose does not pull an image that another service of the file builds.
Without `image`, each service has a tag of its own, and the layers of the first build serve all.

Source: Compose Specification, "image", "pull_policy", "develop" (`rebuild` needs `build`).
"""

from generator.editing.service import ServiceEdits

# Each makes Compose build, or ask a registry for what the first replica has built just now.
_ASKING = ("build", "always", "daily", "weekly", "every_")


def share_build(body: ServiceEdits) -> None:
    """Take `build` out of a replica that is not the first, if its `image` says what that builds."""
    model, name = body.model, body.name
    if any(model.get(name, key) is None for key in ("build", "image")):
        return
    if model.get(name, "develop") is not None:
        return
    body.drop("build")
    policy = model.get(name, "pull_policy")
    if isinstance(policy, str) and policy.startswith(_ASKING):
        body.drop("pull_policy")
