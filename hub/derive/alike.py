"""Whether two records of places are one: by name and address and distance together (`placing.py` has the scale)."""

from __future__ import annotations

from collections.abc import Sequence

from hub.derive import place_names
from hub.derive.place_names import CITY_OF, kind_word, rest_of
from hub.derive.placing import (
    PROPER,
    SWEDISH_STREET,
    UNKNOWN,
    WHOLE,
    House,
    is_one_street,
    metres_between,
    street_key,
)
from hub.derive.whereabouts import FAR, NEAR


def is_apart(one: House, other: House) -> bool:
    """They are certainly two places: another city, another street, a kilometre between them."""
    if one.city is not None and other.city is not None and one.city != other.city:
        return True
    apart = metres_between(one, other)
    if apart != UNKNOWN and apart > FAR:
        return True
    is_one = any(is_one_street(a, b) for a, _ in one.streets for b, _ in other.streets)
    return bool(one.streets and other.streets) and not is_one and _in_one_language(one, other)


def likeness(one: House, other: House) -> float | None:
    """How sure it is that two records are one place, by name and address and distance together; None: something
    speaks against it, or the names do not agree. Without one address it is known to be like it, and not joined: 0.8
    near by, else 0.6.
    """
    named = None if is_apart(one, other) else _names_agree(one, other)
    if named is None:
        return None
    apart = metres_between(one, other)
    if set(one.streets) & set(other.streets):
        base = 0.98 if apart <= NEAR else 0.95 if apart == UNKNOWN else 0.75
    elif apart <= NEAR:
        base = 0.8
    else:
        base = 0.6
    return round(base - (WHOLE - named), 2)


def _in_one_language(one: House, other: House) -> bool:
    return any(
        bool(SWEDISH_STREET.search(a)) == bool(SWEDISH_STREET.search(b))
        for a, _ in one.streets
        for b, _ in other.streets
    )


def _names_agree(one: House, other: House) -> float | None:
    for mine in one.names:
        for theirs in other.names:
            if rest_of(mine, theirs) == [] and any(place_names.is_telling(word) for word in mine):
                return WHOLE
    for long, short in ((one, other), (other, one)):
        for name in short.names:
            bare = [word for word in name if word not in CITY_OF]
            if len(bare) == 1 and any(place_names.is_one_form(bare[0], proper) for proper in long.proper):
                return PROPER
    return None


def joint_keys(known: House) -> frozenset[str]:
    """What two records of one place have in common if `likeness` is to join them: a name and an address. So what a
    changed record may belong to is found without looking at all places.
    """
    names = {key for name in known.names for key in _name_keys(name)}
    names |= {proper[: place_names.PREFIX] for proper in known.proper}
    names |= {word[: place_names.PREFIX] for word in _alone(known)}
    return frozenset(f"at:{name}|{street_key(street)}" for name in names for street in known.streets)


def _alone(known: House) -> list[str]:
    """Names of one word, which may be the proper part of another record's."""
    bare = ([word for word in name if word not in CITY_OF] for name in known.names)
    return [words[0] for words in bare if len(words) == 1 and place_names.is_telling(words[0])]


def _name_keys(name: Sequence[str]) -> set[str]:
    """The beginning of its first telling word (what one writes as two words, the other begins likewise), of its first
    by the alphabet (whatever their order); each with the kinds of house that it names.
    """
    telling = [word[: place_names.PREFIX] for word in name if place_names.is_telling(word)]
    kinds = "+".join(sorted({kind for word in name if (kind := kind_word(word)) is not None}))
    return {f"{telling[0]}+{kinds}", f"{min(telling)}+{kinds}"} if telling else set()
