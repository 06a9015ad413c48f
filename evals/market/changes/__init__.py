"""What happens in the drawn companies after the world opened, and how their sites and people change with it."""
