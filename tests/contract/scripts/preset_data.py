"""Prints how many flights left each airport, as preset-cli's library reads them: address, password, dataset."""

import sys

from preset_cli.api.clients.superset import SupersetClient
from preset_cli.auth.superset import UsernamePasswordAuth
from yarl import URL

base, password, dataset = sys.argv[1:]
client = SupersetClient(f"{base}/", UsernamePasswordAuth(URL(f"{base}/"), "admin", password))
frame = client.get_data(int(dataset), ["count"], ["origin"], time_column="departure")
for origin, count in sorted(zip(frame["origin"], frame["count"], strict=True)):
    print(origin, count)
