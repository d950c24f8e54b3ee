"""Compose in, Compose out: pure transforms of a document; starts no process, writes no file."""
