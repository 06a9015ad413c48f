"""How mail servers say why a mail was not delivered, grouped by what it means for the address. Data only.

The wording of RFC 3463 and RFC 5321 texts, of widely used servers, and their translations; matched on lower case.
"""

import re


def _pattern(lines: str) -> re.Pattern[str]:
    return re.compile("|".join(line.strip() for line in lines.strip().splitlines() if line.strip()))


# Said about the sender, so never a word about the recipient's mailbox.
ABOUT_SENDER = _pattern(r"""
    sender (?:address|domain|id|host|user|verify|verification)? ?(?:is |was )?(?:rejected|not found|unknown)
    sender (?:address|domain|id|host|user|verify|verification)? ?(?:is |was )?(?:invalid|denied)
    sender (?:address|domain|id|host|user|verify|verification)? ?(?:is |was )?(?:blocked|failed)
    (?:sender|from|envelope)[^.]{0,40}(?:domain|address)[^.]{0,30}not (?:exist|found|resolve)
    (?:sender|from|envelope)[^.]{0,40}(?:domain|address)[^.]{0,30}could not be (?:resolved|verified)
    (?:sender|from|envelope)[^.]{0,40}(?:domain|address)[^.]{0,30}unresolv
    domain of sender address
    unable to verify sender
    could not complete sender verify
    helo command rejected
    client host rejected|my name was rejected
    (?:after|did not like our|in reply to) (?:the )?(?:mail from|helo|ehlo)|>>>+ mail from[^\n]*\n<<<+ 5
    no ptr|reverse (?:dns|name|mapping|lookup)|\bptr\b|rdns
""")

