"""The words by which mail programs announce a quotation, in the languages that they speak.

All of them are case-folded. A language is added here and by a row in the tests; nothing else
knows any word of it. What two languages share stands once.
"""

# "On …, … wrote:"; an announcement has one of these and a date or an address.
WROTE = (
    "wrote", "writes", "writing", " sent", "said", "schrieb", "hat geschrieben", " geschrieben",
    "a écrit", "escribió", "escribio", "va escriure", "escreveu", "ha scritto", "schreef", "geschreven",
    "verzond", "skrev", "skreiv", "kirjoitti", "napisał", "napisana", "pisze", "napsal", "napísal",
    "píše", "написа", "написал", "пишет", "писал", "писали", "пише", "написав", "написао", "yazdı",
    "έγραψε", "a scris", "írta", "napisao", "napisala", "je napisa", "kirjutas", "rakstīja", "rašė",
    "写道", "寫道", "書きました", "のメール", "のメッセージ", "님이 작성", "작성:", "님의 말", "viết",
    "menulis", "كتب", "كتابة", "כתב", "نوشت", "เขียน", "ने लिखा",
    "quoting ", "zitat von", "citando ", "citeren ", "citerar", "cytowanie", "citace od",
)  # fmt: skip
# How an announcement may begin; what begins otherwise must stand on one line, or name an address.
STARTS = (
    "on ", "am ", "le ", "el ", "em ", "il ", "op ", "den ", "på ", "w dniu ", "dne ", "dňa ", "στις ",
    "в ", "у ", "на ", "在", "于", "於", "---", "at ", "a ", "dnia ", "in ", "no dia", "pe ", "în ",
    "vào ", "ngày ", "pada ", "dana ", "u ", "v ", "في ", "בתאריך", "ב-", "در ", "เมื่อ", "ใน",
    "missatge", "wiadomość",
)  # fmt: skip
ENDS = (":", "：", "wrote", "wrote:*", ":*", ":_", "---")

ORIGINAL = (
    "original message", "original appointment", "original email", "original mail", "mail original",
    "e-mail original", "correo original", "ursprüngliche mail", "ursprüngliche e-mail", "mail originale",
    "oorspronkelijke mail", "ursprungligt mail", "oryginalny e-mail", "orijinal e-posta",
    "alkuperäinen sähköposti", "original-mail", "ursprüngliche nachricht",
    "ursprungliche nachricht", "originalnachricht", "original-nachricht", "antwort nachricht",
    "message d'origine", "message d’origine", "message original", "messaggio originale",
    "mensaje original", "missatge original", "mensagem original", "oorspronkelijk bericht",
    "origineel bericht", "oprindelig meddelelse", "oprindelig besked", "original besked",
    "ursprungligt meddelande", "originalmeddelande", "opprinnelig melding", "alkuperäinen viesti",
    "oryginalna wiadomość", "wiadomość oryginalna", "wiadomość pierwotna", "původní zpráva",
    "původní e-mail", "pôvodná správa", "eredeti üzenet", "mesaj original", "mesajul original",
    "исходное сообщение", "оригинальное сообщение", "вихідне повідомлення", "оригінальне повідомлення",
    "оригинално съобщение", "izvorna poruka", "originalna poruka", "izvirno sporočilo", "algne kiri",
    "özgün ileti", "orijinal mesaj", "orijinal ileti", "αρχικό μήνυμα", "原始邮件", "原始郵件", "原邮件",
    "邮件原件", "元のメッセージ", "原文", "원본 메시지", "원본 메일", "tin nhắn gốc", "thư gốc",
    "pesan asli", "mesej asal", "الرسالة الأصلية", "הודעה מקורית", "reply message",
)  # fmt: skip
# Where a desk asks to write above a line; ours is one of them.
ABOVE = (
    "write above this line", "oberhalb dieser zeile", "reply above this line", "type your reply above",
    "write your answer above", "please reply above", "reply above the line", "respond above this line",
    "antworten sie oberhalb dieser linie", "oberhalb dieser zeile antworten",
    "répondre au-dessus de cette ligne", "responda por encima de esta",
    "escriba su respuesta por encima", "scrivi la risposta sopra questa riga",
    "antwoord boven deze lijn",
)  # fmt: skip
# And where it says that nothing is to be written below, between rules.
BELOW = (
    "below this line", "sous cette ligne", "unterhalb dieser zeile", "unterhalb dieser linie",
    "debajo de esta línea", "abaixo desta linha", "sotto questa riga", "onder deze lijn", "onder deze regel",
    "under denne linje", "under den här raden", "poniżej tej linii", "ниже этой линии", "ниже этой строки",
)  # fmt: skip
# What somebody passes on is what they want us to read: from here on all is kept.
FORWARDED = (
    "forwarded message", "begin forwarded message", "forwarded by", "forwarded email",
    "weitergeleitete nachricht", "anfang der weitergeleiteten", "message transféré", "message transmis",
    "début du message", "mensaje reenviado", "inicio del mensaje reenviado", "missatge reenviat",
    "mensagem encaminhada", "mensagem reencaminhada", "início da mensagem", "messaggio inoltrato",
    "inizio messaggio inoltrato", "doorgestuurd bericht", "begin doorgestuurd", "videresendt",
    "vidarebefordrat", "påbörjat vidarebefordrat", "välitetty viesti", "edelleenlähetetty",
    "przekazana wiadomość", "wiadomość przekazana", "treść przekazanej", "přeposlaná zpráva",
    "preposlaná správa", "továbbított üzenet", "mesaj redirecționat", "пересылаемое сообщение",
    "пересланное сообщение", "начало переадресованного", "переслане повідомлення",
    "препратено съобщение", "iletilen mesaj", "iletilmiş mesaj", "yönlendirilmiş", "προωθημένο μήνυμα",
    "转发邮件", "转发的邮件", "轉寄郵件", "轉寄的郵件", "転送メッセージ", "転送されたメッセージ",
    "전달된 메", "thư đã chuyển tiếp", "pesan terusan", "رسالة مُعاد توجيهها", "הודעה שהועברה",
)  # fmt: skip

