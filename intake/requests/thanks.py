"""Whether a text is nothing but thanks: then it opens no solved ticket again.

Thanks, or word that it works, with any greeting, farewell and signature around them. A
question, a number, an address or one word that is not known to be polite makes it more than thanks.
"""

from intake.requests.courtesy import Courtesy, courtesies_in, seen


def is_thanks_only(text: str) -> str:
    """The words of thanks when the whole text is nothing else, "" otherwise.

    >>> is_thanks_only("Vielen Dank, funktioniert jetzt. Viele Grüße, Ana")
    'Vielen Dank, funktioniert jetzt'
    >>> is_thanks_only("Thanks, but it still fails.")
    ''
    """
    return seen(courtesies_in(text), Courtesy.THANKS, Courtesy.WORKS)
