"""Where a variant runs: Docker hosts, or local processes; yields events and draws nothing."""
