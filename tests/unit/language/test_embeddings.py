"""The embedders: what their vectors are like, and what they say when something is wrong."""

import base64
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx2
import numpy as np
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domain.errors import Correctable, Retryable
from language.embeddings.hashed import HashedWords
from language.embeddings.minilm import MiniLm
from language.embeddings.openai_wire import OpenAiEmbeddings
from language.embeddings.port import choose
from language.embeddings.weights import packaged_model

needs_weights = pytest.mark.skipif(packaged_model() is None, reason="the packaged model is not installed")


@pytest.fixture(scope="module")
def minilm() -> MiniLm:
    return MiniLm()


@needs_weights
async def test_minilm_gives_the_models_published_numbers(minilm: MiniLm) -> None:
    vector = (await minilm.embed(["This is an example sentence"]))[0]
    assert vector[:5] == pytest.approx([0.0676569, 0.0634959, 0.0487131, 0.0793049, 0.0374480], abs=1e-5)


@needs_weights
async def test_minilm_finds_the_paraphrase_without_a_shared_word(minilm: MiniLm) -> None:
    asked, near, far = await minilm.embed(
        ["How expensive is it?", "Plans start at 20 euros a month.", "Our office dog is called Bello."]
    )
    assert asked @ near > asked @ far + 0.1


@needs_weights
async def test_minilm_gives_the_same_vector_alone_and_in_a_mixed_batch(minilm: MiniLm) -> None:
    texts = ["short", "a somewhat longer text about dental practices " * 5, "word " * 1_000, "short"]
    together = await minilm.embed(texts)
    alone = np.concatenate([await minilm.embed([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-5)
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)


@needs_weights
@pytest.mark.parametrize("text", ["", "\ud800 lone surrogate", "\x00", "語" * 30_000])
async def test_minilm_survives_odd_text(minilm: MiniLm, text: str) -> None:
    vectors = await minilm.embed([text])
    assert vectors.shape == (1, 384)
    assert np.isfinite(vectors).all()


@needs_weights
async def test_altered_weights_are_not_loaded(tmp_path) -> None:
    folder = packaged_model()
    assert folder is not None
    shutil.copy(folder / "tokenizer.json", tmp_path / "tokenizer.json")
    (tmp_path / "model.safetensors").write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00{}      ")
    with pytest.raises(Correctable) as caught:
        await MiniLm(tmp_path).embed(["hello"])
    assert caught.value.code == "embedding_weights_altered"


async def test_hashed_words_prefer_shared_words_and_word_parts() -> None:
    embedder = HashedWords()
    asked, same, related, other = await embedder.embed(
        ["pricing for practices", "Practice pricing", "a price list", "the weather in Bergen"]
    )
    assert embedder.dimension == len(asked) == 1024
    assert asked @ same > asked @ related > asked @ other


async def test_hashed_words_ignore_case_and_accents_and_repeat_exactly() -> None:
    first = await HashedWords().embed(["Café Münster"])
    second = await HashedWords().embed(["CAFE MUNSTER"])
    assert np.array_equal(first, second)


async def test_a_text_without_words_is_the_zero_vector() -> None:
    assert not (await HashedWords().embed(["", "!!!"])).any()


def test_the_choice_is_local_unless_a_server_is_asked_for() -> None:
    assert choose().name in ("minilm-l6-v2", "hashed-v1")
    assert choose("hashed").name == "hashed-v1"
    assert choose("openai", base_url="http://127.0.0.1:9/v1", model="tiny").name == "openai:tiny"
    with pytest.raises(Correctable, match="address"):
        choose("openai")


Answer = Callable[[dict], Response]


@asynccontextmanager
async def embeddings_server(answer: Answer) -> AsyncIterator[OpenAiEmbeddings]:
    """A real server on loopback and an embedder that talks to it."""

    async def embeddings(request: Request) -> Response:
        return answer(await request.json())

    app = Starlette(routes=[Route("/v1/embeddings", embeddings, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    config = server.config
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with httpx2.AsyncClient(trust_env=False) as client:
            yield OpenAiEmbeddings(
                f"http://127.0.0.1:{port}/v1", api_key="secret-key", model="tiny", client=client
            )
    finally:
        await server.shutdown()


def _row(index: int, vector: list[float] | str) -> dict:
    return {"index": index, "embedding": vector}


async def test_the_servers_vectors_come_back_in_order_and_with_length_one() -> None:
    def answer(body: dict) -> Response:
        rows = [_row(i, [float(len(text)), 0.0]) for i, text in enumerate(body["input"])]
        return JSONResponse({"data": rows[::-1]})

    async with embeddings_server(answer) as embedder:
        vectors = await embedder.embed(["a", "", "ccc"] * 60)
    assert vectors.shape == (180, 2)
    assert np.allclose(vectors[:, 0], 1.0)
    assert embedder.dimension == 2


async def test_base64_vectors_are_read() -> None:
    packed = base64.b64encode(np.array([3.0, 4.0], dtype="<f4").tobytes()).decode()
    async with embeddings_server(lambda body: JSONResponse({"data": [_row(0, packed)]})) as embedder:
        assert (await embedder.embed(["x"]))[0] == pytest.approx([0.6, 0.8])


@pytest.mark.parametrize(
    ("response", "kind", "code"),
    [
        (Response(status_code=500), Retryable, "embedding_server_busy"),
        (Response(status_code=429, headers={"retry-after": "7"}), Retryable, "embedding_server_busy"),
        (Response(status_code=401), Correctable, "embedding_server_refused"),
        (Response("not json"), Correctable, "embedding_answer_unusable"),
        (JSONResponse({"data": []}), Correctable, "embedding_answer_unusable"),
        (JSONResponse({"data": [_row(0, "%%%")]}), Correctable, "embedding_answer_unusable"),
        (JSONResponse({"data": [_row(1, [1.0])]}), Correctable, "embedding_answer_unusable"),
        (JSONResponse([1]), Correctable, "embedding_answer_unusable"),
    ],
)
async def test_a_bad_answer_is_one_clear_error(response: Response, kind: type, code: str) -> None:
    async with embeddings_server(lambda body: response) as embedder:
        with pytest.raises(kind) as caught:
            await embedder.embed(["x"])
    assert caught.value.code == code
    assert "secret-key" not in str(caught.value.as_dict())


async def test_a_server_that_is_not_there_can_be_tried_again() -> None:
    async with embeddings_server(lambda body: Response()) as embedder:
        pass
    gone = OpenAiEmbeddings(embedder._url.removesuffix("/embeddings"), model="tiny")
    with pytest.raises(Retryable, match="did not answer"):
        await gone.embed(["x"])
