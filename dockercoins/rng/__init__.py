"""The rng service of DockerCoins: random bytes."""
