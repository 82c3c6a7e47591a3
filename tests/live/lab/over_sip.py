"""Which scenarios are played once more with phones on chan_sip (Asterisk 16; 21 has it no more).

Its channels are born Down and ring the PBX a moment later; it says BUSY of nearly every refusal,
knows one device by one name, and tells of some hang-ups in another order.
"""

from __future__ import annotations

UNLIKE = {
    "click_to_dial_unanswered": "chan_sip does not tell that she refused her own phone",
    "cfu_rejected_603": "to chan_sip's dial a refusal is busy, so this house rings nobody else",
    "group_glare": "chan_sip leaves the phone that was a millisecond late connected with nobody",
}
"""Scenarios that are another story there, and why."""

_HEADS = (
    "abandoned_3s", "abandoned_before_ring", "announcement_between", "anonymous_caller",
    "answer_without_180", "busy_", "call_waiting", "cancel_crosses", "cf_goto", "cf_local_n",
    "cf_local_mobile", "cf_optimised", "cf_to_group", "cfb_local", "cfu_local", "chain_cf_302",
    "click_to_dial", "conference", "consultation_given_up", "cut_off_talking", "direct_15s5",
    "direct_4s", "direct_callee", "direct_no_rtp", "do_not_disturb", "follow_me_mobile",
    "group_302_inside", "group_all_busy", "group_one_busy", "group_ringall", "hold_and_resume",
    "hunt_second", "internal_", "ivr_abandoned", "ivr_then_4s", "late_join_ringing",
    "menu_digit_to_extension", "moved_302", "no_answer_25s", "outgoing_", "outside_caller_with",
    "overlapping_calls", "park_and_retrieve", "park_time_out", "pickup_app_group",
    "pickup_by_mark", "pickup_chan", "pickup_fails", "pickup_in_", "pickup_invite_replaces",
    "pickup_of_forwarded", "pickup_of_mobile", "pickup_star8", "press_one", "queue_abandoned",
    "queue_exit_to", "queue_local_members", "queue_member_busy", "queue_ringall", "queue_rrmemory",
    "recording_then", "redirect_while", "rejected_603", "reply_", "ring_", "same_phone_twice",
    "soak_1", "time_limit", "transfer_attended", "transfer_blind_dtmf", "transfer_blind_refer",
    "transfer_then_pickup", "transfer_to_queue", "two_devices", "unreachable_", "vm_after_cf",
    "voicemail_", "wide_forward",
)  # fmt: skip


def tells(name: str) -> bool:
    """Whether this scenario is one of them."""
    return name.startswith(_HEADS) and name not in UNLIKE
