"""The named personas and their families, written out by hand: the stories of `mynumber.population.personas` rest on these figures."""

from datetime import date
from typing import Final

from mynumber.population.livelihood import LEAST_THIRD_DEGREE
from mynumber.population.persona_records import Benefit, Family, Home, Income, Member
from mynumber.population.towns import TOWN_ONE, TOWN_TWO

FAMILIES: Final = (
    Family(
        home=Home(TOWN_ONE, "1250061", "亀有", "一丁目8番3号　みどり荘203"),
        moved_in=date(2026, 3, 28),
        previous=Home(TOWN_TWO, "5810803", "光町", "一丁目5番12号"),
        came_to_previous=date(2014, 4, 12),
        members=(
            Member(
                "hanako",
                "世帯主",
                ("佐藤", "花子"),
                ("サトウ", "ハナコ"),
                date(1990, 6, 15),
                "female",
                persona=True,
                incomes=(
                    Income(TOWN_TWO, 2025, salary=1_920_000, under_16=2, single_parent=True),
                    Income(TOWN_TWO, 2024, salary=1_860_000, under_16=2, single_parent=True),
                ),
                benefits=(
                    Benefit(
                        "6107294518",
                        "disability",
                        "employees",
                        "障害厚生年金",
                        date(2024, 5, 20),
                        LEAST_THIRD_DEGREE,
                    ),
                ),
                account=("0009", "218", "0481216", date(2023, 9, 4)),
            ),
            Member("hanako.hina", "子", ("佐藤", "陽菜"), ("サトウ", "ヒナ"), date(2016, 9, 3), "female"),
            Member("hanako.ren", "子", ("佐藤", "蓮"), ("サトウ", "レン"), date(2020, 2, 29), "male"),
        ),
    ),
    Family(
        home=Home(TOWN_TWO, "5810004", "東本町", "三丁目4番21号"),
        members=(
            Member(
                "haruo",
                "世帯主",
                ("鈴木", "春男"),
                ("スズキ", "ハルオ"),
                date(1944, 11, 3),
                "male",
                persona=True,
                incomes=tuple(
                    Income(
                        TOWN_TWO,
                        year,
                        old_age_pension=pension,
                        aged_65=True,
                        dependent_spouse=True,
                        elderly_spouse=True,
                    )
                    for year, pension in ((2025, 2_010_000), (2024, 1_972_000))
                ),
                benefits=(
                    Benefit(
                        "3402118765", "old_age", "employees", "老齢厚生年金", date(2009, 11, 2), 2_048_000
                    ),
                ),
                account=("0149", "041", "2203817", date(2022, 11, 14)),
            ),
            Member(
                "chiyo",
                "妻",
                ("鈴木", "千代"),
                ("スズキ", "チヨ"),
                date(1947, 5, 20),
                "female",
                persona=True,
                incomes=tuple(
                    Income(TOWN_TWO, year, old_age_pension=pension, aged_65=True)
                    for year, pension in ((2025, 776_000), (2024, 761_000))
                ),
                benefits=(
                    Benefit("3402118843", "old_age", "national", "老齢基礎年金", date(2012, 5, 19), 790_700),
                ),
            ),
        ),
    ),
    Family(
        home=Home(TOWN_ONE, "1240012", "立石", "二丁目14番6号　ハイツさくら105"),
        moved_in=date(2024, 4, 1),
        members=(
            Member(
                "lan",
                "世帯主",
                ("", ""),
                ("グエン", "ティ ラン"),
                date(1998, 8, 12),
                "female",
                persona=True,
                alphabet="NGUYEN THI LAN",
                nationality="ベトナム",
                status="技術・人文知識・国際業務",
                incomes=(Income(TOWN_ONE, 2025, salary=3_480_000), Income(TOWN_ONE, 2024, salary=2_430_000)),
                account=("9900", "038", "7719045", date(2024, 10, 8)),
            ),
        ),
    ),
    Family(
        home=Home(TOWN_ONE, "1240003", "お花茶屋", "一丁目20番2号　コーポひかり202"),
        moved_in=date(2024, 4, 3),
        previous=Home(TOWN_TWO, "5810006", "清水町", "一丁目9番7号"),
        came_to_previous=date(2008, 9, 14),
        members=(
            Member(
                "sota",
                "世帯主",
                ("高橋", "颯太"),
                ("タカハシ", "ソウタ"),
                date(2006, 1, 20),
                "male",
                persona=True,
                incomes=(Income(TOWN_ONE, 2025, salary=780_000), Income(TOWN_ONE, 2024, salary=410_000)),
                account=("0036", "251", "3390027", date(2026, 2, 2)),
            ),
        ),
    ),
    Family(
        home=Home(TOWN_ONE, "1250052", "柴又", "四丁目12番5号"),
        moved_in=date(2025, 7, 10),
        previous=Home("142069", "2500011", "栄町", "二丁目7番11号"),
        protected=True,
        members=(
            Member(
                "misaki",
                "世帯主",
                ("伊藤", "美咲"),
                ("イトウ", "ミサキ"),
                date(1988, 12, 5),
                "female",
                persona=True,
                incomes=(Income(TOWN_ONE, 2025, salary=2_860_000),),
                account=("0005", "640", "1058832", date(2025, 8, 21)),
            ),
        ),
    ),
    Family(
        home=Home(TOWN_ONE, "1250062", "青戸", "三丁目5番18号"),
        moved_in=date(2015, 5, 30),
        previous=Home("122076", "2710092", "松戸", "1211番地3"),
        members=(
            Member(
                "kenta",
                "世帯主",
                ("田中", "健太"),
                ("タナカ", "ケンタ"),
                date(1985, 4, 1),
                "male",
                persona=True,
                incomes=(
                    Income(TOWN_ONE, 2025, salary=6_120_000, under_16=3),
                    Income(TOWN_ONE, 2024, salary=5_940_000, under_16=3),
                ),
                account=("0010", "327", "0096641", date(2022, 6, 17)),
            ),
            Member(
                "kenta.naomi",
                "妻",
                ("田中", "直美"),
                ("タナカ", "ナオミ"),
                date(1987, 2, 28),
                "female",
                former=("山本", "ヤマモト"),
                incomes=(Income(TOWN_ONE, 2025, salary=1_480_000), Income(TOWN_ONE, 2024, salary=1_420_000)),
                account=("0001", "455", "2214908", date(2023, 1, 11)),
            ),
            Member("kenta.hiroto", "子", ("田中", "大翔"), ("タナカ", "ヒロト"), date(2013, 4, 1), "male"),
            Member(
                "kenta.yui",
                "子",
                ("田中", "結衣"),
                ("タナカ", "ユイ"),
                date(2016, 4, 2),
                "female",
                born_here=True,
            ),
            Member(
                "kenta.aoi",
                "子",
                ("田中", "葵"),
                ("タナカ", "アオイ"),
                date(2024, 11, 11),
                "female",
                born_here=True,
            ),
        ),
    ),
    Family(
        home=Home(TOWN_ONE, "1240006", "堀切", "三丁目22番7号"),
        members=(
            Member(
                "yoshie.tadashi",
                "世帯主",
                ("渡辺", "正"),
                ("ワタナベ", "タダシ"),
                date(1954, 10, 5),
                "male",
                incomes=(
                    Income(TOWN_ONE, 2025, old_age_pension=764_000, aged_65=True),
                    Income(TOWN_ONE, 2024, old_age_pension=749_000, aged_65=True),
                ),
                benefits=(
                    Benefit("2205817346", "old_age", "national", "老齢基礎年金", date(2019, 10, 4), 780_000),
                ),
                account=("9900", "018", "3304172", date(2023, 2, 8)),
            ),
            Member(
                "yoshie",
                "妻",
                ("渡辺", "芳江"),
                ("ワタナベ", "ヨシエ"),
                date(1956, 2, 9),
                "female",
                persona=True,
                incomes=(
                    Income(TOWN_ONE, 2025, old_age_pension=731_000, aged_65=True),
                    Income(TOWN_ONE, 2024, old_age_pension=717_000, aged_65=True),
                ),
                benefits=(
                    Benefit("2205817439", "old_age", "national", "老齢基礎年金", date(2021, 2, 8), 746_400),
                ),
                account=("9900", "018", "5520936", date(2023, 2, 8)),
            ),
        ),
    ),
)
