"""The two vocabularies that programs compare: kinds of institution and kinds of information.

The table of the Provision Order (令和6年デジタル庁・総務省令第9号, art. 2) names inquirers, providers and information in
words. `mapping/*.toml` turns each phrase into members of these enums; the meaning of a member is its Japanese label, and
what the phrases of the law put in one cell stays separable here.

A kind never implies another. 雇用保険法による基本手当 is part of 失業等給付関係情報 in life, yet a row that names the one
does not open the other: what the table does not name is refused.
"""

from enum import StrEnum
from typing import Self


class _LabelledKind(StrEnum):
    """A member whose value is its name in lower case (stable on the wire and in databases), with two labels."""

    label_ja: str
    label_en: str
    former: bool
    """Whether only the former appended table 2 of the Act names it: nothing to offer for today."""

    def __new__(cls, value: str, label_ja: str = "", label_en: str = "", former: bool = False) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label_ja = label_ja
        member.label_en = label_en
        member.former = former
        return member

    @classmethod
    def named(cls, value: str) -> Self:
        """The member of this value. Raises ValueError."""
        member = cls._value2member_map_.get(value)
        if not isinstance(member, cls):
            raise ValueError(f"no {cls.__name__} has this name")
        return member


class InstitutionKind(_LabelledKind):
    """What an institution is, or the role a law gives it, as the first and third columns of the table need it.

    An institution carries a set of these: a city is MUNICIPALITY and CITY, a town with a welfare office is MUNICIPALITY and
    TOWN_WITH_WELFARE_OFFICE, a town without one is MUNICIPALITY only. Roles (…_PAYER, …_OWNER, …) are granted in the
    directory of systems to the institutions that fill them.
    """

    # --- local public bodies
    PREFECTURE = "prefecture", "都道府県知事", "Prefectural governor"
    MUNICIPALITY = (
        "municipality",
        "市町村長（特別区の区長を含む。）",
        "Mayor of a municipality (special wards included)",
    )
    CITY = "city", "市長（特別区の区長を含む。）", "Mayor of a city or special ward"
    TOWN_WITH_WELFARE_OFFICE = (
        "town_with_welfare_office",
        "福祉に関する事務所を管理する町村長",
        "Mayor of a town or village that runs a welfare office",
    )
    HEALTH_CENTRE_CITY = (
        "health_centre_city",
        "保健所を設置する市（特別区を含む。）の長",
        "Mayor of a city or special ward with a public health centre",
    )
    HIROSHIMA_CITY = "hiroshima_city", "広島市長", "Mayor of Hiroshima"
    NAGASAKI_CITY = "nagasaki_city", "長崎市長", "Mayor of Nagasaki"
    PREFECTURAL_BOARD_OF_EDUCATION = (
        "prefectural_board_of_education",
        "都道府県教育委員会",
        "Prefectural board of education",
    )
    MUNICIPAL_BOARD_OF_EDUCATION = (
        "municipal_board_of_education",
        "市町村教育委員会",
        "Municipal board of education",
    )
    # --- roles that a law gives to some local public bodies
    PUBLIC_HOUSING_OPERATOR = (
        "public_housing_operator",
        "公営住宅法第二条第十六号に規定する事業主体である都道府県知事又は市町村長",
        "Governor or mayor that operates public housing (Public Housing Act 2(xvi))",
    )
    IMPROVED_HOUSING_OPERATOR = (
        "improved_housing_operator",
        "住宅地区改良法第二条第二項に規定する施行者である都道府県知事又は市町村長",
        "Governor or mayor that carries out a housing area improvement project",
    )
    SPECIFIED_RENTAL_HOUSING_OPERATOR = (
        "specified_rental_housing_operator",
        "特定優良賃貸住宅の供給の促進に関する法律第十八条第二項に規定する賃貸住宅の建設及び管理を行う都道府県知事又は市町村長",
        "Governor or mayor that builds and manages specified quality rental housing",
    )
    REGIONAL_RENTAL_HOUSING_OPERATOR = (
        "regional_rental_housing_operator",
        "地域優良賃貸住宅（公共供給型）又は公営型地域優良賃貸住宅（公共供給型）の供給を行う都道府県知事又は市町村長",
        "Governor or mayor that supplies regional quality rental housing",
    )
    REGIONAL_INTERPRETER_REGISTRAR = (
        "regional_interpreter_registrar",
        "通訳案内士法第五十四条第三項の同意を得た市町村又は都道府県の長",
        "Head of a body with consent to register regional guide interpreters",
    )
    NURSERY_TEACHER_CERTIFIED_BODY = (
        "nursery_teacher_certified_body",
        "児童福祉法第十八条の二十七第一項に規定する認定地方公共団体の長",
        "Head of a local body certified for region-limited nursery teachers",
    )
    NURSERY_TEACHER_TEST_CITY = (
        "nursery_teacher_test_city",
        "国家戦略特別区域法第十二条の五第十二項に規定する試験実施指定都市の長",
        "Mayor of a designated city holding the special-zone nursery teacher test",
    )
    NURSERY_TEACHER_SPECIAL_ZONE_BODY = (
        "nursery_teacher_special_zone_body",
        "令和七年法律第二十九号附則第十四条に規定する特区地方公共団体の長",
        "Head of a special-zone local body (2025 Act No. 29, suppl. art. 14)",
    )
    CHILD_ALLOWANCE_PUBLIC_EMPLOYER = (
        "child_allowance_public_employer",
        "児童手当法第十七条第一項の表の下欄に掲げる者",
        "Public employer that pays child allowance to its own staff",
    )
    # --- ministers and agencies of the state
    PRIME_MINISTER = "prime_minister", "内閣総理大臣", "Prime Minister (registry of receiving accounts)"
    MINISTER_FOR_INTERNAL_AFFAIRS = (
        "minister_for_internal_affairs",
        "総務大臣",
        "Minister for Internal Affairs",
    )
    MINISTER_OF_JUSTICE = "minister_of_justice", "法務大臣", "Minister of Justice"
    IMMIGRATION_SERVICES_AGENCY = (
        "immigration_services_agency",
        "出入国在留管理庁長官",
        "Commissioner of the Immigration Services Agency",
    )
    NATIONAL_TAX_AGENCY = "national_tax_agency", "国税庁長官", "Commissioner of the National Tax Agency"
    MINISTER_OF_EDUCATION = "minister_of_education", "文部科学大臣", "Minister of Education"
    MINISTER_OF_HEALTH = "minister_of_health", "厚生労働大臣", "Minister of Health, Labour and Welfare"
    MINISTER_OF_AGRICULTURE = "minister_of_agriculture", "農林水産大臣", "Minister of Agriculture"
    MINISTER_OF_ECONOMY = "minister_of_economy", "経済産業大臣", "Minister of Economy, Trade and Industry"
    MINISTER_OF_LAND = "minister_of_land", "国土交通大臣", "Minister of Land, Infrastructure and Transport"
    MINISTER_OF_THE_ENVIRONMENT = "minister_of_the_environment", "環境大臣", "Minister of the Environment"
    # --- pensions, health insurance, mutual aid
    PENSION_SERVICE = "pension_service", "日本年金機構", "Japan Pension Service"
    HEALTH_INSURANCE_ASSOCIATION = (
        "health_insurance_association",
        "全国健康保険協会",
        "Japan Health Insurance Association",
    )
    HEALTH_INSURANCE_SOCIETY = "health_insurance_society", "健康保険組合", "Health insurance society"
    NATIONAL_HEALTH_INSURANCE_SOCIETY = (
        "national_health_insurance_society",
        "国民健康保険組合",
        "National health insurance society",
    )
    LATE_ELDERLY_MEDICAL_UNION = (
        "late_elderly_medical_union",
        "後期高齢者医療広域連合",
        "Wide-area union for medical care of the late-stage elderly",
    )
    PRIVATE_SCHOOL_MUTUAL_AID = (
        "private_school_mutual_aid",
        "日本私立学校振興・共済事業団",
        "Promotion and Mutual Aid Corporation for Private Schools",
    )
    NATIONAL_OFFICIALS_MUTUAL_AID = (
        "national_officials_mutual_aid",
        "国家公務員共済組合",
        "National public service mutual aid association",
    )
    NATIONAL_OFFICIALS_MUTUAL_AID_FEDERATION = (
        "national_officials_mutual_aid_federation",
        "国家公務員共済組合連合会",
        "Federation of national public service mutual aid associations",
    )
    LOCAL_OFFICIALS_MUTUAL_AID = (
        "local_officials_mutual_aid",
        "地方公務員共済組合",
        "Local public service mutual aid association",
    )
    MUNICIPAL_OFFICIALS_MUTUAL_AID_FEDERATION = (
        "municipal_officials_mutual_aid_federation",
        "全国市町村職員共済組合連合会",
        "National federation of municipal personnel mutual aid associations",
    )
    SURVIVING_MUTUAL_AID = (
        "surviving_mutual_aid",
        "平成八年法律第八十二号附則第三十二条第二項に規定する存続組合",
        "Surviving mutual aid association (1996 Act No. 82)",
    )
    DESIGNATED_PENSION_FUND = (
        "designated_pension_fund",
        "平成八年法律第八十二号附則第四十八条第一項に規定する指定基金",
        "Designated fund (1996 Act No. 82)",
    )
    AGRICULTURAL_MUTUAL_AID = (
        "agricultural_mutual_aid",
        "農林漁業団体職員共済組合",
        "Agriculture, forestry and fishery organisation personnel mutual aid",
    )
    LOCAL_OFFICIALS_ACCIDENT_FUND = (
        "local_officials_accident_fund",
        "地方公務員災害補償基金",
        "Fund for Local Government Employees' Accident Compensation",
    )
    FARMERS_PENSION_FUND = "farmers_pension_fund", "独立行政法人農業者年金基金", "Farmers Pension Fund"
    STUDENT_SERVICES_ORGANISATION = (
        "student_services_organisation",
        "独立行政法人日本学生支援機構",
        "Japan Student Services Organization",
    )
    # --- registrars of professions
    ADMINISTRATIVE_SCRIVENERS_FEDERATION = (
        "administrative_scriveners_federation",
        "日本行政書士会連合会",
        "Japan Federation of Administrative Scriveners",
    )
    TAX_ACCOUNTANTS_FEDERATION = (
        "tax_accountants_federation",
        "日本税理士会連合会",
        "Japan Federation of Certified Public Tax Accountants",
    )
    LABOUR_CONSULTANTS_FEDERATION = (
        "labour_consultants_federation",
        "全国社会保険労務士会連合会",
        "Federation of labour and social security attorneys",
    )
    # --- roles defined by what is paid
    SPECIFIED_PUBLIC_BENEFIT_PAYER = (
        "specified_public_benefit_payer",
        "特定公的給付の支給を実施する行政機関の長等",
        "Body that pays a specified public benefit (Receiving Account Registration Act 10)",
    )
    PUBLIC_PENSION_PAYER = (
        "public_pension_payer",
        "児童扶養手当法第三条第二項に規定する公的年金給付の支給を行うこととされている者",
        "Payer of a public pension benefit (Child Rearing Allowance Act 3(2))",
    )
    ANY_LAW_PENSION_PAYER = (
        "any_law_pension_payer",
        "国民年金法その他の法令による年金である給付の支給を行うこととされている者",
        "Payer of a pension under the National Pension Act or another law",
    )
    ANY_LAW_BENEFIT_PAYER = (
        "any_law_benefit_payer",
        "国民年金法その他の法令による給付の支給を行うこととされている者",
        "Payer of a benefit under the National Pension Act or another law",
    )
    SPECIAL_ALLOWANCE_PAYER = (
        "special_allowance_payer",
        "特別児童扶養手当等の支給に関する法律その他の法令による給付の支給を行うこととされている者",
        "Payer of a benefit under the Special Child Rearing Allowance Act or another law",
    )
    DISABILITY_ALLOWANCE_PAYER = (
        "disability_allowance_payer",
        "特別児童扶養手当等の支給に関する法律その他の法令による障害を有する者について支給される手当を支給することとされている者",
        "Payer of an allowance for persons with disabilities under that Act or another law",
    )
    DISABILITY_CAUSE_BENEFIT_PAYER = (
        "disability_cause_benefit_payer",
        "昭和六十年法律第三十四号附則第九十七条第二項において準用する特別児童扶養手当等の支給に関する法律第十七条第一号の障害を支給事由とする給付の支給を行うこととされている者",
        "Payer of a benefit caused by the disability (1985 Act No. 34, suppl. art. 97(2))",
    )
    ANY_LAW_MEDICAL_BENEFIT_PAYER = (
        "any_law_medical_benefit_payer",
        "その他の法令による医療に関する給付の支給を行うこととされている者",
        "Payer of a medical benefit under another law",
    )
    HEALTH_INSURANCE_ART55_128_PAYER = (
        "health_insurance_art55_128_payer",
        "健康保険法第五十五条又は第百二十八条に規定する他の法令による給付の支給を行うこととされている者",
        "Payer of another law's benefit (Health Insurance Act 55, 128)",
    )
    HEALTH_INSURANCE_ART55_PAYER = (
        "health_insurance_art55_payer",
        "健康保険法第五十五条に規定する他の法令による給付の支給を行うこととされている者",
        "Payer of another law's benefit (Health Insurance Act 55)",
    )
    SEAMENS_INSURANCE_ART33_PAYER = (
        "seamens_insurance_art33_payer",
        "船員保険法第三十三条に規定する他の法令による給付の支給を行うこととされている者",
        "Payer of another law's benefit (Seamen's Insurance Act 33)",
    )
    CHILD_WELFARE_ART19_7_PAYER = (
        "child_welfare_art19_7_payer",
        "児童福祉法第十九条の七に規定する他の法令による給付の支給を行うこととされている者",
        "Payer of another law's benefit (Child Welfare Act 19-7)",
    )
    CHILD_WELFARE_ART21_5_31_PAYER = (
        "child_welfare_art21_5_31_payer",
        "児童福祉法第二十一条の五の三十一に規定する他の法令による給付の支給を行うこととされている者",
        "Payer of another law's benefit (Child Welfare Act 21-5-31)",
    )
    CHILD_WELFARE_ART24_22_PAYER = (
        "child_welfare_art24_22_payer",
        "児童福祉法第二十四条の二十二に規定する他の法令による給付の支給を行うこととされている者",
        "Payer of another law's benefit (Child Welfare Act 24-22)",
    )
    MENTAL_HEALTH_ART30_2_PAYER = (
        "mental_health_art30_2_payer",
        "精神保健及び精神障害者福祉に関する法律第三十条の二に規定する他の法律による医療に関する給付の支給を行うこととされている者",
        "Payer of another law's medical benefit (Mental Health Act 30-2)",
    )
    NATIONAL_HEALTH_INSURANCE_ART56_PAYER = (
        "national_health_insurance_art56_payer",
        "国民健康保険法第五十六条第一項に規定する他の法令による給付の支給を行うこととされている者",
        "Payer of another law's benefit (National Health Insurance Act 56(1))",
    )
    EMPLOYMENT_INSURANCE_ART37_PAYER = (
        "employment_insurance_art37_payer",
        "雇用保険法第三十七条第八項に規定する他の法令による給付の支給を行うこととされている者",
        "Payer of another law's benefit (Employment Insurance Act 37(8))",
    )
    ELDERLY_MEDICAL_ART57_PAYER = (
        "elderly_medical_art57_payer",
        "高齢者の医療の確保に関する法律第五十七条第一項に規定する他の法令による給付の支給を行うこととされている者",
        "Payer of another law's benefit (Elderly Medical Care Act 57(1))",
    )
    LONG_TERM_CARE_ART20_PAYER = (
        "long_term_care_art20_payer",
        "介護保険法第二十条に規定する他の法令による給付の支給を行うこととされている者",
        "Payer of another law's benefit (Long-Term Care Insurance Act 20)",
    )
    INFECTIOUS_DISEASES_ART39_PAYER = (
        "infectious_diseases_art39_payer",
        "感染症の予防及び感染症の患者に対する医療に関する法律第三十九条第一項に規定する他の法律による医療に関する給付の支給を行うこととされている者",
        "Payer of another law's medical benefit (Infectious Diseases Act 39(1))",
    )
    DISABILITY_SERVICES_ART7_PAYER = (
        "disability_services_art7_payer",
        "障害者の日常生活及び社会生活を総合的に支援するための法律第七条に規定する他の法令により行われる給付の支給を行うこととされている者",
        "Payer of another law's benefit (Disability Services Act 7)",
    )
    INTRACTABLE_DISEASES_ART12_PAYER = (
        "intractable_diseases_art12_payer",
        "難病の患者に対する医療等に関する法律第十二条に規定する他の法令による給付の支給を行うこととされている者",
        "Payer of another law's benefit (Intractable Diseases Act 12)",
    )
    # --- only in the former appended table 2 of the Act (until 2024-05-26)
    COUNCIL_OF_SOCIAL_WELFARE = (
        "council_of_social_welfare",
        "社会福祉協議会",
        "Council of social welfare",
        True,
    )
    NATIONAL_PENSION_FUND = (
        "national_pension_fund",
        "国民年金基金",
        "National pension fund",
        True,
    )
    NATIONAL_PENSION_FUND_ASSOCIATION = (
        "national_pension_fund_association",
        "国民年金基金連合会",
        "National Pension Fund Association",
        True,
    )
    COAL_MINERS_PENSION_FUND = (
        "coal_miners_pension_fund",
        "石炭鉱業年金基金",
        "Coal Miners Pension Fund",
        True,
    )
    EMPLOYEES_PENSION_FUND = (
        "employees_pension_fund",
        "平成二十五年法律第六十三号附則第三条第十一号に規定する存続厚生年金基金",
        "Surviving employees pension fund (2013 Act No. 63)",
        True,
    )
    SURVIVING_PENSION_FUND_ASSOCIATION = (
        "surviving_pension_fund_association",
        "平成二十五年法律第六十三号附則第三条第十三号に規定する存続連合会",
        "Surviving pension fund association (2013 Act No. 63)",
        True,
    )
    PENSION_FUND_ASSOCIATION = (
        "pension_fund_association",
        "企業年金連合会",
        "Pension Fund Association",
        True,
    )
    DEFINED_BENEFIT_PENSION_EMPLOYER = (
        "defined_benefit_pension_employer",
        "確定給付企業年金法第二十九条第一項に規定する事業主等",
        "Employer with a defined-benefit corporate pension",
        True,
    )
    DEFINED_CONTRIBUTION_PENSION_EMPLOYER = (
        "defined_contribution_pension_employer",
        "確定拠出年金法第三条第三項第一号に規定する事業主",
        "Employer with a defined-contribution pension",
        True,
    )
    SURVIVING_COUNCIL_MEMBERS_MUTUAL_AID = (
        "surviving_council_members_mutual_aid",
        "平成二十三年法律第五十六号附則第二十三条第一項第三号に規定する存続共済会",
        "Surviving mutual aid of local council members (2011 Act No. 56)",
        True,
    )
    JAPAN_SPORT_COUNCIL = (
        "japan_sport_council",
        "独立行政法人日本スポーツ振興センター",
        "Japan Sport Council",
        True,
    )
    MEDICAL_DEVICES_AGENCY = (
        "medical_devices_agency",
        "独立行政法人医薬品医療機器総合機構",
        "Pharmaceuticals and Medical Devices Agency",
        True,
    )
    PRIVATE_SCHOOL_ART60_PAYER = (
        "private_school_art60_payer",
        "私立学校教職員共済法第二十五条において準用する国家公務員共済組合法第六十条第一項に規定する他の法令による給付の支給を行うこととされている者",
        "Payer of another law's benefit (Private School Mutual Aid Act 25)",
        True,
    )
    NATIONAL_OFFICIALS_ART60_PAYER = (
        "national_officials_art60_payer",
        "国家公務員共済組合法第六十条第一項に規定する他の法令による給付の支給を行うこととされている者",
        "Payer of another law's benefit (National Officials Mutual Aid Act 60(1))",
        True,
    )
    LOCAL_OFFICIALS_ART62_PAYER = (
        "local_officials_art62_payer",
        "地方公務員等共済組合法第六十二条第一項に規定する他の法令による給付の支給を行うこととされている者",
        "Payer of another law's benefit (Local Officials Mutual Aid Act 62(1))",
        True,
    )
    ATOMIC_BOMB_ART18_PAYER = (
        "atomic_bomb_art18_payer",
        "原子爆弾被爆者に対する援護に関する法律第十八条第一項ただし書に規定する他の法令による医療に関する給付の支給を行うこととされている者",
        "Payer of another law's medical benefit (Atomic Bomb Survivors Act 18(1))",
        True,
    )


