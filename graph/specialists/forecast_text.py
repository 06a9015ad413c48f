"""The forecast of our own deals for reading, in chat and on the command line. Computes nothing."""

from typing import Any

_NAMES = (("commit", "Commit"), ("best_case", "Best case"), ("pipeline", "Pipeline"))
SHOWN = 10


def forecast_text(found: dict[str, Any]) -> str:
    """Sums first, then what changed and why, the deals, and what was assumed."""
    unit = f" in {found['currency']}" if found["currency"] else ""
    lines = [
        f"Until {found['until']}{unit}; won since {found['won_since']}: {_money(found['won'])}.",
        found["note"],
        "",
    ]
    for key, name in _NAMES:
        one = found[key]
        spread = f"80 % sure: {_money(one['lower'])} to {_money(one['upper'])}"
        lines.append(f"- {name}: {_money(one['value'])} ({spread}; {one['deals']} deals)")
    lines += ["", found["changes_said"]]
    lines += [f"- {one['on']}: {one['sentence']}" for one in found["changes"][:SHOWN]]
    if found["deals"]:
        lines += ["", "Deals"]
    lines += [_deal(one) for one in found["deals"]]
    lines += [f"- left out: {one}" for one in found["left_out"]]
    lines += [f"- assumed: {one['name']} closes on {one['value']}, {one['why']}" for one in found["assumed"]]
    return "\n".join([*lines, "", found["backtest_said"]])


def _deal(one: dict[str, Any]) -> str:
    amount = _money(one["amount"]) if one["amount"] is not None else "amount not known"
    guess = " (assumed)" if one["close_on_assumed"] else ""
    place = one["category"].replace("_", " ")
    return (
        f"- {one['name']}: {one['stage']}, {one['chance']:.0%}, {amount}, {one['close_on']}{guess} – {place}"
    )


def _money(value: str) -> str:
    return f"{float(value):,.0f}"
