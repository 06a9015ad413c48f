"""The embedder port and the choice between its adapters. Importing it loads no model and no numpy."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Protocol, assert_never

from domain.errors import Correctable
from language.usage import Allowance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

log = logging.getLogger(__name__)

EmbedderKind = Literal["auto", "minilm", "hashed", "openai"]


class Embedder(Protocol):
    """Turns texts into vectors of length 1. Vectors of different names must never be compared."""

    @property
    def name(self) -> str:
        """Which vectors these are, stored beside every index."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector; 0 until the first answer when only a remote model knows it."""
        ...

    async def embed(self, texts: Sequence[str]) -> "Vectors":
        """Float32 array of shape (len(texts), dimension). Raises Retryable or Correctable."""
        ...


def choose(
    kind: EmbedderKind = "auto",
    *,
    base_url: str = "",
    api_key: str = "",
    model: str = "",
    allowance: Allowance | None = None,
) -> Embedder:
    """The embedder asked for; `auto` takes the packaged model where it is installed, else hashed words.

    A remote model is used only when asked for by name, because it sends the texts elsewhere.
    """
    if kind == "auto":
        kind = _best_local()
    match kind:
        case "minilm":
            from language.embeddings.minilm import MiniLm

            return MiniLm()
        case "hashed":
            from language.embeddings.hashed import HashedWords

            return HashedWords()
        case "openai":
            if not base_url:
                raise Correctable(
                    "Embeddings from a server need its address.",
                    code="embedding_url_missing",
                    where="OPENAI_BASE_URL",
                )
            from language.embeddings.openai_wire import OpenAiEmbeddings

            name = model or "text-embedding-3-small"
            return OpenAiEmbeddings(base_url, api_key=api_key, model=name, allowance=allowance)
    assert_never(kind)


def _best_local() -> Literal["minilm", "hashed"]:
    from language.embeddings.weights import packaged_model

    if packaged_model() is not None:
        return "minilm"
    log.info("embeddings_hashed", extra={"reason": "the packaged model is not installed"})
    return "hashed"
