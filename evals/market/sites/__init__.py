"""Websites of the world: what a host answers to a request. Pages are made when asked for."""
