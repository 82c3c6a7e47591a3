"""What the PBX and its phones say of forwards and of phones that are away: asked, and kept."""
