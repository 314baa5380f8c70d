"""Data files into the store: read, checked row by row, loaded in one transaction."""

from tools.ingest.ingest import ingest, install_domain
from tools.ingest.report import IngestReport, Reject

__all__ = ["IngestReport", "Reject", "ingest", "install_domain"]
