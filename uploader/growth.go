package uploader

// FileGrowth is whether another program is still writing a file, as that program reports
// it.
type FileGrowth uint8

// The states of a file.
const (
	GrowthNone      FileGrowth = iota // no program reports to write it
	GrowthActive                      // being written
	GrowthComplete                    // complete
	GrowthTruncated                   // truncated: its writer ended early
)

// SizeUnknown is the size of a file that is still being written.
const SizeUnknown int64 = -1
