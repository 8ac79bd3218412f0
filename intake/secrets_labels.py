"""The labels that people write before a secret, and the words that are none, in seven languages.

A space in a label may be written as a space, a hyphen, an underscore or nothing; anything that is no
letter may stand before it, so "password" is also "smtp_password" and "admin password".
"""

from intake.requests.words import table

PASSWORDS = (
    "password", "passwords", "pass word", "passwd", "passcode", "pass phrase", "passphrase", "pwd",
    "pw", "psw", "pass", "pin", "pin code", "passwort", "passwörter", "kennwort", "pass wort",
    "zugangscode", "paßwort", "parola d'ordine", "codice pin", "senha", "senhas", "palavra passe",
    "contraseña", "contrasena", "clave", "mot de passe", "mots de passe", "mdp", "wachtwoord",
    "pincode",
)  # fmt: skip
# Words of their own too ("a boarding pass AB1234"): a secret follows only after a colon or "is".
WEAK = ("pass", "pin", "pw", "clave")
SAID = (
    "is", "was", "lautet", "ist", "lautete", "è", "é", "e'", "es", "est", "sarà", "será", "becomes",
    "now is", "is now", "ist jetzt", "foi", "=", "->", "→", "luidt",
)  # fmt: skip
OF = (
    "for", "of", "to", "für", "vom", "von", "des", "di", "per", "del", "do", "da", "de", "para", "pour",
    "du", "van", "voor",
)  # fmt: skip
USERS = (
    "user/pass", "user/password", "username/password", "login/password", "user/pw", "usr/pwd",
    "user/pwd", "benutzer/passwort", "benutzername/passwort", "utente/password", "usuário/senha",
    "usuario/senha", "usuario/contraseña", "utilisateur/mot de passe", "login/senha", "login/passwort",
    "identifiant/mot de passe", "gebruiker/wachtwoord", "login/mot de passe",
)  # fmt: skip
CREDENTIALS = (
    "credentials", "login", "logins", "log in", "zugangsdaten", "anmeldedaten", "zugang", "credenziali",
    "credenciais", "credenciales", "identifiants", "inloggegevens",
)  # fmt: skip
KEYS = (
    "api key", "apikey", "api secret", "secret key", "access key", "account key", "accountkey",
    "shared access key", "sharedaccesskey", "private key", "encryption key", "secret", "api schlüssel",
    "geheimer schlüssel", "chiave api", "chiave segreta", "chave de api", "chave api", "chave secreta",
    "clave api", "clave secreta", "clé api", "clé d'api", "clé secrète", "api sleutel",
    "geheime sleutel", "preshared key", "psk", "wpa key", "wpa 2 key",
)  # fmt: skip
LABELLED_TOKENS = (
    "token", "zugriffstoken", "token di accesso", "token de acesso", "token de acceso", "jeton",
    "jeton d'accès", "toegangstoken", "session id", "sessionid",
)  # fmt: skip

# What stands behind the label when somebody only talks about a password.
NO_VALUES = table(
    """
    please pls forgot forgotten reset change changed changing expired expires wrong invalid incorrect
    required yes no not see same none empty unknown help issue issues problem problems failed fails
    error ok okay login user username email mail the a an i my it is as in on at to for n/a na tbd todo
    xxx hidden removed redacted secret-removed sent attached below above separately password passwd pass
    value string null true false undefined missing needed recovery request protected policy manager
    field new old confirm again working lost unsaved blank bitte vergessen falsch ungültig leer geändert
    siehe abgelaufen zurücksetzen ändern ist nicht kein keine unbekannt gesperrt fehlt folgt separat
    benutzer benutzername wie und oder wird wurde dimenticata errata sbagliata scaduta non vedi vuota
    reimpostare cambiata utente perduta smarrita esquecida errada inválida expirada não redefinir trocar
    vazia alterada usuário veja incorreta perdida esqueci olvidada incorrecta inválida caducada cambiada
    vacía ver cambiar restablecer usuario olvidé perdida oublié oubliée expiré invalide incorrect
    incorrecte vide voir changé réinitialiser identifiant perdu vergeten verlopen ongeldig onjuist leeg
    zie gewijzigd gebruiker resetten wijzigen
    """
)
