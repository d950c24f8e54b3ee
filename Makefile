# Each target does its own set-up, and `make` alone lists them.
# ARGS reaches pytest: make test ARGS='-k ports -x'
.DEFAULT_GOAL := help
.PHONY: help setup test e2e lint format clean

# Debian keeps haproxy in /usr/sbin, which is not on an ordinary user's PATH.
export PATH := $(PATH):/usr/local/sbin:/usr/sbin:/sbin
ROOT_ON_LINUX = $(filter Linux-0,$(shell uname -s)-$(shell id -u))

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

setup: ## Make .venv, and install haproxy and redis-server if missing; the others do this first
	@bin/setup

test: setup ## Run the tests, with real HAProxy and Redis; as root on Linux with Docker hosts too
	.venv/bin/pytest -m 'not e2e' $(ARGS)
	$(if $(ROOT_ON_LINUX),@$(MAKE) --no-print-directory e2e,@echo 'e2e left out: real Docker hosts need root on Linux')

e2e: setup ## Run the end-to-end tests: real Docker hosts, each in a network namespace (root, Linux)
	.venv/bin/pytest -m e2e $(ARGS)

lint: setup ## Check style, types, import rules, shell scripts
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/shellcheck bin/setup .ci/run

format: setup ## Put every Python file into the one form that `make lint` accepts
	.venv/bin/ruff format
	.venv/bin/ruff check --fix

clean: ## Delete .venv and whatever else these targets made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .artifacts
	rm -rf build dist demo *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
