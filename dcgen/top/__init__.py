"""How ``dcgen top`` shows samples: as lines, on a terminal, as a page."""
