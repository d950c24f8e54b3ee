"""Change a text and spare every other byte."""
