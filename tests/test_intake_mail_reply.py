"""The visible reply: every usual way to announce a quotation, and much that only looks like one."""

import pytest

from intake.mail.quotes import visible_reply, written_or_passed_on

ANNOUNCEMENTS = (
    "On Mon, Mar 2, 2026 at 9:00 AM Support <support@vendor.example> wrote:",
    "On Mar 2, 2026, at 9:00, Support wrote:",
    "On Mon, Mar 2, 2026 at 9:00 AM Support of the Vendor <\nsupport@vendor.example> wrote:",
    "Am 02.03.2026 um 09:00 schrieb Support <support@vendor.example>:",
    "Am Mo., 2. März 2026 um 09:00 Uhr schrieb Support <\nsupport@vendor.example>:",
    "Le lun. 2 mars 2026 à 09:00, Support <support@vendor.example> a écrit :",
    "El lun, 2 mar 2026 a las 9:00, Support (<support@vendor.example>) escribió:",
    "Em seg., 2 de mar. de 2026 às 09:00, Support <support@vendor.example> escreveu:",
    "Il giorno lun 2 mar 2026 alle ore 09:00 Support <support@vendor.example> ha scritto:",
    "Op ma 2 mrt 2026 om 09:00 schreef Support <support@vendor.example>:",
    "Den man. 2. mar. 2026 kl. 09.00 skrev Support <support@vendor.example>:",
    "Den mån 2 mars 2026 kl 09:00 skrev Support <support@vendor.example>:",
    "man. 2. mars 2026 kl. 09:00 skrev Support <support@vendor.example>:",
    "ma 2. maalisk. 2026 klo 9.00 Support (support@vendor.example) kirjoitti:",
    "pon., 2 mar 2026 o 09:00 Support <support@vendor.example> napisał(a):",
    "W dniu 2.03.2026 o 09:00, Support pisze:",
    "po 2. 3. 2026 v 9:00 odesílatel Support <support@vendor.example> napsal:",
    "пн, 2 мар. 2026 г. в 09:00, Support <support@vendor.example>:",
    "2 марта 2026 г., 09:00 пользователь Support написал:",
    "пн, 2 бер. 2026 р. о 09:00 Support <support@vendor.example> пише:",
    "Support <support@vendor.example>, 2 Mar 2026 Pzt, 09:00 tarihinde şunu yazdı:",
    "Στις Δευ 2 Μαρ 2026 στις 9:00 π.μ., ο χρήστης Support <support@vendor.example> έγραψε:",
    "Support <support@vendor.example> 于2026年3月2日周一 09:00写道：",
    "2026年3月2日(月) 9:00 Support <support@vendor.example>:",
    "2026년 3월 2일 (월) 오전 9:00, Support <support@vendor.example>님이 작성:",
)
BLOCKS = (
    "From: Support\nSent: Monday, 2 March 2026 09:00\nTo: Anna\nSubject: Calls",
    "*From:* Support\n*Sent:* Monday\n*To:* Anna\n*Subject:* Calls",
    "________________________________\nFrom: Support\nDate: Monday\nTo: Anna\nSubject: Calls",
    "-----Original Message-----\nFrom: Support\nSent: Monday\nTo: Anna\nSubject: Calls",
    "-----Ursprüngliche Nachricht-----\nVon: Support",
    "---- Mensaje original ----",
    "-------- Message d'origine --------\nDe : Support",
    "Von: Support\nGesendet: Montag\nAn: Anna\nBetreff: Anrufe",
    "De : Support\nEnvoyé : lundi\nÀ : Anna\nObjet : Appels",
    "De: Support\nEnviado el: lunes\nPara: Anna\nAsunto: Llamadas",
    "De: Support\nEnviada em: segunda\nPara: Anna\nAssunto: Chamadas",
    "Da: Support\nInviato: lunedì\nA: Anna\nOggetto: Chiamate",
    "Van: Support\nVerzonden: maandag\nAan: Anna\nOnderwerp: Oproepen",
    "Fra: Support\nSendt: mandag\nTil: Anna\nEmne: Opkald",
    "Från: Support\nSkickat: måndag\nTill: Anna\nÄmne: Samtal",
    "Lähettäjä: Support\nLähetetty: maanantai\nVastaanottaja: Anna\nAihe: Puhelut",
    "Od: Support\nWysłano: poniedziałek\nDo: Anna\nTemat: Rozmowy",
    "Od: Support\nOdesláno: pondělí\nKomu: Anna\nPředmět: Hovory",
    "От: Support\nОтправлено: понедельник\nКому: Анна\nТема: Звонки",
    "Від: Support\nНадіслано: понеділок\nКому: Анна\nТема: Дзвінки",
    "Gönderen: Support\nTarih: Pazartesi\nKime: Anna\nKonu: Aramalar",
    "Από: Support\nΣτάλθηκε: Δευτέρα\nΠρος: Anna\nΘέμα: Κλήσεις",
    "发件人: Support\n发送时间: 2026年3月2日\n收件人: Anna\n主题: 通话",
    "差出人: Support\n送信日時: 2026年3月2日\n宛先: Anna\n件名: 通話",
    "보낸 사람: Support\n보낸 날짜: 2026년\n받는 사람: Anna\n제목: 통화",
)


