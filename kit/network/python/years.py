"""Ask the partner for three years of one person's local tax in one inquiry:  python kit/network/python/years.py sandbox-acme"""

from datetime import UTC, datetime

from sandbox import folder, sandbox

from mynumber.client import Client, Period
from mynumber.foundation.people import fiscal_year

person, latest = sandbox["people"][0], fiscal_year(datetime.now(UTC).date())

with Client.open(folder) as client:
    answer = client.ask(
        person["addressee"],
        affair=sandbox["first"]["affair"],
        provider=sandbox["partner"],
        information=sandbox["first"]["information"],
        organisation="福祉課",
        periods=[Period.fiscal_year(latest - back) for back in range(3)],
    )
    for one in answer.periods:
        print(person["key"], one.period.text, one.fact if one.is_held else "not held")
