"""A question for the status is told from a message that only has the word in it."""

import pytest

from intake.evidence import reference_pattern
from intake.requests.standing import status_asked

REFERENCE = reference_pattern("VS-{number}")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("status", ()),
        ("Status?", ()),
        ("/status", ()),
        ("@ STATUS!", ()),
        ("status VS-1042", (1042,)),
        ("status T-1042", (1042,)),  # whatever they call it: it is asked for in so many words
        ("status 1042", (1042,)),
        ("Status of ticket 1042, please", (1042,)),
        ("Status von VS-1042 und", None),
        ("What's the status of my tickets?", ()),
        ("Stand?", ()),
        ("Wie ist der Stand?", ()),
        ("Wie ist der aktuelle Sachstand zu VS-1042, bitte?", (1042,)),
        ("Qual è lo stato dei miei ticket?", ()),
        ("¿Cuál es el estado de mi solicitud?", ()),
        ("Qual é o status do chamado VS-7?", (7,)),
        ("Quel est l'état de ma demande", ()),
        ("Quel est l’état de mes demandes ?", ()),
        ("status VS-1001 VS-1002", (1001, 1002)),
        ("Status page is blank", None),
        ("The status lamp is red", None),
        ("stand by does not work", None),
        ("Estado crítico", None),
        ("1042", None),
        ("", None),
        ("status " * 60, None),
    ],
)
def test_a_question_for_the_status_says_nothing_else(text, named):
    assert named == status_asked(text, REFERENCE)
