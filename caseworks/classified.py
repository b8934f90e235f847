"""The kind of information that every field of every record is: a group of caseworks/privacy.py.

Table → group → its fields. A field in no group keeps the registry from starting (`privacy.E001`).
"""

from __future__ import annotations

FIELDS: dict[str, dict[str, str]] = {
    "caseworks.Organization": {"key": "id code path version", "office": "name kind parent gb_code closed_on"},
    "caseworks.User": {
        "key": "id version",
        "staff": "username name is_active last_login second_factor_since",
        "inner": "password password_set_at first_password_until",
    },
    "caseworks.Posting": {"key": "id version", "staff": "user organization role from_on until_on"},
    "caseworks.Submission": {"key": "id", "inner": "user location saved_at"},
    "caseworks.Counted": {
        "key": "id",
        "inner": "kind question reach user posting figures counted_at wanted_at held_until failed",
    },
    "caseworks.AuditEvent": {
        "key": "id",
        "trail": "at by posting path action kind object_id reason changes address",
    },
    "caseworks.AuditSeal": {"key": "number position events sealed_at digest mac"},
    "caseworks.ListedChildren": {"key": "id about first last keys at"},
    "caseworks.AuditArchive": {
        "key": "number first position events digest file_name sha256 mac archived_at",
    },
    "caseworks.Export": {
        "key": "id code",
        "release": "by posting path recipe title rows full zipped purpose state asked_at decided_by decided_at note "
        "prepared_at fetched_at expires_at file_bytes sha256",
        "secret": "file_key asked",
        "inner": "approver_roles preparing_at tries file_name",
    },
    "caseworks.KeyCheck": {"key": "id purpose identifier used_since", "inner": "canary"},
    "caseworks.Session": {
        "inner": "session_key session_data expire_date user started_at used_at address agent",
    },
    "caseworks.SecondFactor": {
        "key": "id",
        "secret": "seed",
        "inner": "user name confirmed last_used_step drift throttling_failure_count throttling_failure_timestamp",
    },
    "caseworks.RecoveryCode": {"key": "id", "inner": "user mark digest"},
    "caseworks.FormerPassword": {"key": "id", "inner": "user digest"},
    "children.Child": {
        "key": "id code version",
        "basic": "name sex born_on ethnicity only_child opened_on closed_on exit_reason",
        "registration": "registration id_doubtful id_faults",
        "identity": "id_number registered_at",
        "situation": "health orphan",
        "psych": "notes",
        "inner": "id_index id_tail_index name_order search_text",
    },
    "children.PupilCount": {"key": "id version", "rules": "school term counted_on pupils rural_pupils"},
    "children.Enrolment": {
        "key": "id version",
        "basic": "child school grade class_name boarding student_number from_on until_on",
    },
    "children.Residence": {
        "key": "id code version",
        "basic": "child village from_on until_on",
        "contact": "address",
        "inner": "address_index",
    },
    "children.Attachment": {
        "key": "id code proves_code",
        "picture": "child kind proves title taken_on uploaded_by uploaded_for uploaded_at size width height sha256 held",
        "secret": "file_key",
        "inner": "file_name",
    },
    "children.AgeStep": {"key": "id", "basic": "child age done_on done_by entered_at", "psych": "note"},
    "children.NameWord": {"inner": "word child"},
    "children.SavedFilter": {"key": "id code", "lists": "owner organization name query shared"},
    "children.ChosenColumns": {"key": "id", "lists": "user columns"},
    "children.ClassTeacher": {"key": "id", "teacher": "school year grade class_name name"},
    "children.ClosedPeriod": {"key": "id", "basic": "child from_on until_on reason"},
    "children.Handover": {
        "key": "id code from_path to_path proposed_path",
        "basic": "child via from_organization to_organization asked_by_receiver reason moves_on state proposed_by "
        "proposed_at answered_by answered_at name sex born_on grade",
        "talk": "note answer",
    },
    "children.Grant": {
        "key": "id code",
        "basic": "child organization given_to given_at from_on until_on",
        "situation": "reason words",
    },
    "children.Promotion": {"key": "id code", "promotion": "school term_on counts made_by made_at undone_by undone_at"},
    "children.Promoted": {"key": "id child_version", "basic": "promotion child before after handover outcome"},
    "children.Disability": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child kind level from_on until_on",
        "identity": "certificate",
    },
    "children.Illness": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child kind name from_on until_on",
    },
    "children.HealthCheck": {
        "key": "id code version recorded_by recorded_at",
        "term": "child checked_on hospital height_cm weight_kg vision_left vision_right haemoglobin result outcome "
        "outcome_on",
        "mind": "finding",
    },
    "children.Hardship": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child kind from_on until_on exit_reason",
        "mind": "note",
    },
    "children.Need": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child kind state plan from_on until_on",
    },
    "children.Relief": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child kind yuan_a_month from_on until_on",
    },
    "children.Livelihood": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child known_on sources yuan_a_year",
    },
    "children.Schooling": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child kind note from_on until_on",
    },
    "children.GuardianshipRating": {
        "key": "id code version recorded_by recorded_at",
        "situation": "child rating assessed_on assessed_by",
        "mind": "note",
    },
    "children.Facet": {
        "key": "id code version recorded_by recorded_at",
        "term": "child facet noted_on",
        "mind": "text",
    },
    "children.Survey": {
        "key": "id code version recorded_by recorded_at",
        "term": "child surveyed_on study life safety health",
        "mindtick": "psychology",
        "mind": "sentence need",
    },
    "children.GrowthEntry": {
        "key": "id code version recorded_by recorded_at",
        "work": "child kind happened_on visible_to",
        "growth": "text",
    },
    "children.TermRecord": {
        "key": "id code version recorded_by recorded_at",
        "term": "child term school recorded_on chinese mathematics english conduct days_missed",
        "mind": "comment",
    },
    "children.Boarding": {
        "key": "id code version recorded_by recorded_at",
        "term": "child dormitory room bed seat goes_home fetched_by from_on until_on",
    },
    "children.Reach": {"key": "id", "inner": "path child via until_on"},
    "children.Arrival": {"key": "id", "inner": "child batch"},
    "guardians.Relative": {
        "key": "id code version",
        "family": "name sex born_on born_year work",
        "situation": "health",
        "identity": "id_number",
        "contact": "phone address",
        "inner": "phone_index phone_tail_index",
    },
    "guardians.Kinship": {"key": "id version", "family": "child relative relation"},
    "guardians.Absence": {
        "key": "id code version",
        "family": "relative place province employer from_known from_on until_on",
        "contact": "employer_phone employer_address",
    },
    "guardians.Situation": {
        "key": "id version",
        "situation": "relative kind from_on from_known until_on disability level ends_on accepted_on paper",
    },
    "guardians.Entrustment": {
        "key": "id code version",
        "family": "child relative from_on until_on term_until_on child_heard_on agreement_signed_on "
        "school_notified_on school_witness village_notified_on village_witness",
        "situation": "reason checked_on unfit_for",
        "mind": "child_said",
    },
    "guardians.Declaration": {"key": "id", "family": "child value declared_on outranked organization"},
    "guardians.Merge": {
        "key": "id code",
        "basic": "child absorbed merged_by merged_at undone_by undone_at",
        "undo": "before",
    },
    "guardians.KeptApart": {"key": "id", "basic": "child other said_by said_at"},
    "visits.Contact": {
        "key": "id code version",
        "work": "kind held_on reached topics concern logged_by logged_for logged_at",
        "talk": "note",
    },
    "visits.ContactChild": {"key": "id", "work": "contact child"},
    "visits.Counterpart": {"key": "id", "work": "contact kind relative"},
    "visits.Mentor": {
        "key": "id code version",
        "pairing": "organization user name kind checked_on from_on until_on",
        "helper": "phone",
    },
    "visits.Pairing": {"key": "id version", "pairing": "child mentor end_reason from_on until_on"},
    "visits.ContactRule": {
        "key": "id code version",
        "rules": "organization role kind definition every_days from_on until_on",
    },
    "exchange.ImportBatch": {
        "key": "id code",
        "import": "organization by file_name sha256 roster_on state mapping layout counts uploaded_at confirmed_at "
        "undone_at asked_by asked_in asked_from trouble",
        "inner": "lease lease_until tries done seen written then tidy",
    },
    "exchange.RosterPiece": {"key": "id batch number", "roster": "content"},
    "exchange.RosterFrame": {"key": "id batch", "roster": "content"},
    "exchange.StagedRow": {
        "key": "id batch position sheet number child",
        "roster": "cells name problems changes work",
        "import": "verdict flawed decision late lacks",
    },
    "exchange.ColumnChoice": {"key": "id", "rules": "organization heading field"},
    "rights.Consent": {
        "key": "id code",
        "consent": "child purpose answer relative way given_on rules_version withdrawn_on recorded_by",
    },
    "rights.RightsRequest": {
        "key": "id code",
        "request": "child kind relative asker_name identity_check received_on received_by received_for due_on decision "
        "decided_on decided_by",
        "answer": "words reason",
    },
    "rights.LegalHold": {"key": "id", "request": "child reason placed_by from_on until_on"},
    "rights.ErasureProposal": {"key": "id", "request": "child reason request proposed_by proposed_on"},
    "rights.Erasure": {
        "key": "id code",
        "proof": "organization reason request_code requested_on proposed_by confirmed_by done_at removed unlinked "
        "kept_until",
    },
    # who tried to sign in, from where; the login is a keyed hash (caseworks/signin/lockout.py)
    "axes.AccessAttempt": {
        "key": "id",
        "inner": "user_agent ip_address username http_accept path_info attempt_time get_data post_data failures_since_start",
    },
    "axes.AccessAttemptExpiration": {"inner": "access_attempt expires_at"},
    "axes.AccessFailureLog": {
        "key": "id",
        "inner": "user_agent ip_address username http_accept path_info attempt_time locked_out",
    },
    "axes.AccessLog": {
        "key": "id",
        "inner": "user_agent ip_address username http_accept path_info attempt_time logout_time session_hash",
    },
}
