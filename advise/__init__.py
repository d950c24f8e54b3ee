"""Which service limits an application, found by experiment; it starts nothing and draws nothing."""
