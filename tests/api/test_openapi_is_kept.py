"""What the description promises, tried with values that it allows and values that it does not: never a 5xx."""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from tests.conftest import ClientOf, Embedded


@pytest.fixture
def described(app: Flask, embedded: Embedded) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/_openapi", app, headers={"Authorization": ""})


schema = schemathesis.pytest.from_fixture("described")


@pytest.mark.slow
@schema.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_no_request_breaks_the_server(case: schemathesis.Case, client_of: ClientOf) -> None:
    client = client_of("admin")
    case.call_and_validate(headers=client.headers, checks=[not_a_server_error])
