# The two commands are `make demo` and `make test`; everything else serves them. `make help` lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Each brings servers of its own, Elasticsearch among them (up to 3 GB), so their number does not follow the cores.
WORKERS ?= 2

APT := $(shell [ "$$(id -u)" = 0 ] && echo apt-get || { sudo -n true 2>/dev/null && echo sudo -n apt-get; })

# Debian's packages that tests and measurements need, each with a program that tells whether it is there.
PACKAGES := wrk=wrk maven=mvn openjdk-17-jre-headless=java postgresql=/usr/lib/postgresql/*/bin/initdb nodejs=node npm=npm \
	nginx-light=/usr/sbin/nginx

# Settings of the person who runs the tests must not decide what the tests see; what is meant for tests stays.
unexport $(filter-out IMMUNITY_TEST_%,$(filter IMMUNITY_%,$(.VARIABLES)))

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.development: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: setup
setup: $(VENV)/.development ## the environment with everything that tests and measurements need
	@absent=""; for pair in $(PACKAGES); do \
		command -v $${pair#*=} >/dev/null || absent="$$absent $${pair%%=*}"; done; \
	[ -z "$$absent" ] || { [ -n "$(APT)" ] && $(APT) update -qq && $(APT) install -y -qq $$absent >/dev/null; } \
		|| echo "missing, tests or measurements that need it are skipped:$$absent (packages of Debian)"
	@$(BIN)/python -m tests.servers.distribution
	@$(BIN)/python -m tests.servers.openid_package

.PHONY: demo
demo: $(VENV)/.runtime ## a full-size invented registry, served on 127.0.0.1:8080 and :8081
	$(BIN)/immunity demo

.PHONY: elasticsearch
elasticsearch: setup ## an Elasticsearch for development, until Ctrl-C; prints its store URL
	@$(BIN)/python -m tests.servers.elasticsearch

.PHONY: lint
lint: $(VENV)/.development ## style, types and the direction of imports
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

.PHONY: test
test: setup lint ## everything that must hold before a commit
	$(BIN)/coverage erase
	COVERAGE_PROCESS_START=pyproject.toml $(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=loadfile
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=90

.PHONY: mutants
mutants: $(VENV)/.development ## mutation testing of the law (about an hour)
	tests/law/mutants.sh

.PHONY: compare
compare: setup ## a plate lookup beside a Flask hello-world, in one run
	$(BIN)/python -m loadtests.compare

.PHONY: rebuild
rebuild: setup ## a full rebuild into Elasticsearch beside the client library's own bulk loading
	$(BIN)/python -m loadtests.rebuild

.PHONY: change
change: setup ## how soon a change in PostgreSQL is answered at a node
	$(BIN)/python -m loadtests.change

.PHONY: sbom
sbom: $(VENV)/.development ## build/sbom.json: what is installed to run (CycloneDX)
	$(BIN)/python -m tests.operations.sbom build/sbom.json

# In an environment of its own: it is no part of what runs, and its dependencies must not decide over ours.
AUDIT := $(VENV)/audit
.PHONY: dependencies
dependencies: $(VENV)/.development ## licences of what is installed, and known weaknesses; fails where those could not be looked up
	@[ $(AUDIT)/.ready -nt requirements-audit.lock ] || { $(PYTHON) -m venv $(AUDIT) && \
		$(AUDIT)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.lock && \
		touch $(AUDIT)/.ready; } || rm -rf $(AUDIT)
	$(BIN)/python -m tests.operations.dependencies

.PHONY: lock
lock: ## write the requirement files anew (needs uv)
	uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra build pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra build --extra dev pyproject.toml -o requirements-dev.lock
	echo "pip-audit>=2.10,<3" | uv pip compile --universal --generate-hashes --no-header --no-annotate \
		--python-version 3.11 - -o requirements-audit.lock

.PHONY: clean
clean: ## remove what can be made again
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* mutants
