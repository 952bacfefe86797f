"""Prints, as JSON, what redash-dynamic-query answers.

Arguments: address, key, a query with a parameter `code`, a query that fails.
"""

import json
import sys

from redash_dynamic_query import RedashDynamicQuery

base, key, query, failing = sys.argv[1:]
client = RedashDynamicQuery(endpoint=base, apikey=key)
told = {
    "json": client.query(int(query), {"code": "9E"}),
    "csv": client.query(int(query), {"code": "DL"}, as_csv=True),
}
try:
    client.query(int(failing))
except Exception as error:
    told["failed"] = str(error)
print(json.dumps(told))
