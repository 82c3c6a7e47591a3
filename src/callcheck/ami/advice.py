"""What to do about a PBX that cannot be listened to: the log, `record` and /readyz say the same."""

LOGIN_REFUSED = (
    "compare the user and the secret with manager.conf, and its permit= lines with our address"
)
NO_CONNECTION = "is the PBX running, with enabled = yes in manager.conf?"
