"""Kinds of institution: who asks and who provides (first and third column of the table)."""

from mynumber.foundation.law.kinds.labelled import LabelledKind


class InstitutionKind(LabelledKind):
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
