"""The sandbox market: a separate process that speaks only protocols. It imports nothing of the product."""
