"""A stand-in for Slack: Web API, Socket Mode and signed HTTP on a port of the loopback.

It is strict where Slack is: tokens, scopes, limits, ids that are good once. The app under test
talks to it with its own libraries, unmodified; a test acts as the people in the workspace.
"""

from sandbox.slack.courier import Ack
from sandbox.slack.log import Called
from sandbox.slack.refusals import Impossible, Refused
from sandbox.slack.sandbox import SlackSandbox
from sandbox.slack.things import Message, Team
from sandbox.slack.triggers import Interaction

__all__ = ["Ack", "Called", "Impossible", "Interaction", "Message", "Refused", "SlackSandbox", "Team"]
