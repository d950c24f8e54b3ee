"""What is written into a service, and into those that stand in for it."""
