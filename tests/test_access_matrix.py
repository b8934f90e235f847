"""Who gets what answer, for every address of the registry: the specification of access, to be read line by line.

A line says: address, method, what it is about, and the answer each person of the cast gets.

    200 page    302 done, sent on    400 not understood    403 inside, without the right    404 not found
    in  sent to the login page

*About* names the record in the address: `-` none; `child` is in the first county's village and school, `neighbour` in
its other village and other school, `foreigner` in the other county. An address without a line fails, and so does a
line without an address. Whatever method is not in a line is answered 405.

The people, by post: `officer` administrator of the first county; `casework` caseworker of the child's village; `clerk`
of the child's school; `colleag` clerk of the other school; `mentor` paired with the child; `leader`, `auditor` and
`system` of the first county; `stranger` administrator of the other county; `idle` has no post; `nobody` is signed out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from caseworks import access, audit
from caseworks.checks import all_urls
from caseworks.exchange.models import ImportBatch, State
from caseworks.rights.models import Erasure
from children.models import Hardship
from tests import factories
from tests.rights import make as rights
from visits.models import Mentor

pytestmark = pytest.mark.django_db

ROLES = ("officer", "caseworker", "clerk", "colleague", "mentor", "leader", "auditor", "system", "stranger", "idle", "")

TABLE = """
# address                                   method about      officer casework clerk colleag mentor leader auditor system stranger idle nobody

# --- Signing in, and oneself
caseworks:login                             GET    -          200     200      200   200     200    200    200     200    200      200  200
caseworks:login                             POST   -          200     200      200   200     200    200    200     200    200      200  200
caseworks:logout                            POST   -          302     302      302   302     302    302    302     302    302      302  in
caseworks:act_as                            POST   -          404     404      404   404     404    404    404     404    404      404  in
caseworks:language                          POST   -          302     302      302   302     302    302    302     302    302      302  302
caseworks:text_size                         POST   -          302     302      302   302     302    302    302     302    302      302  302
caseworks:typed                             GET    -          302     302      302   302     302    302    302     302    302      302  in
caseworks:typed                             POST   -          302     302      302   302     302    302    302     302    302      302  in
caseworks:password                          GET    -          200     200      200   200     200    200    200     200    200      200  in
caseworks:password                          POST   -          200     200      200   200     200    200    200     200    200      200  in
caseworks:account                           GET    -          200     200     200   200   200    200    200     200    200      200  in
caseworks:account                           POST   -          302     302     302   302   302    302    302     302    302      302  in
caseworks:second_factor                     GET    -          200     200     200   200   200    200    200     200    200      200  in
caseworks:second_factor                     POST   -          200     200     200   200   200    200    200     200    200      200  in
caseworks:second_factor_new                 GET    -          302     302     302   302   302    302    302     302    302      302  in
caseworks:second_factor_new                 POST   -          302     302     302   302   302    302    302     302    302      302  in
caseworks:second_factor_check               GET    -          302     302     302   302   302    302    302     302    302      302  in
caseworks:second_factor_check               POST   -          302     302     302   302   302    302    302     302    302      302  in
caseworks:slip                              GET    xue        200     403     403   403   403    403    403     200    404      403  in
caseworks:slip                              GET    shen       404     403     403   403   403    403    403     200    404      403  in
caseworks:slip                              GET    sheng      404     403     403   403   403    403    403     404    404      403  in
caseworks:slip                              POST   xue        200     403     403   403   403    403    403     200    404      403  in
caseworks:slip                              POST   shen       404     403     403   403   403    403    403     200    404      403  in
caseworks:slip                              POST   sheng      404     403     403   403   403    403    403     404    404      403  in

# --- Lists; whom they show is tested with the canary
visits:home                                 GET    -          200     200      200   200     200    200    200     200    200      200  in
visits:contacts                             GET    -          200     200      200   200     200    403    403     403    200      403  in
visits:pairings                             GET    -          200     200      200   200     403    403    403     403    200      403  in
children:list                               GET    -          200     200      200   200     200    403    403     403    200      403  in
children:gaps                               GET    -          200     200      200   200     403    403    403     403    200      403  in
children:gaps                               POST   -          302     302      302   302     403    403    403     403    302      403  in
children:gap                                GET    nophone    200     200      200   200     403    403    403     403    200      403  in
exchange:imports                            GET    -          200     403      200   200     403    403    403     403    200      403  in
reports:annual                              GET    -          200     403      403   403     403    200    403     403    200      403  in
reports:annual                              POST   -          302     403      403   403     403    302    403     403    302      403  in
reports:summary                             GET    -          200     403      403   403     403    200    403     403    200      403  in
reports:summary                             POST   -          302     403      403   403     403    302    403     403    302      403  in

# --- One child: the archive, and the family in it. Whoever keeps archives changes them; the administrator reads
children:export                             GET    -          200     200      200   200     403    403    403     403    200      403  in
children:export                             POST   -          302     302      302   302     403    403    403     403    302      403  in
children:search                             GET    -          302     302      302   302     302    403    403     403    302      403  in
children:search                             POST   -          302     302      302   302     302    403    403     403    302      403  in
children:teachers                           GET    -          200     403      302   302     403    403    403     403    302      403  in
children:teachers_of                        GET    ourschool  200     403      200   404     403    403    403     403    404      403  in
children:teachers_of                        POST   ourschool  302     403      302   404     403    403    403     403    404      403  in
children:birthdays                          GET    -          200     200      200   200     403    403    403     403    200      403  in
children:birthdays                          POST   -          302     302      302   302     403    403    403     403    302      403  in
children:shares                             GET    -          200     200      200   200     200    403    403     403    200      403  in
children:bulk                               POST   -          403     404      404   404     403    403    403     403    403      403  in
children:bulk_pair                             POST   -          404     403      403   403     403    403    403     403    404      403  in
children:save_filter                        GET    -          302     302      302   302     302    403    403     403    302      403  in
children:save_filter                        POST   -          302     302      302   302     302    403    403     403    302      403  in
children:choose_columns                     POST   -          302     302      302   302     302    403    403     403    302      403  in
children:delete_filter                      POST   filter     404     404      302   404     404    403    403     403    404      403  in
children:create                             GET    -          403     200      200   200     403    403    403     403    403      403  in
children:create                             POST   -          403     200      200   200     403    403    403     403    403      403  in
children:detail                             GET    child      200     200      200   404     200    403    403     403    404      403  in
children:detail                             GET    neighbour  200     404      404   200     404    403    403     403    404      403  in
children:detail                             GET    foreigner  404     404      404   404     404    403    403     403    200      403  in
children:edit                               GET    child      403     200      200   404     403    403    403     403    403      403  in
children:edit                               GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
children:edit                               GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
children:edit                               POST   child      403     200      200   404     403    403    403     403    403      403  in
children:edit                               POST   neighbour  403     404      404   200     403    403    403     403    403      403  in
children:edit                               POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
children:enrol                              GET    child      403     200      200   404     403    403    403     403    403      403  in
children:enrol                              GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
children:enrol                              GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
children:enrol                              POST   child      403     200      200   404     403    403    403     403    403      403  in
children:enrol                              POST   neighbour  403     404      404   200     403    403    403     403    403      403  in
children:enrol                              POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
children:settle                             GET    child      403     200      200   404     403    403    403     403    403      403  in
children:settle                             GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
children:settle                             GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
children:settle                             POST   child      403     200      200   404     403    403    403     403    403      403  in
children:settle                             POST   neighbour  403     404      404   200     403    403    403     403    403      403  in
children:settle                             POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
children:age_step                           GET    child      403     200      200   404     403    403    403     403    403      403  in
children:age_step                           GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
children:age_step                           GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
children:age_step                           POST   child      403     200      200   404     403    403    403     403    403      403  in
children:age_step                           POST   neighbour  403     404      404   200     403    403    403     403    403      403  in
children:age_step                           POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
children:age_step_undo                      POST   child      403     302      302   404     403    403    403     403    403      403  in
children:age_step_undo                      POST   neighbour  403     404      404   302     403    403    403     403    403      403  in
children:age_step_undo                      POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
children:close                              GET    child      403     200      200   404     403    403    403     403    403      403  in
children:close                              GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
children:close                              GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
children:close                              POST   child      403     200      200   404     403    403    403     403    403      403  in
children:close                              POST   neighbour  403     404      404   200     403    403    403     403    403      403  in
children:close                              POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
children:reopen                             GET    child      403     200      200   404     403    403    403     403    403      403  in
children:reopen                             GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
children:reopen                             GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
children:reopen                             POST   child      403     200      200   404     403    403    403     403    403      403  in
children:reopen                             POST   neighbour  403     404      404   200     403    403    403     403    403      403  in
children:reopen                             POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
children:fact_add                           GET    child      403        200      200   404     403    403    403     403    403      403  in
children:fact_add                           GET    neighbour  403        404      404   200     403    403    403     403    403      403  in
children:fact_add                           GET    foreigner  403        404      404   404     403    403    403     403    403      403  in
children:fact_add                           POST   child      403        200      200   404     403    403    403     403    403      403  in
children:fact_add                           POST   neighbour  403        404      404   200     403    403    403     403    403      403  in
children:fact_add                           POST   foreigner  403        404      404   404     403    403    403     403    403      403  in
children:fact_edit                          GET    child      403        200      200   404     403    403    403     403    403      403  in
children:fact_edit                          GET    neighbour  403        404      404   200     403    403    403     403    403      403  in
children:fact_edit                          GET    foreigner  403        404      404   404     403    403    403     403    403      403  in
children:fact_edit                          POST   child      403        200      200   404     403    403    403     403    403      403  in
children:fact_edit                          POST   neighbour  403        404      404   200     403    403    403     403    403      403  in
children:fact_edit                          POST   foreigner  403        404      404   404     403    403    403     403    403      403  in
children:fact_end                           GET    child      403        200      200   404     403    403    403     403    403      403  in
children:fact_end                           GET    neighbour  403        404      404   200     403    403    403     403    403      403  in
children:fact_end                           GET    foreigner  403        404      404   404     403    403    403     403    403      403  in
children:fact_end                           POST   child      403        200      200   404     403    403    403     403    403      403  in
children:fact_end                           POST   neighbour  403        404      404   200     403    403    403     403    403      403  in
children:fact_end                           POST   foreigner  403        404      404   404     403    403    403     403    403      403  in
children:fact_remove                        GET    child      403        200      200   404     403    403    403     403    403      403  in
children:fact_remove                        GET    neighbour  403        404      404   200     403    403    403     403    403      403  in
children:fact_remove                        GET    foreigner  403        404      404   404     403    403    403     403    403      403  in
children:fact_remove                        POST   child      403        302      302   404     403    403    403     403    403      403  in
children:fact_remove                        POST   neighbour  403        404      404   302     403    403    403     403    403      403  in
children:fact_remove                        POST   foreigner  403        404      404   404     403    403    403     403    403      403  in
children:timeline                           GET    child      200        200      200   404     403    403    403     403    404      403  in
children:timeline                           GET    neighbour  200        404      404   200     403    403    403     403    404      403  in
children:timeline                           GET    foreigner  404        404      404   404     403    403    403     403    200      403  in

