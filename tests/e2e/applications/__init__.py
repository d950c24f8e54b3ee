"""Applications as other people write them, and what becomes of them on real Engines."""
