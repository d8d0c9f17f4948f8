package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// gateway is the node's address on every link to a pod. It is used on no other link, so that all can have it.
const gateway = "169.254.1.1"

// pod is what one pod's process sees of the machine.
type pod struct {
	// Hostname of the pod: its name.
	Hostname string `json:"hostname"`
	// Address of the pod, without a prefix length.
	Address string `json:"address"`
	// Network is the path of the network namespace that holdNetwork has made for the pod. Empty where it is to be made.
	Network string `json:"network"`
	// Root is an empty folder that becomes the root of the file system.
	Root string `json:"root"`
	// Mounts by their path in the pod; each is a folder or a file of the machine.
	Mounts map[string]string `json:"mounts"`
}

// podInit is this program's own call of itself inside the pod's namespaces.
const podInit = "pod-init"

// startPod runs a command in the namespaces of a pod, in the network that the pod has. What the command starts ends with it.
func startPod(p pod, arguments []string) error {
	network, err := os.Open(p.Network)
	if err != nil {
		return err
	}
	// The namespace is a thread's, and what is started inherits that of the main thread, which this is.
	if err := unix.Setns(int(network.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("joining the pod's network: %w", err)
	}
	return start(podInit, unix.CLONE_NEWNS|unix.CLONE_NEWUTS|unix.CLONE_NEWPID, arguments)
}

// become sets the pod up and turns this process into the command.
func (p pod) become(command []string) error {
	if err := unix.Sethostname([]byte(p.Hostname)); err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	// The view of this namespace's own processes.
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mounting /proc: %w", err)
	}
	// Ports below 1024 are open to the pod, as the Gateway's Deployment asks for by a sysctl.
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", []byte("0"), 0o644); err != nil {
		return err
	}
	if err := p.changeRoot(); err != nil {
		return fmt.Errorf("making the pod's file system: %w", err)
	}
	if err := dropPrivileges(); err != nil {
		return err
	}
	return execute(command)
}

// connect links the pod to the node: one pair of virtual interfaces, a route each way.
func (p pod) connect(node netns.NsHandle) error {
	address := net.ParseIP(p.Address).To4()
	if address == nil {
		return fmt.Errorf("%q is no IPv4 address", p.Address)
	}
	peerName := fmt.Sprintf("pod%08x", binary.BigEndian.Uint32(address))
	pair := &netlink.Veth{
		LinkAttrs:     netlink.LinkAttrs{Name: "eth0"},
		PeerName:      peerName,
		PeerNamespace: netlink.NsFd(int(node)),
	}
	if err := netlink.LinkAdd(pair); err != nil {
		return err
	}
	host := func(ip net.IP) *net.IPNet { return &net.IPNet{IP: ip, Mask: net.CIDRMask(32, 32)} }
	gatewayIP := net.ParseIP(gateway).To4()

	atNode, err := netlink.NewHandleAt(node)
	if err != nil {
		return err
	}
	peer, err := atNode.LinkByName(peerName)
	if err != nil {
		return err
	}
	if err := atNode.AddrAdd(peer, &netlink.Addr{IPNet: host(gatewayIP), Scope: unix.RT_SCOPE_LINK}); err != nil {
		return err
	}
	if err := atNode.LinkSetUp(peer); err != nil {
		return err
	}
	toPod := &netlink.Route{LinkIndex: peer.Attrs().Index, Dst: host(address), Scope: netlink.SCOPE_LINK}
	if err := atNode.RouteAdd(toPod); err != nil {
		return err
	}

	loopback, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(loopback); err != nil {
		return err
	}
	own, err := netlink.LinkByName("eth0")
	if err != nil {
		return err
	}
	if err := netlink.AddrAdd(own, &netlink.Addr{IPNet: host(address)}); err != nil {
		return err
	}
	if err := netlink.LinkSetUp(own); err != nil {
		return err
	}
	toGateway := &netlink.Route{LinkIndex: own.Attrs().Index, Dst: host(gatewayIP), Scope: netlink.SCOPE_LINK}
	if err := netlink.RouteAdd(toGateway); err != nil {
		return err
	}
	everywhere := &net.IPNet{IP: net.IPv4zero, Mask: net.CIDRMask(0, 32)}
	return netlink.RouteAdd(&netlink.Route{LinkIndex: own.Attrs().Index, Dst: everywhere, Gw: gatewayIP})
}

