# Everything a developer or an office runs. `make run` and `make test` need only Python 3.11+ and make.
PYTHON ?= python3
BIN = .venv/bin
PORT ?= 8000

.PHONY: run test test-rest lint types messages bench lock clean

.venv/run: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit("Caseworks needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

.venv/dev: .venv/run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

var/caseworks.env:
	mkdir -p var
	umask 077; $(PYTHON) -c 'import secrets; print("CASEWORKS_DEMO=1\nALLOWED_HOSTS=localhost,127.0.0.1\nSECRET_KEY=" + secrets.token_urlsafe(50))' > $@

# From a fresh checkout to the demo on http://127.0.0.1:8000; everyone in it is invented.
run: .venv/run var/caseworks.env
	$(BIN)/pybabel --quiet compile --directory locale --domain django
	$(BIN)/python manage.py new_keys --if-missing
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py load_demo --if-empty --address http://127.0.0.1:$(PORT)/
	$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	$(BIN)/gunicorn caseworks.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --threads 8 --no-control-socket --log-level warning

# The suite: SQLite always, PostgreSQL and the browser where the machine has them; it says what it skipped.
test: .venv/dev
	$(BIN)/pybabel --quiet compile --directory locale --domain django
	$(BIN)/python -m tests

# What `make test` leaves out: the tests that try everything at every address, and the whole suite on PostgreSQL.
test-rest: .venv/dev
	$(BIN)/pybabel --quiet compile --directory locale --domain django
	$(BIN)/python -m tests --rest

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev
	CASEWORKS_DEMO=1 SECRET_KEY=types ALLOWED_HOSTS=localhost $(BIN)/mypy

# Needs the gettext programs (Debian: gettext). Run after changing a text, then translate what is new.
messages: .venv/dev
	CASEWORKS_DEMO=1 SECRET_KEY=messages ALLOWED_HOSTS=localhost $(BIN)/python manage.py makemessages --locale zh_Hans --no-location --no-wrap --no-obsolete --ignore .venv --ignore tests --ignore staticfiles

bench: .venv/dev
	$(BIN)/python -m bench

# Pins what pyproject.toml asks for, with hashes. Needs uv.
lock:
	uv pip compile --quiet pyproject.toml --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --output-file requirements.lock
	uv pip compile --quiet pyproject.toml --group pdf --constraints requirements.lock --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --output-file requirements-pdf.lock
	uv pip compile --quiet pyproject.toml --group dev --constraints requirements.lock --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --output-file requirements-dev.lock

clean:
	rm -rf .venv var staticfiles
