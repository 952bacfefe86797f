import io
from typing import Any

import openpyxl
import pytest
from flask import Flask

from superset_like.engine.results import FileResults
from superset_like.errors import Unavailable
from superset_like.extensions import db
from superset_like.models import Query, QueryStatus
from tests.api.redash.conftest import Shop
from tests.conftest import ApiClient
from tests.row_rules import limit

NUMBER = {"name": "n", "type": "number", "value": 7}
INCOMPATIBLE = "The following parameter values are incompatible with their definitions: "


def results(query: dict[str, Any]) -> str:
    return f"/api/queries/{query['id']}/results"


def test_a_new_run_is_a_job_and_its_result_is_kept(shop: Shop) -> None:
    query = shop.query("select 1 as id, 'x' as name union all select 2, 'y,\"z' order by 1")
    asked = shop.alice.post(results(query), json={"max_age": 0}).get_json()
    job = asked["job"]
    assert job == {"id": job["id"], "updated_at": 0, "status": 1, "error": "", "result": None, "query_result_id": None}
    assert shop.alice.get(f"/api/jobs/{job['id']}").headers["Retry-After"] == "1"
    shop.bench.work()
    done = shop.alice.get(f"/api/jobs/{job['id']}").get_json()["job"]
    assert (done["status"], done["error"], done["result"]) == (3, "", done["query_result_id"])
    result_id = done["query_result_id"]
    read = shop.alice.get(f"/api/query_results/{result_id}").get_json()["query_result"]
    assert sorted(read) == ["data", "data_source_id", "id", "query", "query_hash", "retrieved_at", "runtime"]
    assert read["data"]["rows"] == [{"id": 1, "name": "x"}, {"id": 2, "name": 'y,"z'}]
    assert read["data"]["columns"][0] == {"name": "id", "friendly_name": "id", "type": "integer"}
    assert read["retrieved_at"].endswith("Z")
    for body in (None, {}, {"max_age": -1}, {"max_age": None}, {"max_age": 3600}, {"max_age": "3600"}):
        kept = shop.alice.post(results(query), json=body) if body is not None else shop.alice.post(results(query))
        assert kept.get_json()["query_result"]["id"] == result_id, body
    assert shop.alice.post(results(query), data="no json").get_json()["query_result"]["id"] == result_id
    assert shop.alice.get(f"/api/queries/{query['id']}").get_json()["latest_query_data_id"] == result_id
    item = shop.alice.get("/api/queries").get_json()["results"][0]
    assert item["latest_query_data_id"] == result_id
    assert item["retrieved_at"] == read["retrieved_at"]


def test_a_new_run_is_a_job_however_quick_the_worker_is(shop: Shop) -> None:
    query = shop.query("select 1 as id")
    shop.bench.is_quick = True
    for _ in range(2):
        job = shop.alice.post(results(query), json={"max_age": 0}).get_json()["job"]
        assert (job["status"], job["query_result_id"]) == (1, None)
        assert shop.alice.get(f"/api/jobs/{job['id']}").get_json()["job"]["status"] == 3
    body = {"query": "select 2 as id", "data_source_id": shop.source, "max_age": 0}
    assert shop.alice.post("/api/query_results", json=body).get_json()["job"]["status"] == 1


def test_a_body_is_read_whatever_type_it_claims(shop: Shop) -> None:
    query = shop.query("select 1 as id")
    shop.ran(query)
    for kind in (None, "", "text/plain", "application/x-www-form-urlencoded"):
        answer = shop.alice.post(results(query), data='{"max_age": 0}', content_type=kind)
        assert "job" in answer.get_json(), kind
        shop.bench.work()


def test_bad_wishes_change_nothing(shop: Shop) -> None:
    query = shop.query("select 1")
    for body in ({"max_age": "soon"}, {"parameters": []}, {"wait": "long"}, {"wait": -1}):
        refused = shop.alice.post(results(query), json=body)
        assert refused.status_code == 400, body
        assert next(iter(body)) in refused.get_json()["fields"]
    assert shop.bench.sent == []


def test_there_is_no_result_before_the_first_run(shop: Shop) -> None:
    query = shop.query("select 77")
    for ending in ("", ".json", ".csv"):
        missing = shop.alice.get(results(query) + ending)
        assert (missing.status_code, missing.get_json()["message"]) == (404, "No cached result found for this query.")


