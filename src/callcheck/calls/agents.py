"""An agent who has logged in (AgentLogin) and a caller in, the leg on which they meet out.

The line of an agent is up all day in a call of its own, and takes one caller after another.
"""

from __future__ import annotations

from callcheck.calls.events import UP
from callcheck.calls.model import Micros
from callcheck.calls.open_call import Channel, Dial, OpenCall


def leg_of_agent(call: OpenCall, agent: Channel, now: Micros) -> Channel:
    """The channel that stands for the agent in this call: each caller's offer is a leg of its own,
    which rang as long as the queue's offer did."""
    for leg in call.legs:
        if leg.dest.name == agent.name:
            return leg.dest
    offer = call.root.dials[-1] if call.root is not None and call.root.dials else None
    line = Channel(agent.name, f"{agent.uniqueid} for {call.call_id}")
    line.call, line.phone, line.extension = call, True, agent.extension
    line.state, line.up_at, line.joined = UP, now, True
    leg = line.dial = Dial(call.root, line, offer.at if offer is not None else now)
    if offer is not None:
        leg.queue, leg.exten = offer.queue, offer.exten
        leg.ring_at, leg.ring_source = offer.ring_at, offer.ring_source
    leg.ends(now, "ANSWER")
    call.channels += (line,)
    call.legs += (leg,)
    return line
