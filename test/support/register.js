// Whoever runs the suites, they give the same: what a shell has for its user's own clusters, stacks and language is not
// theirs. (What starts Node itself, such as NODE_OPTIONS, has taken effect by now, but not yet on what the tests start.)
const foreign =
    /^(KUBECONFIG|PULUMI_.*|NODE_OPTIONS|LANG|LANGUAGE|LC_.*|TZ|MAKEFLAGS|MFLAGS|MAKEOVERRIDES|LLMD_MAKE_.*|FORCE_COLOR|NO_COLOR)$/;
for (const name of Object.keys(process.env)) {
    if (foreign.test(name)) {
        delete process.env[name];
    }
}
process.env.LC_ALL = "C.UTF-8";
// A proxy, which tools may be downloaded through, does not lead to this machine.
process.env.NO_PROXY = process.env.no_proxy = [
    ...(process.env.NO_PROXY ?? process.env.no_proxy ?? "").split(",").filter((host) => host !== ""),
    "localhost",
    "127.0.0.1",
    "::1",
].join(",");

require("../../commands/shared/register");
