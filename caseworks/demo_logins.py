"""The logins of the demo. They exist only in a database filled by `load_demo`, and are shown only when the settings say
that this is the demo."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

PASSWORD = "liushou-demo-2026"  # noqa: S105  (printed on purpose; no real installation has these accounts)


@dataclass(frozen=True)
class DemoLogin:
    username: str
    organization: str
    role: str
    sentence: object


DEMO_LOGINS = (
    DemoLogin("clerk", "shimen-school", "school_staff", _("School clerk of Shimen central school: import a roster.")),
    DemoLogin("caseworker", "shuanglong", "caseworker", _("Caseworker of a village: see who is due, log a visit.")),
    DemoLogin("mentor", "broadcast", "mentor", _("Mentor at the broadcasting bureau: only the paired children.")),
    DemoLogin("administrator", "jinnan", "administrator", _("Administrator of the district: the annual report.")),
    DemoLogin("town", "shimen", "administrator", _("Administrator of Shimen town.")),
    DemoLogin("bureau", "broadcast", "administrator", _("Administrator of the broadcasting bureau: pairings.")),
    DemoLogin("leader", "jinnan", "leader", _("Leader of the district: figures, no names.")),
    DemoLogin("auditor", "jiangjin", "auditor", _("Auditor of the county: the audit trail, no archives.")),
    DemoLogin("system", "jiangjin", "system", _("System manager: organizations and accounts, no archives.")),
    DemoLogin("stranger", "yunyang", "administrator", _("Administrator of another county.")),
)
