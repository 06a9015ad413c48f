"""The chat: a Chainlit page over the service's use cases. It shows and asks; it decides nothing."""
