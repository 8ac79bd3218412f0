"""The words by which somebody says that something went well or badly, in the languages of our customers.

Left out is what means something else in a neighbour's language ("fine" ends an Italian text, "prima"
is "before" there): when in doubt, nothing was rated.
"""

from intake.requests.words import phrases, table

GOOD = phrases("""
    good, great, excellent, perfect, wonderful, awesome, super, ok, okay, satisfied, happy, positive, not bad
    gut, toll, perfekt, ausgezeichnet, hervorragend, zufrieden, positiv, nicht schlecht
    bene, buono, buona, ottimo, ottima, perfetto, eccellente, soddisfatto, soddisfatta, non male
    bon, bonne, bien, excellent, parfait, satisfait, satisfaite, content, pas mal
    bueno, buena, excelente, perfecto, satisfecho, satisfecha, contento
    bom, boa, bem, ótimo, ótima, perfeito, satisfeito, satisfeita
    goed, uitstekend, perfect, tevreden, positief, niet slecht
""")
BAD = phrases("""
    bad, poor, terrible, awful, horrible, unsatisfied, dissatisfied, unhappy, negative, not good, not ok
    not satisfied, not happy, not great, not so good, not very good
    schlecht, miserabel, unzufrieden, negativ, nicht gut, nicht zufrieden, nicht so gut, nicht sehr gut
    male, cattivo, cattiva, pessimo, pessima, insoddisfatto, insoddisfatta, non bene, non buono
    non soddisfatto
    mauvais, mauvaise, mal, insatisfait, insatisfaite, mécontent, pas bien, pas bon, pas satisfait
    malo, mala, pésimo, insatisfecho, no bien, no bueno, no satisfecho
    ruim, mau, má, péssimo, péssima, insatisfeito, não bom, não satisfeito
    slecht, ontevreden, negatief, niet goed, niet tevreden
""")
# What may stand before such a word in the same clause; no negation is among them.
BEFORE = table("""
    it was is very all really so quite rating went you were the support my answer
    es war sehr alles ist bewertung ganz
    è era molto tutto tutta andata andato valutazione
    c'est c est était très tout note
    muy todo fue ha sido
    muito tudo foi
    het was heel zeer alles erg
""")
# Clauses that may come first and say nothing.
PLEASANTRIES = phrases("""
    hi, hello, dear support, thanks, thank you, many thanks, thank you very much, yes
    hallo, guten tag, danke, vielen dank, ja
    ciao, buongiorno, salve, grazie, grazie mille, sì
    bonjour, merci, merci beaucoup, oui
    hola, buenos días, gracias, muchas gracias, sí
    olá, bom dia, boa tarde, obrigado, obrigada, muito obrigado, sim
    dag, beste, bedankt, dank u, hartelijk dank
    sorry, i mean, i meant, entschuldigung, ich meine, ich meinte, scusi, scusate, volevo dire
    pardon, désolé, je voulais dire, perdón, quería decir, desculpe, quis dizer, ik bedoel, ik bedoelde
""")
GOOD_SIGNS = "👍🙂😀😃😄😊😍🥰🎉❤♥💯🤩👏🙏"
BAD_SIGNS = "👎🙁☹😞😠😡😢😕😖😤"
