"""Whether somebody asks for escalation: a plain reading, clause by clause, by tables of words.

A verb asks by itself ("escalate", "bitte eskalieren"), a participle when something wants it done
("must be escalated"), a noun when the clause asks for it or says little else ("Escalation!"). It does
not ask when it is negated, when it tells what was or will be done ("was escalated", "we will escalate"),
or when the word means something else ("escalation policy", "escalate privileges", scaling servers).
The tables mix the languages, since mails do; a row that clashes has its exception beside it.
"""

import itertools
import re
from collections.abc import Sequence

from intake.requests.words import Clause, clauses, table

# Nearly every mail has none of these letters, and then nothing else is looked at.
_ROOT = re.compile(r"s[ck][aá]l", re.IGNORECASE)
_BEFORE = 9  # words before the verb in which a negation still speaks of it
_AFTER = 6

_VERBS = table(
    """
    escalate escalating re-escalate eskalieren eskaliere eskalier eskalierst
    weitereskalieren hocheskalieren escalare escalatelo escalatela scalate scalatelo escalar escale
    escalem escalá-lo escala-lo escalar-lo escalonar escalone escalonem escalen escalarlo escalarla
    escálelo escálela escálenlo escálenla escálalo escaladlo escalader escaladez escaladons escaladez-le
    escalader-le escalez escaleren escaleer
    """
)
_PARTICIPLES = table(
    """
    escalated re-escalated eskaliert escalato escalata escalati escalado escalonado escalonada escaladé
    escaladée geëscaleerd geescaleerd escaleert
    """
)
_NOUNS = table(
    """
    escalation escalations re-escalation Eskalation Eskalierung Eskalationsanfrage escalada
    escalonamento escalação escalamiento escalación escalade escalatie escalering escalamento
    escalazione
    """
)

_ASKING = table(
    """
    request requesting requested want need needs needed demand ask asking require required please pls
    urge kindly appreciate initiate raise trigger start faire einleiten veranlassen bitte bitten
    beantrage beantragen möchte möchten brauche brauchen fordere fordern verlange verlangen benötige
    benötigen wünsche erbitte notwendig erforderlich nötig richiedo richiediamo chiedo chiediamo vorrei
    vorremmo voglio vogliamo serve necessaria necessario solicito solicitamos peço pedimos quero
    queremos preciso precisamos gostaria gostaríamos favor requer necessário pido quiero necesito
    necesitamos solicitar exijo demande demandons voudrais voudrions veux voulons besoin exige souhaite
    svp plaît verzoek graag wil willen vraag vragen nodig alstublieft aub
    """
)
_DONE_ASKING = table(
    """
    be getting get want wants need needs please pls like werden bitte gehört sia venga essere va seja
    ser sea soit être worden graag moet
    """
)
_TOLD = table(
    """
    have has had having was were been is are you they he she who why already ever just wurde wurden ist
    sind war hat haben schon bereits è é foi está esta foram já fue ha sido ya été est a déjà is was
    werd werd al reeds stato stata
    """
)

_NEGATIONS = table(
    """
    not don't dont won't can't cannot doesn't doesnt didn't didnt shouldn't shouldnt needn't isn't
    aren't couldn't wouldn't wasn't never nor neither avoid avoiding instead stop refrain cancel
    withdraw ignore disregard without no nicht nie niemals keinesfalls kein keine keinen keiner
    keinerlei ohne statt anstatt vermeiden stornieren non mai senza evitare evitate invece annullare
    annullate não nao nunca jamais nem sem evitar evite evitem cancelar cancele cancelem sin tampoco
    cancelen eviten pas ne sans jamais éviter évitez annuler annulez aucun aucune niet geen nooit zonder
    vermijden annuleren annuleer
    """
)
# "No news", "not solved", "sem resposta": the negation speaks of a fact and not of the escalation.
# The last words are there since "no chamado" is Portuguese for "in the ticket".
_FACTS = table(
    """
    news answer answers reply response reaction solution progress update updates feedback result success
    idea solved resolved fixed working works satisfied happy acceptable good enough ok okay done
    answered one change help helped helpful getting receiving received heard understand antwort
    rückmeldung lösung fortschritt reaktion gelöst behoben zufrieden akzeptabel erledigt funktioniert
    risposta risposte riscontro soluzione novità risolto soddisfatto accettabile funziona resposta
    retorno solução novidades resolvido satisfeito aceitável funciona funcionando atendido respuesta
    solución noticias resuelto satisfecho aceptable réponse solution nouvelles résolu satisfait
    satisfaite acceptable fonctionne marche antwoord reactie oplossing opgelost tevreden acceptabel
    werkt gelukt chamado ticket caso sistema nível
    """
)
_NEEDED = table(
    """
    needed necessary required wanted requested nötig notwendig erforderlich gewünscht necessaria
    necessario richiesta necessária necesaria necesario nécessaire nodig gewenst requerida solicitada
    """
)
_UNNEEDED = table(
    """
    unnecessary unnötig überflüssig inutile desnecessária desnecessário innecesaria innecesario onnodig
    """
)
_PLEASE = table("please pls kindly bitte favor favore cortesia plaît svp alstublieft aub graag")
# Where the verb comes first, the negation follows: "Eskalieren Sie das bitte nicht", "n'escaladez pas".
_NEGATION_FOLLOWS = table(
    """
    eskalieren eskaliere eskalier escaleer escaleren escaladez escaladons escalez escalader
    """
)
_FOLLOWING = table("nicht niet pas jamais nooit nie niemals")

