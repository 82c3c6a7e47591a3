"""The PBX side: connects to AMI, and turns its bytes into messages and events."""
