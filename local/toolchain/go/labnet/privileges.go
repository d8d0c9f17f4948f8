package main

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// dropPrivileges takes every capability from this thread and from what it executes, also where that runs as root or is
// marked as privileged: as the restricted Pod Security Standard has it (drop ALL, allowPrivilegeEscalation false). Without
// it, a pod of a lab that root has started could do to the machine whatever root can.
func dropPrivileges() error {
	// Capabilities are a thread's, and the command becomes of the thread that calls for it.
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("forbidding new privileges: %w", err)
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("clearing ambient capabilities: %w", err)
	}
	// The kernel says which is the last one that it knows.
	for capability := uintptr(0); ; capability++ {
		known, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, capability, 0, 0, 0)
		if err != nil {
			break
		}
		if known == 0 {
			continue
		}
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0); err != nil {
			return fmt.Errorf("dropping capability %d: %w", capability, err)
		}
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&header, &none[0]); err != nil {
		return fmt.Errorf("giving up capabilities: %w", err)
	}
	return nil
}
