"""Severities asked for by name, and services said to be down, in a subject or a first line."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.requests.urgency import first_line, service_down_in, severities_asked

NAMES = ("p1", "p2", "p3", "p4")


@pytest.mark.parametrize(
    ("subject", "asked"),
    [
        ("P1", ("p1",)),
        ("p1", ("p1",)),
        ("[P2] Login fails", ("p2",)),
        ("P1: server", ("p1",)),
        ("(P3)", ("p3",)),
        ("This is a P1.", ("p1",)),
        ("URGENT P1!", ("p1",)),
        ("P-1 please", ("p1",)),
        ("P 1", ("p1",)),
        ("prio 1", ("p1",)),
        ("Prio1", ("p1",)),
        ("priority 2", ("p2",)),
        ("priority: P3", ("p3",)),
        ("Priority = 2", ("p2",)),
        ("priority level 1", ("p1",)),
        ("Prioridade 1", ("p1",)),
        ("Prioridade: P2", ("p2",)),
        ("Priorität P2", ("p2",)),
        ("PRIORITÄT 2", ("p2",)),
        ("priorità 1", ("p1",)),
        ("prioridad 3", ("p3",)),
        ("priorité 2", ("p2",)),
        ("sev 1", ("p1",)),
        ("Sev-2", ("p2",)),
        ("severity 1", ("p1",)),
        ("[P2] Prio 1", ("p1", "p2")),
        ("Downgrade from P1 to P3", ("p1", "p3")),
        ("P1/P2", ("p1", "p2")),
        ("", ()),
        ("P5", ()),  # not a severity of this policy
        ("P10", ()),
        ("HP2055", ()),
        ("HP1", ()),
        ("p1.example.com is slow", ()),
        ("https://acme.example/p1", ()),
        ("p1@acme.example", ()),
        ("MP3", ()),
        ("MP3 player", ()),
        ("P1.5", ()),
        ("P1-4711", ()),
        ("X-P1", ()),
        ("P1000 printer", ()),
        ("priority 10", ()),
        ("priority 1.5", ()),
        ("This is not a P1", ()),
        ("kein P1", ()),
        ("Não é P1", ()),
        ("not priority 1", ()),
        ("high priority", ()),
        ("1 user", ()),
    ],
)
def test_a_severity_is_asked_for_by_its_name(subject, asked):
    assert asked == severities_asked(subject, "", NAMES)
    assert asked == severities_asked("Help", subject, NAMES)


@pytest.mark.parametrize(
    ("subject", "asked"),
    [
        ("level 1", ("level-1",)),
        ("Level-1: down", ("level-1",)),
        ("severity 1", ("level-1",)),
        ("severity: critical", ("critical",)),
        ("[critical] calls", ("critical",)),
        ("Critical priority: calls", ("critical",)),
        ("critical-severity", ("critical",)),
        ("a critical priority-list", ()),
        ("a critical question", ()),  # an ordinary word needs its label or brackets
        ("critical", ()),
    ],
)
def test_a_severity_of_another_form_needs_its_number_its_label_or_brackets(subject, asked):
    assert asked == severities_asked(subject, "", ("critical", "level-1"))


DOWN = [
    "server is down",
    "The site is down!",
    "Server down",
    "DOWN",
    "[DOWN] acme.example",
    "Our PBX is down again",
    "down again",
    "Padova down since 9:00",
    "everything is down, please help",
    "The phone is not registered and the server is down",
    "The portal is not reachable",
    "mail server unreachable",
    "The portal cannot be reached",
    "We have an outage",
    "Outage!",
    "Total outage in Padova",
    "all phones offline",
    "The system is offline",
    "The service is unavailable",
    "The server is not responding",
    "Nothing works",
    "The server is not working",
    "The whole phone system does not work",
    "Der Server ist ausgefallen",
    "Server nicht erreichbar",
    "Die Telefonanlage ist nicht erreichbar",
    "Die Anlage funktioniert nicht",
    "Nichts geht mehr",
    "Server ist down",
    "Totalausfall",
    "Il server non è raggiungibile",
    "Sito irraggiungibile",
    "Il centralino è fuori servizio",
    "Il centralino non funziona",
    "Non funziona niente",
    "Server down da stamattina",
    "O site está fora do ar",
    "Servidor caiu",
    "Sistema indisponível",
    "Serviço fora do ar!",
    "O servidor não está funcionando",
    "Nada funciona",
    "El servidor está caído",
    "Servicio no disponible",
    "Se cayó el sistema",
    "El sitio está fuera de servicio",
    "Le serveur est en panne",
    "Site inaccessible",
    "Le service est injoignable",
    "Plus rien ne fonctionne",
    "De server is onbereikbaar",
    "Reporting an outage",
    "After the update the server is down",
    "Server is down since yesterday",
]

UP = [
    "",
    "Please slow down",
    "scroll down to the end",
    "I scrolled down",
    "download fails",
    "downgrade my plan",
    "break down the invoice",
    "Please break it down for me",
    "Scale the server down",
    "Can you take our site down for an hour",
    "The server is not down",
    "The server is no longer down",
    "It isn't down",
    "The server was down yesterday",
    "When will the maintenance be down",
    "The server will be down on Sunday",
    "What happens if the server is down?",
    "Drop down list is empty",
    "volume up and down",
    "shut down the old phone",
    "The price is down to 3 euros",
    "offline mode question",
    "offline installer",
    "How can I work offline",
    "Planned outage on Sunday",
    "Credit for the outage in May",
    "After the outage one phone is silent",
    "no outage so far",
    "Last outage report",
    "The login button is not working",
    "My phone does not work",
    "The report is not working in the system",
    "I am not available tomorrow",
    "Your support is not responding to my mail",
    "The option is not available",
    "A ligação caiu",
    "L'imprimante est en panne",
    "Frau Müller ist nicht erreichbar",
    "Der Drucker funktioniert nicht",
    "Der Server ist nicht ausgefallen",
    "Geplante Wartung: Server nicht erreichbar",
    "Il pulsante non funziona",
    "Il server non è down",
    "O botão não está funcionando",
    "O servidor não caiu",
    "El botón no funciona",
    "Le bouton ne marche pas",
    "Question about my invoice",
]


@pytest.mark.parametrize("text", DOWN)
def test_a_service_that_is_said_to_be_down_is_heard(text):
    assert service_down_in(text, "")
    assert service_down_in("Help", text)


@pytest.mark.parametrize("text", UP)
def test_other_downs_and_parts_that_fail_are_no_outage(text):
    assert service_down_in(text, "") == ""


def test_the_answer_is_the_clause_that_says_so():
    assert service_down_in("Hello", "Sorry, our site is down! Ana") == "our site is down"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("The server is down.\nMore", "The server is down."),
        ("Hi all,\n\nThe server is down.", "The server is down."),
        ("Olá,\nO site caiu", "O site caiu"),
        ("Sehr geehrte Damen und Herren,\n\nP1 bitte", "P1 bitte"),
        ("Sehr geehrter Herr Müller,\nHilfe", "Hilfe"),
        ("Hi, the server is down", "Hi, the server is down"),
        ("> quoted\n  mine  ", "mine"),
        ("Hi all,", ""),
    ],
)
def test_the_first_line_is_the_first_that_is_no_greeting(text, line):
    assert line == first_line(text)


@given(st.text(), st.text())
def test_any_text_gets_an_answer(subject, line):
    assert set(severities_asked(subject, line, NAMES)) <= set(NAMES)
    assert len(service_down_in(subject, first_line(line))) <= 100


@pytest.mark.parametrize("piece", ["down ", "priority ", "p", "not ", "[", "server ", "hi\n", " :"])
def test_no_repetition_takes_long(piece):
    text = piece * (200_000 // len(piece))
    start = time.process_time()
    severities_asked(text, first_line(text), NAMES)
    service_down_in(text, text)

    assert time.process_time() - start < 10
