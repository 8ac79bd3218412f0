"""Whether a text is nothing but a wish to close the ticket.

"Close", "you can close it, thanks", "pode fechar": the phrases come from three tables (what may
stand before, the verb, what may stand after) and the courtesies, so that no negation fits in.
It may be a question ("Could you close this?"). Anything else makes it a message like any other.
"""

from intake.requests.courtesy import Courtesy, Table, courtesies_in, seen
from intake.requests.words import phrases

_VERBS = phrases("""
    close, close it, close this, close the ticket, close this ticket, close my ticket, close ticket
    close that
    close the case, close this case, close my case, close case, close the request, close this request
    close this out
    close the issue, close this issue, close it now, close this one, close out this ticket, close it out
    be closed
    close this ticket now, close the ticket now, mark this as solved, mark it as solved, mark as solved
    mark this as resolved, mark it as resolved, mark this ticket as solved, mark this ticket as resolved
    close our ticket
    schließen, zumachen, geschlossen werden, ticket schließen, das ticket schließen
    dieses ticket schließen
    schließen sie das ticket, schließen sie dieses ticket, schließt das ticket, den fall schließen
    es schließen
    das ticket zumachen, kann zu, das schließen, ticket zumachen
    chiudere, chiudere il ticket, chiudere questo ticket, chiudere la richiesta, chiudere il caso
    chiuderlo
    chiudete, chiudete il ticket, chiudete pure, chiudete pure il ticket, chiudi, chiudi il ticket, chiuda
    chiuda il ticket, chiuda pure, chiudere pure, chiudere pure il ticket, essere chiuso
    fechar, fechar o chamado, fechar este chamado, fechar esse chamado, fechar o ticket
    fechar este ticket, feche
    feche o chamado, feche o ticket, encerrar, encerrar o chamado, encerrar este chamado
    encerrar o ticket, encerre
    encerre o chamado, finalizar, finalizar o chamado, ser fechado, ser encerrado, fechar a solicitação
    fechem
    encerrem, fechar o caso, encerrar o atendimento
    cerrar, cerrar el ticket, cerrar este ticket, cerrar el caso, cerrar este caso, cerrarlo, cierre
    cierren
    cierren el ticket, cierre el ticket, cierren el caso, ser cerrado, cerrar la solicitud
    cerrar la incidencia
    fermer, fermer le ticket, fermer ce ticket, fermez, fermez le ticket, fermez ce ticket, clôturer
    clôturer le ticket, clôturer ce ticket, clôturez, clôturez le ticket, être fermé, être clôturé
    le fermer
    le clôturer, clore, clore le ticket, clore ce ticket
    sluiten, het ticket sluiten, ticket sluiten, sluit het ticket, sluit dit ticket, dit ticket sluiten
    dicht
    gesloten worden, sluit maar, sluiten a u b
""")
_BEFORE = phrases("""
    please, pls, you can, you may, can you, could you, please can you, can you please, could you please
    kindly, feel free to
    you can now, you can please, so please, now you can, you can also, this can, it can, the ticket can
    this ticket can
    ticket can, can, may, i would like to, i want to, we can, i d like to, let s, just, yes please
    yes you can, go ahead and
    please go ahead and, so you can, i think you can, ok to, please do, you could, this ticket may
    i think we can, i think this can, kann das ticket, kann dieses ticket, könnt ihr das ticket
    bitte, kann, das ticket kann, dieses ticket kann, das kann, es kann, ticket kann, sie können
    ihr könnt, du kannst
    können sie, bitte das, der fall kann, kannst du, könnt ihr, können wir, wir können, sie können gerne
    kann gerne
    si può, potete, può, puoi, per favore, si prega di, prego, potete pure, il ticket si può
    il ticket può, per cortesia
    si puo, può pure, puoi pure, potremmo, possiamo
    pode, podem, por favor, favor, já pode, já podem, pode por favor, vocês podem, o chamado pode
    você pode, por gentileza
    podemos, gentileza, este chamado pode, o ticket pode, ele pode
    puede, pueden, se puede, puedes, ya pueden, ya puede, ya se puede, el ticket puede, podéis
    por favor pueden
    el caso puede
    vous pouvez, merci de, veuillez, on peut, tu peux, peut, le ticket peut, ce ticket peut
    s il vous plaît, vous pouvez donc
    mag, kan, u kunt, je kunt, jullie kunnen, het ticket kan, het ticket mag, graag, dit ticket kan
    dit ticket mag
    dit kan, dit mag, deze mag, deze kan, het kan, het mag, u mag, je mag
""")
_AFTER = phrases("""
    please, pls, now, bitte, gerne, per favore, pure, por favor, favor, s il vous plaît, svp, then
    as solved
    maar, alstublieft, aub, werden, as resolved, for me, for now, jetzt
""")
_MARKS = str.maketrans("¿?", "..")
_CLOSING: Table = {
    **dict.fromkeys(_BEFORE | _AFTER, Courtesy.WISH),
    **dict.fromkeys(_VERBS, Courtesy.CLOSE),
}


def is_close_request(text: str) -> str:
    """The words that wish to close when the whole text is nothing else, "" otherwise.

    >>> is_close_request("Thanks, you can close it.")
    'close it'
    >>> is_close_request("Please don't close it.")
    ''
    """
    return seen(courtesies_in(text.translate(_MARKS).strip().removeprefix("/"), _CLOSING), Courtesy.CLOSE)
