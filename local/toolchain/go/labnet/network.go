package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// The main thread's namespaces are those that /proc shows for the process, and everything here is done on it.
func init() {
	runtime.LockOSThread()
}

// holdNetwork makes the network that the containers of a pod have in common, says so, and keeps it until it is ended: what
// a container runtime's pause container is for. A container that is killed does not take the network with it, so that those
// who were connected to it hear that it is gone.
func (p pod) holdNetwork() error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return err
	}
	node, err := os.Open("/proc/self/ns/net")
	if err != nil {
		return err
	}
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("making the pod's network: %w", err)
	}
	if err := p.connect(netns.NsHandle(int(node.Fd()))); err != nil {
		return fmt.Errorf("connecting the pod: %w", err)
	}
	if err := node.Close(); err != nil {
		return err
	}
	fmt.Println("ready")
	for {
		_ = unix.Pause()
	}
}
