"""What changes while a variant runs."""
