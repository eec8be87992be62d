package worker

import (
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// faultOf returns the fault of an error that ends a worker. An error of the disk that the
// built-in receiver reports is one of this computer, not of a server.
func (r *Remote) faultOf(err error) *fault.Fault {
	f := fault.Of(err)
	if f == nil || !r.Server.Builtin() {
		return f
	}
	kind, code := fault.LocalDisk, ""
	switch f.Code {
	case tus.CodeDisk:
		code = fault.CodeReceiverDisk
	case tus.CodeDiskFull:
		code = fault.CodeReceiverFull
	case tus.CodeOpenFiles:
		kind, code = fault.Busy, fault.CodeReceiverFiles
	default:
		return f
	}
	local := fault.New(kind, f.Op, f)
	local.Status, local.Code, local.RetryAfter, local.Detail, local.ServerMessage = f.Status, code, f.RetryAfter, f.Detail, f.ServerMessage
	return local
}
