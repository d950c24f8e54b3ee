"""The webui service of DockerCoins: the page with the speed."""
