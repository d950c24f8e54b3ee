"""YAML text with offsets; knows no Compose."""
