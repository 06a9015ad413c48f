"""Sockets of the servers that evals run on this machine; nothing else."""

import socket


def listening(port: int = 0) -> socket.socket:
    """A socket that takes connections of this machine only, on this port or a free one."""
    listener = socket.create_server(("127.0.0.1", port), backlog=128)
    # uvicorn sets this only on sockets it makes itself; without it an answer waits 40 ms for an ACK
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
