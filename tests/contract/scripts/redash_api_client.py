"""Prints, as JSON, what redash-api-client makes. Arguments: address, key, a data source."""

import json
import sys

from redashAPI import RedashAPIClient

base, key, source = sys.argv[1:]
client = RedashAPIClient(key, base)
told = {}

sql = "SELECT count(*) AS n FROM airlines"
result = client.query_and_wait_result(int(source), sql).json()
told["rows"] = result["query_result"]["data"]["rows"]
query = client.create_query(int(source), "Built", sql, desc="By a client", with_results=True).json()["id"]
told["query"] = query
told["job"] = client.refresh_query(query).json()["job"]["id"]
axes = {"x_axis": "carrier", "y_axis": [{"name": "n", "label": "Lines"}]}
chart = client.create_visualization(query, "column", "Columns", **axes).json()["id"]
client.create_visualization(query, "table", "Rows", columns=[{"name": "n", "type": "integer"}])
dashboard = client.create_dashboard("Built by a client").json()["id"]
client.add_widget(dashboard, vs_id=chart)
client.add_widget(dashboard, text="A text")
told["dashboard"] = dashboard
told["public url"] = client.publish_dashboard(dashboard)
print(json.dumps(told))