# --- Looking: a masked value shown for a reason (it is named in what is sent), who looked, and the public rules
privacy:rules                               GET    -          200     200     200   200   200    200    200     200    200      200  200
privacy:reveal                              POST   -          404     404     404   404   404    403    403     403    404      403  in
privacy:looked                              GET    child      200     403     403   403   403    403    403     403    404      403  in
privacy:looked                              GET    neighbour  200     403     403   403   403    403    403     403    404      403  in
privacy:looked                              GET    foreigner  404     403     403   403   403    403    403     403    200      403  in

# --- Papers: the archive on a page is for those who read archives; in full needs a reason, which is missing here
papers:choose                               GET    -          200     200      200   200     200    403    403     403    200      403  in
papers:ticked                               POST   -          302     302      302   302     302    403    403     403    302      403  in
papers:many                                 GET    archive    200     200      200   200     403    403    403     403    200      403  in
papers:many                                 POST   archive    422     422      422   422     403    403    403     403    422      403  in
papers:choose_one                           GET    child      200     200      200   404     200    403    403     403    404      403  in
papers:choose_one                           GET    neighbour  200     404      404   200     404    403    403     403    404      403  in
papers:choose_one                           GET    foreigner  404     404      404   404     404    403    403     403    200      403  in
papers:one                                  GET    child      200     200      200   404     403    403    403     403    404      403  in
papers:one                                  GET    neighbour  200     404      404   200     404    403    403     403    404      403  in
papers:one                                  GET    foreigner  404     404      404   404     404    403    403     403    200      403  in
papers:one                                  POST   child      422     422      422   404     403    403    403     403    404      403  in
papers:one                                  POST   neighbour  422     404      404   422     404    403    403     403    404      403  in
papers:one                                  POST   foreigner  404     404      404   404     404    403    403     403    422      403  in

guardians:relative_add                      GET    child      403     200      200   404     403    403    403     403    403      403  in
guardians:relative_add                      GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:relative_add                      GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:relative_add                      POST   child      403     200      200   404     403    403    403     403    403      403  in
guardians:relative_add                      POST   neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:relative_add                      POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:relative_edit                     GET    child      403     200      200   404     403    403    403     403    403      403  in
guardians:relative_edit                     GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:relative_edit                     GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:relative_edit                     POST   child      403     200      200   404     403    403    403     403    403      403  in
guardians:relative_edit                     POST   neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:relative_edit                     POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:absence_add                       GET    child      403     200      200   404     403    403    403     403    403      403  in
guardians:absence_add                       GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:absence_add                       GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:absence_add                       POST   child      403     200      200   404     403    403    403     403    403      403  in
guardians:absence_add                       POST   neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:absence_add                       POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:absence_end                       GET    child      403     200      200   404     403    403    403     403    403      403  in
guardians:absence_end                       GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:absence_end                       GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:absence_end                       POST   child      403     200      200   404     403    403    403     403    403      403  in
guardians:absence_end                       POST   neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:absence_end                       POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:situation_add                     GET    child      403     200      200   404     403    403    403     403    403      403  in
guardians:situation_add                     GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:situation_add                     GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:situation_add                     POST   child      403     200      200   404     403    403    403     403    403      403  in
guardians:situation_add                     POST   neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:situation_add                     POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:situation_end                     GET    child      403     200      200   404     403    403    403     403    403      403  in
guardians:situation_end                     GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:situation_end                     GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:situation_end                     POST   child      403     200      200   404     403    403    403     403    403      403  in
guardians:situation_end                     POST   neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:situation_end                     POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:entrust                           GET    child      403     200      200   404     403    403    403     403    403      403  in
guardians:entrust                           GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:entrust                           GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:entrust                           POST   child      403     200      200   404     403    403    403     403    403      403  in
guardians:entrust                           POST   neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:entrust                           POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:care_edit                         GET    child      403     200      200   404     403    403    403     403    403      403  in
guardians:care_edit                         GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:care_edit                         GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:care_edit                         POST   child      403     200      200   404     403    403    403     403    403      403  in
guardians:care_edit                         POST   neighbour  403     404      404   302     403    403    403     403    403      403  in
guardians:care_edit                         POST   foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:care_end                          GET    child      403     200      200   404     403    403    403     403    403      403  in
guardians:care_end                          GET    neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:care_end                          GET    foreigner  403     404      404   404     403    403    403     403    403      403  in
guardians:care_end                          POST   child      403     200      200   404     403    403    403     403    403      403  in
guardians:care_end                          POST   neighbour  403     404      404   200     403    403    403     403    403      403  in
guardians:care_end                          POST   foreigner  403     404      404   404     403    403    403     403    403      403  in

