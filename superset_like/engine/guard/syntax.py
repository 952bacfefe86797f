"""From text to one tree: the tokens of a dialect, parsed to the end, or an error that says where."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlglot import Dialect, ErrorLevel, exp
from sqlglot.errors import ParseError, SqlglotError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from superset_like.engine.databases.base import Engine
from superset_like.errors import QueryRefused, SyntaxInvalid

# Its warnings quote the SQL, which may hold what no log should.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

LONGEST_SQL = 500_000

# sqlglot retries each join without a condition as the start of a nested one: the time doubles with every such join.
MOST_BARE_JOINS = 10

# The parser is native code: it recurses on the C stack, and the process ends when that is full.
MOST_NESTED = 150
MOST_TOKENS = 60_000
MOST_SOURCES = 1_000
MOST_CHAINED_BRACKETS = 100

# The name under which a protected table is read inside its sub-query; nobody else may use it.
GUARDED = "__guarded"


@dataclass(frozen=True, slots=True)
class Grammar:
    """What of an engine decides how SQL is read: a key for caches."""

    dialect: str
    functions: frozenset[str] = frozenset()
    table_functions: frozenset[str] = frozenset()
    catalogs: bool = False


@cache
def grammar_of(engine: Engine) -> Grammar:
    """The engine's dialect and its own functions, names in upper case."""
    return Grammar(
        engine.dialect,
        frozenset(map(str.upper, engine.functions)),
        frozenset(map(str.upper, engine.table_functions)),
        engine.supports_catalogs,
    )


def tokens_of(sql: str, dialect: str) -> list[Token]:
    """The tokens of one or several statements.

    Raises SyntaxInvalid for an open string or comment, QueryRefused for text that no reader should be given.
    """
    if len(sql) > LONGEST_SQL:
        raise QueryRefused("The SQL is too long", limit=LONGEST_SQL)
    if "\x00" in sql:
        raise QueryRefused("The SQL contains a NUL character")
    try:
        tokens = Dialect.get_or_raise(dialect).tokenize(sql)
    except TokenError as error:
        line, column = sql.count("\n") + 1, len(sql) - (sql.rfind("\n") + 1) + 1
        raise SyntaxInvalid("A string, name or comment is not closed", line=line, column=column, near="") from error
    _refuse_executable_comments(tokens)
    _refuse_bare_joins(tokens)
    _refuse_deep_nesting(tokens)
    return tokens


