"""Who wishes to close a ticket and says nothing else, in seven languages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.requests.closing import is_close_request


@pytest.mark.parametrize(
    "text",
    [
        "close",
        "Close.",
        "/close",
        "CLOSE",
        "please close",
        "Please close this ticket",
        "please close this ticket, thanks",
        "you can close it, thanks",
        "Thanks, it works now. You can close the ticket.\n\nBest regards\nAna",
        "Could you close this?",
        "This can be closed.",
        "Solved, please close.",
        "Hi Ana,\nplease mark this as solved.\nThanks",
        "kann geschlossen werden",
        "Das Ticket kann geschlossen werden, danke!",
        "Kann das Ticket geschlossen werden?",
        "Bitte schließen",
        "Sie können das Ticket schließen.\n\nViele Grüße\nJürgen",
        "Erledigt, bitte das Ticket schließen.",
        "si può chiudere",
        "Potete chiudere il ticket, grazie",
        "Chiudete pure",
        "pode fechar",
        "Pode fechar o chamado, obrigado!",
        "Por favor, encerrar o chamado.",
        "puede cerrar",
        "¿Pueden cerrar el ticket, por favor?",
        "Ya se puede cerrar. Gracias",
        "Vous pouvez fermer le ticket, merci",
        "Merci de clôturer ce ticket",
        "Het ticket kan gesloten worden, bedankt",
        "U kunt het ticket sluiten",
    ],
)
def test_a_wish_to_close_and_nothing_else_is_found(text):
    assert is_close_request(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "please",
        "Thanks!",
        "please don't close",
        "Please do not close this ticket",
        "Please don’t close it yet",
        "You can close it, but it still fails",
        "Please close this ticket and open another for the printer",
        "Please close ticket 1042",
        "We are close to a solution",
        "The door does not close",
        "Why did you close this?",
        "This ticket is closed",
        "Please close it if it works for you",
        "Please close it tomorrow",
        "bitte nicht schließen",
        "Kann noch nicht geschlossen werden",
        "non chiudere",
        "não fechar",
        "Não pode fechar",
        "no cerrar",
        "Merci de ne pas fermer",
        "niet sluiten",
        "> please close",
    ],
)
def test_a_negation_or_anything_more_is_no_wish_to_close(text):
    assert is_close_request(text) == ""


def test_the_answer_is_the_words_that_wish_to_close():
    assert is_close_request("Works now, thanks. Please close this ticket.") == "close this ticket"


@given(st.text() | st.lists(st.sampled_from(["close", "please", "not", "?", ".", "/", "\n"])).map(" ".join))
def test_a_wish_is_never_negated(text):
    assert is_close_request(text) == "" or "not" not in text.split()


@pytest.mark.parametrize("piece", ["close.", "close ", "/", "?", "please "])
def test_no_repetition_takes_long(piece):
    start = time.process_time()
    is_close_request(piece * (200_000 // len(piece)))

    assert time.process_time() - start < 10
