"""Docker hosts: Compose, containers, and what a remote host cannot be given."""
