package power

import (
	"context"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

var procSetSuspendState = windows.NewLazySystemDLL("powrprof.dll").NewProc("SetSuspendState")

// Sleep puts the computer to sleep.
func Sleep(context.Context) error {
	if err := enableShutdown(); err != nil {
		return err
	}
	const hibernate, force, wakeEventsDisabled = 0, 0, 0
	if ok, _, err := procSetSuspendState.Call(hibernate, force, wakeEventsDisabled); ok == 0 {
		return fmt.Errorf("suspend: %w", err)
	}
	return nil
}

// ShutDown turns the computer off. Programs are asked to end, and can prevent it.
func ShutDown(context.Context) error {
	if err := enableShutdown(); err != nil {
		return err
	}
	const reason = windows.SHTDN_REASON_MAJOR_APPLICATION | windows.SHTDN_REASON_FLAG_PLANNED
	if err := windows.ExitWindowsEx(windows.EWX_SHUTDOWN|windows.EWX_POWEROFF, reason); err != nil {
		return fmt.Errorf("shut down: %w", err)
	}
	return nil
}

// enableShutdown enables the privilege to shut down, which users have, for this process.
func enableShutdown() error {
	var token windows.Token
	if err := windows.OpenProcessToken(windows.CurrentProcess(), windows.TOKEN_ADJUST_PRIVILEGES|windows.TOKEN_QUERY, &token); err != nil {
		return fmt.Errorf("open process token: %w", err)
	}
	defer token.Close()
	privileges := windows.Tokenprivileges{PrivilegeCount: 1}
	privileges.Privileges[0].Attributes = windows.SE_PRIVILEGE_ENABLED
	name, err := windows.UTF16PtrFromString("SeShutdownPrivilege")
	if err != nil {
		return err
	}
	if err := windows.LookupPrivilegeValue(nil, name, &privileges.Privileges[0].Luid); err != nil {
		return fmt.Errorf("look up privilege: %w", err)
	}
	if err := windows.AdjustTokenPrivileges(token, false, &privileges, uint32(unsafe.Sizeof(privileges)), nil, nil); err != nil {
		return fmt.Errorf("enable privilege: %w", err)
	}
	return nil
}
