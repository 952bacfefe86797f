"""Every error the product means to give.

Any floor raises one; only a dialect (`api/<dialect>/`) renders it. A class says what happened in the core's words;
`status` is the HTTP status that most dialects answer with.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

Fields = Mapping[str, Sequence[str]]


class ProductError(Exception):
    """An intended error: a message safe to show, fields at fault, and details safe to show.

    fields: field name -> messages. details: JSON-ready facts about the case; never SQL, hosts, paths or secrets
    of anything the caller may not see.
    """

    status: ClassVar[int] = 500
    default_message: ClassVar[str] = "Something went wrong"

    def __init__(self, message: str = "", *, fields: Fields | None = None, **details: Any) -> None:
        self.message = message or self.default_message
        # A field that holds objects says which of them is at fault: position -> field -> messages.
        self.fields: dict[str, Any] = {
            name: texts if isinstance(texts, Mapping) else list(texts) for name, texts in (fields or {}).items()
        }
        self.details = details
        super().__init__(self.message)


class BadRequest(ProductError):
    """The request cannot be understood."""

    status = 400
    default_message = "The request could not be understood"


class NotAuthenticated(ProductError):
    """Nobody, or nobody valid, is asking."""

    status = 401
    default_message = "Not authorized"


class TokenInvalid(NotAuthenticated):
    """A token is malformed, of another kind, or signed by somebody else."""

    status = 422


class Forbidden(ProductError):
    """A known caller lacks the right."""

    status = 403
    default_message = "Forbidden"


class OwnerForbidden(Forbidden):
    """The caller sees the thing, and only who made it may do this to it."""


class DataForbidden(Forbidden):
    """The caller may not read this dataset or table. details: datasource (id), datasource_name, tables."""

    default_message = "You may not read this data"


class NotFound(ProductError):
    """It does not exist, or the caller may not know that it does."""

    status = 404
    default_message = "Not found"


class ResultsNotFound(NotFound):
    """No result of a query has this key, or the caller may not know that there is one."""

    default_message = (
        "The query associated with these results could not be found. You need to re-run the original query."
    )


class Gone(ProductError):
    """It existed and has expired."""

    status = 410
    default_message = "It is no longer there"


class Conflict(ProductError):
    """The object changed meanwhile, or is in a state that forbids this. details: version."""

    status = 409
    default_message = "It was changed meanwhile"


class Outdated(Conflict):
    """The caller stated which version he changes, and there is a newer one. details: version."""

    status = 412
    default_message = "Somebody changed it meanwhile. Read it again, then change it."


class TooLarge(ProductError):
    """The request exceeds a stated limit. details: limit."""

    status = 413
    default_message = "The request is too large"


class Invalid(ProductError):
    """Understood, but a field's value cannot be accepted; `fields` says which."""

    status = 422
    default_message = "A value cannot be accepted"


class ParameterInvalid(Invalid):
    """Values for a query's parameters are no such values, or are for parameters that it has not."""

    default_message = "The following parameter values are incompatible with their definitions"


class ParameterMissing(Invalid):
    """A query has parameters for which there is no value."""

    default_message = "Missing parameter value"


class RunForbidden(Forbidden):
    """The caller may not run this query, with these values."""

    default_message = "You do not have permission to run queries with this data source."


class DatabaseGone(ProductError):
    """A query has no connection any more, or none was named."""

    status = 401
    default_message = "Target data source not available."


class DatabasePaused(BadRequest):
    """Somebody stopped all queries on the connection for now."""

    default_message = "The data source is paused. Please try later."


