"""The authority matrix for its owner: look, change as a new version, try it on past decisions, put it in force."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import gate
from autonomy.facts import restored
from autonomy.policy import Policy
from autonomy.policy_book import in_force
from autonomy.policy_check import check_policy
from autonomy.policy_file import parse_policy, policy_text
from domain.actions import ChangePolicy
from domain.decisions import STRICTNESS, Actor
from domain.errors import Correctable, Refused
from domain.labels import owner_label
from runtime.store import audit, authority, decisions, versions
from runtime.store.tables import decisions as decided
from runtime.store.tables import proposals
from service.bootstrap import House
from service.carrying_out import MAY_HAPPEN, carry_out, decide_on

REPLAYED = 1_000  # past decisions a version is tried on
SHOWN = 50  # changes told one by one
EDITORS = ("owner", "manager")


async def install_first(house: House) -> None:
    """Store the file's or the built-in matrix as version 1 where none is stored yet."""
    async with house.database.read() as tx:
        if await versions.active_version(tx, "policy") is not None:
            return
    now = await house.clock.now()
    async with house.database.write() as tx:
        version_id = await _store(tx, house, house.policy, "the first policy", "system")
        await versions.activate_version(tx, "policy", version_id, now)
        await audit.append(
            tx,
            at=now,
            kind="policy_installed",
            subject=version_id,
            by="system",
            body={"policy": house.policy.version},
        )


async def shown(house: House, version: str = "") -> dict[str, Any]:
    """One version, by default the one in force, with its rows, its YAML and what a check says."""
    async with house.database.read() as tx:
        active = await versions.active_version(tx, "policy") or ""
        policy, row = await _version(tx, house, version or active)
        listed = await authority.policy_versions_listed(tx)
    return {
        "id": row["id"] if row else "",
        "number": row["number"] if row else 0,
        "active": row is not None and row["id"] == active,
        "otherwise": policy.otherwise,
        "risk_tolerance": policy.risk_tolerance,
        "rows": [one.model_dump(mode="json") for one in policy.rows],
        "yaml": policy_text(policy),
        "check": asdict(check_policy(policy)),
        "simulation": row["simulation"] if row else None,
        "versions": [_listed(one, active) for one in listed],
    }


def _listed(row: dict[str, Any], active: str) -> dict[str, Any]:
    return {
        "id": row["id"],
        "number": row["number"],
        "note": row["note"],
        "by": row["made_by"],
        "at": row["made_at"].isoformat(),
        "active": row["id"] == active,
        "simulated": row["simulation"] is not None,
    }


async def _version(tx: AsyncConnection, house: House, wanted: str) -> tuple[Policy, dict[str, Any] | None]:
    """A version by id or number; the policy in force when nothing is named.

    Raises:
        Correctable: unknown_policy_version.
    """
    if not wanted:
        return await in_force(tx, house.policy), None
    for row in await authority.policy_versions_listed(tx):
        if wanted in (row["id"], str(row["number"])):
            return Policy.model_validate(row["body"]), row
    raise Correctable(
        f"There is no policy version {wanted[:40]}.",
        code="unknown_policy_version",
        where=wanted[:40],
        hint="See `rainmaker policy show`.",
    )


def checked(text: str, where: str = "policy") -> dict[str, Any]:
    """What is to be said about a YAML text.

    Raises:
        Correctable: bad_policy, with line and cell.
    """
    return asdict(check_policy(parse_policy(text, where)))


async def add(house: House, text: str, note: str, actor: Actor) -> dict[str, Any]:
    """A new version from YAML; it is not in force.

    Raises:
        Correctable: bad_policy, no_change. Refused: role_may_not.
    """
    _check_editor(actor)
    return await _add(house, parse_policy(text), note, actor)


async def set_cell(house: House, row_id: str, column: str, value: str, actor: Actor) -> dict[str, Any]:
    """A new version that differs from the one in force in one cell; `agents` and lists are comma-separated.

    Raises:
        Correctable: bad_policy, unknown_row, no_change. Refused: role_may_not.
    """
    _check_editor(actor)
    async with house.database.read() as tx:
        policy = await in_force(tx, house.policy)
    rows = [row.model_dump(mode="json", exclude_defaults=True) for row in policy.rows]
    mine = next((row for row in rows if row["id"] == row_id), None)
    if mine is None:
        raise Correctable(f"There is no row {row_id[:40]}.", code="unknown_row", where=row_id[:40])
    mine[column] = _cell(column, value)
    return await _add(house, parse_policy(_yaml(policy, rows)), f"{row_id}: {column} = {value}", actor)


def _cell(column: str, value: str) -> Any:
    if column in ("agents", "relationship", "evidence"):
        return [part.strip() for part in value.split(",") if part.strip()]
    if column in ("min_amount", "max_amount"):
        return value.strip() or None
    return int(value) if column == "approvers" and value.strip().isdigit() else value.strip()


def _yaml(policy: Policy, rows: list[dict[str, Any]]) -> str:
    import yaml

    head = {"otherwise": policy.otherwise, "risk_tolerance": policy.risk_tolerance}
    return yaml.safe_dump({**head, "rows": rows}, allow_unicode=True, sort_keys=False)


