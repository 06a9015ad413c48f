"""Traces for an OpenTelemetry collector: off unless an address is set, and only ids, kinds and numbers in them.

A span's attributes come from a closed set of names and are cut short; texts, addresses and errors' words never enter.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

ATTRIBUTES = frozenset(
    {"kind", "turn", "command", "status", "method", "verdict", "count", "model_calls", "tokens"}
)
_PLAIN = re.compile(r"[\w:./-]{1,60}")  # an id or the name of a kind; nothing somebody wrote
_providers: "list[TracerProvider]" = []


def start(url: str) -> None:
    """Send traces to a collector's OTLP address from now on; an empty one changes nothing."""
    if url:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        send_to(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))


def send_to(processor: "SpanProcessor") -> None:
    """Hand every span to a processor, and to no other."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    stop()
    provider = TracerProvider(resource=Resource({"service.name": "rainmaker"}))
    provider.add_span_processor(processor)
    _providers.append(provider)


def stop() -> None:
    """Send what is left and stop."""
    while _providers:
        _providers.pop().shutdown()


@contextmanager
def span(name: str, **attributes: object) -> Iterator[None]:
    """A span around the block; nothing at all while traces are off. An error marks it, without its words."""
    if not _providers:
        yield
        return
    tracer = _providers[-1].get_tracer("rainmaker")
    told = {key: safe(value) for key, value in attributes.items() if key in ATTRIBUTES}
    with tracer.start_as_current_span(
        name, attributes=told, record_exception=False, set_status_on_exception=False
    ) as one:
        try:
            yield
        except BaseException as error:
            from opentelemetry.trace import StatusCode

            one.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def safe(value: Any) -> str | int | float | bool:
    """A value that may leave: a number, or a plain id; anything else is struck out."""
    if isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if _PLAIN.fullmatch(text) and "@" not in text else "struck"
