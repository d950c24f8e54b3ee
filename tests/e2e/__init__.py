"""What dcgen promises, proved on real Docker Engines."""