NO_USER = _pattern(r"""
    (?:user|recipient|mailbox|account|address)(?: name| address| id)? (?:is )?(?:unknown|not known)
    (?:user|recipient)(?: name| address| id)? (?:is )?(?:not found|invalid|nonexist\w*)
    (?:mailbox|account|address)(?: name| address| id)? (?:is )?(?:not found|invalid|nonexist\w*)
    (?:addressee|login|local part|alias|mail box)(?: name| address| id)? (?:is )?(?:unknown|not known)
    (?:addressee|login)(?: name| address| id)? (?:is )?(?:not found|invalid|nonexist\w*)
    (?:local part|alias|mail box)(?: name| address| id)? (?:is )?(?:not found|invalid|nonexist\w*)
    (?:user|recipient|mailbox|account|address)(?: name| address| id)? (?:is )?(?:non-exist\w*|undefined)
    (?:user|recipient|mailbox|account|address)(?: name| address| id)? (?:is )?not listed
    (?:user|recipient)(?: name| address| id)? (?:is )?(?:not valid|unavailable or not local)
    (?:mailbox|account|address)(?: name| address| id)? (?:is )?(?:not valid|unavailable or not local)
    (?:addressee|login|local part|alias|mail box)(?: name| address| id)? (?:is )?(?:non-exist\w*|undefined)
    (?:addressee|login|local part|alias|mail box)(?: name| address| id)? (?:is )?not listed
    (?:addressee|login)(?: name| address| id)? (?:is )?(?:not valid|unavailable or not local)
    (?:local part|alias|mail box)(?: name| address| id)? (?:is )?(?:not valid|unavailable or not local)
    (?:unknown|no such) (?:or illegal )?(?:local )?(?:user|recipient|mailbox|address(?:ee)?|account)
    (?:invalid|nonexistent|non-existent) (?:or illegal )?(?:local )?(?:user|recipient)
    (?:invalid|nonexistent|non-existent) (?:or illegal )?(?:local )?(?:mailbox|address(?:ee)?|account)
    (?:undefined|bad) (?:or illegal )?(?:local )?(?:user|recipient|mailbox|address(?:ee)?|account)
    (?:unrecognized|not a valid|incorrect) (?:or illegal )?(?:local )?(?:user|recipient)
    (?:unrecognized|not a valid|incorrect) (?:or illegal )?(?:local )?(?:mailbox|address(?:ee)?|account)
    (?:unknown|no such) (?:or illegal )?(?:local )?(?:alias|local[- ]part|destination mailbox)
    (?:invalid|nonexistent|non-existent) (?:or illegal )?(?:local )?alias
    (?:invalid|nonexistent|non-existent) (?:or illegal )?(?:local )?(?:local[- ]part|destination mailbox)
    (?:unknown|no such) (?:or illegal )?(?:local )?(?:email address|login|person)
    (?:invalid|nonexistent|non-existent) (?:or illegal )?(?:local )?(?:email address|login|person)
    (?:undefined|bad) (?:or illegal )?(?:local )?(?:alias|local[- ]part|destination mailbox)
    (?:unrecognized|not a valid|incorrect) (?:or illegal )?(?:local )?alias
    (?:unrecognized|not a valid|incorrect) (?:or illegal )?(?:local )?(?:local[- ]part|destination mailbox)
    (?:undefined|bad) (?:or illegal )?(?:local )?(?:email address|login|person)
    (?:unrecognized|not a valid|incorrect) (?:or illegal )?(?:local )?(?:email address|login|person)
    (?:user|recipient|mailbox)[^.\n]{0,80}(?:do(?:es)? ?n[o']t exist|doesn't exist|not exist)
    (?:account|address)[^.\n]{0,80}(?:do(?:es)? ?n[o']t exist|doesn't exist|not exist)
    (?:this e?-?mail address|email account)[^.\n]{0,80}(?:do(?:es)? ?n[o']t exist|doesn't exist|not exist)
    (?:user|recipient|mailbox)[^.\n]{0,80}(?:was ?n[o']t found|could ?n[o']t be found)
    (?:account|address)[^.\n]{0,80}(?:was ?n[o']t found|could ?n[o']t be found)
    (?:this e?-?mail address|email account)[^.\n]{0,80}(?:was ?n[o']t found|could ?n[o']t be found)
    (?:user|recipient|mailbox)[^.\n]{0,80}(?:couldn't be found|can(?:not|'t) be found)
    (?:account|address)[^.\n]{0,80}(?:couldn't be found|can(?:not|'t) be found)
    (?:this e?-?mail address|email account)[^.\n]{0,80}(?:couldn't be found|can(?:not|'t) be found)
    (?:do(?:es)? ?n[o']t|doesn't) have an? [^\n]{0,60}account|recipient address rejected: access denied
    (?:no|not a) (?:valid |local )?mailbox (?:here|by that name|for|found)
    no_mailbox|no mailbox here
    is not a (?:known|valid|registered) (?:user|mailbox|recipient|address)
    (?:user|recipient)[^\n]{0,120} not listed in
    bad-mailbox|inactive-mailbox|unrout[e]?able address
    550[ -][^\n]{0,40}requested action not taken: mailbox unavailable
    (?:email |e-mail )?account does not exist at the organization|unknown recipient|recipient unknown
    inactive (?:user|recipient)
    no account by that name|no user by that name|no one by that name|no recipients? (?:found|by)
    there is no (?:one|user|mailbox|account)
    (?:is|are) ?n[o']t (?:a )?(?:valid|existing|known|our customer)
    not our customer
    no longer (?:available|valid|in use|active|exists?|working|employed|with (?:us|the company))
    unknown (?:in|to) (?:virtual|local|relay)
    (?:account|mailbox|address)[^.\n]{0,40}(?:has been |is |was )?(?:closed|terminated|removed)
    (?:account|mailbox|address)[^.\n]{0,40}(?:has been |is |was )?(?:deleted|deactivated|moved)
    delivery to the following recipients? failed permanently[^.]{0,200}not exist
    vdeliver: invalid or unknown|not a gateway to
    (?:email|e-mail) account that you tried to reach does not exist
    wasn't found at|couldn't be found (?:at|on|in)
    not found in (?:directory|address book|the (?:domino|lotus))
    domino directory|resolver\.adr\.(?:recip|ex)?\w*not ?found|recipnotfound
    5\.1\.6|\b5\.1\.1\b[^\n]{0,40}(?:user|address|recipient|mailbox)
    unbekannter (?:empf.nger|benutzer|nutzer|user)
    empf.nger (?:ist )?(?:unbekannt|existiert nicht|nicht gefunden)|existiert nicht|unbekannte adresse
    (?:utilisateur|destinataire|adresse|bo[iî]te)[^.\n]{0,30}(?:inconnue?|inexistante?)
    (?:utilisateur|destinataire|adresse|bo[iî]te)[^.\n]{0,30}(?:introuvable|n'existe pas)
    (?:usuario|destinatario|direcci[oó]n|cuenta|buz[oó]n)[^.\n]{0,30}(?:desconocid[oa]|no existe|inexistente)
    (?:usu[aá]rio|destinat[aá]rio|endere[cç]o|conta)[^.\n]{0,30}(?:desconhecid[oa]|n[aã]o existe)
    (?:usu[aá]rio|destinat[aá]rio|endere[cç]o|conta)[^.\n]{0,30}(?:inexistente|n[aã]o encontrad[oa])
    (?:utente|destinatario|indirizzo|casella)[^.\n]{0,30}(?:sconosciut[oa]|inesistente|non esiste)
    (?:gebruiker|geadresseerde|adres)[^.\n]{0,30}(?:onbekend|bestaat niet)
    (?:пользователь|получатель|адрес|ящик)[^.\n]{0,30}(?:не найден|не существует|неизвестен)
    (?:宛先|ユーザー)[^\n]{0,120}(?:見つかりません|存在しません|不明)|ユーザー?が?(?:見つかりません|存在しません|不明)|メールアドレスが?存在しない
    (?:收件人|用户|邮箱|郵箱|帐号)[^\n]{0,20}(?:不存在|未找到)
""")

