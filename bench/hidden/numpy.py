"""Stands before the tests' numpy, which pyarrow and duckdb would load where they find it; an installation has none."""

raise ImportError("numpy is no part of the product", name="numpy")
