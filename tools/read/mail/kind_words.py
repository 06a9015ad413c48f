"""The words by which machines give themselves away in senders, subjects and texts, in many languages. Data only."""

import re


def _pattern(lines: str, opening: str = "") -> re.Pattern[str]:
    """One pattern for all lines; with an opening it must stand at the start."""
    joined = "|".join(line.strip() for line in lines.strip().splitlines() if line.strip())
    return re.compile(f"{opening}(?:{joined})", re.I)


# The names delivery systems send under.
DAEMON = _pattern(r"""
    ^(?:mailer[-_.]?daemon|mail[-_.]?daemon)(?:$|[@>\s\"')+-])
    ^(?:post[-_.]?master|double-bounce|bounce-?(?:handler|notification)s?)(?:$|[@>\s\"')+-])
    [<\s\"'(](?:mailer[-_.]?daemon|mail[-_.]?daemon|post[-_.]?master|double-bounce|bounce-?(?:handler|notification)s?)(?:$|[@>\s\"')+-])
    mail delivery (?:sub)?system|mail delivery service|internet mail delivery|mail administrator
    system administrator|microsoft (?:exchange|outlook)|mail system|mail router|delivery agent|email security
    メール配信|interscan (?:mss|notification)
""")

BOUNCE_SUBJECT = _pattern(r"""
    undeliver(?:able|ed)|un?deliverable
    deliver(?:y|ed|ing)?[\s:-]*(?:status|notification|report|failure|failed)
    deliver(?:y|ed|ing)?[\s:-]*(?:error|problem|delay\w*|has failed|incomplete)
    (?:failed|failure|unable|non|cannot)[\s:-]*(?:to )?(?:be )?deliver
    (?:could not|not be|error|problem|delayed|warning)[\s:-]*(?:to )?(?:be )?deliver|failure notice
    failure delivery|failed mail|returned (?:mail|email|message|to sender)|returning message
    mail (?:failure|failed|error|system error|returned)|message (?:status|delayed|rejected|returned)
    bounced?\b|error sending your mail|could ?n[o']t (?:be )?(?:send|sent|delivered)|not (?:been )?delivered
    rejected:|user unknown|delayed mail|nondeliverable|bounce (?:mail|message|notification)|unzustellbar
    nicht zugestellt|nicht zustellbar|zustellung|r[üu]ckgabe|non remis|non distribu[ée]
    [ée]chec de (?:la )?(?:remise|distribution|livraison)|retour de courrier|no se (?:ha podido|pudo) entregar
    no entregado|mensaje (?:devuelto|no entregado)|devuelto|n[ãa]o (?:foi )?(?:entregue|poss[íi]vel)
    n[ãa]o entregue|mancat[oa] (?:recapito|consegna)|impossibile recapitare|niet bezorgd
    niet (?:worden )?afgeleverd|onbestelbaar|kunde inte levereras|oleverer\w+|kunne ikke leveres|ikke levert
    niedostarczon|nie dostarczono|не доставлено|недоставлен|配信できません|配信不能|配送失敗|送信できません
    エラー|退信|投递失败|无法投递|반송
    전송 실패
""")

BOUNCE_TEXT = _pattern(r"""
    (?:was|has been|is) (?:being )?delayed|will be retried|still being (?:re)?tried|will keep trying
    could ?n[o']t be delivered|was ?n[o']t delivered|(?:unable|failed) to deliver
    delivery (?:to|has|of)[^.\n]{0,80}(?:failed|permanently)|undeliver
    (?:could not be|did not|wasn't|was not|not been) (?:able to )?(?:reach|deliver)|failed with:
    permanent failure|delivery status notification|permanent (?:fatal )?error|returned to sender
    the following (?:addresses|recipients|address\(es\)|error)|mail system|transcript of session
    delivery failed|message has not been delivered|user unknown|unknown user|mailbox (?:is )?full
    reject reason|not be sent|nicht zugestellt|n'a pas (?:pu )?[êe]tre|no se pudo entregar|не доставлен
    配信できません|(?<![\d.])5[05]\d[ -](?:#?5\.\d\.\d|-? ?\w)
""")

AUTO_SUBJECT = _pattern(
    r"""
    auto(?:matic|mated|matisch\w*)?[\s_-]*(?:reply|response|respon[ds]er?|antwort)
    auto(?:matic|mated|matisch\w*)?[\s_-]*(?:svar|replied|answer|generated)|autoreply|autoresponse
    out[\s-]of[\s-](?:the[\s-])?office|ooo\b|on (?:vacation|annual leave|holiday|leave)
    away from (?:my|the) (?:office|desk)|vacation (?:reply|response|notice)|abwesen(?:heits|d)|abwesend
    ich bin (?:nicht|derzeit nicht) (?:im b[üu]ro|erreichbar)|au[ßs]er haus|nicht im b[üu]ro
    r[ée]ponse automatique|absen(?:t|ce) (?:du bureau|de|jusqu|:)|message d'absence|en cong[ée]s
    respuesta autom[áa]tica|fuera de (?:la )?oficina|ausente|resposta autom[áa]tica|aus[êe]ncia
    fora do escrit[óo]rio|risposta automatica|fuori (?:sede|ufficio)|assenza|automatisch antwoord|afwezig
    niet op kantoor|autosvar|automatiskt svar|fr[åa]nvaro|frav[æa]r|automatisk svar|poissa
    automaattinen vastaus|odpowied[źz] automatyczna|automatyczna odpowied|nieobecno|automatick[áa] odpov
    автоматический ответ|автоответ|автовідповід|нет на месте|automatikus v[áa]lasz|otomatik yan[ıi]t
    r[ăa]spuns automat|自動(?:返信|応答)|不在|自动(?:回复|答复)|自動回覆|자동 ?(?:회신|응답|답장)|부재중
    """,
    opening=r"^\W*",
)

RECEIPT_SUBJECT = _pattern(
    r"""
    read(?: receipt)?:|not read:|gelesen:|lu\s*:|le[íi]do:|lida:|letto:|gelezen:|read receipt
    lesebest[äa]tigung|accus[ée] de lecture|(?:your )?(?:ticket|request|case) (?:#|\[|received|has been)
    thank you for (?:contacting|your (?:request|message|inquiry))
    """,
    opening=r"^\W*",
)
