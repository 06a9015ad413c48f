"""Traces are off by default, and hold ids, kinds and numbers only."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from runtime import traces


@pytest.fixture
def kept() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    traces.send_to(SimpleSpanProcessor(exporter))
    yield exporter
    traces.stop()


def test_without_an_address_nothing_is_traced() -> None:
    traces.start("")
    with traces.span("turn", kind="x"):
        pass
    assert traces._providers == []


def test_a_span_holds_no_words_of_anybody(kept: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError), traces.span("outer", kind="reply_came", turn="trn_1"):
        with traces.span("inner", kind="ann@acme.example", status="Dear Ann", count=3, body="hello"):
            pass
        raise ValueError("the secret is 42")
    inner, outer = kept.get_finished_spans()
    assert dict(inner.attributes or {}) == {"kind": "struck", "status": "struck", "count": 3}
    assert dict(outer.attributes or {}) == {"kind": "reply_came", "turn": "trn_1"}
    assert inner.parent and outer.context and inner.parent.span_id == outer.context.span_id
    assert outer.status.description == "ValueError" and outer.events == ()
    assert "secret" not in outer.to_json() + inner.to_json()