def statements_of(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens between semicolons, empty statements left out."""
    statements: list[list[Token]] = [[]]
    for token in tokens:
        if token.token_type == TokenType.SEMICOLON:
            statements.append([])
        else:
            statements[-1].append(token)
    return [statement for statement in statements if statement]


def text_of(tokens: Sequence[Token], sql: str) -> str:
    """The source text from the first token to the last one."""
    return sql[tokens[0].start : tokens[-1].end + 1]


def parsed(tokens: Sequence[Token], sql: str, dialect: str) -> exp.Expr:
    """The tree of one statement. Raises SyntaxInvalid."""
    parser = Dialect.get_or_raise(dialect).parser(error_level=ErrorLevel.IMMEDIATE)
    return _portable(_one_tree(lambda: parser.parse(list(tokens), sql)), dialect)


def parsed_expression(tokens: Sequence[Token], sql: str, dialect: str) -> exp.Expr:
    """The tree of one scalar expression that takes up all tokens. Raises SyntaxInvalid."""
    parser = Dialect.get_or_raise(dialect).parser(error_level=ErrorLevel.IMMEDIATE)
    return _portable(_one_tree(lambda: parser.parse_into(exp.Condition, list(tokens), sql)), dialect)


def _portable(tree: exp.Expr, dialect: str) -> exp.Expr:
    # sqlglot writes REGEXP_LIKE, which MySQL has and MariaDB has not.
    return tree.transform(_regexp_as_position, copy=False) if dialect == "mysql" else tree


def _regexp_as_position(node: exp.Expr) -> exp.Expr:
    if not isinstance(node, exp.RegexpLike):
        return node
    position = exp.Anonymous(this="REGEXP_INSTR", expressions=[node.this, node.expression])
    return exp.Paren(this=exp.GT(this=position, expression=exp.Literal.number(0)))


def _one_tree(parse: Callable[[], Sequence[exp.Expr | None]]) -> exp.Expr:
    try:
        trees = parse()
    except ParseError as error:
        raise _where(error) from error
    except RecursionError as error:
        raise QueryRefused("The SQL is nested too deeply") from error
    if len(trees) != 1 or trees[0] is None:
        raise QueryRefused("Exactly one statement is allowed here")
    return trees[0]


def written(tree: exp.Expr, dialect: str, *, pretty: bool = False, comments: bool = False) -> str:
    """The tree as SQL of its dialect. Raises QueryRefused when the dialect cannot say it."""
    try:
        return tree.sql(dialect, pretty=pretty, comments=comments, unsupported_level=ErrorLevel.RAISE)
    except RecursionError as error:
        raise QueryRefused("The SQL is nested too deeply") from error
    except (SqlglotError, ValueError) as error:
        raise QueryRefused("The SQL uses a form that cannot be checked") from error


def invalid_near(token: Token) -> SyntaxInvalid:
    """The error for a token that cannot stand where it stands."""
    return _invalid(token.text, token.line, token.col - len(token.text) + 1)


def _invalid(near: str, line: int, column: int) -> SyntaxInvalid:
    return SyntaxInvalid(f"Error parsing near '{near}' at line {line}:{column}", line=line, column=column, near=near)


def _where(error: ParseError) -> SyntaxInvalid:
    first = next((one for one in error.errors if one.get("line")), None)
    if first is None:
        return SyntaxInvalid()
    near = str(first["highlight"] or "")
    # sqlglot counts to the end of the token at fault.
    return _invalid(near, int(first["line"]), max(1, int(first["col"]) - len(near) + 1))


def _refuse_executable_comments(tokens: Sequence[Token]) -> None:
    # MySQL runs what stands in `/*! */` and MariaDB in `/*M! */`; a reader sees a comment.
    for token in tokens:
        if token.token_type == TokenType.HINT:
            raise QueryRefused("Optimizer hints are not allowed", reason="hint")
        if any(comment.startswith(("!", "M!")) for comment in token.comments):
            raise QueryRefused("Executable comments are not allowed", reason="comment")


def _refuse_bare_joins(tokens: Sequence[Token]) -> None:
    bare = 0
    for token, before in zip(tokens, [None, *tokens], strict=False):
        if token.token_type in (TokenType.ON, TokenType.USING):
            bare = 0
        elif token.token_type == TokenType.JOIN and (
            before is None or before.token_type not in (TokenType.CROSS, TokenType.NATURAL)
        ):
            bare += 1
        if bare > MOST_BARE_JOINS:
            raise QueryRefused("Too many joins without a condition", limit=MOST_BARE_JOINS)


def _refuse_deep_nesting(tokens: Sequence[Token]) -> None:
    depth = sources = chained = generic = 0
    before: Token | None = None
    for token in tokens:
        kind = token.token_type
        depth += (kind in _OPENING) - (kind in _CLOSING)
        sources += kind in (TokenType.FROM, TokenType.SELECT)
        generic += kind == TokenType.LT and before is not None and before.token_type in _GENERIC_TYPES
        chained += kind == TokenType.L_BRACKET and before is not None and before.token_type == TokenType.R_BRACKET
        before = token
        if depth > MOST_NESTED or generic > MOST_NESTED:
            raise QueryRefused("The SQL is nested too deeply", limit=MOST_NESTED)
    if len(tokens) > MOST_TOKENS or sources > MOST_SOURCES or chained > MOST_CHAINED_BRACKETS:
        raise QueryRefused("The SQL is too long", limit=MOST_TOKENS)


_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})
_GENERIC_TYPES = frozenset({TokenType.ARRAY, TokenType.LIST, TokenType.MAP, TokenType.NESTED, TokenType.STRUCT})
