"""What the headings of an exported experiment mean, in the spellings people use. Words only, no values."""

import re
from enum import StrEnum


class Role(StrEnum):
    """What a column holds."""

    ARM = "arm"
    UNITS = "units"
    HITS = "hits"
    RATE = "rate"
    MEAN = "mean"
    VARIANCE = "variance"
    SPREAD = "sd"
    SHARE = "share"
    DATE = "date"
    EXPERIMENT = "experiment"
    METRIC = "metric"
    UNIT = "unit"
    VALUE = "value"
    HARM = "harm"


# Order matters where a word could be two things: the first role that knows it gets it.
WORDS: dict[Role, str] = {
    Role.ARM: "arm treatment treated subject|line headline creative copy cta "
    "variant variation group bucket branch cell version treatment|arm test|group ab|group condition "
    "recipe experiment|group experiment|arm template variante gruppe testgruppe variant|group assignment assigned "
    "assigned|arm landing|variant sequence subject|variant testgroup ab split|group",
    Role.UNITS: "n users visitors participants contacts recipients prospects leads customers sent mails|sent "
    "emails|sent messages|sent touches|sent sends people units subjects sample sample|size size accounts sessions "
    "visits exposures exposed trials observations delivered impressions emails mails views pageviews count "
    "besucher nutzer empfänger kontakte versendet gesendet personen anzahl stichprobe obs denominator",
    Role.HITS: "positive|replies positive|responses transactions transaction "
    "checkouts registrations meetings meetings|booked replies replied conversions converted "
    "converts conversion successes success signups sign|ups responses responded clicks clicked orders purchases "
    "purchased sales wins won bookings booked demos opportunities deals hits positives activated activations "
    "retained opens opened antworten termine abschlüsse bestellungen käufe klicks erfolge treffer numerator",
    Role.RATE: "rate conversion|rate cr cvr ctr reply|rate response|rate click|rate success|rate open|rate "
    "meeting|rate rücklaufquote quote konversionsrate",
    Role.MEAN: "mean average avg mittelwert durchschnitt mean|value average|value",
    Role.VARIANCE: "variance var varianz sample|variance",
    Role.SPREAD: "sd std stdev stddev std|dev standard|deviation standardabweichung",
    Role.SHARE: "share planned|share planned|split planned expected|share expected|split expected|ratio allocation "
    "weight traffic traffic|share traffic|split traffic|allocation split target|share ratio anteil verteilung soll",
    Role.DATE: "date day datetime time timestamp week month ds dt time|since|start days|since|start "
    "event|date created created|at sent|at assigned|at datum tag woche monat zeit zeitpunkt period look snapshot",
    Role.EXPERIMENT: "experiment test experiment|key test|key experiment|code campaign kampagne",
    Role.METRIC: "metric kpi goal measure kennzahl ziel",
    Role.UNIT: "unit user visitor participant contact recipient prospect lead customer person subject account "
    "session email e|mail mail cookie device id nutzer kunde uid uuid",
    Role.VALUE: "outcome result reply response revenue amount value spend order|value sum click purchase order "
    "meeting signup sale open target y label umsatz betrag ergebnis antwort score",
    Role.HARM: "complaints complaint spam|complaints spam opt|outs optouts opt|out opted|out unsubscribes "
    "unsubscribed unsubscribe unsubs bounces bounced hard|bounces beschwerden abmeldungen",
}
_FILLERS = {"number", "no", "of", "num", "nr", "the", "unique", "cumulative", "cum", "daily", "running"}
_FILLERS |= {"total", "count", "der", "die", "in", "per", "pct", "percent", "id", "name", "ids"}
_COUNTING = {"number", "no", "num", "nr", "count", "anzahl", "total"}
_CUMULATIVE = {"cumulative", "cum", "running", "total", "kumuliert", "cumul"}
_DAILY = {"daily", "new", "täglich", "per", "increment"}
_LOWER_IS_BETTER = {
    "churn",
    "cost",
    "costs",
    "refunds",
    "refund",
    "errors",
    "cancellations",
    "kosten",
    "latency",
}
_SPLIT = re.compile(r"[^\w%]+|_|(?<=[a-z])(?=[A-Z])")

