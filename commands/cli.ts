#!/usr/bin/env node
// What `npx llm-d-inference` runs: the command that needs no checkout of this repository.

const [node = "", file = "", command, ...flags] = process.argv;
if (command === "judge") {
    process.argv = [node, file, ...flags];
    void import("./judge/main");
} else {
    const isHelp = command === "--help" || command === "-h";
    const usage = "usage: llm-d-inference judge [paths...]; llm-d-inference judge --help has its flags";
    (isHelp ? console.log : console.error)(usage);
    process.exitCode = isHelp ? 0 : 2;
}
