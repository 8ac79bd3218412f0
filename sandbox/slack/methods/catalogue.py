"""Every method of the Web API that the stand-in knows, by its name."""

from sandbox.slack.methods import chat, conversations, files, people, reactions, views

CATALOGUE = {
    method.name: method
    for family in (chat, conversations, files, people, reactions, views)
    for method in family.METHODS
}
