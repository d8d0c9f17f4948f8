import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { renderDot } from "../../../commands/topology/dot";
import { topologyOfObjects } from "../../../commands/topology/graph";
import { escapeMermaid, markdownOf, renderMermaid } from "../../../commands/topology/mermaid";
import { renderSvg } from "../../../commands/topology/svg";
import { modes } from "../../support/modes";
import { loadMermaid } from "./mermaidParser";
import { remove, stackOf } from "./stacks";

/** Text that breaks a flowchart or an SVG unless it is escaped. */
const hostile = 'end "x" (y) [z] {w} <b>&amp; #35; `%% a|b; \\n';

describe("topology: Mermaid", () => {
    for (const mode of Object.keys(modes)) {
        it(`${mode}: Mermaid's own parser takes it, with every node and arrow`, async function () {
            const mermaid = await loadMermaid();
            const { objects, deployment } = await stackOf(mode);
            const topology = topologyOfObjects(objects, deployment);
            const { vertices, edges } = await mermaid(renderMermaid(topology));
            assert.ok(topology.nodes.every(({ id }) => vertices.has(id)));
            assert.ok(edges >= topology.edges.length);
        });
    }

    it("shows text as it is, whatever is in it", async function () {
        const mermaid = await loadMermaid();
        const { objects, deployment } = await stackOf("scoring");
        const topology = topologyOfObjects(objects, deployment);
        const [node] = topology.nodes;
        node!.lines = ["end"];
        node!.problems = [hostile];
        topology.edges[0]!.problems = [hostile];
        const { vertices } = await mermaid(renderMermaid(topology));
        const text = vertices.get(node!.id)!.replaceAll("<br/>", " ").replaceAll("<br>", " ");
        assert.equal(text, `client end ! ${hostile}`);
    });

    it("escapes what ends a text, starts an entity, a tag or Markdown", () => {
        assert.equal(escapeMermaid('a "b" #c <d>'), "a #34;b#34; #35;c #60;d#62;");
        assert.equal(escapeMermaid("gaie-x.y (z) /v1 [w]"), "gaie-x.y (z) /v1 [w]");
    });

    for (const mode of ["scheduler", "scoring-not-obeyed", "scoring"]) {
        it(`${mode} is as in golden/${mode}.mmd`, async () => {
            const { objects, deployment } = await stackOf(mode);
            const actual = renderMermaid(topologyOfObjects(objects, deployment));
            const file = path.join(__dirname, "golden", `${mode}.mmd`);
            if (process.env.UPDATE_GOLDEN === "1") {
                fs.mkdirSync(path.dirname(file), { recursive: true });
                fs.writeFileSync(file, actual);
            }
            assert.equal(
                actual,
                fs.readFileSync(file, "utf8"),
                `${file} differs; UPDATE_GOLDEN=1 rewrites it`,
            );
        });
    }

    it("marks what is wrong by a class, in words, and in the legend", async () => {
        const stack = await stackOf("scoring");
        remove(stack, "ReferenceGrant");
        const text = renderMermaid(topologyOfObjects(stack.objects, stack.deployment));
        assert.match(text, /ReferenceGrant_\w+\["ReferenceGrant<br\/>.*not there.*"\]:::problem/);
        assert.match(text, /==>\|".*! RefNotPermitted/);
        assert.match(text, /missing, or does not agree: 2 found/);
        assert.match(text, /linkStyle 3 stroke:#c00000/);
    });

    it("is a block of Markdown on request", () => {
        assert.equal(markdownOf("flowchart LR\n"), "```mermaid\nflowchart LR\n```\n");
    });
});

describe("topology: SVG", () => {
    for (const mode of Object.keys(modes)) {
        it(`${mode}: every node and every label is in it, whole`, async () => {
            const { objects, deployment } = await stackOf(mode);
            const topology = topologyOfObjects(objects, deployment);
            const svg = await renderSvg(topology);
            const drawn = [...svg.matchAll(/<g id="node\d+" class="node">\s*<title>([^<]*)<\/title>/g)];
            assert.deepEqual(drawn.map(([, id]) => id).sort(), topology.nodes.map(({ id }) => id).sort());
            assert.equal([...svg.matchAll(/class="edge"/g)].length, topology.edges.length);
            for (const { name } of topology.nodes) {
                // Graphviz writes a hyphen as an entity.
                assert.ok(svg.replaceAll("&#45;", "-").includes(`>${name}</text>`), name);
            }
            assertInside(svg);
        });
    }

    it("takes text as it is, whatever is in it", async () => {
        const { objects, deployment } = await stackOf("several-models");
        deployment.models.qwen!.model = hostile;
        const topology = topologyOfObjects(objects, deployment);
        topology.edges[0]!.problems = [hostile];
        topology.nodes[0]!.problems = [hostile];
        const svg = await renderSvg(topology);
        assert.ok(svg.includes("&lt;b&gt;&amp;amp; #35;"));
        assert.ok(renderDot(topology).includes("&#60;b&#62;&#38;amp;"));
    });

    it("tells kinds of arrows apart without colour", async () => {
        const { objects, deployment } = await stackOf("scoring");
        const dot = renderDot(topologyOfObjects(objects, deployment));
        const looks = [...dot.matchAll(/style=(\w+), penwidth=([\d.]+)/g)].map(([look]) => look);
        assert.equal(new Set(looks).size, 4);
    });
});

/** Every text of a node lies inside of the node's outline, with the width that its font has. */
function assertInside(svg: string): void {
    for (const [, node] of svg.matchAll(/<g id="node\d+" class="node">([\s\S]*?)<\/g>/g)) {
        const outline = /<(?:path|ellipse)[^>]*>/.exec(node!)![0];
        const [left, right] = outline.startsWith("<ellipse")
            ? ellipse(outline)
            : range([...outline.matchAll(/(-?[\d.]+),-?[\d.]+/g)].map(([, x]) => Number(x)));
        for (const [, x, size, text] of node!.matchAll(
            /<text [^>]*x="(-?[\d.]+)"[^>]*font-size="([\d.]+)"[^>]*>([^<]*)<\/text>/g,
        )) {
            // Every character of a monospaced font is 0.6 of its size wide.
            const length = text!.replace(/&\w+;|&#\d+;/g, "x").length * Number(size) * 0.602;
            assert.ok(Number(x) >= left && Number(x) + length <= right + 1, `${text!} leaves its box`);
        }
    }
}

function ellipse(outline: string): [number, number] {
    const read = (name: string) => Number(new RegExp(` ${name}="(-?[\\d.]+)"`).exec(outline)![1]);
    return [read("cx") - read("rx"), read("cx") + read("rx")];
}

function range(values: number[]): [number, number] {
    return [Math.min(...values), Math.max(...values)];
}
