"""What may stand in the audit chain: it can never be changed, so no address, quote or page of a person enters it."""

import re
from typing import Any

_ADDRESS = re.compile(r"[^\s@<>\"'“”,;:()\[\]]{1,64}@[^\s@<>\"'“”,;:()\[\]]{1,255}\.\w{2,}")
_QUOTE = re.compile(r"“[^”]*”")
_PAGE = re.compile(r"(https?://[^/\s?#]+)[/?#][^\s\"'“”<>)\]]*")


def impersonal(value: Any) -> Any:
    """The same JSON with addresses, quoted texts and page paths struck out; Message-IDs are ours and stay."""
    if isinstance(value, str):
        return _struck(value)
    if isinstance(value, dict):
        return {key: one if key == "message_id" else impersonal(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [impersonal(one) for one in value]
    return value


def _struck(text: str) -> str:
    if "@" in text:
        text = _ADDRESS.sub("<address>", text)
    if "“" in text:
        text = _QUOTE.sub("“…”", text)
    return _PAGE.sub(r"\1/…", text) if "://" in text else text