class AboutBundle(ProductError):
    """Something is wrong with a bundle. details: file in it -> what, as a text or field -> texts."""

    def __init__(self, message: str = "", files: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.details = dict(files or {})


class BundleInvalid(AboutBundle, Invalid):
    """It cannot be imported."""

    default_message = "The bundle cannot be imported"


class BundleForbidden(AboutBundle, Forbidden):
    """The caller may not make or change what it holds."""

    default_message = "You may not import this bundle"


class BundleTooLarge(AboutBundle, TooLarge):
    """It, or a file in it, exceeds a limit."""

    default_message = "The bundle is too large"


class TooMany(ProductError):
    """A rate or budget is used up. details: retry_after_s."""

    status = 429
    default_message = "Too many requests"


class Unavailable(ProductError):
    """Something this server needs is down; later may work. details: retry_after_s."""

    status = 503
    default_message = "The service is not available now"


class NotOffered(ProductError):
    """A form of another server that this one does not have; the message says why."""

    status = 501
    default_message = "This server does not do that"


class NotInstalled(ProductError):
    """It needs an extra that this installation lacks; the message says which."""

    status = 501
    default_message = "This needs a package that is not installed"


class DrawingFailed(ProductError):
    """The chart's module does not draw this form and these rows."""

    status = 422
    default_message = "The chart could not be drawn"


class DrawingTimedOut(DrawingFailed):
    """It took longer than allowed. details: limit_s."""

    status = 504
    default_message = "Drawing the chart took longer than allowed"


class DrawingTooLarge(DrawingFailed):
    """It needed more memory than allowed. details: limit_mib."""

    status = 413
    default_message = "Drawing the chart needs more memory than allowed. Ask for fewer rows."


class CallerBusy(TooMany):
    """So many queries of the caller run that another has to wait too long. details: retry_after_s."""

    default_message = "Too many of your queries are running. Try again later."


class DatabaseBusy(Unavailable):
    """So many queries run on the database that another has to wait too long. details: retry_after_s."""

    default_message = "Too many queries are running on this database. Try again later."


class ServerBusy(Unavailable):
    """So many requests of this process wait for others that it lets no more wait. details: retry_after_s."""

    default_message = "Too many requests wait for an answer. Try again later."


class DatabaseUnreachable(ProductError):
    """The user's database does not answer. The message names no host."""

    status = 502
    default_message = "The database could not be reached"


class ConnectionFailed(DatabaseUnreachable):
    """A connection that somebody is trying out does not work. details: engine_name."""

    status = 400
    default_message = "Connection failed, please check your connection settings"


class QueryError(ProductError):
    """A question could not be answered."""

    status = 422
    default_message = "The query could not be run"


class QueryRefused(QueryError):
    """The SQL or the question is not allowed here: several statements, a function off the list, a sub-query."""

    default_message = "This query is not allowed"


class WriteRefused(QueryRefused):
    """The statement would write, and the connection is for reading."""

    default_message = "Only statements that read are allowed on this database"


class SubqueryRefused(QueryRefused):
    """A custom SQL field holds a sub-query."""

    status = 403
    default_message = "Custom SQL fields cannot contain sub-queries."


class SyntaxInvalid(QueryError):
    """The SQL does not parse. details: line and column (both from 1), near."""

    default_message = "The SQL could not be parsed"


class TemplateInvalid(QueryError):
    """The Jinja template in the SQL does not render."""

    default_message = "The template could not be rendered"


class QuestionInvalid(QueryError):
    """The question names what the dataset lacks, or cannot be asked in this form."""

    status = 400
    default_message = "The question is not valid"


class QueryFailed(QueryError):
    """The database refused the SQL; the message is the database's own. details: engine, position."""

    default_message = "The database reported an error"


class AnswerTooLarge(QueryError):
    """Its rows are more than the server holds. details: limit_mib."""

    status = 413
    default_message = "The answer is too large. Ask for fewer rows or columns, or for CSV, which is streamed."


class QueryCanceled(QueryError):
    """Somebody stopped it."""

    default_message = "The query was stopped"


class QueryStopped(QueryCanceled):
    """Who asked it wanted it stopped; others may still want the same."""


class QueryTimedOut(QueryError):
    """It ran longer than allowed. details: limit_s."""

    status = 504
    default_message = "The query ran longer than allowed"


class DeliveryFailed(ProductError):
    """A message could not be delivered. The text names no password, key or address of a network."""

    status = 502
    default_message = "The message could not be delivered"


class DeliveryDelayed(DeliveryFailed):
    """As DeliveryFailed, and it may work a moment later."""


class SourceFailed(ProductError):
    """Another server, from which something is to be brought, does not give it. The text holds no key."""

    status = 502
    default_message = "The other server does not answer"


class CannotBring(ProductError):
    """An object of another server has no place here; the text says why."""

    status = 422
    default_message = "It cannot be brought"


class ConfigurationError(Exception):
    """The installation cannot start like this; the message names the setting and what to do."""
