"""A Compose file as manifests of Kubernetes."""
