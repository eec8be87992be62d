package worker

import (
	"context"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/digest"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

// digestServer records the digests that are stated to it.
type digestServer struct {
	uploader.Protocol
	stated []string
}

func (s *digestServer) PatchWith(_ context.Context, request tus.PatchRequest) (tus.Status, error) {
	s.stated = append(s.stated, request.ContentDigest)
	return tus.Status{Offset: request.Offset}, nil
}

// endOfFile calls read when the end of a file is read from its start for the second time.
type endOfFile struct {
	source.OpenFile
	at    int64 // of the last byte
	reads int
	read  func()
}

func (f *endOfFile) ReadAt(p []byte, at int64) (int, error) {
	n, err := f.OpenFile.ReadAt(p, at)
	if at+int64(n) > f.at {
		if f.reads++; f.reads == 2 {
			f.read()
		}
	}
	return n, err
}

// TestF6DigestOfResumedFile edits a resumed file, all of which the server has, at the end:
// the digest that is stated is that of what was sent.
func TestF6DigestOfResumedFile(t *testing.T) {
	const size, sent = 6 << 20, 5 << 20
	content := digest.New()
	_, _ = content.Write(make([]byte, size))
	for name, c := range map[string]struct {
		whileHashed, afterwards bool // when it is edited
		changed                 bool
	}{
		"not edited":                {},
		"edited while it is hashed": {whileHashed: true, changed: true},
		"edited after the comparison with what was sent": {afterwards: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, file, seen, proof := hashedFile(t, size, sent)
			server := &digestServer{}
			remote := NewRemote(uploader.Server{ID: uploader.BuiltinServer}, server)
			w := New(Config{
				Transfer:    uploader.Transfer{ID: 1, Source: seen, Fingerprint: "m1", Session: uploader.Session{URL: "u", Offset: size}},
				Remote:      remote,
				LoadProof:   func(context.Context, uploader.TransferID) (source.Proof, error) { return proof, nil },
				Report:      func(uploader.TransferID, ...lifecycle.Input) {},
				Fingerprint: func(context.Context, source.File) (string, error) { return "m2", nil },
			})
			before := reliableState(t, file, seen)
			w.file.handle, w.file.opened = &endOfFile{OpenFile: file, at: size - 1, read: func() {
				if c.whileHashed {
					editAt(t, path, 0)
				}
			}}, seen
			if err := w.file.verify(t.Context(), whole(size, sent)); err != nil {
				t.Fatal(err)
			}
			err := w.file.finish(t.Context())
			if fault.Is(err, fault.SourceChanged) != c.changed || (err != nil) != c.changed {
				t.Fatalf("got %v, want the fault of a changed file: %v", err, c.changed)
			}
			if err != nil {
				return
			}
			if c.afterwards {
				editAt(t, path, 0)
				restoreModTime(t, path, file, before)
			}
			if err := w.file.stateDigest(t.Context(), remote); err != nil {
				t.Fatal(err)
			}
			if want := content.Digest().String(); len(server.stated) != 1 || server.stated[0] != want {
				t.Errorf("stated %v, want %s", server.stated, want)
			}
		})
	}
}
