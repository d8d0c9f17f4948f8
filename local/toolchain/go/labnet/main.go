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
	isNetwork := len(args) == 2 && args[0] == "network"
	if len(args) < 3 && !isNetwork {
		return fmt.Errorf("usage: labnet node|pod SPECIFICATION COMMAND [ARGUMENT ...], or labnet network SPECIFICATION; " +
			"the specification is JSON")
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
	case "pod", podInit, "network":
		var pod pod
		if err := json.Unmarshal(specification, &pod); err != nil {
			return err
		}
		switch args[0] {
		case "pod":
			return startPod(pod, args[1:])
		case podInit:
			return pod.become(command)
		}
		return pod.holdNetwork()
	}
	return fmt.Errorf("%q is not allowed; allowed: node, pod, network", args[0])
}
