"""A Compose file as a stack of Docker Swarm, as ``docker stack deploy`` takes it."""
