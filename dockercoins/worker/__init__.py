"""The worker of DockerCoins: it mines."""