_KNOWN = {tuple(phrase.split("|")): role for role in reversed(Role) for phrase in WORDS[role].split()}


def words(heading: str) -> tuple[str, ...]:
    """A heading as lower-case words."""
    found = [one.casefold() for one in _SPLIT.split(heading.strip()) if one]
    if found[-2:] == ["to", "date"]:
        found[-2:] = ["cumulative"]
    return tuple(found)


def role_of(heading: str) -> Role | None:
    """What a heading means, None when it is no usual one."""
    return role_of_words(words(heading))


def role_of_words(parts: tuple[str, ...]) -> Role | None:
    """As `role_of`, for a heading already split."""
    if parts in _KNOWN:
        return _KNOWN[parts]
    core = tuple(one for one in parts if one not in _FILLERS)
    counted = bool(_COUNTING & set(parts))
    if counted and not core and parts:
        return Role.UNITS if set(parts) & {"total", "count", "number"} else None
    found = _KNOWN.get(core)
    if found in (Role.UNIT, Role.VALUE) and counted and "id" not in parts:
        plural = _KNOWN.get((*core[:-1], f"{core[-1]}s"))
        return plural or (Role.UNITS if found is Role.UNIT else Role.HITS)
    if found in (Role.UNITS, Role.HITS) and parts and parts[-1] in {"rate", "pct", "percent", "%"}:
        return Role.RATE
    return found


def says_cumulative(headings: tuple[str, ...]) -> bool | None:
    """What the headings say about running totals; None when they say nothing."""
    said = {word for heading in headings for word in words(heading)}
    if said & _CUMULATIVE:
        return True
    return False if said & _DAILY else None


def lower_is_better(heading: str) -> bool:
    """Whether less of this metric is better."""
    return role_of(heading) is Role.HARM or bool(set(words(heading)) & _LOWER_IS_BETTER)


def arm_and_role(heading: str) -> tuple[str, Role] | None:
    """A heading of a wide table, "control_n" or "conversions B", as arm and role."""
    parts = words(heading)
    written = [one for one in _SPLIT.split(heading.strip()) if one]
    for cut in range(1, len(parts)):
        for arm, rest, shown in (
            (parts[:cut], parts[cut:], written[:cut]),
            (parts[cut:], parts[:cut], written[cut:]),
        ):
            role = role_of_words(rest)
            if role in _WIDE and _names_an_arm(arm):
                return " ".join(shown), role
    return None


_WIDE = (Role.UNITS, Role.HITS, Role.RATE, Role.MEAN, Role.VARIANCE, Role.SPREAD, Role.HARM)
_ARM_WORDS = {
    "control",
    "baseline",
    "treatment",
    "test",
    "variant",
    "variation",
    "arm",
    "group",
    "c",
    "t",
    "ctrl",
}
_ARM_WORDS |= {
    "original",
    "challenger",
    "champion",
    "holdout",
    "treat",
    "trt",
    "exp",
    "kontrolle",
    "variante",
    "con",
}


def _names_an_arm(parts: tuple[str, ...]) -> bool:
    """ "control", "b", "variant 2", "arm b": never a second measure such as "total"."""
    return all(one in _ARM_WORDS or len(one) == 1 or one.isdigit() for one in parts)


_NAMED_BASELINES = (
    "control baseline ctrl original holdout champion kontrolle kontrollgruppe con default current"
)
_BASELINES = (
    *_NAMED_BASELINES.split(),
    "existing",
    "old",
    "status quo",
    "a",
    "0",
    "c",
    "off",
    "false",
    "psa",
)


def baseline_of(arms: tuple[str, ...]) -> tuple[int, bool]:
    """Which arm the others are compared with, and whether its name says so."""
    folded = [arm.strip().casefold() for arm in arms]
    for name in _BASELINES:
        for at, arm in enumerate(folded):
            if arm == name or (set(words(arm)) & {name} and (len(name) > 1 or words(arm)[-1] == name)):
                return at, True
    return 0, False
