package uploader

// Growth is whether another program is still writing a file, as that program reports
// it.
type Growth uint8

// The states of a file.
const (
	GrowthNone  Growth = iota // no program reports to write it
	Growing                   // being written
	GrowthWhole               // complete
	GrowthCut                 // truncated: its writer ended early
)

// SizeUnknown is the size of a file that is still being written.
const SizeUnknown int64 = -1
