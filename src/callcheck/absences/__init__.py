"""Who is away when, which forward is in force, and whether it holds (contract, section 6).

`model` has the words, `world` what is known at a moment, `rehearsal` walks a call through it,
`standing` gives an absence its state, `desk` is what the API and the command line talk to.
"""
