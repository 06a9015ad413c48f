"""Typed language functions behind one interface: an OpenAI-wire model or the offline brain. Never acts."""
