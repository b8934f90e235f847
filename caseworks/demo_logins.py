"""The logins of the demo. They exist only in a database filled by `load_demo`, and are shown only when the settings say
that this is the demo."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

PASSWORD = "liushou-demo-2026"  # noqa: S105  (printed on purpose; no real installation has these accounts)


@dataclass(frozen=True)
class DemoLogin:
    username: str
    name: str
    organization: str
    role: str
    sentence: object


DEMO_LOGINS = (
    DemoLogin(
        "clerk", "周敏", "shimen-school", "school_staff", _("School clerk of Shimen central school: import a roster.")
    ),
    DemoLogin(
        "caseworker", "刘小平", "shuanglong", "caseworker", _("Caseworker of a village: see who is due, log a visit.")
    ),
    DemoLogin(
        "mentor", "杨春梅", "broadcast", "mentor", _("Mentor at the broadcasting bureau: only the paired children.")
    ),
    DemoLogin(
        "administrator", "郑国强", "jinnan", "administrator", _("Administrator of the district: the annual report.")
    ),
    DemoLogin(
        "county", "唐秀云", "jiangjin", "administrator", _("Administrator of the county: approves what others export.")
    ),
    DemoLogin("town", "谢明富", "shimen", "administrator", _("Administrator of Shimen town.")),
    DemoLogin("bureau", "黄玲", "broadcast", "administrator", _("Administrator of the broadcasting bureau: pairings.")),
    DemoLogin("leader", "何光明", "jinnan", "leader", _("Leader of the district: figures, no names.")),
    DemoLogin("auditor", "罗静", "jiangjin", "auditor", _("Auditor of the county: the audit trail, no archives.")),
    DemoLogin("system", "孙斌", "jiangjin", "system", _("System manager: organizations and accounts, no archives.")),
    DemoLogin("stranger", "谭玉兰", "yunyang", "administrator", _("Administrator of another county.")),
)
