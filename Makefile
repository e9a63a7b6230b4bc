SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup build test test-dashboards test-doors verify rules dashboards demo bench clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "make %-15s %s\n", $$1, $$2 }'

setup: ## npm packages, TensorFlow engine, build; does only what is missing
	@scripts/setup.sh

build: setup ## dist/ from src/
	@node scripts/build.mjs

test: setup ## sets up all it needs and runs the tests, with coverage
	@scripts/ensure-prometheus.sh
	@scripts/ensure-test-programs.sh
	@scripts/ensure-celery.sh
	@mkdir -p build
	@npx vitest run --coverage --reporter=default --reporter=json --outputFile.json=build/test.json

test-doors: setup ## the doors by schemathesis, and feeders against OpenSearch, MongoDB's protocol and Zabbix, all of them installed; two minutes
	@scripts/ensure-prometheus.sh
	@npx vitest run --config vitest.doors.config.ts

test-dashboards: setup ## draws every dashboard in Chromium over the demo; the first run installs Grafana's panel code (458 MB)
	@scripts/ensure-prometheus.sh
	@scripts/ensure-test-programs.sh
	@scripts/ensure-drawing.sh
	@node_modules/.bin/tsc -p test/grafana/draw
	@npx vitest run test/grafana/live.test.ts

verify: setup ## types, format and lint, room table, dead code, rules, scripts
	@scripts/ensure-prometheus.sh
	@scripts/verify.sh

rules: setup ## rules/*.yml from rules/mixin; CONFIG=mine.yml OUT=folder for your own
	@scripts/rules.sh $(if $(CONFIG),--config $(CONFIG)) $(if $(OUT),--out $(OUT))

dashboards: setup ## grafana/dashboards/*.json from grafana/
	@scripts/dashboards.sh

demo: setup ## a real Prometheus, 20 simulated servers and linborg; ONCE=1 checks what was recorded and ends
	@scripts/ensure-prometheus.sh
	@node bin/linborg.js demo $(if $(ONCE),--once)

bench: setup ## speed, memory and latency, written to build/bench.json
	@mkdir -p build
	@node bin/linborg.js bench --out build/bench.json

clean: ## removes what was built (not node_modules)
	@rm -rf dist build coverage
