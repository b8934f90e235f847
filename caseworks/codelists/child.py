"""Words about the child: who it is, health and disability."""

from caseworks.codelists.lists import code_list

SEX = code_list("sex", "GB/T 2261.1", ("1", "男", "male", "男性"), ("2", "女", "female", "女性"))

ETHNICITY = code_list(
    "ethnicity",
    "GB/T 3304",
    *(
        (f"{number:02d}", f"{zh}族", en, zh)
        for number, (zh, en) in enumerate(
            (pair.split(":") for pair in (
                "汉:Han 蒙古:Mongol 回:Hui 藏:Tibetan 维吾尔:Uyghur 苗:Miao 彝:Yi 壮:Zhuang 布依:Buyei 朝鲜:Korean 满:Manchu "
                "侗:Dong 瑶:Yao 白:Bai 土家:Tujia 哈尼:Hani 哈萨克:Kazak 傣:Dai 黎:Li 傈僳:Lisu 佤:Va 畲:She 高山:Gaoshan "
                "拉祜:Lahu 水:Sui 东乡:Dongxiang 纳西:Naxi 景颇:Jingpo 柯尔克孜:Kirgiz 土:Tu 达斡尔:Daur 仫佬:Mulao 羌:Qiang "
                "布朗:Blang 撒拉:Salar 毛南:Maonan 仡佬:Gelao 锡伯:Xibe 阿昌:Achang 普米:Pumi 塔吉克:Tajik 怒:Nu 乌孜别克:Uzbek "
                "俄罗斯:Russian 鄂温克:Ewenki 德昂:Deang 保安:Bonan 裕固:Yugur 京:Gin 塔塔尔:Tatar 独龙:Derung 鄂伦春:Oroqen "
                "赫哲:Hezhen 门巴:Monba 珞巴:Lhoba 基诺:Jino"
            ).split()),
            start=1,
        )
    ),
    ("97", "其他", "other"),
    ("98", "外国血统中国籍人士", "of foreign descent"),
)  # fmt: skip

REGISTRATION = code_list(
    "registration (户口性质)",
    "学籍 collection standard; civil-affairs summary table",
    ("1", "农业户口", "rural", "农业", "农村", "农村户口", "农村居民"),
    ("2", "非农业户口", "urban", "非农业", "城镇", "城镇户口", "城镇居民", "非农"),
    ("3", "无户口", "not registered", "未登记户口"),
    ("9", "其他", "other"),
)

HEALTH = code_list(
    "health",
    "学籍 collection standard (健康状况)",
    ("10", "健康或良好", "healthy", "健康", "良好"),
    ("20", "一般或较弱", "fair or weak", "一般", "较弱"),
    ("30", "慢性病", "chronic illness", "有慢性病"),
    ("40", "生理缺陷", "physical defect", "有生理缺陷"),
    ("50", "残疾", "disabled"),
    ("60", "重病", "seriously ill", "患病", "大病"),
    ("90", "其他", "other"),
)

DISABILITY = code_list(
    "disability",
    "GB/T 26341",
    ("1", "视力残疾", "sight", "视力"),
    ("2", "听力残疾", "hearing", "听力"),
    ("3", "言语残疾", "speech", "言语"),
    ("4", "肢体残疾", "limbs", "肢体"),
    ("5", "智力残疾", "intellectual", "智力"),
    ("6", "精神残疾", "mental", "精神"),
    ("7", "多重残疾", "multiple", "多重"),
)

DISABILITY_LEVEL = code_list(
    "level of disability",
    "GB/T 26341: 1 is the severest",
    ("1", "一级", "level 1", "1级", "Ⅰ级"),
    ("2", "二级", "level 2", "2级", "Ⅱ级"),
    ("3", "三级", "level 3", "3级", "Ⅲ级"),
    ("4", "四级", "level 4", "4级", "Ⅳ级"),
)

ILLNESS = code_list(
    "illness (患病类型)",
    "kinds common in local lists of major and chronic illnesses; 患病 of the form means a major illness",
    ("heart", "先天性心脏病", "congenital heart disease", "先心病"),
    ("blood", "白血病等血液病", "leukaemia or another blood disease", "白血病", "血液病", "血友病"),
    ("cancer", "恶性肿瘤", "cancer", "癌症", "肿瘤"),
    ("kidney", "肾病", "kidney disease", "尿毒症", "肾炎"),
    ("diabetes", "糖尿病", "diabetes"),
    ("asthma", "哮喘", "asthma"),
    ("epilepsy", "癫痫", "epilepsy"),
    ("tuberculosis", "结核病", "tuberculosis", "肺结核"),
    ("hepatitis", "肝病", "liver disease", "乙肝", "肝炎"),
    ("mental", "严重精神障碍", "severe mental disorder", "精神病"),
    ("palsy", "脑瘫", "cerebral palsy"),
    ("anaemia", "贫血或营养不良", "anaemia or malnutrition", "贫血", "营养不良"),
    ("other", "其他疾病", "other illness", "其他"),
    ("none", "无", "none", "没有"),
)

CHECK_RESULT = code_list(
    "result of a health check (体检结果)",
    "school health checks",
    ("normal", "正常", "normal", "健康", "良好"),
    ("abnormal", "有异常，在校观察", "something found, to be watched", "异常"),
    ("refer", "有异常，需要去医院", "something found, to see a doctor", "转诊", "需转诊"),
)

REFERRAL_OUTCOME = code_list(
    "what came of a referral",
    "school health checks",
    ("fine", "已就诊，无大碍", "seen by a doctor, nothing serious"),
    ("treated", "已就诊，治疗中", "seen by a doctor, in treatment"),
    ("cured", "已治好", "cured"),
    ("refused", "家里没有去", "the family did not go"),
)

ATTACHMENT_KIND = code_list(
    "kind of picture in an archive (附件类别)",
    "未成年人保护法 art. 22, 23; civil-affairs record, attachments",
    ("photo", "照片", "photograph"),
    ("agreement", "委托照护协议扫描件", "scanned agreement"),
    ("notice", "书面告知扫描件", "scanned notice"),
    ("document", "证件材料", "document"),
    ("work", "儿童作品", "the child's work"),
    ("other", "其他", "other"),
)

PROOF = code_list(
    "what a scanned paper proves (扫描件所证明的事项)",
    "未成年人保护法 art. 22, 23; 个人信息保护法 art. 31; civil-affairs record, attachments",
    ("agreement", "委托照护协议", "agreement on the care"),
    ("school_notice", "告知学校的书面通知", "written notice to the school"),
    ("village_notice", "告知村（居）委会的书面通知", "written notice to the village"),
    ("consent", "告知书或同意书", "signed notice or consent"),
    ("check", "体检报告", "report of a health check"),
    ("disability", "残疾人证", "disability certificate"),
    ("relief", "救助审批材料", "decision on public support"),
    ("exit", "退出证明", "paper about the exit"),
)
