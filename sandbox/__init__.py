"""Local stand-ins that speak the real wire protocol, and the demo that plays with them."""
