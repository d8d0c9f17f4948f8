# Everything a fresh machine with Node 20+ and Go 1.26+ needs is installed and built by these targets, once.
# STACK chooses the environment, Pulumi.$(STACK).yaml.
# CONFIG overrides settings for one run: CONFIG="extProc.enabled=true replicas.decode=5".
# REFRESH=1 looks at the cluster first and repairs drift; FORCE=1 takes back fields that others set there.
STACK ?= dev
CONFIG ?=
REFRESH ?=
FORCE ?=
# ARGS are flags of verify, compare and topology: ARGS="--path direct --json".
ARGS ?=
LOCAL := node_modules/.bin/ts-node -P tsconfig.run.json local/cli.ts --stack $(STACK) \
	$(foreach pair,$(CONFIG),--config $(pair)) $(if $(REFRESH),--refresh) $(if $(FORCE),--force)

.DEFAULT_GOAL := help
.PHONY: help up lab preview ci-preview verify compare topology down status check test

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: node_modules/.package-lock.json ## Start the embedded control plane and deploy the stack on it
	@$(LOCAL) up

lab: node_modules/.package-lock.json ## Like up, and runs the pods, with Istio and Envoy in front of them
	@$(LOCAL) lab

preview: node_modules/.package-lock.json ## Show what `make up` would change, judged by the policy pack
	@$(LOCAL) preview

# Shells have an ENV of their own, the name of a file.
ifneq ($(origin ENV),command line)
ENV := $(if $(wildcard Pulumi.$(ENV).yaml),$(ENV),$(STACK))
endif
ci-preview: node_modules/.package-lock.json ## Preview ENV as a pull request does, and write its report
	@$(LOCAL) --stack $(ENV) ci-preview

verify compare topology: node_modules/.package-lock.json
	@$(LOCAL) $@ $(ARGS)

down: node_modules/.package-lock.json ## Stop the embedded control plane and remove all of its state
	@$(LOCAL) down

status: node_modules/.package-lock.json ## Show servers, ports, resources and their readiness
	@$(LOCAL) status

check: node_modules/.package-lock.json ## Run the gates and tests that need no server
	@npm test --silent -- check

test: node_modules/.package-lock.json ## Run every gate and test
	@npm test --silent

# npm writes this file last, so that an install that was interrupted is done again. Install scripts are left out:
# the only one that does anything fetches the official provider, which `pulumi up` also does where it is needed.
node_modules/.package-lock.json: package.json package-lock.json
	@node -e 'const [a,b]=process.versions.node.split(".").map(Number);if(a<20||(a===20&&b<19)){console.error("Node "+process.versions.node+" found; needed: 20.19 or later.");process.exit(1)}'
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@
