"""What a message is, and what should happen because of it.

Pure: no sockets, no SQL, no templates, no clock of its own. Bytes become an `Inbound`
(`mail`), evidence ties it to a ticket (`evidence`), guards and the policy decide
(`router`), and `handle` applies the decision through protocols that `bots.wiring` fills.
"""