@pytest.mark.parametrize("announcement", ANNOUNCEMENTS)
def test_what_is_announced_as_quoted_is_not_newly_written(announcement):
    assert "Still broken." == visible_reply(
        f"Still broken.\n\n{announcement}\n\n> Please restart.\n> Thanks\n"
    )
    assert "Still broken." == visible_reply(f"Still broken.\n\n{announcement}\n\nPlease restart.\n")


@pytest.mark.parametrize("block", BLOCKS)
def test_the_headers_of_another_mail_end_the_reply(block):
    assert "Still broken." == visible_reply(f"Still broken.\n\n{block}\n\nPlease restart.\n")


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnna Bauer\nACME",
        "--\nAnna",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "iPhone-omról küldve",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Get Outlook for Android",
        "Sent from Mail for Windows 10",
        "Отправлено с iPhone",
    ],
)
def test_a_signature_is_not_part_of_the_reply(signature):
    assert "Still broken." == visible_reply(f"Still broken.\n\n{signature}\n")
    assert "Still broken." == visible_reply(
        f"Still broken.\n\n{signature}\n\n{ANNOUNCEMENTS[0]}\n> Restart it.\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "On your server you can run:\n\n  restart all",
        "On Monday it was down.\nWe wrote: nothing.",
        "The log says:\nFrom: 10.0.0.1\nthat is all",
        "- one\n- two\n\n- three",
        "A -- B is no signature",
        "Sent from my desk, it is easier there.",
        "if load > 5:\n> 5 is bad",
        "1. first\n2. second:",
        "They said 24 hours ago it would work.",
        "---\nrule above",
        "--\n" + "\n".join(f"line {n}" for n in range(40)) + "\nthe end",
        "From here to there:\nTo the left:\nnothing",
        "Am Montag schrieb ich schon.",
    ],
)
def test_what_only_looks_like_a_quotation_stays(text):
    assert text == visible_reply(text)


@pytest.mark.parametrize(
    ("text", "told", "own"),
    [
        ("> Which version?\n\n7.0\n\n> Which site?\n\nTurin", None, "7.0\n\nTurin"),
        (f"{ANNOUNCEMENTS[0]}\n> Which version?\n\n7.0", "7.0", "7.0"),  # nothing between
        (
            f"See below.\n\n{ANNOUNCEMENTS[0]}\n> Which version?\n7.0\n> Which site?\nTurin",
            None,
            "See below.\n\n7.0\n\nTurin",
        ),
        (  # our mails to agents begin with such a line, and what they quote must not get out
            f"Done.\n\n{ANNOUNCEMENTS[0]}\n> ## - write above - ##\n> internal\n7.0\n> secret\nTurin",
            "Done.\n\n7.0\n\nTurin",
            "Done.\n\n7.0\n\nTurin",
        ),
    ],
)
def test_answers_between_the_quoted_lines_stay_with_what_they_answer(text, told, own):
    assert (told or text, own) == (written_or_passed_on(text), visible_reply(text))


@pytest.mark.parametrize(
    "text",
    ["> all\n> quoted", f"{ANNOUNCEMENTS[0]}\n\nforwarded words", BLOCKS[0] + "\n\nwords", "-- \nAnna"],
)
def test_where_nothing_would_be_left_everything_stays(text):
    assert text.strip() == visible_reply(text)
