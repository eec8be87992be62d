package source

import "time"

// ChangeTime is the time of the last change of a file's content or metadata (ctime), in
// nanoseconds since 1970. Unlike the modification time, programs cannot set it. 0 means
// that it is not known.
type ChangeTime int64

// changeTimeResolution is the coarsest resolution of a change time. A change within that
// time after another may leave the change time as it is.
const changeTimeResolution = 2 * time.Second

// State is what the system reports of an open file at one moment.
type State struct {
	File       File
	ChangeTime ChangeTime // 0 if the file system has none

	// Settled is whether the last change is longer ago than the resolution of the change
	// time.
	Settled bool

	// Reliable is whether any later change gives the file another change time: it is
	// settled, and the file system is a local one that sets change times itself.
	Reliable bool
}

// StateOf returns the state of an open file at now. It fails like [StatOpen].
func StateOf(opened OpenFile, file File, now time.Time) (State, error) {
	seen, err := StatOpen(opened, file)
	if err != nil {
		return State{}, err
	}
	changed := ChangeTimeOf(opened)
	settled := changed == 0 || now.UnixNano()-int64(changed) > int64(changeTimeResolution)
	return State{
		File: seen, ChangeTime: changed, Settled: settled, Reliable: settled && changed != 0 && keepsChangeTimes(opened),
	}, nil
}

// Same reports whether nothing that the system reports of the file changed, wherever it
// is.
func (s State) Same(other State) bool {
	return s.File.Same(other.File) && s.File.Identity == other.File.Identity && s.ChangeTime == other.ChangeTime
}
