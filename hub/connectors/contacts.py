"""How to reach an office, made safe to show: a number as words, a mail address that is one, a web address."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hub.connectors.markup import plain
from hub.connectors.weblinks import weblink
from hub.records.core import Contact

LONGEST_PHONE = 100
EMAIL = re.compile(r"[^@\s<>()\"',;:]{1,64}@[^@\s<>()\"',;:]{1,190}\.[^@\s<>()\"',;:.]{2,24}")


def contact(phone: str | None, email: str | None, websites: Iterable[str | None]) -> Contact | None:
    """A Contact of what is usable, with the first website that is an address; None if nothing is."""
    number, mail = plain(phone, LONGEST_PHONE), plain(email, 300)
    website = next((link for address in websites if (link := weblink(address))), None)
    if mail is not None and not EMAIL.fullmatch(mail):
        mail = None
    return Contact(phone=number, email=mail, website=website) if number or mail or website else None
