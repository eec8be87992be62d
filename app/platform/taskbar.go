package platform

// TaskbarState is the TBPFLAG of the taskbar of Windows, which determines the colour of a
// progress bar.
type TaskbarState uintptr

// The states that Ferry uses.
const (
	TaskbarNone   TaskbarState = 0x0
	TaskbarNormal TaskbarState = 0x2
	TaskbarError  TaskbarState = 0x4
	TaskbarPaused TaskbarState = 0x8
)

// taskbarTotal is the value of a full bar.
const taskbarTotal = 1000

// Taskbar returns how the taskbar of Windows shows the state, and how much of 1,000 is done.
// An error without progress is a full bar, because an empty one has no colour.
func (s LauncherState) Taskbar() (state TaskbarState, done uint64) {
	done = uint64(taskbarTotal * min(1, max(0, s.Progress)))
	switch {
	case s.Urgent && s.ShowsProgress:
		return TaskbarError, done
	case s.Urgent:
		return TaskbarError, taskbarTotal
	case s.ShowsProgress && s.Paused:
		return TaskbarPaused, done
	case s.ShowsProgress:
		return TaskbarNormal, done
	default:
		return TaskbarNone, 0
	}
}
