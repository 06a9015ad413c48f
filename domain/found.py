"""A company found on the web or read from a file, before it is written into the CRM."""

from pydantic import BaseModel, ConfigDict

from domain.accounts import CompanyFacts
from domain.knowledge import Evidence, Page
from domain.labels import Label
from domain.prospects import Fit


class FoundPerson(BaseModel):
    """A person at a found company."""

    model_config = ConfigDict(frozen=True)

    name: str = ""
    title: str = ""
    role: str = ""
    email: str = ""
    zones: tuple[str, ...] = ()
    language: str = ""
    evidence: Evidence | None = None


class FoundCompany(BaseModel):
    """A company with its people; the first person is the one to write to."""

    model_config = ConfigDict(frozen=True)

    name: str
    domain: str = ""
    country: str = ""
    city: str = ""
    industry: str = ""
    staff_min: int | None = None
    staff_max: int | None = None
    facts: CompanyFacts | None = None
    people: tuple[FoundPerson, ...] = ()
    fit: Fit | None = None
    icp_id: str = ""
    pages: tuple[Page, ...] = ()
    label: Label
