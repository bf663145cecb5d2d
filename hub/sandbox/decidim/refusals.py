"""Why graphql-ruby refuses a query, in its own words: messages, codes, and paths through the text of the query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphql
from graphql import GraphQLError
from graphql.language import ast
from graphql.validation import (
    FieldsOnCorrectTypeRule,
    KnownArgumentNamesRule,
    KnownTypeNamesRule,
    OverlappingFieldsCanBeMergedRule,
    ProvidedRequiredArgumentsRule,
    ValidationRule,
    ValuesOfCorrectTypeRule,
    specified_rules,
)

# ours below; and ruby's engine merges fields of different types, which strict clients refuse
REPLACED = {
    FieldsOnCorrectTypeRule,
    KnownArgumentNamesRule,
    KnownTypeNamesRule,
    OverlappingFieldsCanBeMergedRule,
    ProvidedRequiredArgumentsRule,
    ValuesOfCorrectTypeRule,
}
LITERALS: dict[str, tuple[type[ast.ValueNode], ...]] = {
    "String": (ast.StringValueNode,),
    "ID": (ast.StringValueNode, ast.IntValueNode),
    "Int": (ast.IntValueNode,),
    "Float": (ast.IntValueNode, ast.FloatValueNode),
    "Boolean": (ast.BooleanValueNode,),
}


def refusal(error: GraphQLError) -> dict[str, Any]:
    """One error as it stands in the answer."""
    extensions = dict(error.extensions or {})
    path = extensions.pop("path", None)
    return {
        "message": error.message,
        "locations": [location.formatted for location in error.locations or ()],
        **({"path": path} if path is not None else {}),
        **({"extensions": extensions} if extensions else {}),
    }


def path_to(node: ast.Node, ancestors: Sequence[Any]) -> list[str]:
    """["query", "component", "... on Budgets", "budget"]: what a reader meets on the way down."""
    path: list[str] = []
    for step in [*ancestors, node]:
        match step:
            case ast.OperationDefinitionNode():
                path.append(f"{step.operation.value} {step.name.value}" if step.name else step.operation.value)
            case ast.FragmentDefinitionNode():
                path.append(f"fragment {step.name.value}")
            case ast.InlineFragmentNode():
                path.append(f"... on {step.type_condition.name.value}" if step.type_condition else "...")
            case ast.FragmentSpreadNode():
                path.append(f"... {step.name.value}")
            case ast.FieldNode():
                path.append(step.alias.value if step.alias else step.name.value)
            case ast.ArgumentNode() | ast.ObjectFieldNode():
                path.append(step.name.value)
    return path


class UndefinedField(ValidationRule):
    def enter_field(self, node: ast.FieldNode, _key: Any, _parent: Any, _path: Any, ancestors: list[Any]) -> None:
        parent = self.context.get_parent_type()
        if parent is not None and self.context.get_field_def() is None:
            name = node.name.value
            extensions = {
                "path": path_to(node, ancestors),
                "code": "undefinedField",
                "typeName": parent.name,
                "fieldName": name,
            }
            message = f"Field '{name}' doesn't exist on type '{parent.name}'"
            self.report_error(GraphQLError(message, node, extensions=extensions))


class UndefinedType(ValidationRule):
    def enter_named_type(
        self, node: ast.NamedTypeNode, _key: Any, holder: Any, _path: Any, ancestors: list[Any]
    ) -> None:
        name = node.name.value
        if name in self.context.schema.type_map:
            return
        what = (
            f"No such type {name}, so it can't be a fragment condition"
            if isinstance(holder, ast.FragmentDefinitionNode | ast.InlineFragmentNode)
            else f"{name} isn't a defined input type"
        )
        extensions = {"path": path_to(holder, ancestors), "code": "undefinedType", "typeName": name}
        self.report_error(GraphQLError(what, holder, extensions=extensions))


class MissingArguments(ValidationRule):
    def enter_field(self, node: ast.FieldNode, _key: Any, _parent: Any, _path: Any, ancestors: list[Any]) -> None:
        field = self.context.get_field_def()
        if field is None:
            return
        given = {argument.name.value for argument in node.arguments or ()}
        missing = [
            name for name, wanted in field.args.items() if graphql.is_required_argument(wanted) and name not in given
        ]
        if missing:
            names = ", ".join(missing)
            extensions = {
                "path": path_to(node, ancestors),
                "code": "missingRequiredArguments",
                "className": "Field",
                "name": node.name.value,
                "arguments": names,
            }
            message = f"Field '{node.name.value}' is missing required arguments: {names}"
            self.report_error(GraphQLError(message, node, extensions=extensions))


class UnknownArgument(ValidationRule):
    def enter_argument(self, node: ast.ArgumentNode, _key: Any, _parent: Any, _path: Any, ancestors: list[Any]) -> None:
        field, holder = self.context.get_field_def(), ancestors[-1]
        if self.context.get_argument() is not None or field is None or not isinstance(holder, ast.FieldNode):
            return
        name = node.name.value
        extensions = {
            "path": path_to(node, ancestors),
            "code": "argumentNotAccepted",
            "name": holder.name.value,
            "typeName": "Field",
            "argumentName": name,
        }
        message = f"Field '{holder.name.value}' doesn't accept argument '{name}'"
        self.report_error(GraphQLError(message, node, extensions=extensions))


class UnfitArgument(ValidationRule):
    """A literal of another type; a variable is looked at when its value is known."""

    def enter_argument(self, node: ast.ArgumentNode, _key: Any, _parent: Any, _path: Any, ancestors: list[Any]) -> None:
        wanted, holder = self.context.get_argument(), ancestors[-1]
        if wanted is None or not isinstance(holder, ast.FieldNode):
            return
        self._look(node, wanted.type, ("Field", holder.name.value), node, path_to(node, ancestors))

    def _look(
        self,
        node: ast.ArgumentNode | ast.ObjectFieldNode,
        type_: graphql.GraphQLInputType,
        holder: tuple[str, str],
        at: ast.Node,
        path: list[str],
    ) -> None:
        inner = graphql.get_nullable_type(type_)
        kind, name = holder
        argument = node.name.value
        if isinstance(node.value, ast.ObjectValueNode) and isinstance(inner, graphql.GraphQLInputObjectType):
            for field in node.value.fields:
                if field.name.value in inner.fields:
                    known = inner.fields[field.name.value].type
                    self._look(field, known, ("InputObject", inner.name), node.value, [*path, field.name.value])
                else:
                    message = f"InputObject '{inner.name}' doesn't accept argument '{field.name.value}'"
                    extensions = {
                        "path": [*path, field.name.value],
                        "code": "argumentNotAccepted",
                        "name": inner.name,
                        "typeName": "InputObject",
                        "argumentName": field.name.value,
                    }
                    self.report_error(GraphQLError(message, field, extensions=extensions))
        elif not isinstance(node.value, ast.VariableNode) and not _fits(node.value, type_):
            message = (
                f"Argument '{argument}' on {kind} '{name}' has an invalid value ({graphql.print_ast(node.value)})."
                f" Expected type '{type_}'."
            )
            extensions = {
                "path": path,
                "code": "argumentLiteralsIncompatible",
                "typeName": kind,
                "argumentName": argument,
            }
            self.report_error(GraphQLError(message, at, extensions=extensions))


def _fits(value: ast.ValueNode, type_: graphql.GraphQLInputType) -> bool:
    """A literal, or a list of them; what is deep inside a list of objects is left to the run."""
    if isinstance(value, ast.VariableNode):
        return True
    if isinstance(value, ast.NullValueNode):
        return not graphql.is_non_null_type(type_)
    inner = graphql.get_nullable_type(type_)
    if isinstance(inner, graphql.GraphQLList):
        values = value.values if isinstance(value, ast.ListValueNode) else (value,)
        return all(_fits(each, inner.of_type) for each in values)
    kinds = LITERALS.get(inner.name) if isinstance(inner, graphql.GraphQLScalarType) else None
    return isinstance(value, kinds) if kinds is not None else True


RULES = [
    *(rule for rule in specified_rules if rule not in REPLACED),
    UndefinedField,
    UndefinedType,
    MissingArguments,
    UnknownArgument,
    UnfitArgument,
]
