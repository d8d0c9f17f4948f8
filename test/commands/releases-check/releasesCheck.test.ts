import { strict as assert } from "assert";
import { spawnSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { eppDifferences, simulatorDifferences } from "../../../commands/releases-check/differences";
import { GoTrees } from "../../../commands/releases-check/goTree";
import { readEpp, readSimulatorFlags } from "../../../commands/releases-check/readSource";
import { findEpp, findSimulator, pluginTypesOf } from "../../../releases";
import { npmRun } from "../../../commands/shared/npmRun";

// Sources of the releases are not here. These have the forms that theirs have.

const runner = `package runner

import (
	"flag"

	base "example.com/picker/pkg/epp/base"
	"example.com/picker/pkg/epp/scorers"
	"example.com/framework/pkg/plugins"
)

func register() {
	fwkplugin.Register(scorers.LoadType, scorers.LoadFactory)
	fwkplugin.Register(base.PickerType, fwkplugin.StabilityAlpha, base.PickerFactory)
	fwkplugin.RegisterDeprecated(scorers.OldType, fwkplugin.StabilityBeta, scorers.OldFactory, "v0.9.0", "v0.11.0", scorers.LoadType)
	// fwkplugin.Register(scorers.CommentedOut, scorers.LoadFactory)
	plugins.Register(plugins.SharedType, plugins.SharedFactory)
	loader.RegisterFeatureGate(base.Gate, true)
}
`;

const options = `package server

func (opts *Options) AddFlags(fs *pflag.FlagSet) {
	fs.IntVar(&opts.Port, "grpc-port", opts.Port, "Port.")
	fs.IntVarP(&opts.Verbosity, "v", "v", 1, "Level.")
	opts.Zap.BindFlags(gofs)
}
`;

const scorers = `package scorers

const (
	LoadType = "load-scorer"
	OldType  = "old-scorer"
)

type parameters struct {
	Threshold int \`json:"threshold,omitempty"\`
	common
}

type common struct {
	Weight float64 \`json:"weight"\`
	Hidden int     \`json:"-"\`
	Plain  string
}

func LoadFactory(name string, raw json.RawMessage, handle plugin.Handle) (plugin.Plugin, error) {
	config := parameters{}
	if err := json.Unmarshal(raw, &config); err != nil {
		return nil, err
	}
	return nil, nil
}

func OldFactory(name string, raw *json.Decoder, handle plugin.Handle) (plugin.Plugin, error) {
	return build(name, raw)
}

func build(name string, raw *json.Decoder) (plugin.Plugin, error) {
	config := defaults
	raw.Decode(&config)
	return nil, nil
}

var defaults = common{Weight: 1}
`;

const base = `package base

const PickerType = "picker"
const Gate = GateName
const GateName = "someGate"

func PickerFactory(name string, _ *json.Decoder, _ plugin.Handle) (plugin.Plugin, error) {
	return nil, nil
}
`;

const shared = `package plugins

const SharedType = "shared"

func SharedFactory(name string, raw json.RawMessage, handle Handle) (Plugin, error) {
	config, err := elsewhere.Parse(raw)
	return nil, err
}
`;

describe("releases:check", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "releases-check-"));
    after(() => fs.rmSync(folder, { recursive: true }));

    function tree(name: string, module: string, files: Record<string, string>): string {
        const root = path.join(folder, name);
        for (const [file, text] of Object.entries({ "go.mod": `module ${module}\n`, ...files })) {
            fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
            fs.writeFileSync(path.join(root, file), text);
        }
        return root;
    }

    const picker = tree("picker", "example.com/picker", {
        "cmd/epp/runner/runner.go": runner,
        "cmd/epp/runner/runner_test.go": 'fs.IntVar(&opts.Port, "of-a-test", 1, "")',
        "pkg/epp/server/options.go": options,
        "pkg/bbr/server/options.go": 'fs.IntVar(&opts.Port, "of-another-command", 1, "")',
        "pkg/epp/scorers/scorers.go": scorers,
        "pkg/epp/base/base.go": base,
    });
    const framework = tree("framework", "example.com/framework", { "pkg/plugins/shared.go": shared });

    it("reads flags, gates and plugins, through constants, imports and factories that hand on", () => {
        const zap = [
            "zap-devel",
            "zap-encoder",
            "zap-log-level",
            "zap-stacktrace-level",
            "zap-time-encoding",
        ];
        assert.deepEqual(readEpp(new GoTrees([picker, framework])), {
            flags: ["grpc-port", "v", ...zap],
            featureGates: ["someGate"],
            plugins: [
                {
                    type: "load-scorer",
                    parameters: ["Plain", "threshold", "weight"],
                    experimental: false,
                    goneFrom: undefined,
                },
                { type: "picker", parameters: [], experimental: true, goneFrom: undefined },
                {
                    type: "old-scorer",
                    parameters: ["Plain", "weight"],
                    experimental: false,
                    goneFrom: "0.11",
                },
                { type: "shared", parameters: undefined, experimental: false, goneFrom: undefined },
            ],
            unread: [],
        });
    });

    it("says which names it could not follow", () => {
        assert.deepEqual(readEpp(new GoTrees([picker])).unread, ["plugins.SharedType"]);
    });

    it("reads a simulator's flags, of which some are two", () => {
        const root = tree("sim", "example.com/llm-d-inference-sim", {
            "pkg/common/parser.go":
                'package common\nf.StringVar(&config.Model, "model", "", "")\nf.Var(&dummy, "fake-metrics", "")\naddToggle(f, &config.Omni, "omni", "", "")\n',
        });
        assert.deepEqual(readSimulatorFlags(new GoTrees([root])), [
            "fake-metrics",
            "model",
            "no-omni",
            "omni",
        ]);
    });

    it("tells each way in which table and source differ", () => {
        const release = findEpp("0.10.0")!;
        const source = {
            flags: [...release.flags.slice(1), "new-flag"],
            featureGates: [...release.featureGates],
            plugins: [...pluginTypesOf(release).values()].map(
                ({ type, parameters, experimental, announcement }) => ({
                    type,
                    parameters: parameters.map((name) => name.toUpperCase()),
                    experimental,
                    goneFrom: announcement?.release,
                }),
            ),
            unread: [],
        };
        const change = (type: string, fields: object) =>
            Object.assign(
                source.plugins.find((plugin) => plugin.type === type)!,
                fields,
            );
        assert.equal(eppDifferences(release, source).length, 2);
        change("load-aware-scorer", { parameters: ["threshold", "limit"], experimental: true });
        change("tokenizer", { goneFrom: "0.12" });
        assert.deepEqual(eppDifferences(release, source), [
            "flag new-flag: in the source, not in the table",
            `flag ${release.flags[0]!}: in the table, not in the source`,
            "parameter of load-aware-scorer limit: in the source, not in the table",
            "load-aware-scorer: the source says that it is experimental",
            "tokenizer: the source announces it to go in 0.12, the table in 0.11",
        ]);
    });

    it("compares a simulator's flags without those of its log", () => {
        const release = findSimulator("0.9.1")!;
        const own = release.flags.filter((flag) => !/_|^v$|vmodule|stderr/.test(flag));
        assert.deepEqual(simulatorDifferences(release, own), []);
        assert.deepEqual(simulatorDifferences(release, [...own, "force-dummy-tokenizer"]), [
            "flag force-dummy-tokenizer: in the source, not in the table",
        ]);
    });

    it("exits with 1 for differences, and with 2 for what it cannot use", () => {
        const run = (...args: string[]) =>
            spawnSync(process.execPath, [...npmRun("commands/releases-check/main.ts"), ...args], {
                encoding: "utf8",
            });
        const both = ["--source", picker, "--source", framework];
        const differing = run(...both, "--release", "0.10.0");
        assert.equal(differing.status, 1, differing.stderr);
        assert.match(differing.stdout, /^plugin load-scorer: in the source, not in the table$/m);
        assert.match(differing.stdout, /^not read: the parameters of shared$/m);
        const unknown = run(...both, "--release", "0.3.0");
        assert.equal(unknown.status, 2);
        assert.match(unknown.stderr, /--release: EPP 0\.3\.0 is not in the table/);
        assert.equal(run("--source", path.join(folder, "none"), "--release", "0.10.0").status, 2);
    });
});