# --- The work for a child
visits:contacts_export                      GET    -          200     200      200   200     403    403    403     403    200      403  in
visits:log                                  GET    child      403     200      200   404     200    403    403     403    404      403  in
visits:log                                  GET    neighbour  403     404      404   200     404    403    403     403    404      403  in
visits:log                                  GET    foreigner  404     404      404   404     404    403    403     403    403      403  in
visits:log                                  POST   child      403     200      200   404     200    403    403     403    404      403  in
visits:log                                  POST   neighbour  403     404      404   200     404    403    403     403    404      403  in
visits:log                                  POST   foreigner  404     404      404   404     404    403    403     403    403      403  in
visits:contact                              GET    child      200     200      200   404     200    403    403     403    404      403  in
visits:contact                              GET    neighbour  200     404      404   200     404    403    403     403    404      403  in
visits:contact                              GET    foreigner  404     404      404   404     404    403    403     403    200      403  in
visits:contact_edit                         GET    child      403     200      200   404     403    403    403     403    403      403  in
visits:contact_edit                         GET    neighbour  403     404      404   200     404    403    403     403    403      403  in
visits:contact_edit                         GET    foreigner  403     404      404   404     404    403    403     403    403      403  in
visits:contact_edit                         POST   child      403     200      200   404     403    403    403     403    403      403  in
visits:contact_edit                         POST   neighbour  403     404      404   200     404    403    403     403    403      403  in
visits:contact_edit                         POST   foreigner  403     404      404   404     404    403    403     403    403      403  in
visits:pair                                 GET    -          200     403      403   403     403    403    403     403    200      403  in
visits:pair                                 POST   -          200     403      403   403     403    403    403     403    200      403  in
visits:pairing_end                          GET    child      200     403      403   403     403    403    403     403    404      403  in
visits:pairing_end                          GET    neighbour  200     403      403   403     403    403    403     403    404      403  in
visits:pairing_end                          GET    foreigner  404     403      403   403     403    403    403     403    200      403  in
visits:pairing_end                          POST   child      200     403      403   403     403    403    403     403    404      403  in
visits:pairing_end                          POST   neighbour  200     403      403   403     403    403    403     403    404      403  in
visits:pairing_end                          POST   foreigner  404     403      403   403     403    403    403     403    200      403  in
visits:mentors                              GET    -          200     200      200   200     403    403    403     403    200      403  in
visits:mentor_create                        GET    -          200     403      403   403     403    403    403     403    200      403  in
visits:mentor_create                        POST   -          200     403      403   403     403    403    403     403    200      403  in
visits:mentor                               GET    mentor     200     200      200   404     403    403    403     403    404      403  in
visits:mentor                               GET    mentorther 404     404      404   404     403    403    403     403    200      403  in
visits:mentor_edit                          GET    mentor     200     403      403   403     403    403    403     403    404      403  in
visits:mentor_edit                          GET    mentorther 404     403      403   403     403    403    403     403    200      403  in
visits:mentor_edit                          POST   mentor     200     403      403   403     403    403    403     403    404      403  in
visits:mentor_edit                          POST   mentorther 404     403      403   403     403    403    403     403    200      403  in
visits:mentor_end                           GET    mentor     200     403      403   403     403    403    403     403    404      403  in
visits:mentor_end                           GET    mentorther 404     403      403   403     403    403    403     403    200      403  in
visits:mentor_end                           POST   mentor     200     403      403   403     403    403    403     403    404      403  in
visits:mentor_end                           POST   mentorther 404     403      403   403     403    403    403     403    200      403  in
visits:rules                                GET    -          200     403      403   403     403    403    403     403    200      403  in
visits:rules                                POST   -          200     403      403   403     403    403    403     403    200      403  in
visits:rule_end                             POST   rulehere   302     403      403   403     403    403    403     403    404      403  in
visits:rule_end                             POST   rulethere  404     403      403   403     403    403    403     403    302      403  in

# --- The life of an archive: looked for, handed over, promoted, merged
children:begin                              GET    -          403    200    200    200    403    403    403    403    403    403    in
children:begin                              POST   -          403    200    200    200    403    403    403    403    403    403    in
children:household                          GET    child      200    200    200    404    403    403    403    403    404    403    in
children:household                          GET    neighbour  200    404    404    200    403    403    403    403    404    403    in
children:household                          GET    foreigner  404    404    404    404    403    403    403    403    200    403    in
handovers:list                              GET    -          200    200    200    200    403    403    403    403    200    403    in
handovers:grants                            GET    -          200    403    403    403    403    403    403    403    200    403    in
handovers:ask                               GET    -          403    200    200    200    403    403    403    403    403    403    in
handovers:ask                               POST   -          403    200    200    200    403    403    403    403    403    403    in
handovers:answer_many                       POST   -          403    302    302    302    403    403    403    403    403    403    in
handovers:emergency                         GET    -          403    200    200    200    403    403    403    403    403    403    in
handovers:emergency                         POST   -          403    200    200    200    403    403    403    403    403    403    in
handovers:propose                           GET    child      403    200    200    404    403    403    403    403    403    403    in
handovers:propose                           GET    neighbour  403    404    404    200    403    403    403    403    403    403    in
handovers:propose                           GET    foreigner  403    404    404    404    403    403    403    403    403    403    in
handovers:propose                           POST   child      403    200    200    404    403    403    403    403    403    403    in
handovers:propose                           POST   neighbour  403    404    404    200    403    403    403    403    403    403    in
handovers:propose                           POST   foreigner  403    404    404    404    403    403    403    403    403    403    in
# a hand-over from the child's school to the other one, back from there, and one within the other county
handovers:detail                            GET    child      200    404    200    200    403    403    403    403    404    403    in
handovers:detail                            GET    neighbour  200    404    200    200    403    403    403    403    404    403    in
handovers:detail                            GET    foreigner  404    404    404    404    403    403    403    403    200    403    in
handovers:accept                            POST   child      403    404    403    302    403    403    403    403    403    403    in
handovers:accept                            POST   neighbour  403    404    302    403    403    403    403    403    403    403    in
handovers:accept                            POST   foreigner  403    404    404    404    403    403    403    403    403    403    in
handovers:return                            GET    child      403    404    403    200    403    403    403    403    403    403    in
handovers:return                            GET    neighbour  403    404    200    403    403    403    403    403    403    403    in
handovers:return                            GET    foreigner  403    404    404    404    403    403    403    403    403    403    in
handovers:return                            POST   child      403    404    403    200    403    403    403    403    403    403    in
handovers:return                            POST   neighbour  403    404    200    403    403    403    403    403    403    403    in
handovers:return                            POST   foreigner  403    404    404    404    403    403    403    403    403    403    in
handovers:withdraw                          POST   child      403    404    302    403    403    403    403    403    403    403    in
handovers:withdraw                          POST   neighbour  403    404    403    302    403    403    403    403    403    403    in
handovers:withdraw                          POST   foreigner  403    404    404    404    403    403    403    403    403    403    in
promotions:plan                             GET    -          200    403    200    200    403    403    403    403    200    403    in
promotions:plan                             POST   -          200    403    200    200    403    403    403    403    200    403    in
promotions:done                             GET    promoted   200    403    200    404    403    403    403    403    404    403    in
promotions:done                             GET    promother  404    403    404    404    403    403    403    403    200    403    in
promotions:undo                             POST   promoted   302    403    302    404    403    403    403    403    404    403    in
promotions:undo                             POST   promother  404    403    404    404    403    403    403    403    302    403    in
duplicates:list                             GET    -          200    200    200    200    403    403    403    403    200    403    in
duplicates:list                             POST   -          302    302    302    302    403    403    403    403    302    403    in
duplicates:compare                          GET    child      403    200    200    404    403    403    403    403    403    403    in
duplicates:compare                          GET    neighbour  403    404    404    200    403    403    403    403    403    403    in
duplicates:compare                          GET    foreigner  403    404    404    404    403    403    403    403    403    403    in
duplicates:family                           GET    child      403    200    200    404    403    403    403    403    403    403    in
duplicates:family                           GET    neighbour  403    404    404    200    403    403    403    403    403    403    in
duplicates:family                           GET    foreigner  403    404    404    404    403    403    403    403    403    403    in
duplicates:compare                          POST   child      403    200    200    404    403    403    403    403    403    403    in
duplicates:compare                          POST   neighbour  403    404    404    200    403    403    403    403    403    403    in
duplicates:compare                          POST   foreigner  403    404    404    404    403    403    403    403    403    403    in
duplicates:family                           POST   child      403    200    200    404    403    403    403    403    403    403    in
duplicates:family                           POST   neighbour  403    404    404    200    403    403    403    403    403    403    in
duplicates:family                           POST   foreigner  403    404    404    404    403    403    403    403    403    403    in
duplicates:apart                            POST   child      403    302    302    404    403    403    403    403    403    403    in
duplicates:apart                            POST   neighbour  403    404    404    302    403    403    403    403    403    403    in
duplicates:apart                            POST   foreigner  403    404    404    404    403    403    403    403    403    403    in
duplicates:merged                           GET    child      200    200    200    404    403    403    403    403    404    403    in
duplicates:merged                           GET    neighbour  200    404    404    200    403    403    403    403    404    403    in
duplicates:merged                           GET    foreigner  404    404    404    404    403    403    403    403    200    403    in
duplicates:undo                             POST   child      403    302    302    404    403    403    403    403    403    403    in
duplicates:undo                             POST   neighbour  403    404    404    302    403    403    403    403    403    403    in
duplicates:undo                             POST   foreigner  403    404    404    404    403    403    403    403    403    403    in

