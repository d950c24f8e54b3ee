"""Reads Compose: text, tree, and what each service effectively says; changes and starts nothing."""
