package fault

import "fmt"

const uploadHasData = "upload already has %d of %d bytes"

// NewUploadHasData returns the fault for an upload URL that the user entered for a file of
// so many bytes, where the server has the first ones of an unknown file.
func NewUploadHasData(has, size int64) *Fault {
	f := Newf(Refused, Create, uploadHasData, has, size)
	f.Code = CodeUploadURLHasData
	return f
}

// UploadHasData returns the numbers of [NewUploadHasData] from a fault that may have been
// loaded from the database; zeros for another fault.
func (f *Fault) UploadHasData() (has, size int64) {
	if f.Code != CodeUploadURLHasData {
		return 0, 0
	}
	_, _ = fmt.Sscanf(f.Detail, uploadHasData, &has, &size) // earlier versions saved no size
	return has, size
}
