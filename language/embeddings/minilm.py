"""MiniLM-L6 sentence embeddings in plain numpy; weights load at first use, the work runs in a thread."""

import asyncio
import math
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from domain.errors import Correctable
from language.embeddings.weights import Tensor, checked_file, packaged_model, read_tensors

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NAME = "minilm-l6-v2"
DIMENSION = 384
MAX_TOKENS = 256  # what the model was tuned for; longer texts are cut
_LAYERS = 6
_HEADS = 12
_HEAD_SIZE = DIMENSION // _HEADS
_BATCH_TOKENS = 2048  # keeps the attention matrices in the processor's cache
_CACHE_BLOCK = 65_536  # floats worked on at once, so that the steps of a formula stay in the cache
_MAX_CHARACTERS = 20_000  # far more than 256 tokens; spares the tokenizer a whole book


class MiniLm:
    """The packaged model: 384 dimensions, about 6 ms a query and 60 ms a full passage on one core."""

    name = NAME
    dimension = DIMENSION

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._loading = threading.Lock()
        self._network: _Network | None = None

    async def embed(self, texts: Sequence[str]) -> Tensor:
        """Unit vectors of the texts. Raises Correctable when the weights are missing or altered."""
        return await asyncio.to_thread(self._embed, list(texts))

    def _embed(self, texts: list[str]) -> Tensor:
        if not texts:
            return np.zeros((0, DIMENSION), dtype=np.float32)
        return self._loaded().embed(texts)

    def _loaded(self) -> "_Network":
        with self._loading:
            if self._network is None:
                self._network = _load(self._folder or packaged_model())
            return self._network


def _load(folder: Path | None) -> "_Network":
    if folder is None:
        raise Correctable(
            "The packaged embedding model is not installed.",
            code="embedding_model_missing",
            hint="Install the locked requirements, or choose hashed embeddings.",
        )
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(checked_file(folder, "tokenizer.json")))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return _Network(read_tensors(checked_file(folder, "model.safetensors")), tokenizer)


class _Network:
    """The six layers. Text in, unit vectors out; no state changes after loading."""

    def __init__(self, tensors: dict[str, Tensor], tokenizer: "Tokenizer") -> None:
        self._tensors = tensors
        self._tokenizer = tokenizer
        self._merged = [_merge_attention(tensors, layer) for layer in range(_LAYERS)]

    def embed(self, texts: Sequence[str]) -> Tensor:
        """Vectors in the order of the texts; similar lengths run together to waste no padding."""
        clean = [_plain(text) for text in texts]
        encoded = self._tokenizer.encode_batch(clean)
        result = np.empty((len(clean), DIMENSION), dtype=np.float32)
        for batch in _batches([len(item.ids) for item in encoded]):
            result[batch] = self._run([encoded[row].ids for row in batch])
        return result

    def _run(self, rows: list[list[int]]) -> Tensor:
        longest = max(len(row) for row in rows)
        ids = np.zeros((len(rows), longest), dtype=np.int64)
        mask = np.zeros((len(rows), longest), dtype=np.float32)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1.0
        return _pooled(self._layers(self._input(ids), mask), mask)

    def _input(self, ids: Any) -> Tensor:
        words = self._tensors["embeddings.word_embeddings.weight"][ids]
        places = self._tensors["embeddings.position_embeddings.weight"][: ids.shape[1]]
        kind = self._tensors["embeddings.token_type_embeddings.weight"][0]
        return self._norm(words + places + kind, "embeddings.LayerNorm")

    def _layers(self, state: Tensor, mask: Tensor) -> Tensor:
        hidden = (1.0 - mask[:, None, None, :]) * np.float32(-1e9)
        for layer in range(_LAYERS):
            prefix = f"encoder.layer.{layer}."
            seen = self._attend(state, hidden, layer)
            seen = self._linear(seen, prefix + "attention.output.dense")
            state = self._norm(seen + state, prefix + "attention.output.LayerNorm")
            wide = _gelu(self._linear(state, prefix + "intermediate.dense"))
            state = self._norm(
                self._linear(wide, prefix + "output.dense") + state, prefix + "output.LayerNorm"
            )
        return state

    def _attend(self, state: Tensor, hidden: Tensor, layer: int) -> Tensor:
        weight, bias = self._merged[layer]
        rows, length, _ = state.shape
        split = (state @ weight + bias).reshape(rows, length, 3, _HEADS, _HEAD_SIZE)
        query, key, value = split.transpose(2, 0, 3, 1, 4)
        scores = (query / np.float32(math.sqrt(_HEAD_SIZE))) @ key.transpose(0, 1, 3, 2) + hidden
        mixed = _softmax(scores) @ value
        return mixed.transpose(0, 2, 1, 3).reshape(rows, length, DIMENSION)

    def _linear(self, state: Tensor, name: str) -> Tensor:
        return state @ self._tensors[name + ".weight"].T + self._tensors[name + ".bias"]

    def _norm(self, state: Tensor, name: str) -> Tensor:
        centred = state - state.mean(-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(1e-12))
        return centred / spread * self._tensors[name + ".weight"] + self._tensors[name + ".bias"]


def _plain(text: str) -> str:
    """The text without lone surrogates, which the tokenizer refuses."""
    return text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Row numbers grouped by length so that a batch holds at most `_BATCH_TOKENS` padded tokens."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[row] > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _merge_attention(tensors: dict[str, Tensor], layer: int) -> tuple[Tensor, Tensor]:
    """Query, key and value as one multiplication."""
    prefix = f"encoder.layer.{layer}.attention.self."
    names = [prefix + part for part in ("query", "key", "value")]
    weight = np.concatenate([tensors.pop(name + ".weight") for name in names]).T
    return np.ascontiguousarray(weight), np.concatenate([tensors.pop(name + ".bias") for name in names])


def _softmax(scores: Tensor) -> Tensor:
    scores -= scores.max(-1, keepdims=True)  # in place: the largest array of the run
    np.exp(scores, out=scores)
    scores /= scores.sum(-1, keepdims=True)
    return scores


def _gelu(state: Tensor) -> Tensor:
    flat = np.ascontiguousarray(state).reshape(-1)
    for start in range(0, flat.size, _CACHE_BLOCK):
        part = flat[start : start + _CACHE_BLOCK]
        part *= np.float32(0.5) * (np.float32(1.0) + _erf(part * np.float32(math.sqrt(0.5))))
    return flat.reshape(state.shape)


def _erf(x: Tensor) -> Tensor:
    """Error function after Abramowitz and Stegun 7.1.26, within 1.5e-7: numpy has none."""
    t = 1.0 / (1.0 + np.float32(0.3275911) * np.abs(x))
    series = np.float32(1.061405429) * t
    for term in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = (series + np.float32(term)) * t
    return np.copysign(1.0 - series * np.exp(-x * x), x)


def _pooled(state: Tensor, mask: Tensor) -> Tensor:
    mean = (state * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    return mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), np.float32(1e-12))
