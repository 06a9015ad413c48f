"""Reading without a model: from visible page text to quoted facts. Nothing is said that no page shows."""

from language.offline.reading.company import read_company
from language.offline.reading.icp import propose_icp
from language.offline.reading.profile import read_profile
from language.offline.reading.queries import search_queries

__all__ = ["propose_icp", "read_company", "read_profile", "search_queries"]