NO_DOMAIN = _pattern(r"""
    (?:host|domain|domain name|host name|hostname)(?: is| was|'s)? (?:unknown|not found|invalid)
    (?:host|domain|domain name|host name|hostname)(?: is| was|'s)? (?:nonexist\w*|non-exist\w*|not exist)
    (?:host or domain name|mail exchanger?)(?: is| was|'s)? (?:unknown|not found|invalid)
    (?:name server|system|site)(?: is| was|'s)? (?:unknown|not found|invalid)
    (?:host or domain name|mail exchanger?)(?: is| was|'s)? (?:nonexist\w*|non-exist\w*|not exist)
    (?:name server|system|site)(?: is| was|'s)? (?:nonexist\w*|non-exist\w*|not exist)
    (?:unknown|no such|invalid|nonexistent|bad|unrecognized|illegal) (?:host(?:/domain)?|domain)
    (?:unknown|no such|invalid) (?:destination (?:host|system|domain|mailbox system)|hostname)
    (?:nonexistent|bad|unrecognized|illegal) (?:destination (?:host|system|domain|mailbox system)|hostname)
    (?:host|domain|hostname)[^.\n]{0,80}(?:do(?:es)? ?n[o']t exist|doesn't exist)
    (?:host|domain|hostname)[^.\n]{0,80}was ?n[o']t found
    (?:host|domain|hostname)[^.\n]{0,80}could ?n[o']t be (?:found|resolved)
    (?:host|domain|hostname)[^.\n]{0,80}can(?:not|'t) be (?:found|resolved)
    (?:couldn't|could not) (?:find|resolve|locate|look ?up) (?:any |a |the )?(?:host|domain)
    (?:couldn't|could not) (?:find|resolve|locate|look ?up) (?:any |a |the )?(?:hostname|mail exchanger|mx)
    (?:cannot|can't|unable to) (?:find|resolve|locate|look ?up) (?:any |a |the )?(?:host|domain)
    (?:cannot|can't|unable to) (?:find|resolve) (?:any |a |the )?(?:hostname|mail exchanger|mx)
    (?:cannot|can't|unable to) (?:locate|look ?up) (?:any |a |the )?(?:hostname|mail exchanger|mx)
    bad-domain|all host address lookups failed permanently|no such domain
    nxdomain|domain not found|dns (?:domain|error: domain name) [^.\n]{0,60}(?:not (?:exist|found))
    domain name not found
    name service error[^\n]{0,80}(?:host not found|not found)|host not found|host unknown|unknown host
    unrouteable (?:mail )?domain|unroutable (?:mail )?domain
    all relevant mx records point to non-?existent hosts
    no mx(?: or a)? records? (?:found|for)|mx for [^\n]{0,80}not found
    address (?:family )?not found for domain
    (?:host|domain) [\w.-]{3,100} (?:was )?not found|\b5\.1\.2\b|domain (?:has|is) (?:expired|no longer)
    domain .{0,60}(?:existiert nicht|n'existe pas|no existe)
""")

NO_MAIL_THERE = _pattern(r"""
    null ?mx
    (?:domain|host|server)[^.\n]{0,60}do(?:es)? ?n[o']t (?:accept|receive) (?:any )?(?:e?-?mail|messages)
    (?:domain|host|server)[^.\n]{0,60}doesn't (?:accept|receive) (?:any )?(?:e?-?mail|messages)
    \b[45]\.1\.10\b|\b556\b|does not accept mail|mail (?:is )?not accepted (?:here|by)|mx 0 lookup failed
    server (?:does not|doesn't) accept (?:any )?mail|delivery not permitted to this domain
    host accepts no mail|accepts no mail
    (?<![\d.])(?:521|556)[ -]|(?:mx|srv) records? indicated no smtp service
""")

