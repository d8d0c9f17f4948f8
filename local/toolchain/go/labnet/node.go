package main

import (
	"fmt"
	"net"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// nodeInit is this program's own call of itself inside the new namespaces.
const nodeInit = "node-init"

// node is what the node's network namespace is made of.
type node struct {
	// Address of the node, without a prefix length.
	Address string `json:"address"`
	// LocalRanges are answered by the node itself, every address in them: those of Services and load balancers.
	LocalRanges []string `json:"localRanges"`
}

// startNode runs a command in new namespaces. They are the user's own where the user is not root.
func startNode(arguments []string) error {
	var namespaces uintptr = unix.CLONE_NEWNET | unix.CLONE_NEWNS
	if os.Geteuid() != 0 {
		namespaces |= unix.CLONE_NEWUSER
	}
	return start(nodeInit, namespaces, arguments)
}

// become sets the node's network up and turns this process into the command.
func (n node) become(command []string) error {
	// Mounts of pods stay in their own namespaces.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	loopback, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(loopback); err != nil {
		return err
	}
	address, err := netlink.ParseAddr(n.Address + "/32")
	if err != nil {
		return err
	}
	if err := netlink.AddrAdd(loopback, address); err != nil {
		return err
	}
	for _, text := range n.LocalRanges {
		_, destination, err := net.ParseCIDR(text)
		if err != nil {
			return err
		}
		// With a local route the kernel takes every address of the range for its own.
		route := &netlink.Route{
			LinkIndex: loopback.Attrs().Index,
			Dst:       destination,
			Type:      unix.RTN_LOCAL,
			Table:     unix.RT_TABLE_LOCAL,
			Scope:     netlink.SCOPE_HOST,
		}
		if err := netlink.RouteAdd(route); err != nil {
			return fmt.Errorf("answering for %s: %w", text, err)
		}
	}
	// Pods reach each other through the node.
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644); err != nil {
		return err
	}
	return execute(command)
}
