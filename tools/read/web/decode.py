"""Undo a body's transfer coding while it streams, inside hard limits. Only codings that can be capped."""

import zlib
from typing import Protocol

from domain.errors import Refused

ACCEPT_ENCODING = "gzip, deflate"
_RATIO_FLOOR = 256 * 1024  # small pages of spaces compress well and harm nobody
_GZIP = b"\x1f\x8b"
_STEP = 256 * 1024


class _Limits(Protocol):
    @property
    def raw_bytes(self) -> int: ...
    @property
    def decoded_bytes(self) -> int: ...
    @property
    def ratio(self) -> int: ...


class BodyDecoder:
    """Collects one body; refuses it the moment a limit is passed.

    Raises (from `feed` and `finish`):
        Refused: `response_too_large`, `decompression_bomb`, `encoding_not_allowed`, `body_corrupt`.
    """

    def __init__(self, encoding: str, limits: _Limits, where: str) -> None:
        self._limits = limits
        self._where = where
        self._raw = 0
        self._parts: list[bytes] = []
        self._size = 0
        self._started = False
        self._gzip = "gzip" in encoding.lower()
        self._inflater = self._make_inflater(encoding.strip().lower())

    def feed(self, chunk: bytes) -> None:
        """Take the next raw chunk."""
        self._raw += len(chunk)
        if self._raw > self._limits.raw_bytes:
            raise self._refused("response_too_large", f"is larger than {self._limits.raw_bytes:,} bytes")
        if self._inflater is None:
            self._keep(chunk)
        else:
            self._inflate(chunk)

    def finish(self) -> bytes:
        """The whole decoded body. A stream cut short gives what arrived."""
        if self._inflater is not None and self._started:
            self._keep(self._inflater.flush())
        return b"".join(self._parts)

    def _make_inflater(self, encoding: str) -> "zlib._Decompress | None":
        if encoding in ("", "identity"):
            return None
        if encoding in ("gzip", "x-gzip"):
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        if encoding == "deflate":
            return zlib.decompressobj()
        raise self._refused(
            "encoding_not_allowed", f"uses the coding {encoding[:40]!r}, which was not asked for"
        )

    def _inflate(self, chunk: bytes) -> None:
        data = chunk
        while data and self._inflater is not None and not self._inflater.eof:
            try:
                out = self._inflater.decompress(data, _STEP)
            except zlib.error as error:
                if self._started or (self._gzip and data.startswith(_GZIP)):
                    raise self._refused("body_corrupt", "has a damaged compressed body") from error
                self._fall_back(data)
                return
            self._started = True
            self._keep(out)
            data = self._inflater.unconsumed_tail

    def _fall_back(self, data: bytes) -> None:
        """Some servers send raw deflate as `deflate`, some send plain bytes under a coding header."""
        self._started = True
        if self._gzip:
            self._inflater = None
            self._keep(data)
        else:
            self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            self._inflate(data)

    def _keep(self, data: bytes) -> None:
        self._parts.append(data)
        self._size += len(data)
        if self._size > self._limits.decoded_bytes:
            raise self._refused(
                "response_too_large", f"unpacks to more than {self._limits.decoded_bytes:,} bytes"
            )
        if self._size > _RATIO_FLOOR and self._size > self._raw * self._limits.ratio:
            raise self._refused("decompression_bomb", f"unpacks to over {self._limits.ratio} times its size")

    def _refused(self, code: str, what: str) -> Refused:
        return Refused(f"The answer {what}; it was not read.", code=code, where=self._where)
