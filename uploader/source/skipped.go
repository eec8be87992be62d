package source

// SkipReason is why a scan skips an entry of a folder.
type SkipReason string

// The reasons.
const (
	SkippedLink    SkipReason = "a link, and links are not followed"
	SkippedUseless SkipReason = "a link to nothing, to itself or to a folder that is included already"
	SkippedSpecial SkipReason = "a pipe, a socket or a device"
)

// Skipped is the error with which [Disk.Scan] yields an entry of a folder that it skips.
// The scan of the folder is complete without it.
type Skipped struct {
	Path   string
	Reason SkipReason
}

func (s *Skipped) Error() string { return s.Path + " is " + string(s.Reason) }
