# Each target does its own set-up, and `make` alone lists them.
# ARGS reaches pytest: make test ARGS='-k ports -x'
.DEFAULT_GOAL := help
.PHONY: help setup demo advise compare bench bench-check fuzz merges chaos recovery lock library browser pictures unit test e2e e2e-kubernetes lint docs variants format clean

# Debian keeps haproxy in /usr/sbin, which is not on an ordinary user's PATH.
export PATH := $(PATH):/usr/local/sbin:/usr/sbin:/sbin
# With real Docker Engines a busy machine can fail a test: twice more, and the summary says so.
# Two labs run beside each other; a file of tests stays in one. A test that hangs ends after
# 10 minutes and says where, once; the longest needs five.
E2E := PAIRS=$(PAIRS) .venv/bin/pytest -m e2e --timeout 600 --reruns 2 --rerun-except 'from pytest-timeout' -r fER --durations=30 --numprocesses $(or $(LABS),2) --dist loadfile --no-loadscope-reorder
# Files of tests run beside each other: they wait more than they compute.
BESIDE := --numprocesses $(or $(JOBS),4) --dist loadfile --timeout 900
# What needs neither a Docker host nor many processes, without the laws on random files.
UNIT := tests/composefile tests/generator tests/test_house.py tests/test_docs.py \
	tests/engine/test_addresses.py tests/engine/test_environment.py tests/engine/test_ports.py \
	tests/engine/test_recipes.py tests/engine/test_variant.py \
	tests/lb/test_arguments.py tests/lb/test_model.py tests/lb/test_options.py
DEMO_S := $(or $(SECONDS),20)
TOP_PORT := 8010
# Long enough to tell, however long the demonstration is.
COMPARE_S := 20
# Shows and runs a command. After Ctrl-C it ends by its own last words, and make without an error:
# the shell must outlive it, and 130 is no failure.
until_interrupted = echo '$(1)'; trap : INT; $(1) || { code=$$?; [ $$code -eq 130 ] || exit $$code; }
# The pages with examples that cog runs: see docs/shell.py.
PAGES := README.md docs/templates.md

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## Make .venv, and install haproxy and redis-server if missing; the others do this first
	@bin/setup

demo: setup ## Run DockerCoins with 3 rng and 10 workers for SECONDS=20, without Docker, and compare
	@mkdir -p demo
	@test -f dockercoins/webui/library/package-lock.json || echo "For the graphs on the pages, once: make library"
	@echo "DockerCoins runs for $(DEMO_S) s; Ctrl-C ends it. Longer: make demo SECONDS=300"
	@echo "  its page:                http://localhost:8000"
	@echo "  what each replica does:  http://localhost:$(TOP_PORT)"
	@echo "  metrics for Prometheus:  http://localhost:8000/metrics"
	.venv/bin/dcgen scale rng=3 worker=10 -f dockercoins/compose.yml -o demo/compose.yml
	@$(call until_interrupted,.venv/bin/python -m benchmarks.demo demo/compose.yml --for $(DEMO_S) --top $(TOP_PORT))
	@echo "What did three rng bring? The same 10 workers on 1 rng, then on 3: $(COMPARE_S) s each"
	@$(call until_interrupted,.venv/bin/python -m benchmarks.compare --for $(COMPARE_S))

advise: setup ## Find out by experiment which service of DockerCoins limits, without Docker, in two minutes
	@mkdir -p demo
	@$(call until_interrupted,.venv/bin/dcgen advise -f dockercoins/compose.yml --engine process \
		--scale worker=10 --budget 24 --for 90 --html demo/advise.html $(ARGS))
	@echo "as a page: demo/advise.html"

compare: setup ## Measure the same 10 workers on 1 rng and on 3, SECONDS=20 each
	@$(call until_interrupted,.venv/bin/python -m benchmarks.compare $(if $(SECONDS),--for $(SECONDS)))

bench: setup ## Measure the data plane and write docs/benchmarks.md, 40 minutes; ARGS=--quick is a glance
	.venv/bin/python -m benchmarks $(or $(ARGS),--write)
	.venv/bin/python -m benchmarks.generator