FULL = _pattern(r"""
    (?:mail ?box|inbox)[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?full
    (?:mail ?box|inbox)[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over ?quota
    mail folder[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?(?:full|over ?quota)
    maildir[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?(?:full|over ?quota)
    mail directory[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?(?:full|over ?quota)
    (?:account|user)[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?(?:full|over ?quota)
    recipient[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?(?:full|over ?quota)
    (?:disk|storage)[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?(?:full|over ?quota)
    mail ?box[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over its (?:quota|limit)
    mail ?box[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) quota
    mail ?box[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) limit
    inbox[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over its (?:quota|limit)
    inbox[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) quota
    inbox[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) limit
    mail folder[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over its (?:quota|limit)
    mail folder[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) quota
    mail folder[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) limit
    maildir[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over its (?:quota|limit)
    maildir[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) quota
    maildir[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) limit
    mail directory[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over its quota
    mail directory[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over its limit
    mail directory[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over the quota
    mail directory[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over their quota
    mail directory[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over the limit
    mail directory[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over their limit
    (?:mail ?box|inbox)[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?overdrawn
    mail ?box[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?out of (?:space|storage)
    inbox[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?out of (?:space|storage)
    mail folder[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?overdrawn
    mail folder[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?out of (?:space|storage)
    (?:maildir|mail directory)[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?overdrawn
    maildir[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?out of (?:space|storage)
    mail directory[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?out of space
    mail directory[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?out of storage
    account[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over its (?:quota|limit)
    user[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over its (?:quota|limit)
    account[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) quota
    account[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) limit
    user[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) quota
    user[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) limit
    recipient[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over its (?:quota|limit)
    recipient[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) quota
    recipient[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) limit
    disk[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over its (?:quota|limit)
    storage[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over its (?:quota|limit)
    disk[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) quota
    disk[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) limit
    storage[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) quota
    storage[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?over (?:the|their) limit
    (?:account|user)[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?overdrawn
    (?:account|user)[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?out of space
    (?:account|user)[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?out of storage
    (?:recipient|disk|storage)[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?overdrawn
    recipient[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?out of (?:space|storage)
    (?:disk|storage)[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?out of space
    (?:disk|storage)[^.\n]{0,60}(?:is |are |was |has been )?(?:too |currently |almost )?out of storage
    (?:over|out of|exceed\w*|beyond)[^.\n]{0,40}(?:quota|storage|mailbox (?:size|limit))
    (?:over|out of|exceed\w*|beyond)[^.\n]{0,40}(?:disk space|allotted space|allocated space)
    quota (?:exceeded|full|violation|reached|has been)|disk quota|quotaexceeded
    exceeded (?:the |its |his |their )?(?:storage|mailbox|disk|quota)
    mailbox size limit|storage quota|insufficient (?:mailbox|disk|user) (?:storage|space|quota)
    no space left (?:in|for) (?:mailbox|user)
    (?:mailbox|inbox|conto|casella|boîte)[^.\n]{0,40}(?:voll\b|[üu]berf[üu]llt|pleine|lleno|llena)
    (?:mailbox|inbox|conto|casella|boîte)[^.\n]{0,40}(?:cheia|lotada|piena|vol\b|переполнен|full)
    (?:buz[oó]n|postfach|caixa)[^.\n]{0,40}(?:voll\b|[üu]berf[üu]llt|pleine|lleno|llena)
    (?:bo.te aux lettres|почтовый ящик|ящик)[^.\n]{0,40}(?:voll\b|[üu]berf[üu]llt|pleine|lleno|llena)
    (?:buz[oó]n|postfach|caixa)[^.\n]{0,40}(?:cheia|lotada|piena|vol\b|переполнен|full)
    (?:bo.te aux lettres|почтовый ящик|ящик)[^.\n]{0,40}(?:cheia|lotada|piena|vol\b|переполнен|full)
    (?:speicher(?:platz)?|kontingent)[^.\n]{0,40}(?:ersch[oö]pft|[üu]berschritten|voll)
    容量[^\n]{0,20}(?:超|一杯|いっぱい)|receiving (?:mail )?too (?:much|many|quickly).*storage
    quota-issues|\b[45]\.2\.2\b|too many messages in (?:the )?mailbox|mailbox has exceeded
""")

