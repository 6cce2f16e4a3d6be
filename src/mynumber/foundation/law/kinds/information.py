"""Kinds of information: what is provided (fourth column of the table)."""

from mynumber.foundation.law.kinds.labelled import LabelledKind


class InformationKind(LabelledKind):
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
