"""The least that this stack can answer, to compare machines by: Flask, some bytes."""

from flask import Flask, Response

app = Flask("bare")


@app.get("/health")
def health() -> Response:
    """Two bytes."""
    return Response("OK", mimetype="text/plain")
