"""The standing cast: alice owns, bob may see, charlie may not, admin may everything."""

ROLES = {"admin": ["Admin"], "alice": ["Alpha", "sql_lab"], "bob": ["Gamma"], "charlie": ["Gamma"]}


def password_of(name: str) -> str:
    """The password of somebody of the cast."""
    return f"{name}-password"
