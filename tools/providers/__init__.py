"""Ports to the outside and one file per vendor or protocol. They carry out; they never choose."""
