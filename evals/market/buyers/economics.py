"""The sellers' markets and purses from the data file."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from evals.market.buyers.records import Economics, Topic
from evals.market.world.atlas import DATA, read_yaml


@lru_cache(maxsize=1)
def all_economics() -> Mapping[str, Economics]:
    """Every seller by host; "" is one the market does not know."""
    found = read_yaml(DATA / "economics.yaml")
    known = {host: _economics(host, row) for host, row in found["sellers"].items()}
    return {**known, "": _economics("", found["default"])}


def economics_of(address: str) -> Economics:
    """The seller behind a mail address or host."""
    host = address.rpartition("@")[2].lower().removeprefix("www.")
    return all_economics().get(host) or all_economics()[""]


def _economics(host: str, row: Mapping[str, Any]) -> Economics:
    audience, contract, costs = row["audience"], row["contract"], row["costs"]
    smallest, largest = audience["employees"] or (1, 10**6)
    return Economics(
        host=host,
        industries=audience["industries"] or {},
        employees=(int(smallest), int(largest)),
        countries=frozenset(audience["countries"] or ()),
        functions=audience["functions"] or {},
        contract_base=float(contract["base"]),
        contract_per_employee=float(contract["per_employee"]),
        contract_most=float(contract["most"]),
        margin=float(row["margin"]),
        meetings_a_week=int(row["capacity"]["meetings_a_week"]),
        customers_a_month=int(row["capacity"]["customers_a_month"]),
        mail_cost=float(costs["mail"]),
        human_minute_cost=float(costs["human_minute"]),
        topics=tuple(_topic(name, one) for name, one in (row["topics"] or {}).items()),
        rivals=tuple(row.get("rivals") or ()),
    )


def _topic(name: str, row: Mapping[str, Any]) -> Topic:
    words = {code: tuple(word.lower() for word in found) for code, found in row["words"].items()}
    return Topic(name, float(row["weight"]), words)