# --- Reports: figures for leaders too, the people behind them only for those who may see people
reports:export                              GET    xlsx       200     403      403   403     403    200    403     403    200      403  in
reports:export                              GET    docx       200     403      403   403     403    200    403     403    200      403  in
reports:summary_export                      GET    -          200     403      403   403     403    200    403     403    200      403  in
reports:records                             GET    figure     200     403      403   403     403    403    403     403    200      403  in
reports:records_export                      GET    figure     200     403      403   403     403    403    403     403    200      403  in

# --- Rosters: `child` is one that the child's school uploaded, and so on
exchange:imports                            POST   -          200     403      200   200     403    403    403     403    200      403  in
exchange:template                           GET    -          200     403      200   200     403    403    403     403    200      403  in
exchange:preview                            GET    child      200     403      200   404     403    403    403     403    404      403  in
exchange:preview                            GET    neighbour  200     403      404   200     403    403    403     403    404      403  in
exchange:preview                            GET    foreigner  404     403      404   404     403    403    403     403    200      403  in
exchange:columns                            POST   child      302     403      302   404     403    403    403     403    404      403  in
exchange:columns                            POST   neighbour  302     403      404   302     403    403    403     403    404      403  in
exchange:columns                            POST   foreigner  404     403      404   404     403    403    403     403    302      403  in
exchange:decide                             POST   child      302     403      302   404     403    403    403     403    404      403  in
exchange:decide                             POST   neighbour  302     403      404   302     403    403    403     403    404      403  in
exchange:decide                             POST   foreigner  404     403      404   404     403    403    403     403    302      403  in
exchange:confirm                            POST   child      302     403      302   404     403    403    403     403    404      403  in
exchange:confirm                            POST   neighbour  302     403      404   302     403    403    403     403    404      403  in
exchange:confirm                            POST   foreigner  404     403      404   404     403    403    403     403    302      403  in
exchange:discard                            POST   child      302     403      302   404     403    403    403     403    404      403  in
exchange:discard                            POST   neighbour  302     403      404   302     403    403    403     403    404      403  in
exchange:discard                            POST   foreigner  404     403      404   404     403    403    403     403    302      403  in
exchange:undo                               GET    child      200     403      200   404     403    403    403     403    404      403  in
exchange:undo                               POST   child      302     403      302   404     403    403    403     403    404      403  in
exchange:undo                               GET    neighbour  200     403      404   200     403    403    403     403    404      403  in
exchange:undo                               POST   neighbour  302     403      404   302     403    403    403     403    404      403  in
exchange:undo                               GET    foreigner  404     403      404   404     403    403    403     403    200      403  in
exchange:undo                               POST   foreigner  404     403      404   404     403    403    403     403    302      403  in
exchange:errors                             GET    child      200     403      200   404     403    403    403     403    404      403  in
exchange:errors                             GET    neighbour  200     403      404   200     403    403    403     403    404      403  in
exchange:errors                             GET    foreigner  404     403      404   404     403    403    403     403    200      403  in

# --- Files that leave: `child` is one that the child's school asked for, and so on
leaving:exports                             GET    -          200     200     200     200     200     200     200     200     200     200     in
leaving:ask                                 GET    -          404     404     404     404     404     404     404     404     404     404     in
leaving:ask                                 POST   -          404     404     404     404     404     404     404     404     404     404     in
leaving:trail                               GET    -          403     403     403     403     403     403     200     403     403     403     in
out:choose                                  GET    -          200     200     200     200     403     403     403     403     200     403     in
leaving:export                              GET    child      200     404     200     404     404     404     404     404     404     404     in
leaving:export                              GET    neighbour  200     404     404     200     404     404     404     404     404     404     in
leaving:export                              GET    foreigner  404     404     404     404     404     404     404     404     200     404     in
leaving:decide                              POST   child      422     403     403     403     403     403     404     404     404     403     in
leaving:decide                              POST   neighbour  422     403     403     403     403     403     404     404     404     403     in
leaving:decide                              POST   foreigner  404     403     403     403     403     403     404     404     404     403     in
leaving:withdraw                            POST   child      404     404     302     404     404     404     404     404     404     404     in
leaving:withdraw                            POST   neighbour  404     404     404     302     404     404     404     404     404     404     in
leaving:withdraw                            POST   foreigner  404     404     404     404     404     404     404     404     302     404     in
leaving:password                            POST   child      404     404     410     404     404     404     404     404     404     404     in
leaving:password                            POST   neighbour  404     404     404     410     404     404     404     404     404     404     in
leaving:password                            POST   foreigner  404     404     404     404     404     404     404     404     410     404     in
leaving:fetch                               POST   child      404     404     410     404     404     404     404     404     404     404     in
leaving:fetch                               POST   neighbour  404     404     404     410     404     404     404     404     404     404     in
leaving:fetch                               POST   foreigner  404     404     404     404     404     404     404     404     410     404     in

# --- Photographs and scans
children:attach                             GET    child      403     200     200     404     403     403     403     403     403     403     in
children:attach                             GET    neighbour  403     404     404     200     403     403     403     403     403     403     in
children:attach                             GET    foreigner  403     404     404     404     403     403     403     403     403     403     in
children:attach                             POST   child      403     200     200     404     403     403     403     403     403     403     in
children:attach                             POST   neighbour  403     404     404     200     403     403     403     403     403     403     in
children:attach                             POST   foreigner  403     404     404     404     403     403     403     403     403     403     in
children:attachment                         GET    child      200     200     200     404     403     403     403     403     404     403     in
children:attachment                         GET    neighbour  200     404     404     200     403     403     403     403     404     403     in
children:attachment                         GET    foreigner  404     404     404     404     403     403     403     403     200     403     in
children:attachment_remove                  GET    child      403     200     200     404     403     403     403     403     403     403     in
children:attachment_remove                  GET    neighbour  403     404     404     200     403     403     403     403     403     403     in
children:attachment_remove                  GET    foreigner  403     404     404     404     403     403     403     403     403     403     in
children:attachment_remove                  POST   child      403     302     302     404     403     403     403     403     403     403     in
children:attachment_remove                  POST   neighbour  403     404     404     302     403     403     403     403     403     403     in
children:attachment_remove                  POST   foreigner  403     404     404     404     403     403     403     403     403     403     in
children:attachment_scan                    POST   child      403     302     302     404     403     403     403     403     403     403     in
children:attachment_scan                    POST   neighbour  403     404     404     302     403     403     403     403     403     403     in
children:attachment_scan                    POST   foreigner  403     404     404     404     403     403     403     403     403     403     in

