"""The commands, one module per group of them; each reads arguments and calls one room."""
