"""What `mynumber procedure new` writes: a small procedure that passes the checker, to be changed."""

from typing import Final

TEMPLATE: Final = """\
# 手続の定義。書き方は docs/catalogue.md にあります。書いたら mynumber procedure check で確かめてください。
id = "{id}"
version = "{version}"
since = {since}
category = "childcare"
life_events = ["childcare"]
aliases = ["さがすときのことば"]
applicants = ["self"]
signature = "signature"      # none, authentication, signature
assurance = "card"           # none, password, card
fee = 0
title = { ja = "新しい手続", easy = "あたらしい 手続", en = "New procedure" }
summary = { ja = "何ができるか。", easy = "何が できるか。", en = "What it does." }
who = { ja = "対象になる人", easy = "つかえる 人", en = "Who can use it" }
due = { ja = "いつでも", easy = "いつでも できます", en = "At any time" }
need = { ja = "マイナンバーカード", easy = "マイナンバーカード", en = "Your My Number Card" }
then = { ja = "30日以内に結果をお知らせします。", easy = "30日の あいだに 答えが きます。", en = "You hear within 30 days." }
basis = [{ law = "児童手当法", egov = "346AC0000000073", article = "7", paragraph = 1 }]
competent = { kinds = ["municipality"], routing = "address", affair = ["106-1"], office = { ja = "お住まいの市区町村の担当", easy = "市役所", en = "Your municipality" } }
letters = { kind = "benefit", review = "mayor" }
entitlement = { key = "{id}", per = "applicant" }
section = [{ use = "you" }, { use = "request" }, { use = "confirm" }]

[deadlines]
processing = { days = 30 }

[[document]]
use = "identity"

# 住民票から入る項目（common/fields.toml にあります）
[[field]]
use = "applicant_name"

[[field]]
use = "phone"

# 聞く項目：なぜ聞くのか（because）を書きます
[[field]]
id = "reason"
section = "request"
type = "choice"
how = "ask"
source = { from = "person", because = "life" }
label = { ja = "理由", easy = "どうして", en = "Reason" }
choices = [
  { value = "first", label = { ja = "はじめて", easy = "はじめて", en = "first time" } },
  { value = "other", label = { ja = "そのほか", easy = "ほか", en = "other" } },
]

# ほかの答えによって出る項目
[[field]]
id = "words"
section = "request"
type = "text"
when = "reason = other"
how = "ask"
source = { from = "person", because = "life" }
label = { ja = "くわしく", easy = "くわしく", en = "Details" }

# 情報連携で分かるので聞かない項目（様式は mynumber facts list）
[[field]]
id = "income"
type = "yen"
how = "never_asked"
source = { from = "network", kind = "local_tax", layout = "local_tax", path = "total_income", year = "fiscal_year" }
label = { ja = "総所得金額等", easy = "1年の お金", en = "Total income" }

[[field]]
use = "true_statement"
"""