# --- Class tables; whom they show is tested with the canary
tables:choose                               GET    -          403     200      200   200     403    403    403     403    403      403  in
tables:table                                GET    term       403     200      200   200     403    403    403     403    403      403  in
tables:row                                  POST   child      403     302      302   404     403    403    403     403    403      403  in
tables:row                                  POST   neighbour  403     404      404   302     403    403    403     403    403      403  in
tables:row                                  POST   foreigner  403     404      404   404     403    403    403     403    403      403  in

# --- The shared admin
admin:index                                 GET    -          200     403      403   403     403    403    200     200    200      403  in
admin:index                                 POST   -          200     403      403   403     403    403    200     200    200      403  in
admin:jsi18n                                GET    -          200     403      403   403     403    403    200     200    200      403  in
admin:autocomplete                          GET    -          403     403      403   403     403    403    403     403    403      403  in
admin:app_list                              GET    app        200     403      403   403     403    403    200     200    200      403  in
admin:app_list                              POST   app        200     403      403   403     403    403    200     200    200      403  in
admin:(?P<url>.*)$                          GET    nothing    404     403      403   403     403    403    404     404    404      403  in
admin:(?P<url>.*)$                          POST   nothing    404     403      403   403     403    403    404     404    404      403  in

admin:caseworks_organization_changelist     GET    -          200     403      403   403     403    403    403     200    200      403  in
admin:caseworks_organization_changelist     POST   -          200     403      403   403     403    403    403     200    200      403  in
admin:caseworks_organization_add            GET    -          403     403      403   403     403    403    403     200    403      403  in
admin:caseworks_organization_add            POST   -          403     403      403   403     403    403    403     200    403      403  in
admin:caseworks_organization_change         GET    village    200     403      403   403     403    403    403     200    404      403  in
admin:caseworks_organization_change         POST   village    403     403      403   403     403    403    403     200    404      403  in
admin:caseworks_organization_change         GET    ownoffice  200     403      403   403     403    403    403     200    404      403  in
admin:caseworks_organization_change         POST   ownoffice  403     403      403   403     403    403    403     403    404      403  in
admin:caseworks_organization_change         GET    foreignvil 404     403      403   403     403    403    403     404    200      403  in
admin:caseworks_organization_change         POST   foreignvil 404     403      403   403     403    403    403     404    403      403  in
admin:caseworks_organization_history        GET    village    200     403      403   403     403    403    403     200    404      403  in
admin:caseworks_organization_history        POST   village    200     403      403   403     403    403    403     200    404      403  in
admin:caseworks_organization_delete         GET    village    403     403      403   403     403    403    403     403    404      403  in
admin:caseworks_organization_delete         POST   village    403     403      403   403     403    403    403     403    404      403  in

admin:caseworks_user_changelist             GET    -          200     403      403   403     403    403    403     200    200      403  in
admin:caseworks_user_changelist             POST   -          200     403      403   403     403    403    403     200    200      403  in
admin:caseworks_user_add                    GET    -          200     403      403   403     403    403    403     200    200      403  in
admin:caseworks_user_add                    POST   -          200     403      403   403     403    403    403     200    200      403  in
admin:caseworks_user_change                 GET    theclerk   200     403      403   403     403    403    403     200    404      403  in
admin:caseworks_user_change                 POST   theclerk   200     403      403   403     403    403    403     200    404      403  in
admin:caseworks_user_change                 GET    thestrange 404     403      403   403     403    403    403     404    200      403  in
admin:caseworks_user_change                 POST   thestrange 404     403      403   403     403    403    403     404    403      403  in
admin:caseworks_user_history                GET    theclerk   200     403      403   403     403    403    403     200    404      403  in
admin:caseworks_user_history                POST   theclerk   200     403      403   403     403    403    403     200    404      403  in
admin:caseworks_user_delete                 GET    theclerk   403     403      403   403     403    403    403     403    404      403  in
admin:caseworks_user_delete                 POST   theclerk   403     403      403   403     403    403    403     403    404      403  in

admin:caseworks_auditevent_changelist       GET    -          403     403      403   403     403    403    200     403    403      403  in
admin:caseworks_auditevent_changelist       POST   -          403     403      403   403     403    403    200     403    403      403  in
admin:caseworks_auditevent_add              GET    -          403     403      403   403     403    403    403     403    403      403  in
admin:caseworks_auditevent_add              POST   -          403     403      403   403     403    403    403     403    403      403  in
admin:caseworks_auditevent_change           GET    event      403     403      403   403     403    403    200     403    403      403  in
admin:caseworks_auditevent_change           POST   event      403     403      403   403     403    403    403     403    403      403  in
admin:caseworks_auditevent_history          GET    event      403     403      403   403     403    403    200     403    403      403  in
admin:caseworks_auditevent_history          POST   event      403     403      403   403     403    403    200     403    403      403  in
admin:caseworks_auditevent_delete           GET    event      403     403      403   403     403    403    403     403    403      403  in
admin:caseworks_auditevent_delete           POST   event      403     403      403   403     403    403    403     403    403      403  in

admin:children_pupilcount_changelist        GET    -          200     403      403   403     403    403    403     403    200      403  in
admin:children_pupilcount_changelist        POST   -          200     403      403   403     403    403    403     403    200      403  in
admin:children_pupilcount_add               GET    -          200     403      403   403     403    403    403     403    200      403  in
admin:children_pupilcount_add               POST   -          200     403      403   403     403    403    403     403    200      403  in
admin:children_pupilcount_change            GET    count      200     403      403   403     403    403    403     403    404      403  in
admin:children_pupilcount_change            POST   count      200     403      403   403     403    403    403     403    404      403  in
admin:children_pupilcount_history           GET    count      200     403      403   403     403    403    403     403    404      403  in
admin:children_pupilcount_history           POST   count      200     403      403   403     403    403    403     403    404      403  in
admin:children_pupilcount_delete            GET    count      200     403      403   403     403    403    403     403    404      403  in
admin:children_pupilcount_delete            POST   count      200     403      403   403     403    403    403     403    404      403  in
admin:children_pupilcount_import            GET    -          200     403      403   403     403    403    403     403    200      403  in
admin:children_pupilcount_import            POST   -          200     403      403   403     403    403    403     403    200      403  in
admin:children_pupilcount_process_import    POST   -          200     403      403   403     403    403    403     403    200      403  in
admin:children_pupilcount_export            GET    -          200     403      403   403     403    403    403     403    200      403  in
admin:children_pupilcount_export            POST   -          200     403      403   403     403    403    403     403    200      403  in

admin:visits_mentor_changelist              GET    -          200     403      403   403     403    403    403     403    200      403  in
admin:visits_mentor_changelist              POST   -          200     403      403   403     403    403    403     403    200      403  in
admin:visits_mentor_add                     GET    -          200     403      403   403     403    403    403     403    200      403  in
admin:visits_mentor_add                     POST   -          200     403      403   403     403    403    403     403    200      403  in
admin:visits_mentor_change                  GET    thementor  200     403      403   403     403    403    403     403    404      403  in
admin:visits_mentor_change                  POST   thementor  200     403      403   403     403    403    403     403    404      403  in
admin:visits_mentor_history                 GET    thementor  200     403      403   403     403    403    403     403    404      403  in
admin:visits_mentor_history                 POST   thementor  200     403      403   403     403    403    403     403    404      403  in
admin:visits_mentor_delete                  GET    thementor  403     403      403   403     403    403    403     403    404      403  in
admin:visits_mentor_delete                  POST   thementor  403     403      403   403     403    403    403     403    404      403  in
admin:visits_mentor_import                  GET    -          200     403      403   403     403    403    403     403    200      403  in
admin:visits_mentor_import                  POST   -          200     403      403   403     403    403    403     403    200      403  in
admin:visits_mentor_process_import          POST   -          200     403      403   403     403    403    403     403    200      403  in
admin:visits_mentor_export                  GET    -          200     403      403   403     403    403    403     403    200      403  in
admin:visits_mentor_export                  POST   -          200     403      403   403     403    403    403     403    200      403  in