# The headers above a quoted mail.
FROM = frozenset((
    "from", "von", "de", "da", "van", "fra", "från", "od", "от", "від", "gönderen", "kimden", "από",
    "feladó", "de la", "发件人", "寄件者", "寄件人", "差出人", "送信者", "보낸 사람", "보낸사람", "발신",
    "lähettäjä", "expéditeur", "remitente", "mittente", "afzender", "absender", "отправитель", "từ",
    "người gửi", "dari", "من", "מאת", "จาก", "saatja", "šalje", "nuo", "no", "frá", "prati",
))  # fmt: skip
SENT = frozenset((
    "sent", "gesendet", "envoyé", "envoyé le", "enviado", "enviado el", "enviado em", "enviada",
    "enviada em", "inviato", "inviata", "verzonden", "sendt", "sendt den", "skickat", "skickade",
    "lähetetty", "wysłano", "wysłane", "data wysłania", "odesláno", "odoslané", "elküldve", "trimis",
    "отправлено", "надіслано", "изпратено", "gönderildi", "gönderilen", "gönderme tarihi", "στάλθηκε",
    "发送时间", "發送時間", "寄件日期", "送信日時", "보낸 날짜", "보낸날짜", "đã gửi", "terkirim",
    "dikirim", "تاريخ الإرسال", "נשלח", "ส่ง", "poslano", "poslato", "saadetud", "išsiųsta", "nosūtīts",
    "enviat",
))  # fmt: skip
DATE = frozenset((
    "date", "datum", "fecha", "data", "dato", "päiväys", "дата", "tarih", "ημερομηνία", "日期", "日時",
    "日付", "날짜", "dátum", "ngày", "tanggal", "تاريخ", "תאריך", "วันที่",
))  # fmt: skip
TO = frozenset((
    "to", "an", "à", "para", "a", "aan", "til", "till", "vastaanottaja", "do", "komu", "кому", "kime",
    "alıcı", "προς", "收件人", "收件者", "宛先", "받는 사람", "받는사람", "수신", "címzett", "către",
    "до", "destinataire", "destinatario", "destinatário", "tới", "đến", "kepada", "إلى", "אל", "ถึง",
    "prima", "za", "adressaat", "kam", "per a",
))  # fmt: skip
SUBJECT = frozenset((
    "subject", "betreff", "objet", "asunto", "assunto", "oggetto", "onderwerp", "emne", "ämne", "aihe",
    "temat", "předmět", "predmet", "тема", "tárgy", "subiect", "относно", "konu", "θέμα", "主题", "主旨",
    "件名", "제목", "chủ đề", "tiêu đề", "perihal", "subjek", "الموضوع", "נושא", "เรื่อง", "teema",
    "zadeva", "temats", "efni",
))  # fmt: skip
OTHER = frozenset((
    "cc", "bcc", "reply-to", "importance", "antwort an", "kopio", "kopie", "kopia", "копия", "копія",
    "bilgi", "κοιν.", "抄送", "副本", "참조", "cópia", "kopi", "dw", "kópia", "másolatot kap",
    "wichtigkeit", "priority", "attachments", "anlagen", "cci", "répondre à",
))  # fmt: skip
LABELS = FROM | SENT | DATE | TO | SUBJECT | OTHER

