"""The seller's calendar of the sandbox, on a real CalDAV server."""
