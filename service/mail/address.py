"""Addresses: what can be mailed, and when two of them are one mailbox."""

import unicodedata
from email.utils import parseaddr

from email_validator import EmailNotValidError, validate_email

from service.errors import BadAddress

LONGEST_LOCAL_PART = 64
_DOTS_ARE_NOTHING = ("gmail.com", "googlemail.com")
LONGEST = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets


def parse_address(text: str) -> str:
    """The address as it is stored and mailed: as typed before the @, a plain ASCII domain after.

    Nobody is asked whether the domain exists. Raises BadAddress.
    """
    try:
        found = validate_email(
            text.strip(),
            check_deliverability=False,
            globally_deliverable=False,
            test_environment=True,  # `.test` is for trying things out, and a trial should work
        )
    except EmailNotValidError as error:
        raise BadAddress(f"This address can't be mailed: {error}") from error
    address = f"{found.local_part}@{found.ascii_domain}"
    if "." not in found.ascii_domain:
        raise BadAddress("This address can't be mailed: the part after the @ needs a dot.")
    if len(found.local_part.encode()) > LONGEST_LOCAL_PART or len(address.encode()) > LONGEST:
        raise BadAddress("This address can't be mailed: it is too long.")
    # what SMTP libraries make of it has to be the very same mailbox
    if parseaddr(address)[1] != address:
        raise BadAddress("This address can't be mailed: it can be read in two ways.")
    return address


def behind_tags(address: str) -> str:
    """The mailbox behind an address, for counting only: no `+tag`, and none of Gmail's dots."""
    local, _, domain = same_mailbox(address).rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTS_ARE_NOTHING:
        local = local.replace(".", "")
    return f"{local}@{domain}"


def same_mailbox(address: str) -> str:
    """What spellings of one mailbox have in common.

    RFC 5321 lets a mailbox tell capitals apart before the @; none that matters does.
    """
    return unicodedata.normalize("NFC", address).lower()
