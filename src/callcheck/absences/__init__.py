"""Who is away when, which forward is in force, and whether calls are taken care of.

`model` is the vocabulary, `snapshot` what is known of the house, `rehearsal` follows a call through
it, `state` gives an absence its state, and `service` answers the API and the command line. What an
absence and its states are is defined in `docs/definitions.md`.
"""
