package worker

import (
	"context"
	"net/http"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
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
	case tus.CodeDigest:
		kind, code = fault.Transient, fault.CodeReceiverDigest
	default:
		return f
	}
	local := fault.New(kind, f.Op, f)
	local.Status, local.Code, local.RetryAfter, local.Detail, local.ServerMessage = f.Status, code, f.RetryAfter, f.Detail, f.ServerMessage
	return local
}

// withDigest adds the digest of the file to the metadata of its upload, if that is to the
// built-in receiver. If the file is not all hashed yet, it is stated later.
func (s *sourceFile) withDigest(metadata []tus.Pair) []tus.Pair {
	if !s.stated {
		return metadata
	}
	value := tus.DigestLater
	if s.whole.digest != nil && s.sections[0].hasher.Hashed() == s.transfer.Source.Size {
		value, s.hasDigest = s.whole.digest.Digest().String(), true
	}
	return append(metadata, tus.Pair{Key: tus.MetadataDigest, Value: value})
}

// statesDigest reports whether the digest is stated once all of the file was acknowledged.
func (s *sourceFile) statesDigest() bool { return s.stated && !s.hasDigest }

// stateDigest states the digest of a file, all of which was acknowledged and verified, to
// the built-in receiver, which gives the file its name then. It does nothing for other
// servers.
func (s *sourceFile) stateDigest(ctx context.Context, remote *Remote) error {
	if !s.statesDigest() {
		return nil
	}
	sum, err := s.sumDigest(ctx) // it was computed before the file was verified
	if err != nil {
		return err
	}
	size := s.transfer.Source.Size
	_, err = remote.protocol.PatchWith(ctx, tus.PatchRequest{URL: s.transfer.Session.URL, Offset: size, Body: http.NoBody, ContentDigest: sum.String()})
	return err
}

// restartDamaged forgets the upload of a file of which the built-in receiver got other
// content than was sent. It was removed there, and the file is sent again.
func (s *sourceFile) restartDamaged(err error) {
	if f := fault.Of(err); s.stated && f != nil && f.Code == tus.CodeDigest {
		s.forgetSaved()
		s.record.whole.reset(0)
		s.report(lifecycle.UploadCreated{})
	}
}
