"""Prints, as JSON, what the methods of redash-toolbelt's client answer. Arguments: address, key, data source."""

import json
import sys

from redash_toolbelt import Redash

base, key, source = sys.argv[1:]
client = Redash(base, key)
told = {"credentials": [client.test_credentials(), Redash(base, "0" * 40).test_credentials()]}

parameters = [{"name": "some_parameter", "title": "Some", "type": "number", "value": 5}]
query = {
    "name": "Toolbelt's",
    "query": "SELECT {{ some_parameter }} AS x",
    "data_source_id": int(source),
    "options": {"parameters": parameters},
    "schedule": {"interval": 86400, "time": "03:15", "day_of_week": None, "until": None},
    "tags": ["belt"],
}
made = client.create_query(query).json()
told["query"] = made["id"]
told["read"] = client.get_query(made["id"])
told["updated"] = client.update_query(made["id"], {"name": "Toolbelt's own"}).json()["name"]
told["queries"] = sorted(client.queries(page=1, page_size=2))
told["all queries"] = [each["id"] for each in client.paginate(client.queries, page_size=2)]
told["scheduled"] = [each["id"] for each in client.scheduled_queries()]
told["copy"] = client.duplicate_query(made["id"])
told["named copy"] = client.duplicate_query(made["id"], new_name="Renamed")
client.create_favorite("query", made["id"])
told["favorite queries"] = [each["id"] for each in client.queries(only_favorites=True)["results"]]
visualization = made["visualizations"][0]["id"]
told["visualization"] = client.update_visualization(visualization, {"name": "Rows"}).json()

dashboard = client.create_dashboard("Toolbelt: sales")
told["dashboard"] = dashboard["id"]
told["published"] = client.update_dashboard(dashboard["id"], {"tags": ["belt"], "is_draft": False})["is_draft"]
position = {"position": {"col": 0, "row": 0, "sizeX": 3, "sizeY": 8}}
told["widgets"] = [
    client.create_widget(dashboard["id"], visualization, "", position).json()["id"],
    client.create_widget(dashboard["id"], None, "hello Jane@example.com", {}).json()["id"],
]
told["by id"] = client.get_dashboard(dashboard["id"])
told["by slug"] = client.dashboard(dashboard["slug"])
client.create_favorite("dashboard", dashboard["id"])
told["favorite dashboards"] = [each["id"] for each in client.dashboards(only_favorites=True)["results"]]
told["dashboards"] = [each["name"] for each in client.dashboards()["results"]]
told["dashboard's copy"] = client.duplicate_dashboard(dashboard["slug"])["id"]
told["dashboard's named copy"] = client.duplicate_dashboard(dashboard["slug"], new_name="Another")["id"]

told["sources"] = client.get_data_sources()
told["source"] = client.get_data_source(int(source))
warehouse = {"host": "db.example.com", "dbname": "dw", "user": "belt", "password": "belt-password"}
told["made source"] = client.create_data_source("toolbelt's", "pg", warehouse).json()["id"]

person = client._post("api/users?no_invite=1", json={"name": "Tool Belt", "email": "belt@example.com"}).json()
told["person"] = person["id"]
told["users"] = [each["email"] for each in client.users()["results"]]
told["disabled"] = client.disable_user(person["id"])["is_disabled"]
told["disabled users"] = [each["email"] for each in client.users(only_disabled=True)["results"]]
print(json.dumps(told))
