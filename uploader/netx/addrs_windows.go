package netx

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// addrFollowers are the functions to call when an address has changed. The system calls one
// function for all: memory for functions that it can call is never freed.
var addrFollowers struct {
	sync.Mutex
	changed map[*func()]struct{}
}

// addrChanged is the function that the system calls, on a thread of its own.
var addrChanged = sync.OnceValue(func() uintptr {
	return syscall.NewCallback(func(_, _ unsafe.Pointer, _ uint32) uintptr {
		addrFollowers.Lock()
		defer addrFollowers.Unlock()
		for changed := range addrFollowers.changed {
			(*changed)()
		}
		return 0
	})
})

// FollowAddrs calls changed whenever an address of this computer was added, removed or
// changed, until ctx ends. It is called on another thread, and must not block.
func FollowAddrs(ctx context.Context, changed func()) error {
	addrFollowers.Lock()
	if addrFollowers.changed == nil {
		addrFollowers.changed = map[*func()]struct{}{}
	}
	addrFollowers.changed[&changed] = struct{}{}
	addrFollowers.Unlock()
	defer func() {
		addrFollowers.Lock()
		delete(addrFollowers.changed, &changed)
		addrFollowers.Unlock()
	}()
	var handle windows.Handle
	if err := windows.NotifyUnicastIpAddressChange(windows.AF_UNSPEC, addrChanged(), nil, false, &handle); err != nil {
		return fmt.Errorf("subscribe to changes of addresses: %w", err)
	}
	<-ctx.Done()
	if err := windows.CancelMibChangeNotify2(handle); err != nil {
		return fmt.Errorf("end subscription to changes of addresses: %w", err)
	}
	return nil
}
