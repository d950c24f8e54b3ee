"""What is refused, and what a person is told."""
