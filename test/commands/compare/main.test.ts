import { strict as assert } from "assert";
import * as fs from "fs";
import * as http from "http";
import type { AddressInfo } from "net";
import * as os from "os";
import * as path from "path";
import { execa } from "execa";
import { parse } from "yaml";
import type { Report } from "../../../commands/compare/report";
import { npmRun } from "../../../commands/shared/npmRun";

/** What a server of a path does with a request: how long it waits, which pod it says it is, what it answers. */
interface Behaviour {
    delayMs: number;
    pods: string[];
    /** Every so many requests fail with 503; 0: none. */
    failEvery?: number;
}

/** A path that behaves as told, on a port of its own. */
class FakePath {
    readonly seen: { url: string; headers: http.IncomingHttpHeaders; body: string }[] = [];
    private readonly server: http.Server;

    constructor(readonly behaviour: Behaviour) {
        this.server = http.createServer((request, response) => {
            let body = "";
            request.setEncoding("utf8").on("data", (text: string) => (body += text));
            request.on("end", () => {
                this.seen.push({ url: request.url!, headers: request.headers, body });
                const { delayMs, pods, failEvery = 0 } = this.behaviour;
                const number = this.seen.length;
                setTimeout(() => {
                    const fails = failEvery > 0 && number % failEvery === 0;
                    response.writeHead(fails ? 503 : 200, {
                        "x-inference-pod": pods[number % pods.length]!,
                    });
                    response.end("{}");
                }, delayMs);
            });
        });
    }

    async listen(): Promise<string> {
        await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
        return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
    }

    close(): void {
        this.server.closeAllConnections();
        this.server.close();
    }
}

