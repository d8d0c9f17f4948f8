# Everything a fresh machine with Node 20+ and Go 1.26+ needs is installed and built by these targets, once.
# STACK chooses the environment, Pulumi.$(STACK).yaml.
# CONFIG overrides settings for one run: CONFIG="extProc.enabled=true replicas.decode=5".
# REFRESH=1 looks at the cluster first and repairs drift; FORCE=1 takes back fields that others set there.
# A value with spaces stands in quotes: CONFIG="gateway.className='my class'".
# ARGS are flags of verify, compare, topology, scoring, conformance and soak: ARGS="--path direct --json".
# ENV is the environment of ci-preview; default: STACK.
# Values reach local/cli.ts through the environment and in no other way, as they are: neither make nor a shell expands what
# is in them. Under their own names make would export them expanded.
export LLMD_MAKE_STACK := $(value STACK)
export LLMD_MAKE_CONFIG := $(value CONFIG)
export LLMD_MAKE_ARGS := $(value ARGS)
export LLMD_MAKE_REFRESH := $(value REFRESH)
export LLMD_MAKE_FORCE := $(value FORCE)
export LLMD_MAKE_ENV := $(value ENV)
export LLMD_MAKE_ENV_ORIGIN := $(origin ENV)
unexport STACK CONFIG ARGS REFRESH FORCE ENV
LOCAL := node -r ./commands/shared/register.js local/cli.ts

.DEFAULT_GOAL := help
.PHONY: help up lab preview ci-preview verify compare topology scoring down status check test conformance soak

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: node_modules/.package-lock.json ## Start the embedded control plane and deploy the stack on it
	@$(LOCAL) up

lab: node_modules/.package-lock.json ## Like up, and runs the pods, with Istio and Envoy in front of them
	@$(LOCAL) lab

preview: node_modules/.package-lock.json ## Show what `make up` would change, judged by the policy pack
	@$(LOCAL) preview

ci-preview: node_modules/.package-lock.json ## Preview ENV as a pull request does, and write its report
	@$(LOCAL) ci-preview

verify compare topology: node_modules/.package-lock.json
	@$(LOCAL) $@

scoring: node_modules/.package-lock.json ## Switch the lab from preset to preset, and measure what each gains
	@$(LOCAL) scoring

down: node_modules/.package-lock.json ## Stop the embedded control plane and remove all of its state
	@$(LOCAL) down

status: node_modules/.package-lock.json ## Show servers, ports, resources and their readiness
	@$(LOCAL) status

conformance: node_modules/.package-lock.json ## Run the conformance suites of the Gateway API and of GIE in a lab
	@$(LOCAL) conformance

soak: node_modules/.package-lock.json ## Load the pool path in a lab while its parts are killed one after another
	@$(LOCAL) soak

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