bench-check: setup ## Measure it again, and fail if a bar of docs/benchmarks.md is missed
	.venv/bin/python -m benchmarks --check $(ARGS)
	.venv/bin/python -m benchmarks.generator --check

fuzz: setup ## Break files, commands and streams for SECONDS=600; SEED=N draws the same again, CASE=N one of them
	FUZZ_SECONDS=$(or $(SECONDS),600) SEED=$(SEED) CASE=$(CASE) .venv/bin/pytest -s $(if $(CASE),tests/fuzz/test_doors.py,tests/fuzz) $(ARGS)

merges: setup ## Merge MERGES=3000 drawn services, and compare with Compose's own config, old and new
	.venv/bin/python -m tests.lab install
	MERGES=$(or $(MERGES),3000) .venv/bin/pytest -s tests/generator/test_merge.py $(ARGS)

chaos: setup ## Draw FAULTS=200 against DockerCoins' counter, on Redis and on Valkey; SEED=N draws the same again
	FAULTS=$(or $(FAULTS),200) SEED=$(SEED) .venv/bin/pytest -s tests/dockercoins/test_chaos.py $(ARGS)

recovery: setup ## Measure how soon DockerCoins' workers are back after a peer, and how soon services end
	.venv/bin/python -m tests.dockercoins.recovery --turns $(or $(TURNS),12)
	.venv/bin/python -m tests.dockercoins.stopping

lock: setup ## Pin what DockerCoins' images install, anew: each requirements.lock by requirements.txt
	.venv/bin/pip install --quiet --disable-pip-version-check uv
	for service in rng hasher webui worker; do (cd dockercoins/$$service && \
		../../.venv/bin/uv pip compile --quiet --universal --upgrade --python-version 3.13 --generate-hashes \
		--custom-compile-command 'make lock' --output-file requirements.lock requirements.txt) || exit; done

library: setup ## Fetch the chart library of both pages with npm; without it they have tables
	@bin/library

browser: library ## Install what the tests in a browser need: Chromium (Debian, root) and Playwright
	@bin/browser

pictures: browser ## Take pictures of DockerCoins' page and of dcgen top; those of the docs are renewed
	.venv/bin/python -m tests.dockercoins.pictures .artifacts/pictures
	@mkdir -p docs/pictures
	.venv/bin/python -m tests.dcgen.pictures .artifacts/pictures
	cd .artifacts/pictures && cp hosts.png away.png phone.png top.png top.svg ../../docs/pictures/

unit: setup ## Run the quick tests, under a minute: for every change, before `make test`
	.venv/bin/pytest -q -r fE $(UNIT) --ignore tests/generator/test_laws.py $(ARGS)

test: setup ## Run all tests: real HAProxy and Redis, then real Docker hosts where they can be had
	.venv/bin/pytest -m 'not e2e and not kubernetes' $(BESIDE) $(ARGS)
	$(E2E) $(ARGS)

e2e: setup ## Run the tests with real Docker hosts alone, PAIRS=all of them; installs Docker (Debian, root)
	.venv/bin/python -m tests.lab install
	$(E2E) $(ARGS)

e2e-kubernetes: setup ## Run DockerCoins on a real Kubernetes of three nodes; builds it the first time (Debian, root)
	.venv/bin/python -m tests.lab install
	.venv/bin/python -m tests.kube build
	.venv/bin/pytest -m kubernetes -r fE --durations=10 tests/kube $(ARGS)

lint: setup ## Check style, types, import rules, shell scripts, and the examples in the docs
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	.venv/bin/shellcheck bin/setup bin/library bin/browser bin/variants .ci/run
	.venv/bin/cog -I docs --check --diff $(PAGES)

docs: setup ## Run the examples in the docs again, and put their output into the pages
	.venv/bin/cog -I docs -r $(PAGES)

variants: setup ## Write DockerCoins' variants in compose-variants/ again
	PATH="$(CURDIR)/.venv/bin:$$PATH" bin/variants

format: setup ## Put every Python file into the one form that `make lint` accepts
	.venv/bin/ruff format
	.venv/bin/ruff check --fix

clean: ## Delete .venv and whatever else these targets made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .artifacts
	rm -rf build dist demo *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
