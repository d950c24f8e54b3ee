"""Measurements: what scaling brings, and what it costs."""
