"""The hasher service of DockerCoins: SHA-256 of what is posted."""