POLICY = _pattern(r"""
    policy-related|spam-related|content-related|spam|junk mail|unsolicited|bulk mail|\buce\b|phishing|malware
    virus|trojan|infected|suspicious|malicious
    black ?list|block ?list|blocked|dnsbl|\brbl\b|spamhaus|spamcop|sorbs|barracuda|senderbase
    proofpoint.*block|bad reputation|poor reputation|reputation|denylist
    \bspf\b|\bdkim\b|\bdmarc\b|sender policy framework|unauthenticated
    authentication (?:required|failed|failure|checks?)|not authenticated|must (?:be )?authenticat
    reverse dns|\bptr\b|\brdns\b|reverse (?:name|mapping|lookup|ip)|helo|ehlo
    polic(?:y|ies)|administrative(?:ly)? (?:prohibit|den)|access (?:denied|restrict)|permission denied
    not (?:permitted|authori[sz]ed|allowed)|prohibited|banned|refused by
    relay(?:ing)?[ -](?:access )?(?:denied|not (?:permitted|allowed)|prohibited)|unable to relay
    relay not permitted|relaying denied|we do not relay
    content (?:rejected|restriction|filter)|rejected (?:due to|because of|by) (?:content|policy|filter)
    message (?:content )?rejected|message refused|mail rejected
    too many (?:connections|messages|recipients|emails|mails|errors|hops|sessions)|rate limit|throttl
    exceeded the (?:rate|maximum number|hourly|daily)|sending (?:limit|rate)|deferred due to
    message (?:size|is too (?:large|big))|exceeds? [^.\n]{0,30}(?:message|maximum|fixed) [^.\n]{0,20}size
    too (?:large|big)|size limit
    you are ?(?:has been |was |is |not )?(?:rejected|denied|refused|blocked|listed|allowed|not accepted)
    sender (?:is|was|address)? ?(?:has been |was |is |not )?(?:rejected|denied|refused)
    sender (?:is|was|address)? ?(?:has been |was |is |not )?(?:blocked|listed|allowed|not accepted)
    your (?:ip|domain|server)[^.\n]{0,40} ?(?:has been |was |is |not )?(?:rejected|denied|refused)
    your (?:host|message|mail|email)[^.\n]{0,40} ?(?:has been |was |is |not )?(?:rejected|denied|refused)
    your (?:ip|domain|server)[^.\n]{0,40} ?(?:has been |was |is |not )?(?:blocked|listed)
    your (?:ip|domain|server)[^.\n]{0,40} ?(?:has been |was |is |not )?(?:allowed|not accepted)
    your (?:host|message|mail|email)[^.\n]{0,40} ?(?:has been |was |is |not )?(?:blocked|listed)
    your (?:host|message|mail|email)[^.\n]{0,40} ?(?:has been |was |is |not )?(?:allowed|not accepted)
    domain of sender address|sender address rejected|unable to verify sender|sender verify|bare (?:cr|lf)|8bit
    non-?ascii|not rfc|rfc ?(?:2822|5322|821|822|2821|5321|1035)|malformed|\btls\b
    encryption (?:required|needed)
    \b[45]\.7\.\d|we do not accept mail from|not accept(?:ed|ing)? (?:mail|messages?) from
    only (?:members|authorized|internal)|restricted|approved senders
""")

