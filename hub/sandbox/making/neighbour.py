"""A library system beside the city's: it owns some of the same works, under ids and building codes of its own.

The catalogue lists it under another building, so whoever asks for Helmet's works does not see it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from hub.sandbox.city import City, MadeWork
from hub.sandbox.making.chance import share

BUILDING: Final = "0/Naapuri/"
# Its circulation system's word for each library, with its name and the catalogue's code.
LIBRARIES: Final = {
    "PAA": ("Naapurin pääkirjasto", "2/Naapuri/n/paa/"),
    "SIVU": ("Sivukylän kirjasto", "2/Naapuri/n/sivu/"),
}
OWNED: Final = 0.4  # of the city's works


def neighbours(city: City) -> tuple[MadeWork, ...]:
    """With the numbers that they have in the city, and no pictures."""
    return tuple(
        msgspec.structs.replace(work, id=id_, branches=branches, has_cover=False)
        for work in city.works
        if work.branches
        if (id_ := work.id.replace("helmet.", "naapuri.")) and share(id_, "owned") < OWNED
        if (branches := tuple(code for _, code in LIBRARIES.values() if share(id_, code) < 0.7))
    )
