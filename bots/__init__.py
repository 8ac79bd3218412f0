"""What meets the outside: channels, the mail relay, `serve`, the command line. The only async code."""
