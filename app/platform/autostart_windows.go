package platform

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// The registry keys of the programs that Windows starts at login, and of those that
// the user disabled in the Task Manager.
const (
	runKey      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

// Enabled reports whether the system starts the program at login. It returns false
// also for an entry that the user disabled with the system's own settings.
func (a Autostart) Enabled() (bool, error) {
	run, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read autostart entry: %w", err)
	}
	defer run.Close()
	if _, _, err := run.GetStringValue(a.ID); err != nil {
		if errors.Is(err, registry.ErrNotExist) {
			return false, nil
		}
		return false, fmt.Errorf("read autostart entry: %w", err)
	}
	return !a.disabled(), nil
}

// disabled reports whether the user disabled the program in the Task Manager: the
// first byte of its value is odd then.
func (a Autostart) disabled() bool {
	approved, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.QUERY_VALUE)
	if err != nil {
		return false
	}
	defer approved.Close()
	state, _, err := approved.GetBinaryValue(a.ID)
	return err == nil && len(state) > 0 && state[0]%2 == 1
}

// Set writes or removes the entry. Writing it again updates it and enables an entry
// that the user disabled.
func (a Autostart) Set(on bool) error {
	run, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("write autostart entry: %w", err)
	}
	defer run.Close()
	if on {
		err = errors.Join(run.SetStringValue(a.ID, windows.ComposeCommandLine(a.Command)), a.enable())
	} else if err = run.DeleteValue(a.ID); errors.Is(err, registry.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("write autostart entry: %w", err)
	}
	return nil
}

// enable undoes disabling in the Task Manager.
func (a Autostart) enable() error {
	approved, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.SET_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer approved.Close()
	if err := approved.DeleteValue(a.ID); err != nil && !errors.Is(err, registry.ErrNotExist) {
		return err
	}
	return nil
}
