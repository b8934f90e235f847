"""Words about growing up: facets, surveys, the growth file."""

from caseworks.codelists.lists import code_list

FACET = code_list(
    "facet of the child (档案六方面)",
    "seed report 2",
    ("character", "性格", "character"),
    ("interests", "兴趣", "interests"),
    ("study", "学习", "study"),
    ("thinking", "思想", "thinking"),
    ("psychology", "心理", "state of mind"),
    ("morals", "品格", "conduct"),
)

SURVEY_STATE = code_list(
    "how things are in a survey domain",
    "seed report 7: 学习 生活 心理 安全 健康",
    ("good", "良好", "good", "好"),
    ("some", "有些困难", "some difficulty", "一般"),
    ("help", "需要帮助", "needs help", "差"),
)

GROWTH_KIND = code_list(
    "kind of growth entry (成长记录)",
    "seed reports 5 and 6: growth diary, categories of the growth file",
    ("diary", "成长日记", "diary", "日记"),
    ("study", "学习", "study"),
    ("activity", "活动", "activity"),
    ("conduct", "日常行为", "conduct", "行为"),
    ("emotion", "情感表现", "feelings", "情感"),
    ("award", "获奖", "award", "奖励"),
    ("works", "作品", "works"),
)

VISIBLE_TO = code_list(
    "who reads an entry",
    "the registry's own",
    ("keepers", "只给村里和学校的档案管理人看", "only those who keep the archive"),
    ("mentors", "帮扶人也能看", "mentors too"),
)
