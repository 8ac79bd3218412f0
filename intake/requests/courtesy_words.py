"""The words of courtesy in English, German, Italian, Portuguese, Spanish, French and Dutch.

Phrases are recognised whole, so "it works" is here and "works" in "it works badly" does no
harm: "badly" is not. Leave out what answers a question ("yes", "done", "received").
"""

from intake.requests.words import phrases, table

THANKS = phrases("""
    thanks, thank you, thx, thnx, tks, ty, cheers, many thanks, much appreciated, appreciated, thank u
    tysm
    i appreciate it, we appreciate it, appreciate it, appreciate your help, great job, good job, well done
    big thanks, thanks a million, much obliged, i thank you, we thank you, my thanks, thankyou
    danke, dankeschön, danke schön, danke sehr, vielen dank, besten dank, herzlichen dank, tausend dank
    lieben dank, ich danke ihnen, ich danke euch, wir danken ihnen, merci vielmals, 1000 dank
    grazie, grazie mille, mille grazie, grazie tante, tante grazie, molte grazie, ti ringrazio
    vi ringrazio
    la ringrazio, grazie infinite, ringrazio, ringraziamo, ottimo lavoro, vi ringraziamo
    obrigado, obrigada, muito obrigado, muito obrigada, obrigadão, valeu, agradeço, agradecemos, brigado
    brigada
    muitíssimo obrigado, grato, grata, agradecido, agradecida, obg, vlw, ótimo trabalho
    gracias, muchas gracias, mil gracias, muchísimas gracias, se agradece, agradezco, le agradezco
    te agradezco
    merci, merci beaucoup, mille mercis, merci bien, un grand merci, grand merci, je vous remercie
    nous vous remercions, je te remercie, merci infiniment, merci encore
    bedankt, dank, dank je, dank u, dank je wel, dank u wel, dankjewel, dankuwel, hartelijk dank
    heel erg bedankt
    hartstikke bedankt, veel dank, alvast bedankt
""")
WORKS = phrases("""
    it works, works, it works now, works now, now it works, it is working, it s working, working now
    it is working now, it s working now, it is working again, it s working again, working again
    works again
    it works again, works fine, works fine now, it works fine, it works fine now, works great
    works perfectly
    it works perfectly, everything works, everything works now, everything is working, all working
    all works
    all working now, working fine, all good, all good now, all is good, all set, solved, resolved, fixed
    problem solved
    issue solved, issue resolved, problem fixed, issue fixed, problem resolved, it is solved, it is fixed
    it s fixed, it s solved, it s resolved, it is resolved, that did it, that did the trick, that worked
    it worked
    this worked, that fixed it, this fixed it, that solved it, this solved it, this solved the problem
    that solved the problem, that solved the issue, the problem is solved, the issue is solved
    the problem is fixed, the issue is fixed, the issue is resolved, the problem is resolved
    this is solved
    this is resolved, this is fixed, perfect, great, excellent, awesome, wonderful, super, fantastic
    brilliant
    ok, okay, k, got it, understood, nice, very good, sounds good, very nice
    cool, lovely, amazing, that is perfect, that s perfect, that s great, that is great, problem is solved
    it is working fine now, it is working fine, it s working fine now, working fine now
    the issue is resolved now
    the problem is solved now, the issue is fixed now, this resolved our issue, this solved our problem
    this resolved my issue, this solved my problem, this resolved the issue, this solved the issue
    es funktioniert jetzt wieder, funktioniert jetzt wieder, es geht jetzt wieder, hat alles geklappt
    alles hat geklappt, funktioniert, funktioniert jetzt, es funktioniert, es funktioniert jetzt
    jetzt funktioniert es
    funktioniert wieder, es funktioniert wieder, jetzt geht es, es geht, es geht jetzt, geht jetzt
    geht wieder
    es geht wieder, jetzt geht s, nun geht es, nun funktioniert es, läuft, läuft jetzt, läuft wieder
    es läuft
    es läuft wieder, alles läuft, alles gut, alles bestens, alles klar, alles in ordnung, passt
    passt so, erledigt
    gelöst, problem gelöst, behoben, problem behoben, das problem ist gelöst, das problem ist behoben
    ist erledigt
    hat sich erledigt, hat geklappt, das hat geklappt, hat funktioniert, das hat funktioniert, das war es
    perfekt, prima, klasse, wunderbar, sehr gut, toll, bestens, verstanden, spitze, hervorragend
    jetzt funktioniert alles, alles funktioniert, funktioniert alles, jetzt geht alles
    funziona, ora funziona, adesso funziona, funziona ora, funziona adesso, funziona tutto, tutto funziona
    ora funziona tutto, funziona di nuovo, risolto, problema risolto, il problema è risolto, è risolto
    tutto risolto
    ha funzionato, tutto ok, tutto a posto, a posto, perfetto, ottimo, benissimo, va bene, eccellente
    molto bene, fantastico, d accordo, funziona perfettamente, tutto bene, capito
    está funcionando perfeitamente, tudo funcionando perfeitamente, funcionou perfeitamente
    funcionou, funciona, agora funciona, já funciona, está funcionando, agora está funcionando
    já está funcionando
    funcionando, tudo funcionando, está funcionando agora, voltou a funcionar, deu certo, resolvido
    resolveu
    problema resolvido, foi resolvido, o problema foi resolvido, está resolvido, tudo certo, tudo ok
    tudo bem
    perfeito, ótimo, excelente, maravilha, show, beleza, blz, certo, entendido, muito bom
    tudo resolvido, já está resolvido, está ok, está tudo ok, está tudo certo
    todo funciona correctamente, ya funciona todo
    ya funciona, ahora funciona, funciona bien, ya está funcionando, todo funciona, funciona todo
    funcionó
    funciona correctamente, resuelto, problema resuelto, está resuelto, ya está resuelto
    el problema está resuelto
    solucionado, problema solucionado, ya está solucionado, todo bien, todo ok, todo correcto, perfecto
    genial
    muy bien, de acuerdo, vale, estupendo, muy amable, muy amables
    ça marche, ça marche maintenant, ça fonctionne, cela fonctionne, tout fonctionne
    ça fonctionne maintenant
    fonctionne, maintenant ça marche, ça remarche, résolu, problème résolu, c est résolu
    le problème est résolu, réglé
    c est réglé, c est bon, tout est bon, tout est ok, parfait, super, excellent, très bien, impeccable
    nickel
    compris, génial, tout va bien, d accord, cela marche, tout marche
    het werkt, werkt, werkt nu, het werkt nu, het werkt weer, werkt weer, nu werkt het, alles werkt
    alles werkt weer
    opgelost, probleem opgelost, is opgelost, het is opgelost, het probleem is opgelost, gelukt
    het is gelukt
    perfect, prima, top, geweldig, uitstekend, super, helemaal goed, in orde, oké, begrepen, fijn, mooi
    akkoord
""")
GREETINGS = phrases("""
    hi, hello, hey, dear, good morning, good afternoon, good evening, good day, greetings, hi there
    hello there
    hallo, guten tag, guten morgen, guten abend, sehr geehrte, sehr geehrter, liebe, lieber, liebes
    moin, servus
    grüezi, grüß gott, hallo zusammen, sehr geehrte damen und herren, guten tag zusammen, werte
    ciao, buongiorno, buon giorno, buonasera, buona sera, salve, gentile, gentili, gentilissimo
    gentilissima
    gentilissimi, egregio, egregi, spettabile, spett, buon pomeriggio, caro, cara, cari
    olá, oi, bom dia, boa tarde, boa noite, prezado, prezada, prezados, prezadas, caro, cara, caros, caras
    hola, buenos días, buenas tardes, buenas noches, buenas, buen día, estimado, estimada, estimados
    estimadas
    querido, querida
    bonjour, bonsoir, cher, chère, chers, chères, salut, madame, monsieur, madame monsieur
    hoi, beste, geachte, goedemorgen, goedemiddag, goedenavond, goedendag, goede morgen, goede middag, dag
""")
FAREWELLS = phrases("""
    best regards, kind regards, regards, warm regards, best, best wishes, kindest regards
    with best regards
    with kind regards, many regards, br, kr, rgds, sincerely, yours sincerely, sincerely yours, cheers
    bye, take care
    all the best, have a nice day, have a great day, have a good day, have a nice weekend
    have a great weekend
    have a good weekend, have a good one, you too, yours, yours faithfully, respectfully, brgds
    viele grüße, beste grüße, liebe grüße, mit freundlichen grüßen, freundliche grüße
    mit freundlichem gruß
    mit besten grüßen, grüße, gruß, schöne grüße, herzliche grüße, vg, lg, mfg, bg, schönes wochenende
    schönen tag
    schönen tag noch, schönen abend, ein schönes wochenende, tschüss, bis bald, mit vielen grüßen
    einen schönen tag, einen schönen tag noch, viele gruesse, mit freundlichen gruessen, schöne woche
    gruss
    cordiali saluti, distinti saluti, saluti, un saluto, un cordiale saluto, cordialmente, buona giornata
    buona serata, buon lavoro, buon weekend, buon fine settimana, a presto, tanti saluti, un caro saluto
    atenciosamente, att, atte, abraço, abraços, um abraço, cordialmente, grande abraço, saudações
    bom fim de semana, ótimo dia, tenha um bom dia, tenham um bom dia, tenha um ótimo dia, até mais
    um bom dia
    bom trabalho, cumprimentos, com os melhores cumprimentos, melhores cumprimentos
    saludos, un saludo, saludos cordiales, cordiales saludos, atentamente, un cordial saludo, un abrazo
    reciba un cordial saludo, que tenga un buen día, buen fin de semana, feliz día, hasta luego
    cordialement, bien cordialement, bien à vous, salutations, meilleures salutations
    sincères salutations, cdt
    bonne journée, bonne soirée, bon week-end, bon weekend, à bientôt, très cordialement
    bonne fin de journée
    met vriendelijke groet, met vriendelijke groeten, vriendelijke groet, vriendelijke groeten, groet
    groeten, mvg
    fijne dag, fijne dag nog, prettig weekend, fijn weekend, tot ziens, met groet, fijne avond
    hartelijke groet
    sent from my iphone, sent from my mobile, sent from my phone, von meinem iphone gesendet
    inviato da iphone
    enviado do meu iphone, enviado desde mi iphone, envoyé de mon iphone, verzonden vanaf mijn iphone
    get outlook for ios, get outlook for android, sent from my ipad
""")
# Only after thanks or a greeting in the same breath: "help" by itself is no courtesy.
ADDRESSEES = table("""
    quickly fast promptly sorting
    all team everyone everybody guys folks there support for your the so very much a lot again quick fast
    prompt
    great kind help support assistance answer reply response explanation clarification information info
    time
    effort patience solution service and you to of in advance really indeed once more always as sir madam
    excellent
    both anyway feedback update from me us bunch million ton this that it fixing solving resolving
    helping looking into
    alle allen zusammen an das die der dem euch ihnen dir für ihre ihren eure eurer ihr die schnelle
    schnellen hilfe
    unterstützung antwort rückmeldung und nochmals noch einmal damen herren herr frau sehr rasche prompte
    super
    tolle info information informationen lösung mühe im voraus vielmals
    mille tante ancora per il la lo le l un vostro vostra tuo tua suo sua aiuto supporto assistenza
    risposta celere
    rapida rapido veloce tutti tutto tempo gentilezza pazienza soluzione collaborazione a e di dell del
    signor signora
    disponibilità anticipo in dottor
    pelo pela pelos pelas por ajuda apoio suporte atendimento retorno resposta rápido rápida agilidade
    atenção todos
    a o os as equipe pessoal mais uma vez novamente muito senhor senhora senhores vocês você sua seu de e
    suas
    su ayuda apoyo soporte atención respuesta rápida rapidez por la el los todo todos equipo de nuevo
    otra vez muy
    mucho señor señora señores tu vuestra y gestión
    pour votre vos ton aide réponse retour rapide rapidité assistance soutien beaucoup encore à tous
    toute l équipe
    et le la les de du fois une tout madame monsieur
    voor de het je jullie uw hulp snelle reactie antwoord ondersteuning iedereen allemaal weer nogmaals
    heer mevrouw
    service aan en
""")
# Words that are no names though they stand where a name may.
ASKING_NAMES = table("""
    reopen re-open open close closed escalate escalation urgent help call stop cancel broken wrong error
    problem
    problems issue issues question fail failed fails failing down offline still not no never please but
    invoice refund
    again however wait waiting where when why how what who which does did is are was offen dringend hilfe
    fehler
    kaputt frage aber nicht noch leider bitte warum wann wie wo rückruf anrufen stornieren urgente aiuto
    errore
    problema domanda però ma ancora non perché quando dove chiamare annullare ajuda erro pergunta não mas
    ainda porque
    ligar cancelar reabrir ayuda pregunta pero no todavía llamar riaprire wieder öffnen rouvrir urgence
    aide erreur
    mais encore pas dringend hulp fout vraag maar niet heropenen p1 p2 p3 p4 nothing works unsolved
    unresolved
    on monday tuesday wednesday thursday friday saturday sunday tomorrow today yesterday
    pending missing lost slow dead defekt crash crashed bug update status ps nb fyi attached attachment
""")
PARTICLES = table("de del della di da dos das do von van der den zu la le el e und y and")
JOINING = table("and und e y et en")
