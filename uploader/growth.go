package uploader

// Growth says of a file whether it is one that another program is still writing,
// and says itself when that has ended.
type Growth uint8

// What a file can be.
const (
	GrowthNone  Growth = iota // a file like any other
	Growing                   // being written
	GrowthWhole               // written to its end
	GrowthCut                 // its writer ended too early: nobody knows the rest
)

// SizeUnknown is the size of a file that is still being written.
const SizeUnknown int64 = -1
