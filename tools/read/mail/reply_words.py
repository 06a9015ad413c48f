"""The words by which mail programs mark what is quoted, signed or added, in the languages they speak. Data only."""

import re


def _any(words: str) -> str:
    """One pattern for words split by commas, longest first, their spaces taken loosely."""
    given = sorted((word.strip() for word in words.replace("\n", " ").split(",")), key=len, reverse=True)
    return "|".join(r"\s+".join(map(re.escape, word.split())) for word in given if word)


FROM_WORDS = _any("""
    from, von, de, da, van, från, fra, od, od nadawcy, от, від, 差出人, 发件人, 寄件者, 發件人, 보낸 사람, lähettäjä,
    kimden, gönderen, feladó, expéditeur, mittente, afsender, avsender, de la, expeditor, remitente,
    remetente, afzender, absender, nadawca, odesílatel, odosielateľ, отправитель, από, מאת, من, dari,
    người gửi, saatja, no, nuo, šalje, пошиљалац
""")
DATE_WORDS = _any("""
    sent, date, gesendet, datum, envoyé, envoyé le, enviado, enviado el, enviado em, enviada em, fecha,
    data, inviato, inviata, verzonden, skickat, sendt, dato, wysłano, wysłane, отправлено, дата,
    надіслано, 送信日時, 日付, 送信, 日時, 发送时间,
    发送日期, 日期, 傳送時間, 寄件日期, 보낸 날짜, 날짜, 보냄, lähetetty, päiväys,
    päivämäärä, tarih, gönderildi, küldve, elküldve, dátum, odesláno, odoslané, trimis, dată, saadetud,
    nosūtīts, išsiųsta, ημερομηνία, εστάλη, נשלח, תאריך, تاريخ, tanggal
""")
TO_WORDS = _any("""
    to, an, à, para, a, aan, till, til, do, кому, 宛先, 收件人, 받는 사람, vastaanottaja, kime, címzett,
    destinataire, destinatario, destinatário, empfänger, komu, pre, către, kellele, kam, προς, אל, إلى,
    kepada
""")
SUBJECT_WORDS = _any("""
    subject, betreff, objet, asunto, assunto, oggetto, onderwerp, ämne, emne, temat, тема, 件名, 主题, 主旨, 主題,
    제목, aihe, konu, tárgy, předmět, predmet, subiect, teema, temats, tema, θέμα, נושא, الموضوع, subjek,
    perihal
""")
OTHER_FIELD_WORDS = _any("""
    cc, bcc, reply-to, reply to, risposta, kopie, copie, kopia, copia, cópia, kopi, копия, priority,
    importance, attachments, wichtigkeit, priorität, antwort an, responder a, répondre à
""")

WROTE_WORDS = _any("""
    wrote, writes, schrieb, hat geschrieben, a écrit, écrit, escribió, escribio, escreveu, ha scritto,
    scrisse, schreef, het volgende geschreven, geschreven, skrev, skrev följande, skrev følgende,
    kirjoitti, napisał, napisała, napisał(a), pisze, napsal, napsal(a), napsala, napísal, napísal(a),
    написал, написал(а), написала, пишет, написав, пише, írta, yazdı, şunu yazdı, a scris, kirjutas, rašė,
    rakstīja, έγραψε, 写道, 寫道,
    書きました, のメール, 님이 작성, 작성, כתב, כתבה, كتب, menulis, đã viết, viết, je napisao,
    je napisala, napisao je, va escriure, idatzi du
""")
OPENING_WORDS = _any("""
    on, at, am, le, el, il, em, op, den, på, dnia, w dniu, dne, dňa, ke, ma, pe, в, во, 在, 於, στις, la,
    pada, vào, dana, kuupäeval, quoting, in article, "on"
""")

ORIGINAL_WORDS = _any("""
    original message, original email, original appointment, ursprüngliche nachricht, originalnachricht,
    message d'origine, message original, mensaje original, mensagem original, messaggio originale,
    oorspronkelijk bericht, oprindelig meddelelse, opprinnelig melding, originalmeddelande, ursprungligt
    meddelande, alkuperäinen viesti, wiadomość oryginalna, oryginalna wiadomość, původní zpráva, pôvodná
    správa, исходное сообщение, оригинальное сообщение, пересылаемое сообщение, eredeti üzenet, orijinal
    mesaj, 原始邮件, 原始郵件, 元のメッセージ, original-nachricht, mesaj original
""")
FORWARD_WORDS = _any("""
    forwarded message, begin forwarded message, forwarded by, weitergeleitete nachricht, anfang der
    weitergeleiteten nachricht, anfang der weitergeleiteten e-mail, weitergeleitet von, message transféré,
    début du message transféré, début du message réexpédié, message transmis, mensaje reenviado, inicio
    del mensaje reenviado, mensagem encaminhada, mensagem reencaminhada, início da mensagem encaminhada,
    messaggio inoltrato, inizio messaggio inoltrato, doorgestuurd bericht, begin doorgestuurd bericht,
    vidarebefordrat meddelande, vidarebefordrat brev, videresendt melding, videresendt besked, videresendt
    meddelelse, välitetty viesti, wiadomość przekazana, przekazana wiadomość, početok preposlanej správy,
    přeposlaná zpráva, пересланное сообщение, переслане повідомлення, iletilen mesaj, továbbított levél,
    továbbított üzenet, 转发的邮件, 轉寄郵件, 転送メッセージ, 전달된 메시지
""")

