"""Mail to people, through the mail server of the settings."""

import re
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from socket import getfqdn

from superset_like.errors import DeliveryDelayed, DeliveryFailed, Invalid
from superset_like.extensions import settings

SEPARATORS = re.compile(r"[,;\n\r]+")
LONGEST_ADDRESS = 320
MOST_ADDRESSES = 100
NOT_SET_UP = "E-mail is not set up on this server (SMTP_HOST)"


def addresses(text: str | None) -> list[str]:
    """The addresses in a text, each once. Raises Invalid (recipients) for what is none, or where mail may not go."""
    found = dict.fromkeys(part.strip() for part in SEPARATORS.split(text or "") if part.strip())
    if len(found) > MOST_ADDRESSES:
        raise _invalid(f"At most {MOST_ADDRESSES} addresses.")
    for each in found:
        _require_allowed(each)
    return list(found)


def send(
    message: EmailMessage, to: Sequence[str], cc: Sequence[str] = (), bcc: Sequence[str] = (), run: str = ""
) -> None:
    """The message is with the mail server. run: names what it is about, so that a reader's program sees doubles.

    Raises DeliveryDelayed where it may work later, DeliveryFailed.
    """
    here = settings()
    if not here.smtp_host:
        raise DeliveryFailed(NOT_SET_UP)
    sender = here.smtp_from or here.smtp_user
    if not sender:
        raise DeliveryFailed("E-mail is not set up on this server (SMTP_FROM)")
    message["From"] = sender
    message["To"] = ", ".join(to)
    if cc:
        message["Cc"] = ", ".join(cc)
    message["Date"] = format_datetime(datetime.now(UTC))
    domain = parseaddr(sender)[1].rpartition("@")[2] or None
    # make_msgid knows a new one at each call: what is tried again would be another mail.
    message["Message-ID"] = f"<{run}@{domain or getfqdn()}>" if run else make_msgid(domain=domain)
    # Programs that answer to each mail shall not answer to these.
    message["Auto-Submitted"] = "auto-generated"
    everybody = list(dict.fromkeys([*to, *cc, *bcc]))
    try:
        with _connected() as server:
            refused = server.send_message(message, parseaddr(sender)[1], everybody)
    except smtplib.SMTPRecipientsRefused as error:
        raise _failure(error.recipients) from error
    except smtplib.SMTPResponseException as error:
        kind = DeliveryDelayed if 400 <= error.smtp_code < 500 else DeliveryFailed
        raise kind(f"The mail server answered {error.smtp_code}") from error
    except ssl.SSLError as error:
        raise DeliveryFailed("The mail server's encryption could not be trusted") from error
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        raise DeliveryDelayed("The mail server does not answer") from error
    except smtplib.SMTPException as error:
        raise DeliveryFailed("The mail server does not do what the settings ask of it") from error
    if refused:
        raise DeliveryFailed(f"The mail server took no mail for {', '.join(sorted(refused))}")


def _connected() -> smtplib.SMTP:
    here = settings()
    trusted = ssl.create_default_context()
    server: smtplib.SMTP
    if here.smtp_security == "tls":
        server = smtplib.SMTP_SSL(here.smtp_host, here.smtp_port, timeout=here.delivery_timeout_s, context=trusted)
    else:
        server = smtplib.SMTP(here.smtp_host, here.smtp_port, timeout=here.delivery_timeout_s)
    try:
        if here.smtp_security == "starttls":
            server.starttls(context=trusted)
        if here.smtp_user and here.smtp_password:
            server.login(here.smtp_user, here.smtp_password)
    except BaseException:
        server.close()
        raise
    return server


def _failure(refused: Mapping[str, tuple[int, bytes]]) -> DeliveryFailed:
    codes = {code for code, _ in refused.values()}
    kind = DeliveryDelayed if all(400 <= code < 500 for code in codes) else DeliveryFailed
    return kind(f"The mail server took mail for none of them ({', '.join(map(str, sorted(codes)))})")


def _require_allowed(text: str) -> None:
    try:
        address = Address(addr_spec=text)
    except (ValueError, HeaderParseError, IndexError) as error:
        raise _invalid(f"Not an e-mail address: {text[:100]}") from error
    if not address.username or "." not in address.domain or len(text) > LONGEST_ADDRESS or not text.isprintable():
        raise _invalid(f"Not an e-mail address: {text[:100]}")
    domains = settings().email_domains
    if domains and address.domain.lower() not in {each.lower().lstrip("@") for each in domains}:
        raise _invalid(f"Mail may not go to {address.domain}")


def _invalid(text: str) -> Invalid:
    return Invalid(fields={"recipients": [text]})
