"""Stands before the tests' pandas, which pyarrow and duckdb would load where they find it; an installation has none."""

raise ImportError("pandas is no part of the product", name="pandas")
