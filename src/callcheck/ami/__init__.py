"""The PBX side: bytes of AMI in, messages and events out."""