_FUTURE = table(
    """
    will shall ll gonna going werde wird werden vou vamos irei iremos voy vado andremo vais allons zal
    zullen gaan
    """
)
_PARTNER = table("you ya sie ihr du vous jullie u vocês você voi lei ustedes usted")
_POLITE = table(
    """
    can could would will may might can't couldn't won't wouldn't don't please pls should must
    """
)
_PERFORMED = ("we", "are")  # "we are escalating this" does it by saying it
_REPORTED = table(
    """
    failed refused forgot promised agreed used decided supposed before when whenever without by did does
    until
    """
)
_MENTIONS = table(
    """
    policy policies process processes procedure procedures path paths matrix address contact contacts
    level levels list plan rules rule button menu tab field option vulnerability bug exploit report
    document form number phone call meeting notice privilege privileges privilegien rechte privilegi
    privilégios privilegios privilèges rights permissions risk manager team prozess richtlinie kontakt
    kontakte matrix stufe stufen processo politica contatto contatti política contato contatos matriz
    proceso contacto procédure politique processus contacts proces beleid contactpersoon email
    horizontally vertically horizontalmente verticalmente horizontal vertical servidor servidores
    servidores cluster instâncias instancias recursos capacidade capacidad infraestrutura
    infraestructura aplicação aplicación tensions tension tensioni conflict konflikt conflito conflicto
    """
)
_STANDING = table("status update stand sachstand stato aggiornamento situação estado statut")
_ARTICLES = table(
    """
    the of de di da do della dei the your our su o a os as la le les el los il i des der die das
    """
)


def escalation_in(text: str) -> str:
    """The words that ask for escalation, "" when none do.

    >>> escalation_in("I am not satisfied and want to escalate. Ana")
    'I am not satisfied and want to escalate'
    >>> escalation_in("Please do not escalate.")
    ''
    """
    if not _ROOT.search(text.replace("\u0301", "")):
        return ""
    return next((clause.shown() for clause in clauses(text) if _asks(clause)), "")


def _asks(clause: Clause) -> bool:
    return any(_asks_in(words) for words in _parts(clause.words))


def _asks_in(words: Sequence[str]) -> bool:
    return any(_asks_at(words, at, word) for at, word in enumerate(words) if word in _ALL)


def _asks_at(words: Sequence[str], at: int, word: str) -> bool:
    before, after = words[max(0, at - _BEFORE) : at], words[at + 1 : at + 1 + _AFTER]
    if _is_mention(before, after) or _is_negated(before, after) or _is_told_of(before):
        return False
    return any(word in kind and asked(word, words, before, after) for kind, asked in _KINDS)


def _verb_asks(word: str, words: Sequence[str], before: Sequence[str], after: Sequence[str]) -> bool:
    if word in _NEGATION_FOLLOWS and _FOLLOWING.intersection(after):
        return False
    if before[-2:-1] and before[-1] == "to" and before[-2] in _REPORTED:
        return False
    if not before or before[-1] not in _TOLD | _REPORTED:
        return True
    return tuple(before[-2:]) == _PERFORMED or _is_polite(before)


def _participle_asks(word: str, words: Sequence[str], before: Sequence[str], after: Sequence[str]) -> bool:
    if before and before[-1] in _TOLD:
        return False
    return bool(_DONE_ASKING.intersection((*before, *after[:2])))


def _noun_asks(word: str, words: Sequence[str], before: Sequence[str], after: Sequence[str]) -> bool:
    if _is_not_needed(after) or _STANDING.intersection(before):
        return False
    return len(words) <= _SHORT or bool(_ASKING.intersection((*before, *after)))


_SHORT = 3  # a clause of so few words is about nothing else
_KINDS = ((_VERBS, _verb_asks), (_PARTICIPLES, _participle_asks), (_NOUNS, _noun_asks))
_ALL = _VERBS | _PARTICIPLES | _NOUNS

# What follows one of these is said by itself: "it is not working and I want to escalate".
_CONJUNCTIONS = table(
    """
    and but so because as since therefore und aber weil da denn deshalb daher sondern perché quindi però
    porque pois então mas portanto pero entonces así parce car donc mais omdat maar dus en e y et
    """
)


def _parts(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word in _CONJUNCTIONS:
            parts.append([])
        else:
            parts[-1].append(word)
    return [tuple(part) for part in parts]


def _is_mention(before: Sequence[str], after: Sequence[str]) -> bool:
    """The word belongs to another: "escalation policy", "privilege escalation", "escalade des privilèges"."""
    beside = [word for word in after[:3] if word not in _ARTICLES][:1]
    return bool(_MENTIONS.intersection((*before[-1:], *beside)))


def _is_negated(before: Sequence[str], after: Sequence[str]) -> bool:
    """A negation before the word speaks of it, unless a "please" starts anew or it negates a fact."""
    for back in range(len(before) - 1, -1, -1):
        if before[back] in _PLEASE and back and before[back - 1] not in _NEGATIONS:
            return False
        if before[back] in _NEGATIONS:
            return not _is_about_a_fact(before[back:])
    return False


def _is_about_a_fact(negated: Sequence[str]) -> bool:
    return negated[1:2] == ("you",) or bool(_FACTS.intersection(negated[1:4]))


def _is_told_of(before: Sequence[str]) -> bool:
    """Announced, not asked: "we will escalate"; "will you escalate" asks."""
    ahead = next((n for n, word in enumerate(before) if word in _FUTURE), None)
    return ahead is not None and not _PARTNER.intersection(before[ahead:])


def _is_polite(before: Sequence[str]) -> bool:
    return before[-1] in _PARTNER and bool((_POLITE | _ASKING).intersection(before[-3:-1]))


def _is_not_needed(after: Sequence[str]) -> bool:
    if _UNNEEDED.intersection(after) or _NEGATIONS.intersection(after[:2]):
        return True
    pairs = itertools.pairwise(after)
    return any(one in _NEGATIONS and two in _NEEDED for one, two in pairs)
