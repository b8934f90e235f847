"""Words about the life of an archive: why it ends, how it is handed over."""

from caseworks.codelists.lists import code_list

EXIT_REASON = code_list(
    "exit reason (退出原因)",
    "civil-affairs record, 退出信息",
    ("returned", "父母返乡", "parents came back"),
    ("joined", "随父母外出", "left with the parents"),
    ("aged", "年满十八周岁", "turned 18", "年满18周岁"),
    ("moved", "迁出本地", "moved away"),
    ("graduated", "毕业离校", "graduated"),
    ("died", "死亡", "died"),
    ("error", "误建档案", "opened by mistake"),
    ("duplicate", "重复建档", "opened twice"),
    ("other", "其他", "other"),
)

HANDOVER_REASON = code_list(
    "why an archive goes to another office",
    "local list",
    ("transfer", "转学", "changed school"),
    ("moved", "搬家", "moved house"),
    ("graduated", "升学", "went on to the next school"),
    ("carer", "更换照护人", "another carer"),
    ("other", "其他", "other"),
)

HANDOVER_STATE = code_list(
    "what became of a hand-over",
    "local list",
    ("waiting", "等待答复", "waits for an answer"),
    ("accepted", "已接收", "accepted"),
    ("returned", "已退回", "returned"),
    ("withdrawn", "已撤回", "withdrawn"),
)

EMERGENCY = code_list(
    "why an archive of another office must be opened at once",
    "未成年人保护法 art. 11; 强制报告九部门意见",
    ("danger", "孩子正处于危险中", "the child is in danger"),
    ("found", "孩子走失或独自流落", "the child is lost or alone"),
    ("injured", "孩子受伤或急病", "the child is hurt or ill"),
    ("nobody", "家中无人照料", "nobody at home cares for the child"),
    ("disaster", "灾害或事故", "a disaster or an accident"),
)
