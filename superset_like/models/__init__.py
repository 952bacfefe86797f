"""Every stored noun; importing this maps them all."""

from superset_like.models.annotation import Annotation, AnnotationLayer
from superset_like.models.brought_object import BroughtObject
from superset_like.models.bundle_number import BundleNumber
from superset_like.models.chart import Chart
from superset_like.models.css_template import CssTemplate
from superset_like.models.dashboard import Dashboard, DashboardItem, DashboardShare, EmbeddedDashboard
from superset_like.models.database import Database
from superset_like.models.dataset import Dataset, DatasetColumn, DatasetMetric
from superset_like.models.destination import Destination
from superset_like.models.dialect_record import Dialect, DialectRecord
from superset_like.models.ended_session import EndedSession
from superset_like.models.favorite import Favorite
from superset_like.models.history import DeletedObject, FormerState
from superset_like.models.kept_state import KeptState, StateKind
from superset_like.models.log import Log
from superset_like.models.query import Query, QueryStatus
from superset_like.models.query_snippet import QuerySnippet
from superset_like.models.report import AlertState, Report, ReportLog, ReportRecipient, ReportState, Trigger
from superset_like.models.row_rule import RowRule
from superset_like.models.saved_query import SavedQuery
from superset_like.models.stamp import Stamp
from superset_like.models.tag import ObjectType, Tag, TaggedObject
from superset_like.models.theme import Theme
from superset_like.models.user_key import UserKey

__all__ = [
    "AlertState",
    "Annotation",
    "AnnotationLayer",
    "BroughtObject",
    "BundleNumber",
    "Chart",
    "CssTemplate",
    "Dashboard",
    "DashboardItem",
    "DashboardShare",
    "Database",
    "Dataset",
    "DatasetColumn",
    "DatasetMetric",
    "DeletedObject",
    "Destination",
    "Dialect",
    "DialectRecord",
    "EmbeddedDashboard",
    "EndedSession",
    "Favorite",
    "FormerState",
    "KeptState",
    "Log",
    "ObjectType",
    "Query",
    "QuerySnippet",
    "QueryStatus",
    "Report",
    "ReportLog",
    "ReportRecipient",
    "ReportState",
    "RowRule",
    "SavedQuery",
    "Stamp",
    "StateKind",
    "Tag",
    "TaggedObject",
    "Theme",
    "Trigger",
    "UserKey",
]
