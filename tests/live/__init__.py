"""A real PBX and real SIP phones in, the truth about its calls out."""
