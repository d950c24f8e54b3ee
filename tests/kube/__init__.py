"""A real Kubernetes of several nodes on this machine, for the tests of `dcgen kubernetes`."""