describe("compare: the command", function () {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-compare-"));
    const outputs = path.join(folder, "outputs.json");
    const paths: FakePath[] = [];

    before(() => {
        const golden = fs.readFileSync("test/golden/scoring-everything.yaml", "utf8");
        fs.writeFileSync(outputs, JSON.stringify((parse(golden) as { outputs: unknown }).outputs));
    });
    afterEach(() => {
        paths.splice(0).forEach((fake) => fake.close());
    });
    after(() => fs.rmSync(folder, { recursive: true }));

    async function run(...args: string[]) {
        return execa(process.execPath, [...npmRun("commands/compare/main.ts"), ...args], {
            reject: false,
        });
    }

    async function compare(direct: Behaviour, gateway: Behaviour, ...args: string[]) {
        const fakes = { direct: new FakePath(direct), gateway: new FakePath(gateway) };
        paths.push(fakes.direct, fakes.gateway);
        const urls = [
            ...["--direct-url", await fakes.direct.listen()],
            ...["--gateway-url", await fakes.gateway.listen()],
        ];
        const few = ["--rounds", "4", "--requests", "10", "--warmup", "1", "--connections", "2"];
        return { ...fakes, result: await run("--outputs", outputs, ...urls, ...few, ...args) };
    }

    it("finds that a path which waits longer is slower, beyond doubt, and counts who answered", async () => {
        const { result, direct, gateway } = await compare(
            { delayMs: 5, pods: ["one", "two"] },
            { delayMs: 300, pods: ["two"] },
            // A machine that is busy enough stalls a path for a second or two: of many rounds with few requests each, one
            // that is spoilt by it leaves no doubt.
            ...["--rounds", "10", "--requests", "6"],
            "--json",
        );
        assert.equal(result.exitCode, 0, result.stderr);
        const report = JSON.parse(result.stdout) as Report;
        const { timings, rates } = report.ratio;
        assert.ok(timings.ttft!.p50.low > 1, JSON.stringify(timings.ttft));
        assert.ok(timings.e2e!.p50.low > 1, JSON.stringify(timings.e2e));
        assert.ok(rates.throughput!.high < 1, JSON.stringify(rates.throughput));
        assert.ok(report.addedMs.e2e.mean!.low > 0, JSON.stringify(report.addedMs));
        // 10 rounds that count, of 6 requests.
        assert.equal(report.paths.gateway.requests, 60);
        assert.deepEqual(report.paths.gateway.pods, { two: 60 });
        assert.deepEqual(Object.keys(report.paths.direct.pods).sort(), ["one", "two"]);
        // One round to warm up, which is not reported.
        assert.equal(direct.seen.length, 66);
        assert.equal(gateway.seen.length, 66);
        // The same requests, but for a first word that keeps one path's prompts out of what pods keep of the other's.
        const prompts = ({ seen }: FakePath) =>
            seen.map(({ body }) => (JSON.parse(body) as { prompt: string }).prompt.split(" "));
        const tails = (path: FakePath) =>
            prompts(path)
                .map(([, ...rest]) => rest.join(" "))
                .sort();
        assert.deepEqual(tails(direct), tails(gateway));
        const firsts = [direct, gateway].map((path) => new Set(prompts(path).map(([first]) => first)));
        assert.deepEqual([firsts[0]!.size, firsts[1]!.size], [1, 1]);
        assert.notDeepEqual(firsts[0], firsts[1]);
    });

    it("asks as the route wants it: host and headers through the Gateway, neither on the direct path", async () => {
        const { direct, gateway } = await compare({ delayMs: 0, pods: ["p"] }, { delayMs: 0, pods: ["p"] });
        const [through] = gateway.seen;
        assert.equal(through!.headers.host, "llm.example.com");
        assert.equal(through!.headers["x-tenant"], "blue");
        const [past] = direct.seen;
        assert.equal(past!.headers["x-tenant"], undefined);
        assert.match(past!.headers.host!, /^127\.0\.0\.1/);
        assert.equal(past!.url, "/v1/completions");
        assert.equal((JSON.parse(past!.body) as { model: string }).model, "random");
    });

    it("counts errors, and leaves them out of the latencies", async () => {
        const { result } = await compare(
            { delayMs: 1, pods: ["p"] },
            { delayMs: 1, pods: ["p"], failEvery: 6 },
            "--json",
        );
        const { gateway } = (JSON.parse(result.stdout) as Report).paths;
        // Of 50 requests 8 failed, one of them in the round that warms up.
        assert.deepEqual(gateway.errors.statuses, { "503": 7 });
        assert.equal(gateway.good, 33);
    });

    it("compares nothing with a path that gives errors only, and says where to look", async () => {
        const { result } = await compare(
            { delayMs: 0, pods: ["p"] },
            { delayMs: 0, pods: ["p"], failEvery: 1 },
        );
        assert.equal(result.exitCode, 1);
        assert.match(
            result.stderr,
            /the scoring path .* gave no good answer: 10 x status 503; `npm run verify`/,
        );
        assert.equal(result.stdout, "");
    });

    it("draws what it found, as SVG and as one HTML page", async () => {
        for (const extension of ["svg", "html"]) {
            const plot = path.join(folder, `plot.${extension}`);
            const { result } = await compare(
                { delayMs: 1, pods: ["pod-a"] },
                { delayMs: 2, pods: ["pod-b"] },
                "--plot",
                plot,
            );
            assert.equal(result.exitCode, 0, result.stderr);
            const drawn = fs.readFileSync(plot, "utf8");
            assert.match(drawn, /<svg/);
            assert.match(drawn, /pod-b/);
            assert.doesNotMatch(drawn, /NaN|(src|href)="http/);
        }
    });

    const bad: [string, string[], RegExp][] = [
        ["an unknown model", ["--model", "llama"], /--model llama: .*allowed: inference-scheduling/],
        ["too few rounds", ["--rounds", "1"], /--rounds.*'1'.*a whole number from 2 to 1000/],
        ["a URL of another kind", ["--gateway-url", "ftp://x"], /--gateway-url.*ftp:\/\/x.*http or https/],
        ["one URL alone", ["--gateway-url", "http://127.0.0.1:1"], /give --direct-url, too/],
        ["a plot of another kind", ["--plot", "plot.png"], /--plot plot\.png: allowed: .*\.svg or \.html/],
        [
            "a plot of a sweep",
            ["--plot", "plot.svg", "--sweep", "1,2"],
            /--plot plot\.svg and --sweep 1,2: .*allowed/,
        ],
        ["an unknown workload", ["--workload", "chat"], /--workload chat: allowed: uniform, .*trace FILE/],
        ["a trace without its file", ["--workload", "trace"], /--workload trace: allowed: .*trace FILE/],
        [
            "a trace that is not there",
            ["--workload", "trace", "no.csv"],
            /--workload trace no\.csv: .*allowed: a CSV/,
        ],
        [
            "a flag of another workload",
            ["--groups", "3"],
            /--groups 3: .*uniform; allowed with shared-prefix/,
        ],
        [
            "two ways of sending",
            ["--rate", "3", "--connections", "2"],
            /--connections 2 and --rate 3: allowed: one/,
        ],
        ["a rate of nothing", ["--rate", "0"], /--rate.*'0'.*above 0/],
        ["a sweep that falls", ["--sweep", "4,2"], /--sweep.*'4,2'.*rates that rise/],
        ["a limit of another thing", ["--slo", "speed=3ms"], /--slo.*'speed=3ms'.*ttft=200ms,tpot=20ms/],
        ["a limit twice", ["--slo", "ttft=1s,ttft=2s"], /--slo.*each of ttft, tpot or e2e once/],
        ["an unknown flag", ["--round", "3"], /unknown option '--round'/],
    ];
    for (const [title, args, message] of bad) {
        it(`refuses ${title} with one line`, async () => {
            const { exitCode, stderr, stdout } = await run("--outputs", outputs, ...args);
            assert.equal(exitCode, 2);
            assert.match(stderr, message);
            assert.equal(stdout, "");
        });
    }

    it("says what it needs where there is no kubectl to forward ports", async () => {
        const { exitCode, stderr } = await execa(
            process.execPath,
            [...npmRun("commands/compare/main.ts"), "--outputs", outputs],
            { reject: false, env: { PATH: folder } },
        );
        assert.equal(exitCode, 3);
        assert.match(stderr, /no kubectl on the PATH; or give --gateway-url and --direct-url/);
    });
});
