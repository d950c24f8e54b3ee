"""What changes on this machine's disk while a variant runs, and what that asks for."""
