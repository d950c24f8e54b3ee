"""What an ambassador is: upstream addresses, and the health question of each protocol."""
