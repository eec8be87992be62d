package platform

import (
	"context"
	"fmt"

	"golang.org/x/sys/windows"
)

var procMessageBeep = windows.NewLazySystemDLL("user32.dll").NewProc("MessageBeep")

// PlayFinished starts to play the system's sound for information.
func PlayFinished(context.Context) error {
	const iconInformation = 0x40
	if ok, _, err := procMessageBeep.Call(iconInformation); ok == 0 {
		return fmt.Errorf("play sound: %w", err)
	}
	return nil
}
