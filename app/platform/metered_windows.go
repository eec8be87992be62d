package platform

import (
	"context"
	"fmt"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// KnowsMetered reports that this system tells whether the network is metered.
const KnowsMetered = true

// meteredInterval is how often the system is asked. Its events need a message loop.
const meteredInterval = 10 * time.Second

// Values of NLM_CONNECTION_COST. Without any of them, the network is unrestricted or its
// cost is unknown.
const (
	costFixed         = 0x2
	costVariable      = 0x4
	costOverDataLimit = 0x10000
	costRoaming       = 0x40000
)

var (
	networkListManager = windows.GUID{Data1: 0xDCB00C01, Data2: 0x570F, Data3: 0x4A9B, Data4: [8]byte{0x8D, 0x69, 0x19, 0x9F, 0xDB, 0xA5, 0x72, 0x3B}}
	networkCostManager = windows.GUID{Data1: 0xDCB00008, Data2: 0x570F, Data3: 0x4A9B, Data4: [8]byte{0x8D, 0x69, 0x19, 0x9F, 0xDB, 0xA5, 0x72, 0x3B}}
)

// costManager is an INetworkCostManager. It must be used by the thread that made it.
type costManager struct {
	methods *struct {
		unknown
		getCost uintptr
	}
}

// newCostManager returns the system's INetworkCostManager. Another COM object of this thread
// must not exist.
func newCostManager() (*costManager, error) {
	var manager *costManager
	if err := createObject(&networkListManager, &networkCostManager, unsafe.Pointer(&manager)); err != nil {
		return nil, fmt.Errorf("create network list manager: %w", err)
	}
	return manager, nil
}

func (m *costManager) release() {
	_, _, _ = syscall.SyscallN(m.methods.release, uintptr(unsafe.Pointer(m)))
}

// metered reports whether the network through which most addresses are reached is metered.
func (m *costManager) metered() (bool, error) {
	var cost uint32
	result, _, _ := syscall.SyscallN(m.methods.getCost, uintptr(unsafe.Pointer(m)), uintptr(unsafe.Pointer(&cost)), 0)
	if err := resultError(result); err != nil {
		return false, fmt.Errorf("read cost of the network: %w", err)
	}
	return cost&(costFixed|costVariable|costOverDataLimit|costRoaming) != 0, nil
}

// WatchMetered calls changed, on the caller's goroutine, whenever the network becomes
// metered or ceases to be, until ctx is done. The network counts as not metered at first,
// and while the system does not know. It returns an error if the system cannot be asked.
func WatchMetered(ctx context.Context, changed func(metered bool)) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := startCOM(windows.COINIT_MULTITHREADED); err != nil {
		return err
	}
	defer windows.CoUninitialize()
	manager, err := newCostManager()
	if err != nil {
		return err
	}
	defer manager.release()
	tick := time.NewTicker(meteredInterval)
	defer tick.Stop()
	for reported := false; ; {
		now, err := manager.metered()
		if now = now && err == nil; now != reported {
			reported = now
			changed(now)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}
