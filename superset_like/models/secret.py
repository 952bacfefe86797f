"""A column whose text is encrypted at rest."""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from superset_like.errors import Unavailable


def cipher(keys: Sequence[str]) -> MultiFernet:
    """Encrypts with the first key, decrypts with any of them."""
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    # One purpose, one key: the session and token signatures use SECRET_KEY itself.
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"superset_like secrets at rest").derive(key.encode())
    return base64.urlsafe_b64encode(made)


class EncryptedText(TypeDecorator[str]):
    """Text, encrypted with the installation's SECRET_KEY; readable with a former key as well."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _cipher().encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        try:
            return _cipher().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise Unavailable(
                "A stored secret cannot be read with this SECRET_KEY; enter it again, or add the former key to "
                "PREVIOUS_SECRET_KEYS."
            ) from error


def _cipher() -> MultiFernet:
    made: MultiFernet = current_app.extensions["superset_like_cipher"]
    return made