# What a telephone or a mail program writes below by itself: a beginning, and what it was sent with.
SENT_FROM = (
    "sent from", "send from", "sent via", "sent with", "sent using", "sent by", "sent on the",
    "get outlook", "get bluemail", "from my ", "composed on", "written on my", "typed on my", "gesendet von",
    "gesendet mit", "gesendet über", "gesendet aus", "versendet mit", "envoyé de", "envoyé depuis",
    "envoyé à partir", "envoyé avec", "envoyé via", "enviado desde", "enviado de", "enviado do",
    "enviado da", "enviado a partir", "enviado por", "enviado con", "enviado com", "enviado através",
    "enviado via", "enviado pelo", "enviat des", "inviato da", "inviato dal", "inviato con",
    "inviato tramite", "verzonden vanaf", "verzonden met", "verzonden vanuit", "verzonden via",
    "verstuurd vanaf", "verstuurd met", "sendt fra", "sendt med", "sendt via", "skickat från",
    "skickat med", "skickades från", "lähetetty", "wysłano z", "wysłane z", "odesláno z", "odoslané z",
    "poslano z", "poslato s", "отправлено с", "отправлено из", "отправлено через", "отправлен с",
    "надіслано з", "изпратено от", "iphone'umdan", "ipad'imden", "στάλθηκε από", "εστάλη από",
    "trimis de pe", "trimis din", "elküldve a", "发自", "發自", "從我", "从我", "iphoneから", "ipadから",
    "나의 ", "내 ", "đã gửi từ", "được gửi từ", "dikirim dari", "dihantar dar", "ส่งจาก", "أُرسل", "أرسل",
    "تم الإرسال من", "נשלח מ", "nosūtīts no", "išsiųsta iš", "saadetud minu",
)  # fmt: skip
SENDING = (
    "iphone", "ipad", "ipod", "ios", "android", "blackberry", "mobile", "phone", "tablet", "samsung",
    "handy", "galaxy", "huawei", "xiaomi", "nokia", "htc", "pixel", "oneplus", "outlook", "yahoo",
    "proton", "tutanota", "mail for windows", "mail für windows", "windows mail", "windows phone",
    "gmail", "handheld", "device", "wireless", "smartphone", "mobil", "téléphone", "móvil", "movil",
    "telemóvel", "celular", "cellulare", "telefon", "telefoon", "телефон", "mailbird", "spark",
    "mail.ru", "email app", "gmx", "web.de", "aol", "k-9", "fairemail", "thunderbird", "palm", "kindle",
    "sparrow", "mailbox", "airmail", "手机", "手機", "posteingang", "windows 10", "windows 11", "zoho",
    "fastmail", "newton", "superhuman", "bluemail", "mailspring", "terminal", "gerät", "appareil", "iphonu",
    "iphonie", "ipadu", "boxer", "typeapp", "aquamail", "mymail", "яндекс", "почт", "edison mail",
    "dispositivo", "toestel", "cyanogen", "lumia",
)  # fmt: skip
EXCUSES = ("excuse", "brevity", "pardon", "typo", "short", "kürze", "tippfehler", "bref")
SENT_FROM_BEHIND = (
    "gönderildi",
    "から送信",
    "发送",
    "傳送",
    "에서 보냄",
    "ról küldve",
    "ről küldve",
)  # or such an end
SENT_FROM_AROUND = (
    ("von ", "vom ", "diese "),
    (" gesendet", " geschickt", " verschickt"),
)  # or both of these
VIRUS_FREE = (
    "virus-free", "virenfrei", "sans virus", "libre de virus", "privo di virus", "avast.com",
    "checked for viruses", "auf viren geprüft", "logiciel antivirus", "en busca de virus",
)  # fmt: skip
LIST_FOOTER = ("mailing list", "mailinglist", "unsubscribe", "listinfo", "mailman", "groups.google")
