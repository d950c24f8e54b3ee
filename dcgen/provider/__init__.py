"""dcgen as a provider of Compose: what calls it, what it is asked for, and what it answers.

Source: docker/compose, docs/extension.md.
"""
