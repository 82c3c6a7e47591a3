"""A file with certificates in, whom to trust out."""

from __future__ import annotations

import ssl
from pathlib import Path


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Trusts the CA in a file, or those of this machine if there is none.

    An own CA may lack what RFC 5280 asks of one (a key usage, which `openssl req -x509` leaves
    out): Python refuses such a one from 3.13 on, and took it before. Raises OSError, ssl.SSLError.
    """
    context = ssl.create_default_context(cafile=ca_file)
    if ca_file is not None:
        context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_STRICT
    return context
