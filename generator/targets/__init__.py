"""The forms in which a variant is written."""
