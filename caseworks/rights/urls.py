from django.urls import path

from caseworks.rights.views import consents, erasures, papers, requests

app_name = "rights"
urlpatterns = [
    path("", requests.requests, name="requests"),
    path("requests/<slug:code>/", requests.one, name="request"),
    path("requests/<slug:code>/answer/", requests.answer, name="answer"),
    path("requests/<slug:code>/letter/", papers.letter, name="letter"),
    path("requests/<slug:code>/letter/file/", papers.letter_file, name="letter_file"),
    path("requests/<slug:code>/copy/", papers.copy, name="copy"),
    path("requests/<slug:code>/copy/file/", papers.copy_file, name="copy_file"),
    path("children/<slug:code>/consents/new/", consents.add, name="consent_add"),
    path("children/<slug:code>/consents/<slug:consent>/withdraw/", consents.withdraw, name="consent_withdraw"),
    path("children/<slug:code>/requests/new/", requests.add, name="request_add"),
    path("children/<slug:code>/hold/", erasures.hold, name="hold"),
    path("children/<slug:code>/hold/end/", erasures.hold_end, name="hold_end"),
    path("children/<slug:code>/erase/", erasures.erase, name="erase"),
    path("children/<slug:code>/erase/confirm/", erasures.confirm, name="erase_confirm"),
    path("children/<slug:code>/erase/stop/", erasures.stop, name="erase_stop"),
    path("erasures/", erasures.erasures, name="erasures"),
    path("erasures/<slug:code>/", papers.proof, name="proof"),
    path("erasures/<slug:code>/file/", papers.proof_file, name="proof_file"),
    path("retention/", erasures.retention, name="retention"),
]
