"""Which certificate authorities TLS connections trust."""

from __future__ import annotations

import ssl
from pathlib import Path


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """A context that trusts the CA in a file, or this machine's CAs without one.

    A private CA made with `openssl req -x509` has no key usage, which RFC 5280 requires. Python
    refuses such a CA since 3.13, so the strict check is off for a CA that is named.
    Raises OSError or ssl.SSLError if the file cannot be used.
    """
    context = ssl.create_default_context(cafile=ca_file)
    if ca_file is not None:
        context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_STRICT
    return context
