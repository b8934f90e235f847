"""The web server itself refuses a request that two programs could read in two ways."""

from __future__ import annotations

import pytest
from gunicorn.config import Config
from gunicorn.http import RequestParser
from gunicorn.http.errors import ParseException

HEAD = b"POST /login/ HTTP/1.1\r\nHost: localhost\r\n"
AMBIGUOUS = {
    "both lengths": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    "two lengths": b"Content-Length: 4\r\nContent-Length: 5\r\n",
    "a strange coding": b"Transfer-Encoding: xchunked\r\n",
    "no number": b"Content-Length: +4\r\n",
    "a space before the colon": b"Content-Length : 4\r\n",
}


@pytest.mark.parametrize("kind", AMBIGUOUS)
def test_an_ambiguous_request_is_refused(kind):
    requests = RequestParser(Config(), iter([HEAD + AMBIGUOUS[kind] + b"\r\n0\r\n\r\n"]), ("127.0.0.1", 1))
    with pytest.raises(ParseException):
        next(requests)


def test_a_plain_request_is_read():
    request = next(RequestParser(Config(), iter([HEAD + b"Content-Length: 0\r\n\r\n"]), ("127.0.0.1", 1)))
    assert request.path == "/login/"