admin:visits_contactrule_changelist         GET    -          200     403      403   403     403    403    403     403    200      403  in
admin:visits_contactrule_changelist         POST   -          200     403      403   403     403    403    403     403    200      403  in
admin:visits_contactrule_add                GET    -          200     403      403   403     403    403    403     403    200      403  in
admin:visits_contactrule_add                POST   -          200     403      403   403     403    403    403     403    200      403  in
admin:visits_contactrule_change             GET    rule       200     403      403   403     403    403    403     403    404      403  in
admin:visits_contactrule_change             POST   rule       200     403      403   403     403    403    403     403    404      403  in
admin:visits_contactrule_history            GET    rule       200     403      403   403     403    403    403     403    404      403  in
admin:visits_contactrule_history            POST   rule       200     403      403   403     403    403    403     403    404      403  in
admin:visits_contactrule_delete             GET    rule       200     403      403   403     403    403    403     403    404      403  in
admin:visits_contactrule_delete             POST   rule       200     403      403   403     403    403    403     403    404      403  in

# --- Rights of the child and the parents: whoever keeps archives records consents, offices receive requests, the
# administrator answers them, holds and erases
rights:requests                             GET    -          200    200    200    200    403    403    403    403    200    403    in
rights:erasures                             GET    -          200    403    403    403    403    403    403    403    200    403    in
rights:retention                            GET    -          200    403    403    403    403    403    403    403    200    403    in
rights:proof                                GET    theproof   200    403    403    403    403    403    403    403    404    403    in
rights:proof_file                           GET    theproof   200    403    403    403    403    403    403    403    404    403    in
rights:consent_add                          GET    child      403    200    200    404    403    403    403    403    403    403    in
rights:consent_add                          GET    neighbour  403    404    404    200    403    403    403    403    403    403    in
rights:consent_add                          GET    foreigner  403    404    404    404    403    403    403    403    403    403    in
rights:consent_add                          POST   child      403    200    200    404    403    403    403    403    403    403    in
rights:consent_add                          POST   neighbour  403    404    404    200    403    403    403    403    403    403    in
rights:consent_add                          POST   foreigner  403    404    404    404    403    403    403    403    403    403    in
rights:consent_withdraw                     GET    child      403    200    200    404    403    403    403    403    403    403    in
rights:consent_withdraw                     GET    neighbour  403    404    404    200    403    403    403    403    403    403    in
rights:consent_withdraw                     GET    foreigner  403    404    404    404    403    403    403    403    403    403    in
rights:consent_withdraw                     POST   child      403    200    200    404    403    403    403    403    403    403    in
rights:consent_withdraw                     POST   neighbour  403    404    404    200    403    403    403    403    403    403    in
rights:consent_withdraw                     POST   foreigner  403    404    404    404    403    403    403    403    403    403    in
rights:request_add                          GET    child      200    200    200    404    403    403    403    403    404    403    in
rights:request_add                          GET    neighbour  200    404    404    200    403    403    403    403    404    403    in
rights:request_add                          GET    foreigner  404    404    404    404    403    403    403    403    200    403    in
rights:request_add                          POST   child      200    200    200    404    403    403    403    403    404    403    in
rights:request_add                          POST   neighbour  200    404    404    200    403    403    403    403    404    403    in
rights:request_add                          POST   foreigner  404    404    404    404    403    403    403    403    200    403    in
rights:request                              GET    child      200    200    200    404    403    403    403    403    404    403    in
rights:request                              GET    neighbour  200    404    404    200    403    403    403    403    404    403    in
rights:request                              GET    foreigner  404    404    404    404    403    403    403    403    200    403    in
rights:letter                               GET    child      200    200    200    404    403    403    403    403    404    403    in
rights:letter                               GET    neighbour  200    404    404    200    403    403    403    403    404    403    in
rights:letter                               GET    foreigner  404    404    404    404    403    403    403    403    200    403    in
rights:letter_file                          GET    child      200    200    200    404    403    403    403    403    404    403    in
rights:letter_file                          GET    neighbour  200    404    404    200    403    403    403    403    404    403    in
rights:letter_file                          GET    foreigner  404    404    404    404    403    403    403    403    200    403    in
rights:copy                                 GET    child      200    200    200    404    403    403    403    403    404    403    in
rights:copy                                 GET    neighbour  200    404    404    200    403    403    403    403    404    403    in
rights:copy                                 GET    foreigner  404    404    404    404    403    403    403    403    200    403    in
rights:copy_file                            GET    child      200    200    200    404    403    403    403    403    404    403    in
rights:copy_file                            GET    neighbour  200    404    404    200    403    403    403    403    404    403    in
rights:copy_file                            GET    foreigner  404    404    404    404    403    403    403    403    200    403    in
rights:answer                               GET    child      200    403    403    403    403    403    403    403    404    403    in
rights:answer                               GET    neighbour  200    403    403    403    403    403    403    403    404    403    in
rights:answer                               GET    foreigner  404    403    403    403    403    403    403    403    200    403    in
rights:answer                               POST   child      200    403    403    403    403    403    403    403    404    403    in
rights:answer                               POST   neighbour  200    403    403    403    403    403    403    403    404    403    in
rights:answer                               POST   foreigner  404    403    403    403    403    403    403    403    200    403    in
rights:hold                                 GET    child      200    403    403    403    403    403    403    403    404    403    in
rights:hold                                 GET    neighbour  200    403    403    403    403    403    403    403    404    403    in
rights:hold                                 GET    foreigner  404    403    403    403    403    403    403    403    200    403    in
rights:hold                                 POST   child      200    403    403    403    403    403    403    403    404    403    in
rights:hold                                 POST   neighbour  200    403    403    403    403    403    403    403    404    403    in
rights:hold                                 POST   foreigner  404    403    403    403    403    403    403    403    200    403    in
rights:hold_end                             GET    child      200    403    403    403    403    403    403    403    404    403    in
rights:hold_end                             GET    neighbour  200    403    403    403    403    403    403    403    404    403    in
rights:hold_end                             GET    foreigner  404    403    403    403    403    403    403    403    200    403    in
rights:hold_end                             POST   child      200    403    403    403    403    403    403    403    404    403    in
rights:hold_end                             POST   neighbour  200    403    403    403    403    403    403    403    404    403    in
rights:hold_end                             POST   foreigner  404    403    403    403    403    403    403    403    200    403    in
rights:erase                                GET    child      200    403    403    403    403    403    403    403    404    403    in
rights:erase                                GET    neighbour  200    403    403    403    403    403    403    403    404    403    in
rights:erase                                GET    foreigner  404    403    403    403    403    403    403    403    200    403    in
rights:erase                                POST   child      200    403    403    403    403    403    403    403    404    403    in
rights:erase                                POST   neighbour  200    403    403    403    403    403    403    403    404    403    in
rights:erase                                POST   foreigner  404    403    403    403    403    403    403    403    200    403    in
rights:erase_confirm                        GET    child      200    403    403    403    403    403    403    403    404    403    in
rights:erase_confirm                        GET    neighbour  200    403    403    403    403    403    403    403    404    403    in
rights:erase_confirm                        GET    foreigner  404    403    403    403    403    403    403    403    200    403    in
rights:erase_confirm                        POST   child      200    403    403    403    403    403    403    403    404    403    in
rights:erase_confirm                        POST   neighbour  200    403    403    403    403    403    403    403    404    403    in
rights:erase_confirm                        POST   foreigner  404    403    403    403    403    403    403    403    200    403    in
rights:erase_stop                           POST   child      302    403    403    403    403    403    403    403    404    403    in
rights:erase_stop                           POST   neighbour  302    403    403    403    403    403    403    403    404    403    in
rights:erase_stop                           POST   foreigner  404    403    403    403    403    403    403    403    302    403    in
"""

# Django's own short form of a record's address in its admin, once per table; it leads to `change`.
UNNAMED = "admin:<path:object_id>/"


@dataclass(frozen=True)
class Line:
    address: str
    method: str
    about: str
    answers: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.address} {self.method} {self.about}"


def read(table: str) -> list[Line]:
    """The lines of the table. Raises ValueError for one that does not have an answer for everybody."""
    lines = []
    for text in table.splitlines():
        if not text or text.startswith("#"):
            continue
        address, method, about, *answers = text.split()
        if len(answers) != len(ROLES):
            raise ValueError(f"not {len(ROLES)} answers: {text}")
        lines.append(Line(address, method, about, tuple(answers)))
    return lines


LINES = read(TABLE)
CHILDREN = {"child", "neighbour", "foreigner"}


# --- What the lines are about -----------------------------------------------------------------------------------------


def _event(cast: factories.Cast) -> Any:
    with access.scope(cast.clerk):
        return audit.record("thing.happened")


def _child(cast: factories.Cast, about: str) -> Any:
    """The child that a line is about."""
    return getattr(cast, about)


# what each of the three children has of everything, and where
HOMES = {
    "child": ("school", "clerk"),
    "neighbour": ("other_school", "colleague"),
    "foreigner": ("foreign_school", "stranger"),
}


def _contact(cast: factories.Cast, about: str) -> list[str]:
    place, by = HOMES[about]
    return [factories.contact(_child(cast, about), by=getattr(cast, by), place=getattr(cast, place)).code]


def _relative(cast: factories.Cast, about: str) -> list[str]:
    """A child's code and that of a father who is away and ill."""
    child = _child(cast, about)
    father = factories.relative(child, relation="51", name="父")
    factories.absence(father)
    factories.situation(father, kind="ill")
    return [child.code, father.code]


