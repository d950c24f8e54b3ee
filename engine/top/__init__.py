"""What a running variant does, measured again and again: the samples that ``dcgen top`` shows."""
