"""The words by which mail systems are known, and by which they say that something was not delivered.

All of them are in small letters. A form of report that is not known yet is a phrase here, and
a row in the tests.
"""

# How the address, and what the display name, of a mail system looks like.
MACHINES = (
    "mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mailer_daemon", "mail.daemon",
    "microsoftexchange", "post_master", "mdaemon", "mail-delivery", "maildelivery", "mailsystem",
    "bounce-notification", "mailadmin", "double-bounce", "mailrouter", "mail-router", "mailmarshal",
)  # fmt: skip
SYSTEMS = (
    "mail delivery", "mail deliver system", "mail system", "mailer-daemon", "mailer daemon",
    "delivery subsystem", "system administrator", "mail administrator", "mail server",
    "internet mail service", "interscan", "postmaster", "delivery status", "microsoft outlook",
    "message router", "mail router", "mail delivery agent", "mail delivery software",
)  # fmt: skip

SUBJECTS = (
    "undeliver", "returned mail", "returned message", "delivery status notification", "delivery failure",
    "delivery_failure", "delivery has failed", "mail delivery", "failure notice",
    "could not be delivered", "delivery report", "delivery delayed", "delayed mail", "message delayed",
    "nondeliverable", "non-deliver", "unable to deliver", "delivery status", "failed delivery",
    "failure delivery", "mail failure", "error sending your mail", "mail system error", "message frozen",
    "not delivered", "delivery has been delayed", "message status -", "forwarding or filtering",
    "[bounce]", "message delivery has failed", "delivery unsuccessful", "mail error", "blocked by our",
    "ignored message", "not member article", "reject mail", "rejected message", "message rejected",
    "email delivery", "message you sent", "unzustellbar", "nicht zugestellt", "zustellung",
    "zurückgewiesen", "nicht zustellbar", "non remis", "non distribu", "échec de la remise",
    "échec de remise", "non délivr", "no se puede entregar", "no se pudo entregar", "devuelto",
    "no entregado", "error de entrega", "não entregue", "não foi possível entregar", "falha na entrega",
    "não é possível entregar", "mancato recapito", "non recapitabile", "impossibile recapitare",
    "consegna", "onbestelbaar", "niet bezorgd", "kan ikke leveres", "går inte att leverera",
    "kunne ikke", "ei voitu toimittaa", "olevererbart", "kan inte levereras", "nie można dostarczyć",
    "niedostarczon", "nedoručiteln", "не доставлено", "недоставлено", "не удалось доставить",
    "не вдалося доставити", "невозможно доставить", "teslim edilemedi", "kézbesíthetetlen", "未送達",
    "无法送达", "無法傳遞", "未传递", "退信", "系统退信", "배달되지", "配信できません", "配信不能",
    "送信できません", "配送不能", "smtp server: errors from", "returning to sender", "mail failed",
    "warning: message", "delivery problem", "rejected:", "delivery error", "delivery notification",
    "failed to deliver", "aws notification",
)  # fmt: skip
# The first words of a report whose sender is a mail system.
OPENINGS = (
    "could not be delivered", "was not delivered", "delivery to the following recipient",
    "did not reach the following", "has not yet been delivered", "undeliverable", "unable to deliver",
    "delivery has failed", "failed permanently", "permanent fatal error",
    "transcript of session follows", "delivery failed", "failure reasons", "unknown user",
    "user unknown", "cannot be delivered", "couldn't be delivered", "wasn't able to deliver",
    "can't be delivered", "over quota", "exceeds allowed size", "delivery problems", "delivery errors",
    "rejected recipient", "failed to send", "no valid recipients",
    "may not exist, or you may not have permission", "not be sent", "unable to send",
    "rejected by a remote mail server", "address couldn't be found", "status: error",
    "recipients were affected", "your mail attempted to be delivered", "smtp error", "out: 220",
)  # fmt: skip
# And those that nobody else begins a mail with, whoever is named as the sender.
OWN_OPENINGS = (
    "hi. this is the qmail-send program", "hi. this is the deliver program",
    "this is the mail system at host",
    "this message was created automatically by mail delivery software",
    "this is the postfix program at host", "hi! this is the mailer-daemon", "this is the mailer-daemon",
    "your mail sent on:", "we had trouble delivering your message", "------- failure reasons",
    "-------server message", "the user(s) account is temporarily over quota",
    "could not be delivered to: <", "message details: subject:",
    "your message could not be sent. a transcript",
    "this is an automatically generated delivery status notification",
    "the original message was received at", "this is the machine generated message from mail service",
    "sorry, we were unable to deliver your message", "i'm sorry to have to inform you that your message",
    "unable to deliver message to the following address", "this is a delivery status notification from",
    "hello, this is the mail server on", "this is the dragonfly mail agent",
    "this is the mail delivery agent at",
)  # fmt: skip
DELAYED = (
    "delayed", "warning", "still being retried", "will be retried", "will keep trying", "still trying",
    "not yet been delivered", "will continue to attempt", "delivery is delayed",
    "you do not need to resend",
)  # fmt: skip
