"""DockerCoins, the sample application: a guest in this house, with no import of ours."""
