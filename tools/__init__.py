"""What agents may use: reading here, acting behind the one door. Never decides what to do."""
