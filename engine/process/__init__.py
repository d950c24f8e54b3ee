"""The embedded engine: a variant as processes of this host."""
