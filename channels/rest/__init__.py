"""REST for programs: /api/v1 over the registry of use cases, events, webhooks in, metrics. No logic of its own."""