async def _add(house: House, policy: Policy, note: str, actor: Actor) -> dict[str, Any]:
    async with house.database.write() as tx:
        before = await in_force(tx, house.policy)
        if before.version == policy.version:
            raise Correctable("This is the policy that is in force already.", code="no_change")
        version_id = await _store(tx, house, policy, note, actor.name)
        number = (await authority.policy_version(tx, version_id) or {})["number"]
    return {"id": version_id, "number": number, "check": asdict(check_policy(policy))}


async def _store(tx: AsyncConnection, house: House, policy: Policy, note: str, by: str) -> str:
    version_id = house.ids.new("pol")
    await authority.add_policy_version(
        tx,
        version_id=version_id,
        body=policy.model_dump(mode="json"),
        note=note[:300],
        by=by,
        at=await house.clock.now(),
    )
    return version_id


async def simulate(house: House, version: str) -> dict[str, Any]:
    """Judge the last decisions again under a version and under the one in force; keeps and returns the result."""
    async with house.database.read() as tx:
        policy, row = await _version(tx, house, version)
        now_holds = await in_force(tx, house.policy)
        past = await _past(tx)
        changes = [change async for change in _changes(tx, past, now_holds, policy, house.terms.secrets)]
    if row is None:
        raise Correctable("Say which version.", code="unknown_policy_version", where="version")
    result = {
        "replayed": len(past),
        "against": now_holds.version,
        "looser": sum(1 for one in changes if one["looser"]),
        "stricter": sum(1 for one in changes if not one["looser"]),
        "changes": changes[:SHOWN],
    }
    async with house.database.write() as tx:
        await authority.keep_simulation(tx, row["id"], result)
    return {"id": row["id"], "number": row["number"], **result}


async def _past(tx: AsyncConnection) -> list[Any]:
    query = (
        select(decided.c.id, decided.c.proposal_id, decided.c.snapshot, decided.c.made_at, proposals.c.kind)
        .join(proposals, proposals.c.id == decided.c.proposal_id)
        .order_by(decided.c.made_at.desc(), decided.c.id)
        .limit(REPLAYED)
    )
    return list(await tx.execute(query))


async def _changes(tx: AsyncConnection, past: list[Any], old: Policy, new: Policy, secrets: tuple[str, ...]):  # type: ignore[no-untyped-def]
    for row in past:
        proposal = await decisions.proposal(tx, row.proposal_id)
        if proposal is None:
            continue
        snapshot = restored(row.snapshot, secrets)
        before = gate.decide(proposal, snapshot, old)
        after = gate.decide(proposal, snapshot, new)
        if before.verdict is not after.verdict:
            yield {
                "decision": row.id,
                "action": row.kind,
                "agent": proposal.actor.role or proposal.actor.name,
                "before": str(before.verdict),
                "after": str(after.verdict),
                "why": after.why[:200],
                "looser": STRICTNESS[after.verdict] < STRICTNESS[before.verdict],
            }


async def activate(house: House, version: str, reason: str, actor: Actor) -> dict[str, Any]:
    """Put a simulated version in force. The gate decides: only a signed-in owner.

    Raises:
        Correctable: unknown_policy_version, not_simulated. Refused: refused.
    """
    async with house.database.write() as tx:
        policy, row = await _version(tx, house, version)
        tried = row["simulation"] if row else None
        now_holds = await in_force(tx, house.policy)
        if row is None or tried is None or tried["against"] != now_holds.version:
            raise Correctable(
                "This version was not tried on past decisions against the policy in force.",
                code="not_simulated",
                where=version,
                hint=f"Run `rainmaker policy simulate {version}` and read what would change.",
            )
        return_id = row["id"]
        made = await decide_on(
            tx,
            house,
            ChangePolicy(
                version_id=row["id"],
                previous_id=await versions.active_version(tx, "policy") or "",
                loosened=tried["looser"],
                simulated=tried["replayed"],
                reason=reason or row["note"],
            ),
            actor=actor,
            reason=reason or "activated",
            label=owner_label(actor.name),
        )
        if made.judgement.verdict in MAY_HAPPEN:
            await carry_out(tx, house, made, by=actor.name)
            return {"id": return_id, "number": row["number"], "policy": policy.version, "decision": made.id}
    raise Refused(made.judgement.why, code="refused", where=version)


async def rollback(house: House, actor: Actor) -> dict[str, Any]:
    """Put the version before the one in force back, as one act that is judged like any other.

    Raises:
        Correctable: nothing_to_roll_back. Refused: refused.
    """
    async with house.database.read() as tx:
        active = await versions.active_version(tx, "policy") or ""
        before = await _before(tx, active)
    if before is None:
        raise Correctable("There is no version before this one.", code="nothing_to_roll_back", where="policy")
    await simulate(house, before)
    return await activate(house, before, "rolled back", actor)


async def _before(tx: AsyncConnection, active: str) -> str | None:
    """The version that was in force when the active one took over."""
    query = (
        select(proposals.c.action)
        .join(decided, decided.c.proposal_id == proposals.c.id)
        .where(proposals.c.kind == "change_policy")
        .order_by(decided.c.made_at.desc(), decided.c.id.desc())
    )
    for action in (await tx.execute(query)).scalars():
        if action["version_id"] == active:
            return action["previous_id"] or None
    return None


def _check_editor(actor: Actor) -> None:
    if actor.role not in EDITORS:
        raise Refused(f"The role {actor.role or 'none'} may not edit the policy.", code="role_may_not")
