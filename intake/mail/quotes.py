"""The visible reply: what the sender newly wrote, without quotations and signatures.

Mail programs announce a quotation in a few ways, in many languages; the tables hold them.
The text is looked at line by line and every look is at a few lines of bounded length, so
the time is linear in the text whatever is in it. When in doubt a line is kept: too
much kept is a blemish, a lost word of the customer's a fault. So nothing is cut where nothing would
be left, and answers between quoted lines stay.
"""

_RULES = " \t_-*=\u00a0"  # what lines are drawn with
_LONGEST_LINE = 400  # an announcement is shorter, all its lines together
_MOST_LINES = 4
_SIGNATURE_LINES = 14

# "On …, … wrote:"; the announcement has one of these and a date or an address.
_WROTE = (
    "wrote", "writes", "schrieb", "hat geschrieben", "a écrit", "escribió", "escribio", "escreveu",
    "ha scritto", "schreef", "geschreven", "skrev", "skreiv", "kirjoitti", "napisał", "pisze", "napsal",
    "píše", "написал", "пишет", "писал", "пише", "написав", "yazdı", "έγραψε", "写道", "寫道",
    "書きました", "のメール", "님이 작성", "작성:", "said", "sent the following",
)  # fmt: skip
_ENDS = (":", "：", "wrote", "wrote:*", ":*", ":_", "---")
_STARTS = (
    "on ", "am ", "le ", "el ", "em ", "il ", "op ", "den ", "på ", "w dniu ", "dne ", "στις ", "в ",
    "у ", "在", "于", "於", "---", "at ", "a ", "dnia ",
)  # fmt: skip

_ORIGINAL = (
    "original message", "original appointment", "ursprüngliche nachricht", "ursprungliche nachricht",
    "originalnachricht", "message d'origine", "message d’origine", "message original",
    "messaggio originale", "mensaje original", "mensagem original", "oorspronkelijk bericht",
    "oprindelig meddelelse", "oprindelig besked", "ursprungligt meddelande", "originalmeddelande",
    "opprinnelig melding", "alkuperäinen viesti", "oryginalna wiadomość", "wiadomość oryginalna",
    "původní zpráva", "původní e-mail", "исходное сообщение", "оригинальное сообщение",
    "вихідне повідомлення", "оригінальне повідомлення", "özgün ileti", "orijinal mesaj", "αρχικό μήνυμα",
    "原始邮件", "原始郵件", "邮件原件", "元のメッセージ", "original-nachricht", "원본 메시지",
    "원본 메일", "reply message", "antwort nachricht", "reply above this line", "please reply above",
)  # fmt: skip

_FROM = frozenset((
    "from", "von", "de", "da", "van", "fra", "från", "od", "от", "від", "gönderen", "kimden", "από",
    "发件人", "寄件者", "寄件人", "差出人", "보낸 사람", "보낸사람", "lähettäjä", "expéditeur",
    "remitente", "mittente", "afzender", "отправитель",
))  # fmt: skip
_OTHER_LABELS = frozenset((
    "sent", "date", "to", "cc", "bcc", "subject", "reply-to", "importance", "gesendet", "datum", "an",
    "betreff", "antwort an", "envoyé", "envoyé le", "à", "objet", "enviado", "enviado el", "enviada em",
    "fecha", "para", "asunto", "data", "assunto", "inviato", "inviata", "a", "oggetto", "verzonden",
    "aan", "onderwerp", "sendt", "dato", "til", "emne", "skickat", "till", "ämne", "lähetetty", "päiväys",
    "vastaanottaja", "aihe", "kopio", "wysłano", "data wysłania", "do", "temat", "odesláno", "komu",
    "předmět", "kopie", "kopia", "отправлено", "дата", "кому", "тема", "копия", "надіслано", "копія",
    "gönderildi", "tarih", "kime", "konu", "bilgi", "στάλθηκε", "ημερομηνία", "προς", "θέμα", "κοιν.",
    "发送时间", "發送時間", "日期", "收件人", "收件者", "主题", "主旨", "抄送", "副本", "送信日時",
    "日付", "宛先", "件名", "보낸 날짜", "날짜", "받는 사람", "받는사람", "제목", "참조", "cópia", "kopi",
    "sendt den",
))  # fmt: skip
_LONGEST_LABEL = 30

_SENT_FROM = (
    "sent from", "sent via", "sent with", "sent using", "get outlook for", "von meinem", "gesendet von",
    "gesendet mit", "diese nachricht wurde von meinem", "envoyé de", "envoyé depuis", "enviado desde",
    "enviado do", "enviado de", "enviado a partir", "inviato da", "verzonden vanaf", "verstuurd vanaf",
    "verzonden met", "sendt fra", "sendt med", "skickat från", "skickat med", "lähetetty", "wysłano z",
    "wysłane z", "odesláno z", "отправлено с", "отправлено из", "надіслано з", "iphone'umdan",
    "στάλθηκε από", "发自我的", "從我的", "iphoneから送信", "나의 iphone에서", "내 iphone에서",
)  # fmt: skip
_SENDING = (
    "iphone", "ipad", "ipod", "ios", "android", "blackberry", "mobile", "phone", "tablet", "samsung",
    "galaxy", "huawei", "xiaomi", "nokia", "htc", "pixel", "oneplus", "outlook", "yahoo", "proton",
    "mail for windows", "windows mail", "gmail", "handy", "handheld", "device", "wireless", "smartphone",
    "mobil", "téléphone", "móvil", "telefon", "телефон", "mailbird", "spark", "mail.ru", "email app",
    "gmx", "web.de", "aol", "k-9", "fairemail", "thunderbird", "palm", "kindle", "sparrow", "mailbox",
)  # fmt: skip
_LONGEST_SENT_FROM = 90