def _cared_for(cast: factories.Cast, about: str) -> list[str]:
    child = _child(cast, about)
    if about != "child":  # who has her grandmother in every test
        factories.entrustment(child, factories.relative(child, relation="62", name="奶奶"))
    return [child.code]


def _hardship(cast: factories.Cast, about: str) -> list[str]:
    """A child's code, the kind, and that of a difficulty that goes on."""
    child, by = _child(cast, about), getattr(cast, HOMES[about][1])
    with access.everyone("test"):
        row = Hardship.objects.filter(child=child, kind="poor").first()
    return [child.code, "hardship", (row or factories.fact(Hardship, child, by=by, kind="poor")).code]


def _age_step(cast: factories.Cast, about: str) -> list[Any]:
    child = _child(cast, about)
    with access.everyone("test"):
        known = child.age_steps.exists()
    if not known:
        factories.age_step(child, by=getattr(cast, HOMES[about][1]))
    return [child.code, 8]


def _pairing(cast: factories.Cast, about: str) -> list[str]:
    """A child's code and that of a mentor of the same county who looks after them."""
    if about == "child":
        return [cast.child.code, cast.pairing.mentor.code]
    mentor = factories.mentor(cast.bureau if about == "neighbour" else cast.foreign_village)
    factories.pairing(mentor, _child(cast, about))
    return [_child(cast, about).code, mentor.code]


def _handover(cast: factories.Cast, about: str) -> list[str]:
    """A hand-over of the child from its school to the other one of the county, or of the foreigner within theirs."""
    places = {
        "child": (cast.school, cast.other_school, cast.clerk),
        "neighbour": (cast.other_school, cast.school, cast.colleague),
        "foreigner": (cast.foreign_school, cast.foreign_village, cast.stranger),
    }
    giver, receiver, by = places[about]
    return [factories.handover(_child(cast, about), giver, receiver, by=by).code]


def _two(cast: factories.Cast, about: str) -> list[str]:
    """The codes of a child and of another one at the same places."""
    school = getattr(cast, HOMES[about][0])
    village = {"child": cast.village, "neighbour": cast.other_village, "foreigner": cast.foreign_village}[about]
    return [_child(cast, about).code, factories.child("张晓雨", school=school, village=village).code]


def _merge(cast: factories.Cast, about: str) -> list[str]:
    return [factories.merge(_child(cast, about), by=getattr(cast, HOMES[about][1])).code]


def _batch(cast: factories.Cast, about: str) -> list[str]:
    """A roster that waits for its confirmation, uploaded by the school of the child."""
    place, by = HOMES[about]
    batch = ImportBatch.objects.create(
        organization=getattr(cast, place), by=getattr(cast, by), file_name="花名册.xlsx", sha256="0" * 64,
        roster_on=date(2026, 9, 1), state=State.PREVIEWED, layout={"sheets": []},
    )  # fmt: skip
    return [batch.code]


def _asked(cast: factories.Cast, about: str) -> Any:
    """A request of the child's family, which waits."""
    place, by = HOMES[about]
    return rights.request(_child(cast, about), by=getattr(cast, by), office=getattr(cast, place))


def _granted(cast: factories.Cast, about: str) -> list[str]:
    """A request for a copy that was granted."""
    place, by = HOMES[about]
    return [rights.granted(_child(cast, about), by=getattr(cast, by), office=getattr(cast, place)).code]


def _consent(cast: factories.Cast, about: str) -> list[str]:
    child = _child(cast, about)
    return [child.code, rights.consent(child, by=getattr(cast, HOMES[about][1])).code]


def _held(cast: factories.Cast, about: str) -> list[str]:
    child = _child(cast, about)
    rights.hold(child, by=cast.officer)
    return [child.code]


def _proposed(cast: factories.Cast, about: str) -> list[str]:
    child = _child(cast, about)
    rights.proposal(child, by=cast.leader)
    return [child.code]


def _proof(cast: factories.Cast) -> list[str]:
    row = Erasure.objects.create(
        organization=cast.county, reason="mistake", proposed_by=cast.officer, confirmed_by=cast.leader,
        done_at=timezone.now(), kept_until=date(2029, 11, 23),
    )  # fmt: skip
    return [row.code]


def _export(cast: factories.Cast, about: str) -> list[str]:
    """A file that the school of the child has asked for and nobody has decided about."""
    place, by = HOMES[about]
    return [factories.export(getattr(cast, by), getattr(cast, place)).code]


def _attachment(cast: factories.Cast, about: str) -> list[str]:
    """A child's code and that of a scan in the archive."""
    place, by = HOMES[about]
    child = _child(cast, about)
    return [child.code, factories.attachment(child, by=getattr(cast, by), place=getattr(cast, place)).code]


