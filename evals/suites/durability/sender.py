"""Who sends in this suite, and under which terms. Values only: a cold worker loads this and not the servers."""

from datetime import UTC, datetime

from autonomy.terms import Terms

USER, PASSWORD = "maria@acme.example", "secret"
CAMPAIGN = "cam_durable"
SALT = "salt-of-the-durability-suite-0001"
TERMS = Terms(
    sender=USER,
    sender_name="Maria Lindt",
    postal_address="Acme Analytics, 1 Main Street, Springfield",
    public_url="https://rm.example",
    mailbox_started=datetime(2026, 1, 1, tzinfo=UTC).date(),
    salt=SALT.encode(),
)
