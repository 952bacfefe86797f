"""One query at work: its statements run in order, watched by a thread that tells the metadata it lives."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pyarrow as pa
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from superset_like.errors import QueryCanceled
from superset_like.extensions import db
from superset_like.models import Query, QueryStatus
from superset_like.models.mixins import now

log = logging.getLogger(__name__)

# A stop shall be felt within a second, and each running query asks the metadata this often.
POLL_S = 0.3
