"""Documents, parsed and validated; the good ones are kept, since callers send the same few."""

from __future__ import annotations

from collections import OrderedDict

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, validate

from hub.errors import QueryTooDeep
from hub.http import depth

MOST_TOKENS = 5_000  # the longest operation in our manual has 500; some checks are quadratic in equal fields
KEPT = 300_000  # characters of all kept documents; a parsed one takes some eighty bytes for each


class Unreadable(Exception):
    """A document that can't be executed, and why."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(f"{errors[0].message}")
        self.errors = errors


class Documents:
    """Bounded by the length of what is kept; the one that was not asked for the longest goes first."""

    def __init__(self, schema: GraphQLSchema, *, most: int = KEPT) -> None:
        self._schema = schema
        self._most = most
        self._kept: OrderedDict[str, DocumentNode] = OrderedDict()
        self._length = 0

    def __len__(self) -> int:
        return len(self._kept)

    def read(self, text: str) -> DocumentNode:
        """Unreadable where it can't be executed."""
        document = self._kept.get(text)
        if document is not None:
            self._kept.move_to_end(text)
            return document
        document = self._checked(text)
        self._kept[text] = document
        self._length += len(text)
        while self._length > self._most:
            oldest, _ = self._kept.popitem(last=False)
            self._length -= len(oldest)
        return document

    def _checked(self, text: str) -> DocumentNode:
        try:
            document = parse(text, max_tokens=MOST_TOKENS)
            depth.check(document)  # before the validation, which follows what it finds
            errors = validate(self._schema, document)
        except GraphQLError as error:
            raise Unreadable([error]) from error
        except QueryTooDeep as error:
            raise Unreadable([GraphQLError(f"{error}", original_error=error)]) from error
        except RecursionError as error:
            deep = QueryTooDeep("the query is nested too deep to be read")
            raise Unreadable([GraphQLError(f"{deep}", original_error=deep)]) from error
        if errors:
            raise Unreadable(errors)
        return document
