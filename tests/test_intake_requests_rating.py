"""What is read as a rating: the first clause alone, in seven languages, and never a doubtful one."""

import pytest

from intake.requests.rating import Rating, rating_alone, rating_in
from intake.requests.rating_words import BAD, BEFORE, GOOD, PLEASANTRIES
from intake.tickets import Score

GOOD_ONE, BAD_ONE = Rating(Score.GOOD), Rating(Score.BAD)


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("good", GOOD_ONE),
        ("GOOD!", GOOD_ONE),
        ("It was very good, Sam was quick.", Rating(Score.GOOD, "Sam was quick.")),
        ("Thank you! Great.", GOOD_ONE),
        ("Sorry, I meant: bad", BAD_ONE),
        ("Not good. It took a week.", Rating(Score.BAD, "It took a week.")),
        ("not bad", GOOD_ONE),
        ("👍🏽", GOOD_ONE),
        ("👎 it took a week", Rating(Score.BAD, "it took a week")),
        ("☹️", BAD_ONE),
        ("good - but slow", Rating(Score.GOOD, "but slow")),
        ("bad\n\nNobody called.\n> good", Rating(Score.BAD, "Nobody called.")),  # what is quoted is ours
        ("Danke, sehr gut", GOOD_ONE),
        ("Hallo Sam, gut gemacht", None),
        ("Nicht gut", BAD_ONE),
        ("Grazie, ottimo", GOOD_ONE),
        ("Pessimo: nessuno ha chiamato", Rating(Score.BAD, "nessuno ha chiamato")),
        ("C'est très bien, merci", Rating(Score.GOOD, "merci")),
        ("Pas bien", BAD_ONE),
        ("Muy bueno", GOOD_ONE),
        ("Muito bom, obrigado", Rating(Score.GOOD, "obrigado")),
        ("Péssimo", BAD_ONE),
        ("Heel goed", GOOD_ONE),
        ("Slecht", BAD_ONE),
        ("", None),
        ("Thanks", None),
        ("Good morning, it is down again.", None),
        ("Great job, but it is down again.", None),
        ("The export is not good at all", None),
        ("Prima funzionava, ora no", None),  # "before" in Italian, "great" in German
        ("It works. Good.", None),  # only the first clause counts
    ],
)
def test_a_rating_is_the_first_clause_that_says_something(text, rating):
    assert rating == rating_in(text)


@pytest.mark.parametrize(
    ("text", "subject", "rating"),
    [
        ("", "good – WX-1042", GOOD_ONE),  # the mail that our link begins, without its words
        ("Sam was quick", "good – WX-1042", Rating(Score.GOOD, "Sam was quick")),
        ("bad", "good – WX-1042", BAD_ONE),  # the words are what they thought of last
        ("It is down again", "Bad: calls drop in all rooms [WX-1042]", None),  # a ticket of that name
        ("It is down again", "Re: [WX-1042] How did it go?", None),
    ],
)
def test_where_the_words_rate_nothing_the_subject_may(text, subject, rating):
    assert rating == rating_in(text, subject)


def test_no_word_is_both_good_and_bad_nor_may_stand_before_one():
    single = {one for one in GOOD | BAD if " " not in one}

    assert (set(), set()) == (GOOD & BAD, single & (BEFORE | PLEASANTRIES))


@pytest.mark.parametrize("text", ["good " * 100_000, "very " * 100_000, "👍" * 100_000, "- " * 100_000])
def test_a_long_text_takes_no_long_time(text):
    found = rating_in(text)

    assert len(found.comment if found else "") <= 4000


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("good", GOOD_ONE),
        (" Bad! ", BAD_ONE),
        ("gut", GOOD_ONE),
        ("Schlecht.", BAD_ONE),
        ("not bad", GOOD_ONE),
        ("nicht gut", BAD_ONE),
        ("👍🏽", GOOD_ONE),
        ("👎", BAD_ONE),
        ("very good", None),  # one word more than the tables have
        ("good, thanks", None),
        ("good\n\nbut slow", None),
        ("Good morning", None),
        ("> good", None),
        ("good?", None),  # asks something
        ("Thanks", None),
        ("", None),
    ],
)
def test_in_a_chat_only_the_bare_word_is_a_rating(text, rating):
    assert rating == rating_alone(text)