class InformationKind(_LabelledKind):
    """What is provided, as the fourth column of the table needs it (利用特定個人情報).

    A phrase of the law that lists several ("A、B又はC") maps to several members. Terms that the Order itself defines as a list
    (障害者関係情報, 医療保険給付関係情報) are taken apart, because other rows name the parts.
    """

    # --- registers
    FAMILY_REGISTER = "family_register", "戸籍関係情報", "Family register"
    RESIDENT_RECORD = "resident_record", "住民票関係情報", "Resident record"
    LOCAL_TAX = "local_tax", "地方税関係情報", "Local tax"
    RECEIVING_ACCOUNT = (
        "receiving_account",
        "公的給付支給等口座登録簿関係情報",
        "Registered account for public benefits",
    )
    BORDER_CONTROL = "border_control", "出入国関係情報", "Entry into and departure from Japan"
    RESIDENCE_CARD = "residence_card", "在留カード関係情報", "Residence card"
    SPECIAL_PERMANENT_RESIDENT_CERTIFICATE = (
        "special_permanent_resident_certificate",
        "特別永住者証明書関係情報",
        "Special permanent resident certificate",
    )
    # --- pensions
    PENSION_BENEFIT = (
        "pension_benefit",
        "年金給付関係情報",
        "Pension benefits and contributions (five pension acts)",
    )
    PUBLIC_PENSION_BENEFIT = (
        "public_pension_benefit",
        "児童扶養手当法第三条第二項に規定する公的年金給付の支給に関する情報",
        "Public pension benefit (Child Rearing Allowance Act 3(2))",
    )
    ANY_LAW_PENSION = (
        "any_law_pension",
        "国民年金法その他の法令による年金である給付の支給に関する情報",
        "Pension under the National Pension Act or another law",
    )
    ANY_LAW_BENEFIT = (
        "any_law_benefit",
        "国民年金法その他の法令による給付の支給に関する情報",
        "Benefit under the National Pension Act or another law",
    )
    DISABILITY_BASIC_PENSION = (
        "disability_basic_pension",
        "国民年金法による障害基礎年金の支給に関する情報",
        "Disability basic pension",
    )
    INTEGRATED_MUTUAL_AID_PENSION = (
        "integrated_mutual_aid_pension",
        "平成十三年統合法による年金である給付の支給に関する情報",
        "Pension under the 2001 Integration Act",
    )
    SPECIAL_DISABILITY_BENEFIT = (
        "special_disability_benefit",
        "特別障害給付金関係情報",
        "Special disability benefit",
    )
    PENSIONER_SUPPORT_BENEFIT = (
        "pensioner_support_benefit",
        "年金生活者支援給付金関係情報",
        "Pensioners' support benefit",
    )
    # --- work
    EMPLOYMENT_INSURANCE_BENEFIT = (
        "employment_insurance_benefit",
        "失業等給付関係情報",
        "Employment insurance benefits",
    )
    EMPLOYMENT_BASIC_ALLOWANCE = (
        "employment_basic_allowance",
        "雇用保険法による基本手当の支給に関する情報",
        "Employment insurance: basic allowance",
    )
    ELDERLY_EMPLOYMENT_CONTINUATION_BENEFIT = (
        "elderly_employment_continuation_benefit",
        "雇用保険法による高年齢雇用継続基本給付金の支給に関する情報",
        "Employment insurance: basic continuation benefit for the elderly",
    )
    ELDERLY_REEMPLOYMENT_BENEFIT = (
        "elderly_reemployment_benefit",
        "雇用保険法による高年齢再就職給付金の支給に関する情報",
        "Employment insurance: re-employment benefit for the elderly",
    )
    JOB_TRAINING_BENEFIT = (
        "job_training_benefit",
        "職業訓練受講給付金関係情報",
        "Benefit for attending vocational training",
    )
    JOB_CONVERSION_BENEFIT = (
        "job_conversion_benefit",
        "労働施策の総合的な推進並びに労働者の雇用の安定及び職業生活の充実等に関する法律による職業転換給付金の支給に関する情報",
        "Job conversion benefit",
    )
    WORKERS_ACCIDENT_COMPENSATION = (
        "workers_accident_compensation",
        "労働者災害補償関係情報",
        "Workers' accident compensation",
    )
    LOCAL_OFFICIALS_ACCIDENT_COMPENSATION = (
        "local_officials_accident_compensation",
        "地方公務員災害補償関係情報",
        "Local public officers' accident compensation",
    )
    # --- medical and long-term care insurance
    MEDICAL_INSURANCE_BENEFIT = (
        "medical_insurance_benefit",
        "医療保険各法による医療に関する給付の支給に関する情報",
        "Medical benefits under the medical insurance acts",
    )
    MEDICAL_INSURANCE_PREMIUM = (
        "medical_insurance_premium",
        "医療保険各法による保険料の徴収に関する情報",
        "Premiums under the medical insurance acts",
    )
    LATE_ELDERLY_MEDICAL_BENEFIT = (
        "late_elderly_medical_benefit",
        "高齢者の医療の確保に関する法律による医療に関する給付の支給に関する情報",
        "Medical benefits of the late-stage elderly",
    )
    LATE_ELDERLY_MEDICAL_PREMIUM = (
        "late_elderly_medical_premium",
        "高齢者の医療の確保に関する法律による保険料の徴収に関する情報",
        "Premiums of the late-stage elderly",
    )
    ANY_LAW_MEDICAL_BENEFIT = (
        "any_law_medical_benefit",
        "その他の法令による医療に関する給付の支給に関する情報",
        "Medical benefit under another law",
    )
    LONG_TERM_CARE_INSURANCE = (
        "long_term_care_insurance",
        "介護保険給付等関係情報",
        "Long-term care insurance: benefits, community projects, premiums",
    )
    # --- welfare of persons in need
    PUBLIC_ASSISTANCE = "public_assistance", "生活保護関係情報", "Public assistance"
    FOREIGN_RESIDENT_PUBLIC_ASSISTANCE = (
        "foreign_resident_public_assistance",
        "外国人生活保護関係情報",
        "Measures like public assistance for foreign residents",
    )
    RETURNEES_SUPPORT_BENEFIT = (
        "returnees_support_benefit",
        "中国残留邦人等支援給付関係情報",
        "Support benefit for Japanese returnees from China",
    )
    # --- children and families
    CHILD_ALLOWANCE = "child_allowance", "児童手当関係情報", "Child allowance"
    CHILD_REARING_ALLOWANCE = "child_rearing_allowance", "児童扶養手当関係情報", "Child-rearing allowance"
    SPECIAL_CHILD_REARING_ALLOWANCE = (
        "special_child_rearing_allowance",
        "特別児童扶養手当関係情報",
        "Special child-rearing allowance",
    )
    SINGLE_PARENT_BENEFIT = (
        "single_parent_benefit",
        "母子及び父子並びに寡婦福祉法による給付金の支給に関する情報",
        "Benefits under the Single Parents and Widows Welfare Act",
    )
    SINGLE_PARENT_LOAN = (
        "single_parent_loan",
        "母子及び父子並びに寡婦福祉法による資金の貸付けに関する情報",
        "Loans under the Single Parents and Widows Welfare Act",
    )
    MOTHER_CHILD_FACILITY_PROTECTION = (
        "mother_child_facility_protection",
        "児童福祉法による母子生活支援施設における保護の実施に関する情報",
        "Protection in a mother-and-child living support facility",
    )
    PREGNANCY_NOTIFICATION = (
        "pregnancy_notification",
        "母子保健法による妊娠の届出に関する情報",
        "Notification of pregnancy",
    )
    MATERNAL_CHILD_HEALTH_CHECKUP = (
        "maternal_child_health_checkup",
        "母子保健法による健康診査に関する情報",
        "Maternal and child health: checkups",
    )
    MATERNAL_CHILD_CONSULTATION = (
        "maternal_child_consultation",
        "母子保健法による相談に関する情報",
        "Maternal and child health: consultation",
    )
    MATERNAL_CHILD_SUPPORT = (
        "maternal_child_support",
        "母子保健法による支援に関する情報",
        "Maternal and child health: support",
    )
    MATERNAL_CHILD_GUIDANCE = (
        "maternal_child_guidance",
        "母子保健法による保健指導に関する情報",
        "Maternal and child health: health guidance",
    )
    NEWBORN_VISIT = (
        "newborn_visit",
        "母子保健法による新生児の訪問指導に関する情報",
        "Maternal and child health: visits to newborns",
    )
    EXPECTANT_MOTHER_VISIT = (
        "expectant_mother_visit",
        "母子保健法による妊産婦の訪問指導に関する情報",
        "Maternal and child health: visits to expectant and nursing mothers",
    )
    POSTPARTUM_CARE = (
        "postpartum_care",
        "母子保健法による産後ケア事業に関する情報",
        "Maternal and child health: postpartum care",
    )
    PREMATURE_INFANT_VISIT = (
        "premature_infant_visit",
        "母子保健法による未熟児の訪問指導に関する情報",
        "Maternal and child health: visits to premature infants",
    )
    PREMATURE_INFANT_MEDICAL_CARE = (
        "premature_infant_medical_care",
        "母子保健法による養育医療の給付に関する情報",
        "Maternal and child health: medical care for premature infants",
    )
    PREMATURE_INFANT_MEDICAL_EXPENSES = (
        "premature_infant_medical_expenses",
        "母子保健法による養育医療に要する費用の支給に関する情報",
        "Maternal and child health: expenses of medical care for premature infants",
    )
    EXPECTANT_MOTHER_SUPPORT_BENEFIT = (
        "expectant_mother_support_benefit",
        "子ども・子育て支援法による妊婦のための支援給付の支給に関する情報",
        "Support benefit for expectant mothers",
    )
    COMMUNITY_CHILD_SUPPORT_PROJECT = (
        "community_child_support_project",
        "子ども・子育て支援法による地域子ども・子育て支援事業の実施に関する情報",
        "Community child and child-rearing support projects",
    )
    CHILD_PLACEMENT_MEASURE = (
        "child_placement_measure",
        "児童福祉法による措置（同法第二十七条第一項第三号の措置をいう。）に関する情報",
        "Placement of a child with foster parents or in a facility (Child Welfare Act 27(1)(iii))",
    )
    CHILD_ENTRUSTMENT_MEASURE = (
        "child_entrustment_measure",
        "児童福祉法による措置（同法第二十七条第二項の措置をいう。）に関する情報",
        "Entrustment of a child to a medical institution (Child Welfare Act 27(2))",
    )
    CHILD_FAMILY_COURT_MEASURE = (
        "child_family_court_measure",
        "児童福祉法による措置（同法第二十七条の二第一項の措置をいう。）に関する情報",
        "Measure after a family court decision (Child Welfare Act 27-2(1))",
    )
    CHILD_DAILY_LIFE_SUPPORT = (
        "child_daily_life_support",
        "児童福祉法による日常生活上の援助及び生活指導並びに就業の支援の実施に関する情報",
        "Daily-life aid, guidance and employment support under the Child Welfare Act",
    )
    CHILD_CHRONIC_DISEASE_MEDICAL_EXPENSES = (
        "child_chronic_disease_medical_expenses",
        "児童福祉法による小児慢性特定疾病医療費の支給に関する情報",
        "Medical expenses for specified chronic diseases of children",
    )
    CHILD_CHRONIC_DISEASE_CERTIFICATION = (
        "child_chronic_disease_certification",
        "児童福祉法による小児慢性特定疾病要支援者証明事業の実施に関する情報",
        "Certification of children with specified chronic diseases",
    )
    CHILD_TUBERCULOSIS_CARE = (
        "child_tuberculosis_care",
        "児童福祉法による療育の給付に関する情報",
        "Medical and educational care for children with tuberculosis",
    )
    # --- disability
    CHILD_INVESTIGATION_AND_JUDGEMENT = (
        "child_investigation_and_judgement",
        "児童福祉法による児童及びその家庭についての調査及び判定に関する情報",
        "Investigation and judgement about a child and its family",
    )
    PHYSICAL_DISABILITY_CERTIFICATE = (
        "physical_disability_certificate",
        "身体障害者福祉法による身体障害者手帳に関する情報",
        "Certificate of a person with a physical disability",
    )
    MENTAL_DISABILITY_CERTIFICATE = (
        "mental_disability_certificate",
        "精神保健及び精神障害者福祉に関する法律による精神障害者保健福祉手帳に関する情報",
        "Certificate of a person with a mental disability",
    )
    INTELLECTUAL_DISABILITY = (
        "intellectual_disability",
        "知的障害者福祉法にいう知的障害者に関する情報",
        "Intellectual disability",
    )
    DISABILITY_SERVICE_BENEFIT = (
        "disability_service_benefit",
        "障害者自立支援給付関係情報",
        "Benefits for services to persons with disabilities",
    )
    MEDICAL_LONG_TERM_CARE_SERVICE = (
        "medical_long_term_care_service",
        "障害者の日常生活及び社会生活を総合的に支援するための法律による療養介護に関する情報",
        "Medical long-term care of persons with disabilities",
    )
    FACILITY_RESIDENCE_SUPPORT = (
        "facility_residence_support",
        "障害者の日常生活及び社会生活を総合的に支援するための法律による施設入所支援に関する情報",
        "Support for living in a facility for persons with disabilities",
    )
    DISABLED_CHILD_DAY_SUPPORT = (
        "disabled_child_day_support",
        "児童福祉法による障害児通所支援に関する情報",
        "Day support for children with disabilities",
    )
    DISABLED_CHILD_RESIDENTIAL_SUPPORT = (
        "disabled_child_residential_support",
        "児童福祉法による障害児入所支援に関する情報",
        "Residential support for children with disabilities",
    )
    DISABLED_CHILD_RESIDENTIAL_BENEFIT = (
        "disabled_child_residential_benefit",
        "児童福祉法による障害児入所給付費の支給に関する情報",
        "Residential benefit for children with disabilities",
    )
    DISABLED_CHILD_WELFARE_ALLOWANCE = (
        "disabled_child_welfare_allowance",
        "特別児童扶養手当等の支給に関する法律による障害児福祉手当の支給に関する情報",
        "Welfare allowance for children with disabilities",
    )
    SPECIAL_DISABILITY_ALLOWANCE = (
        "special_disability_allowance",
        "特別児童扶養手当等の支給に関する法律による特別障害者手当の支給に関する情報",
        "Special allowance for persons with disabilities",
    )
    TRANSITIONAL_WELFARE_ALLOWANCE = (
        "transitional_welfare_allowance",
        "昭和六十年法律第三十四号附則第九十七条第一項の福祉手当の支給に関する情報",
        "Transitional welfare allowance (1985 Act No. 34, suppl. art. 97(1))",
    )
    SPECIAL_ALLOWANCE_ACT_BENEFIT = (
        "special_allowance_act_benefit",
        "特別児童扶養手当等の支給に関する法律その他の法令による給付の支給に関する情報",
        "Benefit under the Special Child Rearing Allowance Act or another law",
    )
    ANY_LAW_DISABILITY_ALLOWANCE = (
        "any_law_disability_allowance",
        "特別児童扶養手当等の支給に関する法律その他の法令による障害を有する者に対する手当の支給に関する情報",
        "Allowance for persons with disabilities under that Act or another law",
    )
    DISABILITY_CAUSE_BENEFIT = (
        "disability_cause_benefit",
        "昭和六十年法律第三十四号附則第九十七条第二項において準用する特別児童扶養手当等の支給に関する法律第十七条第一号の障害を支給事由とする給付の支給に関する情報",
        "Benefit caused by the disability (1985 Act No. 34, suppl. art. 97(2))",
    )
    INTRACTABLE_DISEASE_MEDICAL_EXPENSES = (
        "intractable_disease_medical_expenses",
        "難病の患者に対する医療等に関する法律による特定医療費の支給に関する情報",
        "Specified medical expenses for intractable diseases",
    )
    INTRACTABLE_DISEASE_CERTIFICATION = (
        "intractable_disease_certification",
        "難病の患者に対する医療等に関する法律による指定難病要支援者証明事業の実施に関する情報",
        "Certification of persons with designated intractable diseases",
    )
    # --- health and school
    VACCINATION = "vaccination", "予防接種法による予防接種の実施に関する情報", "Vaccination"
    NEW_INFLUENZA_VACCINATION = (
        "new_influenza_vaccination",
        "新型インフルエンザ等対策特別措置法による予防接種の実施に関する情報",
        "Vaccination against new influenza",
    )
    HEALTH_PROMOTION_PROJECT = (
        "health_promotion_project",
        "健康増進法による健康増進事業の実施に関する情報",
        "Health promotion projects",
    )
    SCHOOL_MEDICAL_EXPENSES_AID = (
        "school_medical_expenses_aid",
        "学校保健安全法による医療に要する費用についての援助に関する情報",
        "Aid for medical expenses of pupils",
    )
    SPECIAL_NEEDS_SCHOOL_EXPENSES = (
        "special_needs_school_expenses",
        "特別支援学校への就学奨励に関する法律による特別支援学校への就学のため必要な経費の支弁に関する情報",
        "Expenses for attending a special-needs school",
    )
    HIGH_SCHOOL_TUITION_SUPPORT = (
        "high_school_tuition_support",
        "高等学校等就学支援金の支給に関する法律による就学支援金の支給に関する情報",
        "High school tuition support",
    )
    # --- benefits of other laws that adjust a benefit (他の法令による給付)
    HEALTH_INSURANCE_ART55_128_BENEFIT = (
        "health_insurance_art55_128_benefit",
        "健康保険法第五十五条又は第百二十八条に規定する他の法令による給付の支給に関する情報",
        "Another law's benefit (Health Insurance Act 55, 128)",
    )
    HEALTH_INSURANCE_ART55_BENEFIT = (
        "health_insurance_art55_benefit",
        "健康保険法第五十五条に規定する他の法令による給付の支給に関する情報",
        "Another law's benefit (Health Insurance Act 55)",
    )
    SEAMENS_INSURANCE_ART33_BENEFIT = (
        "seamens_insurance_art33_benefit",
        "船員保険法第三十三条に規定する他の法令による給付の支給に関する情報",
        "Another law's benefit (Seamen's Insurance Act 33)",
    )
    CHILD_WELFARE_ART19_7_BENEFIT = (
        "child_welfare_art19_7_benefit",
        "児童福祉法第十九条の七に規定する他の法令による給付の支給に関する情報",
        "Another law's benefit (Child Welfare Act 19-7)",
    )
    CHILD_WELFARE_ART21_5_31_BENEFIT = (
        "child_welfare_art21_5_31_benefit",
        "児童福祉法第二十一条の五の三十一に規定する他の法令による給付の支給に関する情報",
        "Another law's benefit (Child Welfare Act 21-5-31)",
    )
    CHILD_WELFARE_ART24_22_BENEFIT = (
        "child_welfare_art24_22_benefit",
        "児童福祉法第二十四条の二十二に規定する他の法令による給付の支給に関する情報",
        "Another law's benefit (Child Welfare Act 24-22)",
    )
    MENTAL_HEALTH_ART30_2_BENEFIT = (
        "mental_health_art30_2_benefit",
        "精神保健及び精神障害者福祉に関する法律第三十条の二に規定する他の法律による医療に関する給付の支給に関する情報",
        "Another law's medical benefit (Mental Health Act 30-2)",
    )
    NATIONAL_HEALTH_INSURANCE_ART56_BENEFIT = (
        "national_health_insurance_art56_benefit",
        "国民健康保険法第五十六条第一項に規定する他の法令による給付の支給に関する情報",
        "Another law's benefit (National Health Insurance Act 56(1))",
    )
    EMPLOYMENT_INSURANCE_ART37_BENEFIT = (
        "employment_insurance_art37_benefit",
        "雇用保険法第三十七条第八項に規定する他の法令による給付の支給に関する情報",
        "Another law's benefit (Employment Insurance Act 37(8))",
    )
    ELDERLY_MEDICAL_ART57_BENEFIT = (
        "elderly_medical_art57_benefit",
        "高齢者の医療の確保に関する法律第五十七条第一項に規定する他の法令による給付の支給に関する情報",
        "Another law's benefit (Elderly Medical Care Act 57(1))",
    )
    LONG_TERM_CARE_ART20_BENEFIT = (
        "long_term_care_art20_benefit",
        "介護保険法第二十条に規定する他の法令による給付の支給に関する情報",
        "Another law's benefit (Long-Term Care Insurance Act 20)",
    )
    INFECTIOUS_DISEASES_ART39_BENEFIT = (
        "infectious_diseases_art39_benefit",
        "感染症の予防及び感染症の患者に対する医療に関する法律第三十九条第一項に規定する他の法律による医療に関する給付の支給に関する情報",
        "Another law's medical benefit (Infectious Diseases Act 39(1))",
    )
    DISABILITY_SERVICES_ART7_BENEFIT = (
        "disability_services_art7_benefit",
        "障害者の日常生活及び社会生活を総合的に支援するための法律第七条に規定する他の法令により行われる給付の支給に関する情報",
        "Another law's benefit (Disability Services Act 7)",
    )
    INTRACTABLE_DISEASES_ART12_BENEFIT = (
        "intractable_diseases_art12_benefit",
        "難病の患者に対する医療等に関する法律第十二条に規定する他の法令による給付の支給に関する情報",
        "Another law's benefit (Intractable Diseases Act 12)",
    )
    # --- only in the former appended table 2 of the Act (until 2024-05-26)
    SOCIAL_WELFARE_LOAN = (
        "social_welfare_loan",
        "社会福祉法による生計困難者に対して無利子又は低利で資金を融通する事業の実施に関する情報",
        "Loans to persons in need (Social Welfare Act)",
        True,
    )
    WAR_VICTIMS_RELIEF = (
        "war_victims_relief",
        "戦傷病者戦没者遺族等援護関係情報",
        "Relief of war victims and survivors",
        True,
    )
    WAR_VICTIMS_PENSION = (
        "war_victims_pension",
        "戦傷病者戦没者遺族等援護法による年金である給付の支給に関する情報",
        "Pension of war victims and survivors",
        True,
    )
    ATOMIC_BOMB_GENERAL_ILLNESS = (
        "atomic_bomb_general_illness",
        "原子爆弾被爆者に対する援護に関する法律による一般疾病医療費の支給に関する情報",
        "Atomic bomb survivors: medical expenses of general illnesses",
        True,
    )
    ATOMIC_BOMB_ALLOWANCE = (
        "atomic_bomb_allowance",
        "原子爆弾被爆者に対する援護に関する法律による手当等の支給に関する情報",
        "Atomic bomb survivors: allowances",
        True,
    )
    ATOMIC_BOMB_CARE_ALLOWANCE = (
        "atomic_bomb_care_allowance",
        "原子爆弾被爆者に対する援護に関する法律による介護手当の支給に関する情報",
        "Atomic bomb survivors: care allowance",
        True,
    )
    ASBESTOS_RELIEF = (
        "asbestos_relief",
        "石綿健康被害救済給付等関係情報",
        "Relief of asbestos victims",
        True,
    )
    DISASTER_RELIEF = (
        "disaster_relief",
        "災害救助法による救助又は扶助金の支給に関する情報",
        "Disaster relief: aid and allowances (Disaster Relief Act)",
        True,
    )
    RETURNEES_TRAVEL_BENEFIT = (
        "returnees_travel_benefit",
        "中国残留邦人等の永住帰国旅費、自立支度金、一時金又は一時帰国旅費の支給に関する情報",
        "Travel costs and grants for Japanese returnees from China",
        True,
    )
    NATIONAL_PENSION_BENEFIT = (
        "national_pension_benefit",
        "国民年金法による年金である給付の支給に関する情報",
        "National pension",
        True,
    )
    NATIONAL_PENSION_FUND_MEMBER = (
        "national_pension_fund_member",
        "国民年金基金の加入員に関する情報",
        "Members of national pension funds",
        True,
    )
    NATIONAL_PENSION_FACILITY_RESIDENT = (
        "national_pension_facility_resident",
        "国民年金法第八十九条第一項第三号の施設に入所する者に関する情報",
        "Residents of facilities (National Pension Act 89(1)(iii))",
        True,
    )
    FARMERS_PENSION_INSURED = (
        "farmers_pension_insured",
        "独立行政法人農業者年金基金法による農業者年金の被保険者に関する情報",
        "Insured persons of the farmers pension",
        True,
    )
    EMPLOYMENT_TRAINING_BENEFIT = (
        "employment_training_benefit",
        "雇用保険法による教育訓練給付金の支給に関する情報",
        "Employment insurance: education and training benefit",
        True,
    )
    SEAMENS_INSURANCE_BENEFIT = (
        "seamens_insurance_benefit",
        "船員保険法による保険給付の支給に関する情報",
        "Seamen's insurance benefits",
        True,
    )
    INVOLUNTARY_HOSPITALISATION = (
        "involuntary_hospitalisation",
        "精神保健及び精神障害者福祉に関する法律による入院措置に関する情報",
        "Involuntary hospitalisation (Mental Health Act)",
        True,
    )
    NATIONAL_HEALTH_PREMIUM_DEDUCTION = (
        "national_health_premium_deduction",
        "国民健康保険法第七十六条の四において準用する介護保険法の規定により通知することとされている事項に関する情報",
        "National health insurance: notices of deduction from pensions",
        True,
    )
    ELDERLY_MEDICAL_PREMIUM_DEDUCTION = (
        "elderly_medical_premium_deduction",
        "高齢者の医療の確保に関する法律第百十条において準用する介護保険法の規定により通知することとされている事項に関する情報",
        "Medical care of the elderly: notices of deduction from pensions",
        True,
    )
    LONG_TERM_CARE_PREMIUM_DEDUCTION = (
        "long_term_care_premium_deduction",
        "介護保険法第百三十六条第一項、第百三十八条第一項又は第百四十一条第一項の規定により通知することとされている事項に関する情報",
        "Long-term care insurance: notices of deduction from pensions",
        True,
    )
    PRIVATE_SCHOOL_ART60_BENEFIT = (
        "private_school_art60_benefit",
        "私立学校教職員共済法第二十五条において準用する国家公務員共済組合法第六十条第一項に規定する他の法令による給付の支給に関する情報",
        "Another law's benefit (Private School Mutual Aid Act 25)",
        True,
    )
    NATIONAL_OFFICIALS_ART60_BENEFIT = (
        "national_officials_art60_benefit",
        "国家公務員共済組合法第六十条第一項に規定する他の法令による給付の支給に関する情報",
        "Another law's benefit (National Officials Mutual Aid Act 60(1))",
        True,
    )
    LOCAL_OFFICIALS_ART62_BENEFIT = (
        "local_officials_art62_benefit",
        "地方公務員等共済組合法第六十二条第一項に規定する他の法令による給付の支給に関する情報",
        "Another law's benefit (Local Officials Mutual Aid Act 62(1))",
        True,
    )
    ATOMIC_BOMB_ART18_BENEFIT = (
        "atomic_bomb_art18_benefit",
        "原子爆弾被爆者に対する援護に関する法律第十八条第一項ただし書に規定する他の法令による医療に関する給付の支給に関する情報",
        "Another law's medical benefit (Atomic Bomb Survivors Act 18(1))",
        True,
    )