# what stands in an address about a child beside the child's own code
IN_THE_ADDRESS: dict[str, Callable[[factories.Cast, str], list[str]]] = {
    **dict.fromkeys(("visits:contact", "visits:contact_edit"), _contact),
    **dict.fromkeys(
        ("guardians:relative_edit", "guardians:absence_add", "guardians:absence_end", "guardians:situation_add"),
        _relative,
    ),
    "guardians:situation_end": lambda cast, about: [*_relative(cast, about), "ill"],
    **dict.fromkeys(("guardians:care_edit", "guardians:care_end"), _cared_for),
    "children:fact_add": lambda cast, about: [_child(cast, about).code, "hardship"],
    **dict.fromkeys(("children:fact_edit", "children:fact_end", "children:fact_remove"), _hardship),
    "children:age_step_undo": _age_step,
    "visits:pairing_end": _pairing,
    **dict.fromkeys([f"rights:{name}" for name in ("letter", "letter_file", "copy", "copy_file")], _granted),
    **dict.fromkeys(("rights:request", "rights:answer"), lambda cast, about: [_asked(cast, about).code]),
    "rights:consent_withdraw": _consent,
    "rights:hold_end": _held,
    **dict.fromkeys(("rights:erase_confirm", "rights:erase_stop"), _proposed),
    **dict.fromkeys([f"leaving:{name}" for name in ("export", "decide", "withdraw", "password", "fetch")], _export),
    **dict.fromkeys([f"children:attachment{name}" for name in ("", "_remove", "_scan")], _attachment),
    **dict.fromkeys([f"handovers:{name}" for name in ("detail", "accept", "return", "withdraw")], _handover),
    **dict.fromkeys(("duplicates:compare", "duplicates:apart"), _two),
    **dict.fromkeys(("duplicates:merged", "duplicates:undo"), _merge),
    "papers:one": lambda cast, about: [_child(cast, about).code, "archive"],
    "tables:row": lambda cast, about: ["term", _child(cast, about).code],
    **dict.fromkeys(
        [f"exchange:{name}" for name in ("preview", "columns", "decide", "confirm", "discard", "undo", "errors")],
        _batch,
    ),
}
# word → the arguments of the address
ABOUT = {
    "-": lambda cast: [],
    "app": lambda cast: ["caseworks"],
    "ourschool": lambda cast: [cast.school.code],
    "village": lambda cast: [cast.village.pk],
    "ownoffice": lambda cast: [cast.county.pk],
    "foreignvil": lambda cast: [cast.foreign_village.pk],
    "theclerk": lambda cast: [cast.clerk.pk],
    "theauditor": lambda cast: [cast.auditor.pk],
    "thestrange": lambda cast: [cast.stranger.pk],
    "xue": lambda cast: ["xue"],
    "shen": lambda cast: ["shen"],
    "sheng": lambda cast: ["sheng"],
    "event": lambda cast: [_event(cast).pk],
    "count": lambda cast: [factories.pupil_count(cast.school, 300).pk],
    "rule": lambda cast: [factories.contact_rule(cast.county, "caseworker").pk],
    "thementor": lambda cast: [Mentor.objects.get(name="梅老师").pk],
    "mentor": lambda cast: [cast.pairing.mentor.code],
    "mentorther": lambda cast: [factories.mentor(cast.foreign_village).code],
    "rulehere": lambda cast: [factories.contact_rule(cast.county, "caseworker").code],
    "rulethere": lambda cast: [factories.contact_rule(cast.foreign_village, "caseworker").code],
    "theproof": _proof,
    "filter": lambda cast: [factories.saved_filter(cast.clerk, cast.school).code],
    "promoted": lambda cast: [factories.promotion(cast.school, cast.clerk).code],
    "promother": lambda cast: [factories.promotion(cast.foreign_school, cast.stranger).code],
    "figure": lambda cast: ["archives"],
    "nophone": lambda cast: ["no_phone"],
    "archive": lambda cast: ["archive"],
    "term": lambda cast: ["term"],
    "xlsx": lambda cast: ["xlsx"],
    "docx": lambda cast: ["docx"],
}


def path_of(line: Line, cast: factories.Cast) -> str:
    if line.about == "nothing":
        return reverse("admin:index") + "no/such/page/"
    if line.about in CHILDREN:
        arguments = IN_THE_ADDRESS.get(line.address, lambda cast, about: [_child(cast, about).code])
        return reverse(line.address, args=arguments(cast, line.about))
    return reverse(line.address, args=ABOUT[line.about](cast))


def answer(response: Any) -> str:
    """The answer in a word of the table."""
    if response.status_code == 302 and response["Location"].startswith(reverse("caseworks:login") + "?next="):
        return "in"
    return str(response.status_code)


def ask(client: Client, method: str, path: str) -> Any:
    """One request, whose changes are undone, signing out included: the next one finds what this one found."""
    cookies = copy(client.cookies)
    with undone():
        response = client.generic(method, path, content_type="application/x-www-form-urlencoded")
    client.cookies = cookies
    return response


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


@pytest.fixture
def clients(cast) -> dict[str, Client]:
    """A browser for everybody, each signed in."""
    browsers = {role: Client() for role in ROLES}
    for role, client in browsers.items():
        if role:
            client.force_login(getattr(cast, role))
    return browsers


# --- The specification ------------------------------------------------------------------------------------------------


def group_of(line: Line) -> str:
    """Lines that are tried together: a part of the site, or a table of the admin."""
    part, _colon, name = line.address.partition(":")
    return name.rpartition("_")[0] or "admin" if part == "admin" else part


@pytest.mark.parametrize("group", sorted({group_of(line) for line in LINES}))
def test_everybody_gets_the_answer_of_the_table(group, cast, clients):
    expected, got = {}, {}
    for line in (line for line in LINES if group_of(line) == group):
        with undone():
            path = path_of(line, cast)
            for role, wanted in zip(ROLES, line.answers, strict=True):
                who = f"{line}: {role or 'nobody'}"
                expected[who], got[who] = wanted, answer(ask(clients[role], line.method, path))
    assert got == expected


def test_every_address_and_method_has_a_line():
    known = {(line.address, line.method) for line in LINES}
    declared = {
        (name, method) for name, pattern in all_urls() if name != UNNAMED for method in pattern.callback.rule.methods
    }
    # the admin takes both methods everywhere; the few of its pages that refuse one are in the test of methods below
    assert {"without a line": declared - known - ADMIN_TAKES_ONE, "without an address": known - declared} == {
        "without a line": set(),
        "without an address": set(),
    }


ADMIN_TAKES_ONE = {
    ("admin:jsi18n", "POST"),
    ("admin:autocomplete", "POST"),
    ("admin:children_pupilcount_process_import", "GET"),
    ("admin:visits_mentor_process_import", "GET"),
}


def test_every_line_about_a_child_is_tried_with_three_children():
    """One's own, one of another unit, one of another county: or a page could be open to the neighbours unseen."""
    tried: dict[tuple[str, str], set[str]] = {}
    for line in LINES:
        if line.about in CHILDREN:
            tried.setdefault((line.address, line.method), set()).add(line.about)
    assert {key: about for key, about in tried.items() if about != CHILDREN} == {}


_first_line = {line.address: line for line in reversed(LINES)}


@pytest.mark.parametrize("group", sorted({group_of(line) for line in LINES}))
def test_other_methods_are_refused(group, cast, clients):
    wrong = {}
    for address, line in _first_line.items():
        if group_of(line) != group:
            continue
        taken = {line.method for line in LINES if line.address == address} | {"HEAD", "OPTIONS"}
        client = clients["auditor" if "auditevent" in address else "system" if "organization" in address else "officer"]
        with undone():
            path = path_of(line, cast)
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - taken:
                wrong[address, method] = ask(client, method, path).status_code
    assert wrong
    assert {key: status for key, status in wrong.items() if status != 405} == {}


def test_nothing_is_taken_without_the_token_of_the_form(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.officer)
    posts = {line.address: line for line in LINES if line.method == "POST"}
    got = {}
    for address, line in posts.items():
        with undone():
            got[address] = ask(client, "POST", path_of(line, cast)).status_code
    assert got == dict.fromkeys(posts, 403)


def _words(response: Any, path: str) -> str:
    """The page without what names the address itself."""
    text = response.content.decode().replace(path, "")
    return re.sub(r'(name="csrfmiddlewaretoken" value|name="submission_key" value)="[^"]*"', "", text)


ABOUT_CHILDREN = [line for line in LINES if line.about == "foreigner" and line.answers[0] == "404"]


@pytest.mark.parametrize("line", ABOUT_CHILDREN, ids=str)
def test_a_childs_address_elsewhere_reads_like_one_that_never_was(line, cast, clients):
    theirs = path_of(line, cast)
    nobodys = theirs.replace(cast.foreigner.code, "Z" * len(cast.foreigner.code))
    with CaptureQueriesContext(connection) as asked_theirs:
        one = ask(clients["officer"], line.method, theirs)
    with CaptureQueriesContext(connection) as asked_nobodys:
        other = ask(clients["officer"], line.method, nobodys)
    assert (one.status_code, other.status_code) == (404, 404)
    assert len(asked_theirs) == len(asked_nobodys)  # or the time taken would tell them apart
    assert _words(one, theirs) == _words(other, nobodys)
    assert cast.foreigner.name not in one.content.decode()


def test_a_line_that_leaves_somebody_out_is_noticed():
    with pytest.raises(ValueError, match="answers"):
        read("children:list GET - 200 200")