MOBILE_OPENINGS = _any("""
    sent from, sent with, sent via, sent by, sent on, sent using, get outlook for, get [outlook for, von
    meinem, gesendet von, gesendet mit, gesendet aus, diese nachricht wurde von meinem, diese nachricht
    wurde von, von unterwegs gesendet, envoyé de, envoyé depuis, envoyé à partir de, envoyé avec,
    télécharger outlook, obtenir outlook, enviado desde, enviado de, enviado con, enviado a través de,
    enviado do, enviado por, obtener outlook, obter o outlook, inviato da, inviato dal, inviato con,
    scarica outlook, ottieni outlook, verzonden vanaf, verzonden met, verstuurd vanaf, verstuurd met,
    verzonden via, download outlook, outlook downloaden, skickat från, skickades från, hämta outlook,
    sendt fra, hent outlook, skaff deg outlook, lähetetty, wysłano z, wysłane z, wysłano przy użyciu,
    pobierz outlook, odesláno z, odesláno, odoslané z, отправлено с, отправлено из, надіслано з,
    iphone'umdan gönderildi, gönderildi, küldve, trimis de pe, trimis din, 从我的, 從我的, 发自我的,
    發自我的, 寄自, 我的,
    iphoneから送信, から送信, 나의, 내, נשלח מ, أرسل من, dikirim dari, gửi từ, enviat des, bidalita, holen sie sich
    outlook, outlook für, envoyé via, sendt via, sent through, scanned by, downloaded from
""")
MOBILE_DEVICES = _any("""
    iphone, ipad, ipod, phone, mobile, mobil, android, blackberry, samsung, galaxy, huawei, xiaomi, nokia,
    htc, lg, pixel, motorola, oneplus, sony, alcatel, windows, outlook, yahoo, mail, gmail, airmail,
    mailbox, proton, protonmail, handy, smartphone, tablet, device, cell, ti-85, mac, macbook, watch, k-9,
    móvil, movil, celular, téléphone, cellulare, mobiltelefon, mobilgerät, gsm, telefon, telefone,
    teléfono, puhelimesta, телефона, телефон, планшета, мобильного, 手机, 手機, スマートフォン, gmx, web.de,
    t-online, superhuman, spark, front, thunderbird, aol, laptop, workspace
""")

CLOSING_WORDS = _any("""
    best, best regards, kind regards, regards, warm regards, many thanks, thanks, thank you, thanks and
    regards, cheers, sincerely, yours sincerely, yours, yours truly, all the best, best wishes, mit
    freundlichen grüßen, mit freundlichem gruß, freundliche grüße, viele grüße, beste grüße, liebe grüße,
    schöne grüße, herzliche grüße, mit besten grüßen, mit freundlichen grüssen, freundliche grüsse, lg,
    vg, mfg, gruß, grüße, cordialement, bien cordialement, bien à vous, salutations, sincères salutations,
    meilleures salutations, saludos, un saludo, saludos cordiales, atentamente, cordialmente,
    atenciosamente, abraços, cumprimentos, com os melhores cumprimentos, cordiali saluti, distinti saluti,
    un saluto, saluti, grazie, merci, gracias, danke, dank u, met vriendelijke groet, met vriendelijke
    groeten, vriendelijke groet, groeten, groet, mvg, med vänlig hälsning, med vänliga hälsningar, vänliga
    hälsningar, hälsningar, mvh, med venlig hilsen, venlig hilsen, hilsen, vennlig hilsen, med vennlig
    hilsen, ystävällisin terveisin, terveisin, pozdrawiam, z poważaniem, s pozdravem, s pozdravom, с
    уважением, üdvözlettel, saygılarımla, cu stimă, lugupidamisega
""")
DISCLAIMER_SIGNS = _any("""
    confidential, confidentiality notice, intended recipient, intended solely, intended only for,
    privileged, legally privileged, if you have received this, if you are not the, delete this e-mail,
    disclaimer, registered in england, registered office, vertrauliche, vertraulich, irrtümlich erhalten,
    nicht der richtige adressat, unbefugte weitergabe, confidentiel, confidentielles, confidentielle,
    destinataire, par erreur, confidencial, confidenciales, destinatario, por error, por engano,
    riservate, riservato, riservata, per errore, strettamente confidenziali, vertrouwelijk,
    vertrouwelijke, geadresseerde, konfidentiell, konfidentiellt, fortroligt, fortrolig, konfidensiell,
    luottamuksellinen, poufne, poufna, důvěrné, конфиденциальную, конфиденциальная, bizalmas, gizlidir,
    gizli
""")
PRINT_SIGNS = _any("""
    before printing, consider the environment, avast, virus-free, virenfrei, sans virus, libre de virus,
    analizzato, scanned for viruses, bevor sie diese e-mail ausdrucken, avant d'imprimer, antes de
    imprimir, prima di stampare, virus checked, auf viren geprüft
""")