// programFolders of the machine hold programs and dynamic libraries. No pod may change them, even where it runs as root.
var programFolders = []string{"/bin", "/lib", "/lib64", "/sbin", "/usr"}

// systemFolders of the machine are what programs need to run: those, devices and processes.
var systemFolders = slices.Concat(programFolders, []string{"/dev", "/proc", "/sys"})

// changeRoot builds a file system of the machine's system folders and the pod's mounts, and enters it.
func (p pod) changeRoot() error {
	if err := unix.Mount("tmpfs", p.Root, "tmpfs", 0, "mode=0755"); err != nil {
		return err
	}
	for _, folder := range systemFolders {
		target := filepath.Join(p.Root, folder)
		if link, err := os.Readlink(folder); err == nil {
			if err := os.Symlink(link, target); err != nil {
				return err
			}
			continue
		}
		if err := bind(folder, target); errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		if slices.Contains(programFolders, folder) {
			if err := makeReadOnly(target); err != nil {
				return err
			}
		}
	}
	hidden := map[string]bool{}
	// In order, so that a folder is there before what is in it.
	for _, target := range slices.Sorted(maps.Keys(p.Mounts)) {
		source := p.Mounts[target]
		if err := p.hideParent(source, target, hidden); err != nil {
			return fmt.Errorf("mounting %s: %w", target, err)
		}
		if err := bind(source, filepath.Join(p.Root, target)); err != nil {
			return fmt.Errorf("mounting %s: %w", target, err)
		}
	}
	if err := unix.Chroot(p.Root); err != nil {
		return err
	}
	return os.Chdir("/")
}

// makeReadOnly protects a mount and those below it. Linux before 5.12 cannot, and leaves them as they are.
func makeReadOnly(target string) error {
	readOnly := &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	err := unix.MountSetattr(unix.AT_FDCWD, target, unix.AT_RECURSIVE, readOnly)
	if err != nil && !errors.Is(err, unix.ENOSYS) {
		return fmt.Errorf("protecting %s: %w", target, err)
	}
	return nil
}

// hideParent makes place for what is to be shown at a path of a system folder that the machine does not have: an empty
// folder hides the nearest one that it has, because nothing may be made in the machine's own. Those that are hidden
// already are noted in hidden.
func (p pod) hideParent(source, target string, hidden map[string]bool) error {
	for _, folder := range systemFolders {
		if !strings.HasPrefix(target, folder+"/") || sameKind(source, filepath.Join(p.Root, target)) {
			continue
		}
		parent := filepath.Dir(target)
		for !isFolder(filepath.Join(p.Root, parent)) {
			parent = filepath.Dir(parent)
		}
		if parent == folder {
			return fmt.Errorf("there is no such path below %s on this machine, and nothing can be made there", folder)
		}
		if hidden[parent] {
			return nil
		}
		hidden[parent] = true
		return unix.Mount("tmpfs", filepath.Join(p.Root, parent), "tmpfs", 0, "mode=0755")
	}
	return nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// sameKind says whether both paths are there, and both or none are folders.
func sameKind(one, other string) bool {
	_, errOne := os.Stat(one)
	_, errOther := os.Stat(other)
	return errOne == nil && errOther == nil && isFolder(one) == isFolder(other)
}

// bind shows a folder or a file of the machine at a path, which it makes where there is none.
func bind(source, target string) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if !sameKind(source, target) {
		if info.IsDir() {
			err = os.MkdirAll(target, 0o755)
		} else if err = os.MkdirAll(filepath.Dir(target), 0o755); err == nil {
			err = os.WriteFile(target, nil, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return unix.Mount(source, target, "", unix.MS_BIND|unix.MS_REC, "")
}
