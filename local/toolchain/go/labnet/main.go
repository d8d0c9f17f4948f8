// Command labnet makes the network namespaces of the lab: one that plays the node, and in it one for each pod. It
// runs as root or, where the system lets users make namespaces, as any user. The kernel removes a namespace with the
// last process in it, so nothing is ever left to clean up.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "labnet:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("usage: labnet node|pod SPECIFICATION COMMAND [ARGUMENT ...]; the specification is JSON")
	}
	specification, command := []byte(args[1]), args[2:]
	switch args[0] {
	case "node":
		return startNode(args[1:])
	case nodeInit:
		var node node
		if err := json.Unmarshal(specification, &node); err != nil {
			return err
		}
		return node.become(command)
	case "pod":
		return startPod(args[1:])
	case podInit:
		var pod pod
		if err := json.Unmarshal(specification, &pod); err != nil {
			return err
		}
		return pod.become(command)
	}
	return fmt.Errorf("%q is not allowed; allowed: node, pod", args[0])
}
