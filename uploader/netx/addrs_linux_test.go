package netx_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ferryapp/ferry/uploader/netx"
)

// ownNetwork is an environment variable with which this process has a network of its own,
// without any address.
const ownNetwork = "FERRY_TEST_OWN_NETWORK"

// TestNewAddressIsReported starts this test again in a network of its own, where the loopback
// interface gets its addresses when it is switched on.
func TestNewAddressIsReported(t *testing.T) {
	if os.Getenv(ownNetwork) != "" {
		reportNewAddress(t)
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestNewAddressIsReported$", "-test.v")
	child.Env = append(os.Environ(), ownNetwork+"=1")
	child.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	output, err := child.CombinedOutput()
	if os.IsPermission(err) || err != nil && strings.Contains(err.Error(), "operation not permitted") {
		t.Skip("this system does not let users create networks:", err)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
}

func reportNewAddress(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var changes atomic.Int32
	ended := make(chan error, 1)
	go func() { ended <- netx.FollowAddrs(ctx, func() { changes.Add(1) }) }()
	// Changes before the subscription may be missed, so repeat until one is reported.
	for deadline := time.Now().Add(5 * time.Minute); changes.Load() == 0; {
		if time.Now().After(deadline) {
			t.Fatal("no change was reported")
		}
		for _, flags := range []uint16{unix.IFF_UP, 0} {
			if err := setLoopback(flags); err != nil {
				t.Fatal(err)
			}
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// setLoopback sets the flags of the loopback interface.
func setLoopback(flags uint16) error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(flags)
	if err := unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, request); err != nil {
		return fmt.Errorf("set flags of lo: %w", err)
	}
	return nil
}
