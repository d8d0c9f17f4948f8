import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
    // plugin/index.ts is of what the build makes.
    { ignores: ["node_modules/", "bin/", ".local/", "plugin/index.ts"] },
    js.configs.recommended,
    {
        files: ["**/*.ts"],
        extends: [...tseslint.configs.recommendedTypeChecked],
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            eqeqeq: "error",
            curly: "error",
            "@typescript-eslint/consistent-type-imports": "error",
            "@typescript-eslint/explicit-module-boundary-types": "error",
            "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
        },
    },
    {
        // Loaded where nothing has made JavaScript of TypeScript yet.
        files: ["**/*.js"],
        languageOptions: {
            sourceType: "commonjs",
            globals: { __dirname: "readonly", process: "readonly", performance: "readonly" },
        },
    },
    {
        files: ["test/**/*.ts"],
        // chai-less assertions and mocha's `function () { this.timeout() }` need nothing more than this.
        rules: { "@typescript-eslint/explicit-module-boundary-types": "off" },
    },
);
