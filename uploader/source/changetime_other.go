//go:build !linux && !darwin && !windows

package source

// ChangeTimeOf returns 0: the change time is not known on this system.
func ChangeTimeOf(OpenFile) ChangeTime { return 0 }

func keepsChangeTimes(OpenFile) bool { return false }