EXPIRED = _pattern(r"""
    (?:retry|delivery|queue) (?:timeout|time|period)[^.\n]{0,30}(?:exceeded|expired|elapsed|too long)
    message expired|delivery (?:time )?expired|time(?:d)? ?out (?:exceeded|waiting)
    maximum (?:retry|time|queue)
    could ?n[o']t (?:be )?deliver\w*[^.\n]{0,60}(?:for|within|after|in) (?:the last )?\d+ ?(?:hours?|days?)
    couldn't (?:be )?deliver\w*[^.\n]{0,60}(?:for|within|after|in) (?:the last )?\d+ ?(?:hours?|days?)
    could ?n[o']t (?:be )?deliver\w*[^.\n]{0,60}(?:for|within) (?:the last )?\d+ ?(?:minutes?|h\b|d\b)
    could ?n[o']t (?:be )?deliver\w*[^.\n]{0,60}(?:after|in) (?:the last )?\d+ ?(?:minutes?|h\b|d\b)
    couldn't (?:be )?deliver\w*[^.\n]{0,60}(?:for|within|after|in) (?:the last )?\d+ ?(?:minutes?|h\b|d\b)
    cannot (?:be )?deliver\w*[^.\n]{0,60}(?:for|within|after|in) (?:the last )?\d+ ?(?:hours?|days?)
    cannot (?:be )?deliver\w*[^.\n]{0,60}(?:for|within|after|in) (?:the last )?\d+ ?(?:minutes?|h\b|d\b)
    unable to (?:be )?deliver\w*[^.\n]{0,60}(?:for|within|after|in) (?:the last )?\d+ ?(?:hours?|days?)
    not been able to (?:be )?deliver\w*[^.\n]{0,60}(?:for|within) (?:the last )?\d+ ?(?:hours?|days?)
    not been able to (?:be )?deliver\w*[^.\n]{0,60}(?:after|in) (?:the last )?\d+ ?(?:hours?|days?)
    unable to (?:be )?deliver\w*[^.\n]{0,60}(?:for|within|after|in) (?:the last )?\d+ ?(?:minutes?|h\b|d\b)
    not been able to (?:be )?deliver\w*[^.\n]{0,60}(?:for|within) (?:the last )?\d+ ?(?:minutes?|h\b|d\b)
    not been able to (?:be )?deliver\w*[^.\n]{0,60}(?:after|in) (?:the last )?\d+ ?(?:minutes?|h\b|d\b)
    been in (?:my|the) queue too long|in the queue (?:for )?too long|queue too long|giv(?:e|ing) up after
    too many (?:retries|attempts|delivery attempts)|retry time not reached|undeliverable for
    (?:has been|was|is) (?:delayed|deferred)|delivery (?:is |has been )?delayed|still being retried
    will (?:keep|continue) (?:trying|to (?:try|be retried))|delayed mail
    warning: could not send message for past
    \b[45]\.4\.7\b|expired
""")

TRYING = _pattern(r"""
    still being retried|will (?:keep|continue) (?:trying|to (?:try|be retried))|will be retried
    you do not need to resend|no action is required on your part|delayed mail
    warning: (?:message|could not send)|this is a warning message only|delivery (?:is )?delayed
    transient error
    wird weiterhin versucht|zustellung verz[öo]gert|nous continuerons|seguiremos intentando
""")

SOFT = _pattern(r"""
    connection (?:refused|timed out|reset|lost|dropped)|network (?:error|is unreachable|unreachable)
    no route to host|host (?:is )?(?:down|unreachable)|try again|temporar
    service (?:unavailable|not available)|resources? (?:temporarily )?unavailable
    (?:system|server) (?:error|busy|failure)|insufficient system|loop|looping|greylist
    (?:account|mailbox|user|recipient)[^.\n]{0,40}(?:disabled|suspended|inactive)
    (?:account|mailbox|user|recipient)[^.\n]{0,40}(?:on hold|locked|not active|expired)
""")

# A server that knows its users says so at RCPT. "User unknown" after DATA is a filter that hides behind the words.
AFTER_DATA = _pattern(r"""
    in reply to (?:end of )?data|>>>+ data\s+<<<+ 5|smtp command[ \t]+data|after (?:end of )?data
    end of data phase
""")

NO_RECIPIENTS_LEFT = _pattern(r"""
    (?:503|554)[^\n]{0,20}(?:need rcpt|no valid recipients|no recipients|valid rcpt|bad sequence)|need rcpt
    no valid recipients
""")

# Turned down at RCPT without a word why.
NO_REASON = _pattern(r"""
    recipient (?:address )?(?:rejected|refused|not accepted)|(?:address|mailbox) rejected
""")

_RULED = (
    "below this line|original message|returned (?:message|mail)|copy of|this is a copy|unsent message"
    "|message header|included is|undelivered message|forwarded|headers?|original mail|message follows"
)
_SAID = (
    "original message (?:follows|headers|below)|the original message|message headers? follow"
    "|the (?:header|body) of (?:the|your) (?:original )?message"
    "|(?:below|here|following) is (?:a copy|the (?:original|header))|return(?:ed)? message"
    "|bounced e-?mail|-- message header follows|urspr[üu]ngliche nachricht|включен исходный|исходное сообщение"
    "|====+ *original"
)
_FIELDS = r"received: (?:from|by|\(|qmail)|return-path: |date: \w|from: \S"

# Where a report stops speaking and the copy of the mail begins.
COPY_BEGINS = re.compile(
    rf"^(?:[\s>]*-{{2,}}[^\n]{{0,20}}(?:{_RULED})[^\n]{{0,80}}|[\s>]*(?:{_SAID})[^\n]{{0,100}}"
    rf"|(?:{_FIELDS})[^\n]{{0,200}})$",
    re.I | re.M,
)
