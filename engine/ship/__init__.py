"""Images of a variant: built once each, named, and brought to where they run."""
