"""Prints, as JSON, what superset-api-client answers. Arguments: address, password, a URI, a folder."""

import json
import sys
from pathlib import Path

from supersetapiclient.charts import Chart
from supersetapiclient.client import SupersetClient
from supersetapiclient.dashboards import Dashboard
from supersetapiclient.databases import Database
from supersetapiclient.exceptions import BadRequestError
from supersetapiclient.saved_queries import SavedQuery

base, password, uri, folder = sys.argv[1:]
client = SupersetClient(base, "admin", password)
told = {}

dashboard = client.dashboards.find(dashboard_title="Flights from New York City, 2013")[0]
dashboard.fetch()
dashboard.update_colors({"EWR": "#ff0000"})
dashboard.save()
told["dashboard"] = dashboard.id
told["counts"] = [client.dashboards.count(), client.charts.count(), client.datasets.count(), client.databases.count()]

chart = client.charts.get(client.charts.find(slice_name="Destinations")[0].id)
chart.slice_name = "Destinations, renamed"
chart.save()
told["renamed"] = [each.slice_name for each in client.charts.find(slice_name="Destinations, renamed")]
chart.slice_name = "Destinations"
chart.save()

archive = Path(folder) / "dashboards.zip"
client.dashboards.export([dashboard.id], str(archive))
told["imported"] = client.dashboards.import_file(str(archive), overwrite=True, passwords={"examples": "unused"})

database = client.databases.find(database_name="examples")[0]
told["run"] = database.run("SELECT carrier FROM airlines ORDER BY carrier LIMIT 2", query_limit=2)
told["limited"] = client.run(database.id, "SELECT carrier FROM airlines")[1]
try:
    client.run(database.id, "SELECT missing FROM airlines")
except BadRequestError as error:
    told["refused"] = error.message
sql = "SELECT 'x' AS word"
client.saved_queries.add(SavedQuery(label="Mine", sql=sql, db_id=database.id))
told["saved"] = client.saved_queries.find(label="Mine")[0].run()

told["connections"] = [
    # It sends the URI that a connection was read with, and a reading tells none.
    client.databases.test_connection(client.databases.get(database.id)),
    client.databases.test_connection(Database(database_name="examples", sqlalchemy_uri=uri)),
    client.databases.test_connection(Database(database_name="examples", sqlalchemy_uri=f"{uri}.missing")),
]

try:
    # Its own default for the slug is an empty one.
    client.dashboards.add(Dashboard(dashboard_title="Without a slug", published=False))
except BadRequestError as error:
    told["without a slug"] = error.message
made = client.dashboards.add(Dashboard(dashboard_title="Made", published=False, slug="made"))
drawn = client.charts.add(Chart(slice_name="Made", datasource_id=1, datasource_type="table", viz_type="table"))
told["made"] = [made, drawn]
told["deleted"] = [client.charts.get(drawn).delete(), client.dashboards.get(made).delete()]
print(json.dumps(told))
