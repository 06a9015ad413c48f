"""Stored conversations: what Chainlit's layer loses or mixes up on SQLite is kept and comes back whole."""

import uuid

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def thread() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def layer(app):
    from chainlit.data import get_data_layer

    return get_data_layer()


def writing_in(thread: str) -> None:
    """The moment of a person writing in this thread."""
    from chainlit.context import ChainlitContext, context_var
    from chainlit.session import HTTPSession

    session = HTTPSession(id=str(uuid.uuid4()), client_type="webapp", thread_id=thread, user=None)
    context_var.set(ChainlitContext(session))


def step(thread: str, text: str, **more: object) -> dict[str, object]:
    row = {
        "id": str(uuid.uuid4()),
        "name": "olga",
        "type": "user_message",
        "threadId": thread,
        "output": text,
    }
    return (
        row
        | {"createdAt": "2026-11-21T10:00:00Z", "metadata": {"a": 1}, "tags": ["x"], "streaming": False}
        | more
    )


async def user(layer, name: str) -> str:
    import chainlit as cl

    return (await layer.create_user(cl.User(identifier=name))).id


async def test_a_message_comes_back_with_its_objects(layer, thread):
    writing_in(thread)
    await layer.create_step(step(thread, "hello"))
    found = (await layer.get_thread(thread))["steps"][0]
    assert found["output"] == "hello"
    assert found["metadata"] == {"a": 1}
    assert found["tags"] == ["x"]


async def test_a_card_in_the_first_answer_is_kept_with_its_props(layer, thread):
    import chainlit as cl

    writing_in(thread)
    card = cl.CustomElement(name="ApprovalCard", props={"id": "app_1"}, thread_id=thread, for_id="m1")
    await layer.create_element(card)
    kept = (await layer.get_thread(thread))["elements"][0]
    assert kept["props"] == {"id": "app_1"}
    assert kept["url"].startswith("/chat/files/")


async def test_an_element_cannot_be_written_into_another_thread(layer, thread):
    import chainlit as cl

    writing_in(thread)
    other = str(uuid.uuid4())
    await layer.create_element(
        cl.CustomElement(name="ApprovalCard", props={"id": "x"}, thread_id=other, for_id="m")
    )
    assert await layer.get_thread(other) is None


async def test_a_stored_file_belongs_to_the_person_of_its_conversation(layer, thread):
    import chainlit as cl

    writing_in(thread)
    await layer.update_thread(thread, name="first", user_id=await user(layer, "olga"))
    card = cl.CustomElement(name="ApprovalCard", props={"id": "app_2"}, thread_id=thread, for_id="m1")
    await layer.create_element(card)
    name = (await layer.get_thread(thread))["elements"][0]["url"].rpartition("/")[2]
    found = await layer.stored_file(name)
    assert (found.owner, found.mime) == ("olga", "application/json")
    assert await layer.stored_file("0" * 64) is None


async def test_a_message_that_was_far_too_long_is_kept_cut(layer, thread):
    writing_in(thread)
    await layer.create_step(step(thread, "y" * 500_000))
    kept = (await layer.get_thread(thread))["steps"][0]["output"]
    assert len(kept) < 201_000
    assert kept.endswith("(cut)")


async def test_a_person_sees_their_own_threads_newest_first_page_by_page(layer, thread):
    from chainlit.types import Pagination, ThreadFilter

    writing_in(thread)
    mine, theirs = await user(layer, "pat"), await user(layer, "quinn")
    ids = [str(uuid.uuid4()) for _ in range(4)]
    for number, one in enumerate(ids):
        await layer.update_thread(one, name=f"thread {number}", user_id=theirs if number == 3 else mine)
        await layer.create_step(step(one, f"Words {number}", createdAt=f"2026-11-21T10:0{number}:00Z"))
    first = await layer.list_threads(Pagination(first=2), ThreadFilter(userId=mine))
    assert [row["id"] for row in first.data] == [ids[2], ids[1]]
    assert first.pageInfo.hasNextPage
    rest = await layer.list_threads(
        Pagination(first=2, cursor=first.pageInfo.endCursor), ThreadFilter(userId=mine)
    )
    assert [row["id"] for row in rest.data] == [ids[0]]
    found = await layer.list_threads(Pagination(first=9), ThreadFilter(userId=mine, search="WORDS 1"))
    assert [row["id"] for row in found.data] == [ids[1]]


async def test_work_that_the_end_of_the_service_cut_off_does_not_look_as_if_it_ran(layer, thread, house):
    from chat_ui.data_layer import make_tables
    from chat_ui.places import history_of

    writing_in(thread)
    begun = {"type": "tool", "name": "Finding companies", "start": "2026-11-21T10:00:00Z"}
    await layer.create_step(step(thread, "") | begun)
    make_tables(history_of(house))
    found = (await layer.get_thread(thread))["steps"][0]
    assert found["end"] == found["start"]
    assert found["name"] == "Finding companies – interrupted when the service ended"


async def test_a_bare_command_names_its_thread_once(layer, thread):
    writing_in(thread)
    await layer.update_thread(thread, name="")
    assert await layer.name_thread(thread, "/icp") is True
    assert await layer.name_thread(thread, "/campaign") is False
    assert (await layer.get_thread(thread))["name"] == "/icp"