def test_the_same_text_on_its_way_is_one_job_for_all_who_ask(shop: Shop) -> None:
    query = shop.query("select 5 as five")
    first = shop.alice.post(results(query), json={"max_age": 0}).get_json()["job"]
    for client in (shop.alice, shop.admin, shop.vera):
        again = client.post(results(query), json={"max_age": 0}).get_json()["job"]
        assert again["id"] == first["id"]
    other = shop.query("select  5 /* the same */ as five")
    assert shop.alice.post(results(other), json={"max_age": 0}).get_json()["job"]["id"] == first["id"]
    assert len(shop.bench.sent) == 1
    assert shop.vera.get(f"/api/jobs/{first['id']}").status_code == 200
    assert shop.carl.get(f"/api/jobs/{first['id']}").status_code == 404
    shop.bench.work()
    for client in (shop.alice, shop.vera):
        assert client.get(f"/api/jobs/{first['id']}").get_json()["job"]["status"] == 3


def test_a_job_is_its_askers_and_administrators_own(shop: Shop) -> None:
    query = shop.query("select 6")
    job = shop.alice.post(results(query), json={"max_age": 0}).get_json()["job"]
    assert shop.admin.get(f"/api/jobs/{job['id']}").status_code == 200
    for client in (shop.vera, shop.carl):
        assert client.get(f"/api/jobs/{job['id']}").status_code == 404
        assert client.delete(f"/api/jobs/{job['id']}").status_code == 404
    for name in ("00000000-0000-0000-0000-000000000000", "deadbeef"):
        assert shop.alice.get(f"/api/jobs/{name}").status_code == 404


