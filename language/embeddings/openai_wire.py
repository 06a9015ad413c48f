"""Embeddings from an OpenAI-compatible server. Sends the texts there, so it is used only when asked for."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import httpx2
import numpy as np
from numpy.typing import NDArray

from domain.errors import Correctable, RainmakerError, Retryable
from language.usage import Allowance, Unlimited, estimated_tokens

_BATCH = 96
_MAX_CHARACTERS = 24_000  # about 8,000 tokens, the limit of the common models
_TIMEOUT = httpx2.Timeout(30.0, connect=5.0)


class OpenAiEmbeddings:
    """`POST {base_url}/embeddings`; answers may hold numbers or base64."""

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str = "",
        model: str,
        client: httpx2.AsyncClient | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        self.name = f"openai:{model}"
        self.dimension = 0
        self._url = base_url.rstrip("/") + "/embeddings"
        self._key = api_key
        self._model = model
        self._client = client
        self._allowance = allowance or Unlimited()

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of the texts. Raises Retryable (transport, 429, 5xx), BudgetSpent, or Correctable (the rest)."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        if self._client is not None:
            return await self._embed(self._client, texts)
        async with httpx2.AsyncClient(timeout=_TIMEOUT) as client:
            return await self._embed(client, texts)

    async def _embed(self, client: httpx2.AsyncClient, texts: Sequence[str]) -> NDArray[np.float32]:
        parts = [
            await self._batch(client, texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)
        ]
        if len({part.shape[1] for part in parts}) != 1:
            raise self._unusable("vectors of different lengths")
        vectors = np.concatenate(parts)
        if self.dimension not in (0, vectors.shape[1]):
            raise self._unusable(f"{vectors.shape[1]} numbers a text instead of {self.dimension}")
        self.dimension = int(vectors.shape[1])
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))

    async def _batch(self, client: httpx2.AsyncClient, texts: Sequence[str]) -> NDArray[np.float32]:
        # An empty input is refused by the common servers; a blank is not.
        cleaned = [text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode() or " " for text in texts]
        await self._allowance.take(estimated_tokens(sum(map(len, cleaned))))
        answer = await self._post(client, {"model": self._model, "input": cleaned})
        try:
            rows = sorted(answer["data"], key=lambda row: row["index"])
            vectors = np.array([_numbers(row["embedding"]) for row in rows], dtype=np.float32)
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise self._unusable("no readable vectors") from error
        if [row["index"] for row in rows] != list(range(len(texts))) or vectors.ndim != 2:
            raise self._unusable(f"{len(rows)} vectors for {len(texts)} texts")
        if not vectors.shape[1] or not np.isfinite(vectors).all():
            raise self._unusable("empty or infinite vectors")
        return vectors

    async def _post(self, client: httpx2.AsyncClient, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            response = await client.post(self._url, json=body, headers=headers)
        except httpx2.HTTPError as error:
            raise Retryable(
                f"The embeddings server did not answer ({type(error).__name__}).",
                code="embedding_server_unreachable",
                where=self._url,
            ) from error
        if response.status_code >= 400:
            raise self._refusal(response)
        try:
            return response.json()
        except ValueError as error:
            raise self._unusable("something that is not JSON") from error

    def _refusal(self, response: httpx2.Response) -> RainmakerError:
        message = f"The embeddings server answered {response.status_code}."
        if response.status_code == 429 or response.status_code >= 500:
            wait = response.headers.get("retry-after", "")
            after = float(wait) if wait.isdigit() else None
            return Retryable(message, retry_after=after, code="embedding_server_busy", where=self._url)
        return Correctable(
            message,
            code="embedding_server_refused",
            where=self._url,
            hint="Check the key, the address and the model's name.",
        )

    def _unusable(self, what: str) -> Correctable:
        return Correctable(
            f"The embeddings server sent {what}.", code="embedding_answer_unusable", where=self._url
        )


def _numbers(value: Any) -> Any:
    if isinstance(value, str):
        return np.frombuffer(base64.b64decode(value, validate=True), dtype="<f4")
    return value
