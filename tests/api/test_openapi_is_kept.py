"""What the description promises, tried with values that it allows and values that it does not: never a 5xx."""

from collections import Counter

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from tests.conftest import ClientOf, Embedded

ORDER = ("get", "post", "put", "delete")
# What a made-up database says, and forms that are described as not offered.
NO_FAULTS = {501, 502, 504}


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_no_request_breaks_the_server(
    app: Flask, client_of: ClientOf, embedded: Embedded, mode: GenerationMode
) -> None:
    client = client_of("admin")
    schema = schemathesis.openapi.from_wsgi("/api/v1/_openapi", app, headers=client.headers)
    operations = [found.ok() for found in schema.get_all_operations()]
    statuses: Counter[int] = Counter()
    broken: dict[str, str] = {}
    for operation in sorted(operations, key=lambda each: ORDER.index(each.method.lower())):

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=6,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        def tried(case: schemathesis.Case) -> None:
            answer = case.call(headers=client.headers)
            statuses[answer.status_code] += 1
            if answer.status_code >= 500 and answer.status_code not in NO_FAULTS:
                broken.setdefault(f"{case.method} {case.formatted_path}", f"{case.as_curl_command()} {answer.text}")

        try:
            tried()
        except Unsatisfiable:
            # Nothing about this operation can be wrong: it takes no argument.
            continue
    assert broken == {}
    assert statuses[401] < sum(statuses.values()) / 2
