"""Prints, as JSON, what redash-toolbelt's client answers about alerts. Arguments: address, key, a query."""

import json
import sys

from redash_toolbelt import Redash

base, key, query = sys.argv[1:]
client = Redash(base, key)
told = {}

alert = client.create_alert("High", {"column": "x", "op": ">", "value": 3}, int(query))
told["alert"] = alert["id"]
client.update_alert(alert["id"], name="Higher", rearm=60)
told["alerts"] = [each["id"] for each in client.alerts()]
told["read alert"] = client.get_alert(alert["id"])
print(json.dumps(told))