def visible_reply(text: str) -> str:
    """What was newly written in a text; all of it where nothing else would be left."""
    has_quotation = text.count("\n>") + text.startswith(">") > 1  # one may be a comparison or a prompt
    segments = _unquoted(text.split("\n"), has_quotation)
    written = [kept for segment in segments if (kept := _without_signature(segment))]
    return "\n\n".join(written) or text.strip("\n ")


def _unquoted(lines: list[str], announced: bool) -> list[list[str]]:
    """The stretches of lines between quotations."""
    segments: list[list[str]] = [[]]
    has_words = False
    number = 0
    while number < len(lines):
        line = lines[number]
        if announced and line.startswith(">") and not segments[-1]:
            number += 1  # deep in a quotation, where most lines of most mails are
            continue
        bare = line.strip()
        length = 1
        if bare[:1] == ">" and announced:
            if segments[-1]:
                segments.append([])
        elif bare and (found := _announcement(lines, number, bare)) and _is_quoted(lines, number + found):
            announced, length = True, found
        elif bare and has_words and (found or _is_header_block(lines, number, bare)):
            return segments
        else:
            segments[-1].append(line)
            has_words = has_words or bool(bare.strip(_RULES))
        number += length
    return segments


def _is_quoted(lines: list[str], number: int) -> bool:
    """Whether the next line that has something on it is marked as quoted."""
    return next((bare[0] == ">" for line in lines[number : number + 6] if (bare := line.strip())), False)


def _announcement(lines: list[str], number: int, first: str) -> int:
    """How many lines from here announce a quotation, 0 for none."""
    if len(first) > _LONGEST_LINE:
        return 0
    if first[0] in "-_*=" and _is_original(first):
        return 1
    starts = first[0].isdigit() or first.lstrip("*_ ")[:8].casefold().startswith(_STARTS)
    if not starts and not first.endswith(_ENDS):
        return 0
    together = ""
    for length in range(1, _MOST_LINES + 1 if starts else 2):
        more = lines[number + length - 1].strip() if number + length <= len(lines) else ""
        if not more or more[0] == ">":
            break
        together = f"{together} {more}" if together else more
        if (
            more.endswith(_ENDS)
            and len(together) <= _LONGEST_LINE
            and _says_who_wrote(together, starts=starts)
        ):
            return length
    return 0


def _is_original(line: str) -> bool:
    """A rule with words like "Original Message" in it."""
    words = line.strip(_RULES).casefold()
    return len(words) < 80 and words.startswith(_ORIGINAL) and line.lstrip("*_ ")[:2] in ("--", "==")


def _says_who_wrote(line: str, *, starts: bool) -> bool:
    folded = line.casefold()
    dated = sum(map(str.isdigit, line)) >= 2
    if "@" in line and dated and "<" in line:
        return True
    return (dated or (starts and "@" in line)) and any(word in folded for word in _WROTE)


def _is_header_block(lines: list[str], number: int, first: str) -> bool:
    """Whether the headers of another mail begin here: From and two more, in lines that follow each other."""
    if not (label := _label(first)):
        return False
    seen = {label}
    for line in lines[number + 1 : number + 8]:
        if bare := line.strip():
            seen.add(_label(bare))
    return bool(seen & _FROM) and len(seen & _OTHER_LABELS) >= 2


def _label(line: str) -> str:
    """The word before the colon, if it is one that heads a mail."""
    head = line[: _LONGEST_LABEL + 6].lstrip("*_> ")
    end = head.find(":")
    if end < 0:
        end = head.find("：")
    label = head[:end].strip("*_ \u00a0").casefold() if end > 0 else ""
    return label if label in _FROM or label in _OTHER_LABELS else ""


def _without_signature(segment: list[str]) -> str:
    """A stretch of lines up to its signature, without the rules that parted it from a quotation."""
    end = len(segment)
    for number in range(_end_matter(segment), len(segment)):
        if len(segment[number]) <= _LONGEST_SENT_FROM and _begins_signature(segment[number]):
            end = number
            break
    while end and not segment[end - 1].strip(_RULES):
        end -= 1
    return "\n".join(segment[:end]).strip("\n")


def _end_matter(segment: list[str]) -> int:
    """Where the last few lines begin, in which a signature may begin."""
    written = 0
    for number in range(len(segment) - 1, -1, -1):
        written += bool(segment[number].strip())
        if written > _SIGNATURE_LINES:
            return number + 1
    return 0


def _begins_signature(line: str) -> bool:
    """The dashes of RFC 3676 §4.3, or what a telephone writes below by itself."""
    if line.rstrip() == "--":
        return True
    folded = line.lstrip("*_-[(<> \t").casefold()
    return folded.startswith(_SENT_FROM) and "," not in folded and any(word in folded for word in _SENDING)
