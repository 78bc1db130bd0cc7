"""Bibliographies that readers bring: BibTeX, RIS, CSL-JSON, or a list of arXiv ids."""

from service.errors import WrongInput
from service.sources.bibliography.bibtex import read_bibtex
from service.sources.bibliography.csl import read_csl
from service.sources.bibliography.entry import Bibliography
from service.sources.bibliography.ids import read_ids
from service.sources.bibliography.ris import read_ris
from service.sources.decoding import NoDigest, decode

__all__ = ["Bibliography", "read_bibliography"]

_EXPECTED = "BibTeX, RIS, CSL-JSON, or a list of arXiv ids with one a line"


def read_bibliography(data: bytes, *, name: str) -> Bibliography:
    """The papers of a bibliography, and the records that had to be refused, each with its reason.

    `name` is for messages only. Raises WrongInput where the file is nothing of the kind.
    """
    try:
        text = decode(data).lstrip("\ufeff")
    except NoDigest as error:
        raise WrongInput(
            f"{name} is no bibliography: expected {_EXPECTED}, found {error}."
        ) from None
    for read in (read_csl, read_ris, read_bibtex, read_ids):
        if found := read(text):
            return found
    raise WrongInput(f"{name} is no bibliography: expected {_EXPECTED}, found another text.")
