"""Whether a text asks how tickets stand, and nothing else: "status", "Wie ist der Stand von VS-1042?".

A word for the status has to be there, and every other word has to be one of those that people put
around it, or name a ticket. So "the status page is blank" is a message like any other, and no
question is taken for an answer to one.
"""

import re

from intake.evidence import numbers_in
from intake.requests.words import table, words_in

_LONGEST = 200  # characters; who writes more wants more
_STATUS = table("status stato stand sachstand zwischenstand état estado situação statut")
_AROUND = table("""
    what what's is s how do does are my our the of for on with about this that it me us we you i can could
    get give show tell check please pls now current latest any where at there a an and update open
    ticket tickets case cases request requests hi hello hey good morning afternoon thanks thank
    wie ist was der die das den dem des mein meine meinem meinen meiner meines unser unsere unserem unserer
    zu zum zur von vom beim bitte fall fälle anfrage anfragen hallo guten tag moin aktuell aktuelle aktueller
    aktuellen gibt es dazu danke offen offene offenen im in
    qual quale è e il lo la i gli le del dei della dello delle al mio miei mia mie nostro nostri nostra
    per favore ciao buongiorno grazie richiesta richieste attuale
    é o os do da dos das de em meu meus minha minhas nosso nossos nossa chamado chamados por favor olá oi
    bom dia boa tarde obrigado obrigada como está estão solicitação solicitações atual
    cuál es el los las mi mis nuestro nuestros nuestra hola gracias están solicitud solicitudes caso casos
    incidencia incidencias actual buenos días
    quel quelle est les l d du mon ma mes notre nos bonjour merci s'il vous plaît svp où en demande demandes
    actuel
    wat het van mijn ons onze met alstublieft aub verzoek verzoeken
""")
_LABEL = re.compile(r"(?:[a-z]{1,8}-)?(\d{1,9})")


def status_asked(text: str, reference: re.Pattern[str]) -> tuple[int, ...] | None:
    """The tickets that a question for the status names, none for all; None where it is no such question.

    >>> status_asked("Status von VS-1042, bitte?", re.compile(r"VS-(\\d+)|#(\\d+)"))
    (1042,)
    >>> status_asked("The status lamp is red", re.compile(r"VS-(\\d+)|#(\\d+)"))
    """
    if len(text) > _LONGEST:
        return None
    words = words_in(reference.sub(" ", text))
    labels = [found for one in words if (found := _LABEL.fullmatch(one))]
    others = {one for one in words if not _LABEL.fullmatch(one)}
    if others.isdisjoint(_STATUS) or not others <= _STATUS | _AROUND:
        return None
    return (*numbers_in(text, reference), *(int(one[1]) for one in labels))
