// Read by Pulumi's analyzer, which makes the package's schema of it, and never run: see PulumiPlugin.yaml.
export { InferenceStack } from "../bin/components/plugin";
