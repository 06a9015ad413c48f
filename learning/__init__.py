"""From facts and outcomes to numbers. No effects."""
