"""The words of urgency in English, German, Italian, Portuguese, Spanish, French and some Dutch."""

from intake.requests.words import phrases, table

LABELS = table(
    """
    prio priority prioritaet priorität priorità prioridade prioridad priorité prioriteit severity sev
    severidade
    severidad severità gravidade gravedad gravità gravité schweregrad dringlichkeit sévérité criticality
    """
)

# Said of a service. "down" and its like need a look at the words beside them.
DOWN = table("down offline")
MOVING = table(
    """
    slow slows slowed slowing scroll scrolls scrolled scrolling shut shuts shutting break breaks breaking
    broken
    come comes coming calm drop drops dropped cut cuts cutting write wrote written writing turn turned
    turning
    turns sit count counts counting narrow narrowed track tracked tracking tear step steps stepped boil
    bring
    brings brought take took taken takes taking roll rolled rolling look looking put log let pull pulled
    page up
    top upside and or key arrow mark marked go used using use work works working go hold held press move
    moved
    moving fall falls falling stand standing lock locked pin pinned play save handed pass passed
    price prices sales traffic cost costs invoice volume usage numbers amount revenue mode
    """
)
TAKING = table("scale shut take bring turn spin size tear pull put")  # "scale the server down": a plan
OBJECTS = table("it them this that things everything me us")
AFTER_DOWN = table(
    """
    again since now for at in on right here there today completely totally still after and but or please
    help
    everywhere entirely this every all urgent asap since this-morning with because as from also currently
    wieder seit jetzt schon heute komplett bitte und aber im in bei hilfe
    da di nuovo ancora oggi adesso ora completamente e in per
    desde agora de novo hoje e mas por em no na
    otra vez hoy ahora y en
    depuis encore maintenant et ce aujourd
    weer sinds nu
    """
)
OUT = phrases("""
    not reachable, unreachable, cannot be reached, can't be reached
    unavailable, isn't reachable, inaccessible, total failure, service interruption
    outage, total outage, complete outage, blackout, downtime
    nothing works, nothing is working, everything stopped, no service, service disruption, service failure
    ausgefallen, nicht erreichbar, fällt aus, totalausfall, ausfall, komplettausfall
    serverausfall, systemausfall, stromausfall, nichts geht, nichts geht mehr, nichts funktioniert
    alles steht
    unerreichbar, nicht mehr erreichbar
    non raggiungibile, irraggiungibile, non è raggiungibile, è giù, tutto fermo
    niente funziona, non funziona niente, non funziona nulla, non funziona più niente, è caduto
    inaccessibile, non sono raggiungibili, è caduta, sono giù, tutto bloccato
    fora do ar, indisponível, indisponíveis, inacessível, fora de operação, caiu, caíram
    nada funciona, parou de funcionar, queda total, tudo parado, queda do serviço
    pararam de funcionar, sem sistema, não está acessível, queda de serviço
    caído, caída, caídos, caídas, inaccesible, se cayó, se ha caído
    no accesible, se cayeron, fuera de línea, no funciona nada, indisponible, no está accesible
    injoignable, injoignables, hors ligne, tombé, tombée
    plus rien ne fonctionne, rien ne fonctionne, rien ne marche, plus rien ne marche, est inaccessible
    pas accessible
    pas joignable, ne sont plus joignables
    niet bereikbaar, onbereikbaar, ligt plat, ligt eruit, niets werkt
""")
# Out only when the sentence is about a service as a whole.
STOPPED = phrases("""
    not working, is not working, isn't working, are not working, aren't working, does not work
    doesn't work
    not work, stopped working, has stopped working, stopped, is dead, are dead, don't work, do not work
    failed
    funktioniert nicht, funktionieren nicht, geht nicht, gehen nicht, läuft nicht, steht, geht nicht mehr
    funktioniert nicht mehr, steht still, tot, ist tot, geht gar nicht
    non funziona, non funzionano, non va, è fermo, è bloccato, non funziona più, non sta funzionando
    não funciona, não funcionam, não está funcionando, não estão funcionando, parou, está parado
    está parada, travou
    no funciona, no funcionan, no está funcionando, dejó de funcionar, ha dejado de funcionar, no va
    ne fonctionne pas, ne marche pas, ne fonctionne plus, ne marche plus, est mort, ne fonctionnent plus
    werkt niet, werken niet, doet het niet
    not responding, isn't responding, not available, isn't available, out of service, doesn't respond
    does not respond, has crashed, nicht verfügbar, außer betrieb, reagiert nicht, antwortet nicht
    abgestürzt, non disponibile, fuori servizio, non è disponibile, non risponde, fora de serviço
    não responde, não está respondendo, não está disponível, no disponible, fuera de servicio
    no responde, no está disponible, en panne, hors service, ne répond pas, ne répond plus
    pas disponible, niet beschikbaar, buiten gebruik
""")
CENTRAL = table(
    """
    server servers service services system systems site website pbx cloud platform network portal
    everything phones
    telephony application database
    dienst system anlage telefonanlage plattform netz netzwerk alles telefonie datenbank
    sistema servizio servizi piattaforma rete centralino sito tutto telefonia telefoni portale
    servidor servidores serviço serviços plataforma rede site tudo central telefones aplicação banco
    servicio servicios red todo centralita sitio teléfonos portal
    serveur service système plateforme réseau tout standard téléphonie
    dienst systeem platform netwerk centrale
    """
)
DETERMINERS = table(
    """
    the our your this all whole entire complete is are has have still currently again now today since and
    of a an
    phone telephone voip mail email web hello hi help urgent production company
    der die das unser unsere unserer ganze gesamte komplette alle ist sind hat seit heute wieder immer
    noch
    é morning
    il lo la i gli le nostro nostra tutto tutta tutti intero intera da stamattina
    o a os as nosso nossa todo toda todos inteiro inteira de do da no na está estão ainda produção dados
    email
    el los nuestro nuestra entero entera completo está están sigue
    le les l est sont notre tout toute entier de du
    de het ons onze hele
    """
)

# Two words before: "not down", "is no longer down", "isn't completely down".
DENIED = table(
    """
    not no never isn't aren't wasn't was were without avoid prevent longer nor
    nicht kein keine keinen nie ohne war waren mehr
    non mai senza era erano
    não nem nunca sem estava foi
    sin estaba fue
    pas sans était jamais aucun aucune
    niet geen
    """
)
# Anywhere in the sentence, then nothing is said to be down now.
LATER = table(
    """
    will if credit credits claim refund compensation notification notifications example
    falls gutschrift wird werden rimborso sarà reembolso crédito será remboursement sera
    """
)
# The same anywhere in the subject or the line.
PLANNED = table(
    """
    planned scheduled announced announcement geplant geplante geplanter geplanten programmata programmato
    pianificata programada programado planificado planificada prévue planifiée gepland geplande
    """
)
# A few words before: "after the outage", "last outage".
EARLIER = table(
    """
    after during last previous past about nach letzte letzter letzten dopo durante ultimo após depois
    último
    después après pendant dernière na laatste
    """
)
# Who may be out of reach, and what may be cut, without a service being down.
PEOPLE = table(
    """
    i i'm colleague mr mrs ms ich herr frau kollege kollegin mitarbeiter collega io dott signor signora
    colega eu
    senhor senhora técnico yo señor señora compañero je collègue monsieur ik mijnheer mevrouw agent
    technician
    call calls anruf anrufe gespräch chiamata chiamate ligação ligações chamada chamadas llamada llamadas
    appel
    """
)
