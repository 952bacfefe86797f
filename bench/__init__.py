"""What the server costs: `python -m bench`. See docs/benchmark.md."""
