"""Who asks for escalation, in seven languages, and who only speaks of it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.requests.escalation import escalation_in

ASKED = [
    "ESCALATE",
    "Escalate!",
    "/escalate",
    "please escalate",
    "Escalation!",
    "escalation please",
    "I request escalation",
    "I request an escalation of this ticket.",
    "We hereby request escalation to your management.",
    "This needs escalation.",
    "Escalation needed",
    "Please escalate this as it is not working",
    "I am not satisfied and want to escalate",
    "This is not acceptable, escalate!",
    "Not solved. Escalate.",
    "No answer since Monday please escalate",
    "Still not solved escalate now",
    "Can you escalate this?",
    "Could you please escalate this ticket to level 2?",
    "Can't you escalate this?",
    "Why don't you escalate this?",
    "Will you escalate this, please?",
    "I would like to escalate this ticket.",
    "I'd like this escalated.",
    "I want this escalated today.",
    "This must be escalated.",
    "Can this ticket be escalated?",
    "Please have this escalated.",
    "Do not close it but escalate it.",
    "It does not work\nescalate please",
    "I demand that you escalate this immediately.",
    "Pouvez-vous faire une escalade ?",
    "I am escalating this ticket.",
    "Hello,\n\nwe have waited for two days and had no answer, so we ask you\nto escalate our ticket.\n\nAna",
    "Bitte eskalieren",
    "Bitte eskalieren Sie dieses Ticket.",
    "Ich möchte das eskalieren.",
    "Es geht nicht, bitte eskalieren.",
    "Eskalieren Sie das bitte, es funktioniert nicht.",
    "Keine Antwort bisher bitte eskalieren",
    "Das muss eskaliert werden.",
    "Ich beantrage eine Eskalation.",
    "Eskalation bitte!",
    "Vorrei richiedere un'escalation",
    "Chiedo l'escalation del ticket.",
    "Si prega di escalare il ticket",
    "Il problema non è risolto, escalation per favore",
    "Il ticket deve essere escalato",
    "Por favor, escalar o chamado",
    "Favor escalar este chamado.",
    "Peço a escalação do chamado",
    "Solicito o escalonamento deste chamado.",
    "Preciso que o chamado seja escalado.",
    "Sem resposta até agora, favor escalonar.",
    "Quero escalar no chamado 123",
    "Não funciona, escalem por favor",
    "Por favor, escalen el caso.",
    "Quiero escalar este ticket",
    "Solicito la escalación del caso",
    "Necesito que el caso sea escalado",
    "El problema no está resuelto y quiero escalarlo",
    "Merci d'escalader ce ticket",
    "Je demande l'escalade de ce ticket.",
    "Veuillez escalader",
    "Ce n'est pas acceptable, je veux une escalade",
    "Graag escaleren",
    "Ik wil dit escaleren.",
    "Escaleer dit ticket alstublieft",
    "Ik verzoek om escalatie",
    "Dit moet geëscaleerd worden.",
    "We are escalating this ticket.",
    "Requesting escalation.",
    "Kindly escalate.",
    "If this is not fixed today, please escalate.",
    "Please could this ticket be escalated to your engineering team?",
    "Não estou contente e quero escalar",
    "Non è risolto e voglio un'escalation",
    "No escalation so far, please escalate.",
    "> Please do not escalate.\nEscalate it.",  # the quoted line is another's
]

NOT_ASKED = [
    "",
    "The printer is broken.",
    "please do not escalate",
    "Please don't escalate",
    "Please don’t escalate this.",
    "don't escalate yet",
    "No need to escalate.",
    "There is no reason to escalate this.",
    "escalation is not needed",
    "An escalation is not necessary at this time.",
    "Escalation is unnecessary.",
    "I am not asking you to escalate this",
    "I do not want to escalate",
    "I don't want this escalated.",
    "This should not be escalated.",
    "Let us avoid an escalation.",
    "Please cancel the escalation.",
    "Do not close or escalate it.",
    "You do not have to escalate.",
    "Instead of escalating, please wait.",
    "The escalator is broken.",
    "Please de-escalate.",
    "please deescalate",
    "Your escalation policy says four hours.",
    "Please send me your escalation matrix.",
    "What is the escalation process?",
    "I request a copy of the escalation procedure.",
    "privilege escalation vulnerability",
    "We found a privilege escalation in your portal.",
    "An attacker can escalate privileges.",
    "Escalation of privileges is possible.",
    "The ticket was escalated yesterday.",
    "Has this been escalated?",
    "You have escalated this already.",
    "Did you escalate this?",
    "When do you escalate a ticket?",
    "We will escalate this to your management.",
    "If there is no answer we will have to escalate",
    "I wrote to escalation@vendor.example yesterday.",
    "See https://vendor.example/escalate for more.",
    'The button "Escalate" does nothing.',
    "The escalate button does nothing.",
    "> please escalate",
    "  > escalate\n> escalation!",
    "Thanks for the escalation last week.",
    "You failed to escalate my last ticket.",
    "I need an update on my escalation.",
    "Please find the escalation report attached.",
    "This should have been escalated.",
    "The situation is escalating.",
    "Please ignore my escalation.",
    "bitte nicht eskalieren",
    "eskalieren Sie das bitte nicht",
    "Bitte eskalieren Sie dieses Ticket nicht.",
    "Eine Eskalation ist nicht nötig.",
    "Keine Eskalation bitte",
    "Ohne Eskalation bitte",
    "Das Ticket wurde eskaliert.",
    "Wurde das schon eskaliert?",
    "Wir werden das eskalieren.",
    "Die Situation eskaliert.",
    "Bitte vermeiden Sie eine Eskalation.",
    "não escalar",
    "Por favor não escalar o chamado",
    "sem necessidade de escalonamento",
    "Não é necessário escalar.",
    "O chamado foi escalado ontem.",
    "Precisamos escalar o servidor.",
    "A escalação não é necessária.",
    "Por favor, no escalar",
    "No es necesario escalar el caso",
    "No quiero escalar",
    "El caso fue escalado ayer",
    "Per favore non escalare",
    "L'escalation non è necessaria",
    "Il ticket è stato escalato ieri.",
    "Merci de ne pas escalader",
    "N'escaladez pas ce ticket",
    "L'escalade n'est pas nécessaire.",
    "Le ticket a été escaladé hier",
    "Niet escaleren a.u.b.",
    "Escaleer dit niet.",
    "Geen escalatie nodig",
    "Het ticket is geëscaleerd.",
]


@pytest.mark.parametrize("text", ASKED)
def test_a_plain_request_for_escalation_is_found(text):
    assert escalation_in(text)


@pytest.mark.parametrize("text", NOT_ASKED)
def test_a_negation_a_quotation_or_a_mere_mention_is_no_request(text):
    assert escalation_in(text) == ""


def test_the_answer_is_the_clause_that_asks():
    seen = escalation_in("Hello, it is still broken. Please escalate\tthis now! Ana")

    assert seen == "Please escalate this now"


def test_nothing_is_looked_at_past_the_bound():
    assert escalation_in("word " * 4_000 + "\n\nescalate") == ""


@given(st.text() | st.text(alphabet="escalatnid o.,\n>\"'"))
def test_any_text_gets_an_answer_that_stands_in_it(text):
    assert len(escalation_in(text)) <= 100


@pytest.mark.parametrize(
    "piece", ["escalate ", "not escalate ", "escalation", '"', "“escal", ">escal\n", " -"]
)
def test_no_repetition_takes_long(piece):
    start = time.process_time()
    escalation_in("escalated " + piece * (200_000 // len(piece)))

    assert time.process_time() - start < 10