def test_a_cancelled_job_says_so(shop: Shop, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    query = shop.query("select 8")
    job = shop.alice.post(results(query), json={"max_age": 0}).get_json()["job"]
    gone = shop.alice.delete(f"/api/jobs/{job['id']}")
    assert (gone.status_code, gone.get_json()) == (200, None)
    shop.bench.work()
    state = shop.alice.get(f"/api/jobs/{job['id']}").get_json()["job"]
    assert (state["status"], state["error"], state["result"]) == (5, "Query cancelled by user.", None)
    again = shop.alice.post(results(query), json={"max_age": 0}).get_json()["job"]
    assert again["id"] != job["id"]


def test_sql_that_fails_is_a_failed_job(shop: Shop) -> None:
    for sql, text in (
        ("select from where", ""),
        ("select * from nothing_here", "nothing_here"),
        ("drop table sales", ""),
    ):
        job = shop.ran(shop.query(sql))
        assert (job["status"], job["query_result_id"]) == (4, None), sql
        assert text in job["error"]
        assert job["error"]


def test_parameters_are_checked_before_anything_runs(shop: Shop) -> None:
    query = shop.query("select {{ n }} as n", NUMBER)
    for body in ({"max_age": 0}, {"max_age": -1, "parameters": {}}):
        missing = shop.alice.post(results(query), json=body)
        assert missing.status_code == 400
        assert missing.get_json() == {"job": {"status": 4, "error": "Missing parameter value for: n"}}
    for values, names in (({"n": "x"}, "n"), ({"n": 1, "m": 2}, "m")):
        wrong = shop.alice.post(results(query), json={"parameters": values})
        assert (wrong.status_code, wrong.get_json()["message"]) == (400, INCOMPATIBLE + names)
    wrong = shop.alice.post(f"/api/queries/{query['id']}/refresh?p_n=abc")
    assert (wrong.status_code, wrong.get_json()["message"]) == (400, INCOMPATIBLE + "n")
    assert shop.bench.sent == []
    job = shop.ran(query, parameters={"n": "3.5"})
    rows = shop.alice.get(f"/api/query_results/{job['query_result_id']}").get_json()["query_result"]["data"]["rows"]
    assert rows == [{"n": 3.5}]


def test_a_result_with_other_values_is_not_the_querys_latest(shop: Shop) -> None:
    query = shop.query("select {{ n }} as n", NUMBER)
    shop.ran(query, parameters={"n": 1})
    assert shop.alice.get(results(query)).status_code == 404
    own = shop.ran(query, parameters={"n": 7})["query_result_id"]
    assert shop.alice.get(results(query)).get_json()["query_result"]["id"] == own


def test_one_call_waits_for_a_result_with_values(shop: Shop) -> None:
    query = shop.query("select {{ n }} as n", NUMBER)
    shop.bench.is_quick = True
    asked = shop.alice.post(results(query), json={"max_age": 0, "parameters": {"n": 2}, "wait": 5}).get_json()
    assert asked["query_result"]["data"]["rows"] == [{"n": 2}]
    filled = shop.alice.post(results(query), json={"use_defaults": True, "wait": 5}).get_json()
    assert filled["query_result"]["data"]["rows"] == [{"n": 7}]
    shop.bench.is_quick = False
    late = shop.alice.post(results(query), json={"max_age": 0, "parameters": {"n": 3}}, headers={"Prefer": "wait=0"})
    assert late.get_json()["job"]["status"] == 1


def test_one_address_downloads_a_result_with_values(shop: Shop) -> None:
    query = shop.query("select {{ n }} as n, 'a' as t", NUMBER, name="By number")
    shop.bench.is_quick = True
    made = shop.alice.get(f"{results(query)}.csv?p_n=2")
    assert (made.status_code, made.text) == (200, "n,t\r\n2,a\r\n")
    assert shop.alice.get(f"{results(query)}.csv?p_n=x").status_code == 400
    key = query["api_key"]
    bare = ApiClient(shop.alice.application, shop.alice.response_wrapper)
    bare.headers = {}
    assert bare.get(f"{results(query)}.csv?p_n=2&api_key={key}").text == "n,t\r\n2,a\r\n"


def test_files_have_redashs_form(shop: Shop) -> None:
    sql = (
        "select 1 as id, 'y,\"z' as name, null as empty, 1.5 as amount, 'line\nbreak' as t "
        "union all select 2, 'plain', null, 2, '=1+1'"
    )
    job = shop.ran(shop.query(sql, name='My: "query"/é'))
    assert job["status"] == 3, job
    query_id = shop.alice.get("/api/queries").get_json()["results"][0]["id"]
    result_id = job["query_result_id"]
    made = shop.alice.get(f"/api/queries/{query_id}/results/{result_id}.csv")
    assert made.headers["Content-Type"] == "text/csv; charset=UTF-8", made.text
    assert made.get_data(as_text=True) == (
        'id,name,empty,amount,t\r\n1,"y,""z",,1.5,"line\nbreak"\r\n2,plain,,2.0,=1+1\r\n'
    )
    assert made.headers["Cache-Control"] == "private,max-age=31557600"
    disposition = made.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=My_query_e_20")
    assert "filename*=UTF-8''My_query_%C3%A9_20" in disposition
    tabs = shop.alice.get(f"/api/query_results/{result_id}.tsv")
    assert tabs.get_data(as_text=True).startswith('id\tname\tempty\tamount\tt\r\n1\t"y,""z"\t\t1.5\t"line\nbreak"\r\n')
    book = openpyxl.load_workbook(io.BytesIO(shop.alice.get(f"/api/query_results/{result_id}.xlsx").data))
    assert book.sheetnames == ["result"]
    assert [cell.value for cell in book["result"][1]] == ["id", "name", "empty", "amount", "t"]
    assert shop.alice.get(f"/api/query_results/{result_id}.xml").status_code == 404
    assert shop.alice.get(f"/api/query_results/{result_id}.csv?format=odd").status_code == 400


def test_a_query_key_reads_its_query_and_nothing_else(shop: Shop) -> None:
    query, other = shop.query("select 1 as a"), shop.query("select 2 as b")
    result_id = shop.ran(query)["query_result_id"]
    other_id = shop.ran(other)["query_result_id"]
    key = ApiClient(shop.alice.application, shop.alice.response_wrapper)
    key.headers = {"Authorization": f"Key {query['api_key']}"}
    for address in ("", "/results", "/results.json", "/results.csv", f"/results/{result_id}.json"):
        assert key.get(f"/api/queries/{query['id']}{address}").status_code == 200, address
    trimmed = key.post(results(query), json={}).get_json()["query_result"]
    assert sorted(trimmed) == ["data", "retrieved_at"]
    assert key.get(f"{results(query)}.json").get_json()["query_result"]["query"] == "select 1 as a"
    assert key.get(f"/api/queries/{query['id']}").get_json()["api_key"] is None
    for method, address, status in (
        ("POST", f"/api/queries/{query['id']}/refresh", 403),
        ("POST", f"/api/queries/{query['id']}", 403),
        ("DELETE", f"/api/queries/{query['id']}", 403),
        ("POST", f"/api/queries/{query['id']}/fork", 403),
        ("GET", f"/api/queries/{query['id']}/acl", 403),
        ("GET", f"/api/queries/{query['id']}/results/{other_id}.json", 404),
        ("GET", f"/api/queries/{other['id']}", 404),
        ("GET", f"/api/queries/{other['id']}/results.json", 404),
        ("GET", f"/api/query_results/{result_id}", 404),
        ("GET", "/api/queries", 404),
        ("GET", "/api/v1/saved_query/", 401),
    ):
        refused = key.open(address, method=method, json={} if method == "POST" else None)
        assert refused.status_code == status, (method, address, refused.text)
    refused = key.post(f"/api/queries/{query['id']}/refresh").get_json()
    assert refused == {"message": "Please use a user API key."}
    fresh = shop.alice.post(f"/api/queries/{query['id']}/regenerate_api_key").get_json()["api_key"]
    assert key.get(f"/api/queries/{query['id']}").status_code == 404
    key.headers = {"Authorization": fresh}
    assert key.get(f"/api/queries/{query['id']}").status_code == 200


def test_a_query_key_follows_its_own_jobs(shop: Shop) -> None:
    query = shop.query("select {{ n }} as n", NUMBER)
    key = ApiClient(shop.alice.application, shop.alice.response_wrapper)
    key.headers = {"Authorization": f"Key {query['api_key']}"}
    job = key.post(results(query), json={"max_age": 0, "parameters": {"n": 4}}).get_json()["job"]
    assert key.get(f"/api/jobs/{job['id']}").status_code == 404
    shop.bench.work()
    assert key.get(f"/api/queries/{query['id']}/jobs/{job['id']}").get_json()["job"]["status"] == 3
    free = shop.query("select '{{ t }}' as t", {"name": "t", "type": "text", "value": "x"})
    key.headers = {"Authorization": f"Key {free['api_key']}"}
    refused = key.post(results(free), json={"parameters": {"t": "x"}})
    assert refused.status_code == 403
    assert refused.get_json()["job"]["error"].startswith("This query contains potentially unsafe parameters")
    assert refused.get_json()["job"]["error"].endswith("embedded visualization.")


def test_a_key_finds_the_job_that_it_was_given_when_somebody_was_first(shop: Shop) -> None:
    query, same = shop.query("select 8 as n"), shop.query("select 8 as n")
    key = ApiClient(shop.alice.application, shop.alice.response_wrapper)
    first = shop.admin.post(results(query), json={"max_age": 0}).get_json()["job"]
    key.headers = {"Authorization": f"Key {query['api_key']}"}
    joined = key.post(results(query), json={"max_age": 0}).get_json()["job"]
    assert joined["id"] == first["id"]
    assert key.get(f"/api/queries/{query['id']}/jobs/{joined['id']}").status_code == 200
    # It may wait for no run of another query, so it has one of its own.
    key.headers = {"Authorization": f"Key {same['api_key']}"}
    own = key.post(results(same), json={"max_age": 0}).get_json()["job"]
    assert own["id"] != first["id"]
    assert key.get(f"/api/queries/{same['id']}/jobs/{first['id']}").status_code == 404
    shop.bench.work()
    assert key.get(f"/api/queries/{same['id']}/jobs/{own['id']}").get_json()["job"]["status"] == 3
    key.headers = {"Authorization": f"Key {query['api_key']}"}
    assert key.get(f"/api/queries/{query['id']}/jobs/{joined['id']}").get_json()["job"]["status"] == 3
    assert key.get(f"/api/queries/{query['id']}/jobs/{own['id']}").status_code == 404


def test_what_another_asked_first_is_found_below_ones_own_query(shop: Shop) -> None:
    text = {"query": "select 9 as n", "data_source_id": shop.source}
    job = shop.admin.post("/api/query_results", json={**text, "max_age": 0}).get_json()["job"]
    query = shop.query(text["query"])
    joined = shop.alice.post(results(query), json={"max_age": 0}).get_json()["job"]
    assert joined["id"] == job["id"]
    shop.bench.work()
    done = shop.alice.get(f"/api/queries/{query['id']}/jobs/{joined['id']}").get_json()["job"]
    for client in (shop.alice, shop.admin):
        address = f"{results(query)}/{done['query_result_id']}"
        assert client.get(f"{address}.json").get_json()["query_result"]["data"]["rows"] == [{"n": 9}]
        assert client.get(f"{address}.csv").text == "n\r\n9\r\n"
    assert shop.carl.get(f"{results(query)}/{done['query_result_id']}.json").status_code == 404


def test_a_run_is_no_change_of_the_query(shop: Shop) -> None:
    query = shop.query("select 10 as n")
    facts = ("updated_at", "last_modified_by")
    before = shop.alice.get(f"/api/queries/{query['id']}").get_json()
    assert before["last_modified_by"]["email"] == "alice@example.com"
    for client in (shop.vera, shop.alice):
        assert shop.ran(query, client)["status"] == 3
        after = shop.alice.get(f"/api/queries/{query['id']}").get_json()
        assert [after[name] for name in facts] == [before[name] for name in facts]
    assert after["latest_query_data_id"] is not None
    item = shop.alice.get("/api/queries/recent").get_json()[0]
    assert (item["user_id"], item["last_modified_by_id"]) == (query["user"]["id"], query["user"]["id"])


def test_a_result_says_how_it_is_kept(shop: Shop) -> None:
    result_id = shop.ran(shop.query("select 11 as n"))["query_result_id"]
    for ending in ("", ".json"):
        read = shop.alice.get(f"/api/query_results/{result_id}{ending}")
        assert read.headers["Content-Disposition"].startswith(f"attachment; filename={result_id}_")
        assert read.headers["Content-Disposition"].endswith(".json")
        assert read.headers["Cache-Control"].startswith("private,max-age=")
    refused = shop.carl.get(f"/api/query_results/{result_id}")
    assert (refused.status_code, list(refused.get_json())) == (403, ["message"])


def test_whoever_may_only_look_runs_what_leaves_nothing_open(shop: Shop) -> None:
    closed = shop.query("select count(*) as n from sales where amount > {{ n }}", NUMBER)
    assert shop.ran(closed, shop.vera, parameters={"n": 100})["status"] == 3
    assert shop.vera.post(f"/api/queries/{closed['id']}/refresh").status_code == 403
    for sql, *definitions in (
        ("select '{{ t }}' as t", {"name": "t", "type": "text", "value": "x"}),
        ("select {{ anything }} as t",),
        ("select '{{ t }}' as t, {{ undeclared }}", {"name": "t", "type": "date", "value": "2025-01-01"}),
    ):
        refused = shop.vera.post(results(shop.query(sql, *definitions)), json={"max_age": 0})
        assert refused.status_code == 403, sql
        assert refused.get_json()["job"]["error"].endswith("with read-only access to this data source.")
    free = {"query": "select 1", "data_source_id": shop.source}
    refused = shop.vera.post("/api/query_results", json=free)
    assert refused.status_code == 403
    assert refused.get_json() == {
        "job": {"status": 4, "error": "You do not have permission to run queries with this data source."}
    }
    assert shop.vera.post("/api/queries", json={"name": "n", **free}).status_code == 403
    assert shop.carl.post(results(closed), json={"max_age": 0}).status_code == 404
    assert shop.carl.post("/api/query_results", json=free).status_code == 403


def test_rows_are_told_while_no_written_form_can_be_kept(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    result_id = shop.ran(shop.query("select 12 as n"))["query_result_id"]

    def full(*_: Any) -> None:
        raise Unavailable()

    monkeypatch.setattr(FileResults, "put_written", full)
    read = shop.alice.get(f"/api/query_results/{result_id}.json")
    assert read.get_json()["query_result"]["data"]["rows"] == [{"n": 12}]


def test_an_older_run_that_comes_again_is_not_the_latest(shop: Shop, app: Flask) -> None:
    query = shop.query("select 13 as n")
    older, newer = shop.ran(query)["query_result_id"], shop.ran(query)["query_result_id"]
    shop.bench.take("queries.run", [older])
    shop.bench.work()
    assert shop.alice.get(f"/api/queries/{query['id']}").get_json()["latest_query_data_id"] == newer > older


def test_a_text_of_ones_own_is_run(shop: Shop) -> None:
    refused = shop.alice.post("/api/query_results", json={"query": "select 1"})
    assert refused.status_code == 401
    assert refused.get_json()["job"]["error"] == "Please select data source to run this query."
    body = {"query": "select count(*) as n from sales", "data_source_id": shop.source}
    job = shop.alice.post("/api/query_results", json={**body, "max_age": 0}).get_json()["job"]
    shop.bench.work()
    result_id = shop.alice.get(f"/api/jobs/{job['id']}").get_json()["job"]["query_result_id"]
    kept = shop.alice.post("/api/query_results", json=body).get_json()["query_result"]
    assert (kept["id"], kept["data"]["rows"]) == (result_id, [{"n": 12}])
    # A query of the same text has that result at once.
    assert shop.query(body["query"])["latest_query_data_id"] == result_id
    missing = shop.alice.post("/api/query_results", json={**body, "data_source_id": 999})
    assert missing.status_code == 403


def test_results_are_shared_only_with_who_would_get_the_same(shop: Shop, app: Flask, sales: int) -> None:
    query = shop.query("select count(*) as n from sales")
    whole = shop.ran(query)["query_result_id"]
    assert shop.admin.get(f"/api/query_results/{whole}").status_code == 200
    assert shop.vera.get(f"/api/query_results/{whole}").status_code == 200
    limit(app, "Gamma", "tenant = 'a'", sales)
    for address in (f"/api/query_results/{whole}", f"/api/query_results/{whole}.csv"):
        refused = shop.vera.get(address)
        assert refused.status_code == 403, address
    assert shop.vera.get(results(query)).status_code == 404
    asked = shop.vera.post(results(query), json={})
    assert "job" in asked.get_json()
    shop.bench.work()
    seen = shop.vera.post(results(query), json={}).get_json()["query_result"]
    assert seen["data"]["rows"] == [{"n": 6}]
    assert shop.alice.post(results(query), json={}).get_json()["query_result"]["data"]["rows"] == [{"n": 12}]
    assert shop.alice.get(f"/api/query_results/{seen['id']}").status_code == 403


def test_a_result_is_marked_by_the_rights_it_was_run_with(shop: Shop, app: Flask, sales: int) -> None:
    query = shop.query("select count(*) as n from sales")
    job = shop.vera.post(results(query), json={"max_age": 0}).get_json()["job"]
    limit(app, "Gamma", "tenant = 'a'", sales)
    shop.bench.work()
    result_id = shop.vera.get(f"/api/jobs/{job['id']}").get_json()["job"]["query_result_id"]
    assert shop.vera.get(f"/api/query_results/{result_id}").get_json()["query_result"]["data"]["rows"] == [{"n": 6}]
    assert "job" in shop.alice.post(results(query), json={}).get_json()


def test_whoever_wrote_the_text_lends_his_rights_as_long_as_he_has_them(shop: Shop, app: Flask) -> None:
    query = shop.query("select count(*) as n from sales")
    assert shop.ran(query, shop.vera)["status"] == 3
    with app.app_context():
        security = app.appbuilder.sm  # type: ignore[attr-defined]
        alice = security.find_user("alice")
        alice.roles = [security.find_role("Gamma")]
        db.session.commit()
    assert shop.vera.post(results(query), json={"max_age": 0}).status_code == 403
    assert shop.vera.get(results(query)).status_code == 403


def test_a_lost_worker_makes_a_failed_job(shop: Shop, app: Flask) -> None:
    job = shop.alice.post(results(shop.query("select 9")), json={"max_age": 0}).get_json()["job"]
    with app.app_context():
        query = db.session.query(Query).one()
        query.status, query.heartbeat_on = QueryStatus.RUNNING.value, query.changed_on.replace(year=2020)
        db.session.commit()
        app.extensions["superset_like_reaped"]["at"] = float("-inf")
    state = shop.alice.get(f"/api/jobs/{job['id']}").get_json()["job"]
    assert (state["status"], "lost" in state["error"]) == (4, True)


def test_dropdowns_are_what_a_query_answers(shop: Shop) -> None:
    offering = shop.query("select region as Name, id as value from sales where id < 3 order by id")
    shop.ran(offering)
    expected = [{"name": "north", "value": "1"}, {"name": "north", "value": "2"}]
    assert shop.alice.get(f"/api/queries/{offering['id']}/dropdown").get_json() == expected
    asking = shop.query("select {{ p }} as p", {"name": "p", "type": "query", "queryId": offering["id"]})
    assert shop.alice.get(f"/api/queries/{asking['id']}/dropdowns/{offering['id']}").get_json() == expected
    assert shop.alice.get(f"/api/queries/{asking['id']}/dropdowns/{asking['id']}").status_code == 404
    assert shop.ran(asking, parameters={"p": "2"})["status"] == 3
    wrong = shop.alice.post(results(asking), json={"parameters": {"p": "3"}})
    assert wrong.get_json()["message"] == INCOMPATIBLE + "p"


def test_values_are_never_templates(shop: Shop) -> None:
    query = shop.query("select '{{ t }}' as t", {"name": "t", "type": "text", "value": ""})
    job = shop.ran(query, parameters={"t": "{{ current_username() }}"})
    rows = shop.alice.get(f"/api/query_results/{job['query_result_id']}").get_json()["query_result"]["data"]["rows"]
    assert rows == [{"t": "{{ current_username() }}"}]
