package worker

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
)

// readCounter counts the reads of a file.
type readCounter struct {
	source.OpenFile
	reads int
}

func (c *readCounter) ReadAt(p []byte, at int64) (int, error) {
	c.reads++
	return c.OpenFile.ReadAt(p, at)
}

// editAt overwrites bytes of a file.
func editAt(t *testing.T, path string, at int64) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteAt([]byte("edited"), at); err != nil {
		t.Fatal(err)
	}
}

// hashedFile creates and opens a file of that size, and returns the proof of its first
// hashed bytes.
func hashedFile(t *testing.T, size, hashed int64) (path string, file source.OpenFile, seen source.File, proof source.Proof) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "film.mov")
	if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
	file, seen, err := source.Disk{}.Open(source.File{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	hasher := source.NewHasher(file, size, 0)
	if err := hasher.HashTo(t.Context(), hashed); err != nil {
		t.Fatal(err)
	}
	return path, file, seen, hasher.Proof()
}

// earlierProof returns the proof of so many zero bytes as earlier versions saved
// it: the states of one SHA-256 at the end of each MiB.
func earlierProof(t *testing.T, size int64) source.Proof {
	t.Helper()
	var proof source.Proof
	hash := sha256.New()
	for end := int64(1 << 20); end <= size; end += 1 << 20 {
		hash.Write(make([]byte, 1<<20))
		state, err := hash.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		proof = append(proof, source.Block{End: end, Digest: state})
	}
	return proof
}

// TestVerifySourceBeforeResuming resumes a file of 4 MiB of which the server has 2.5 MiB,
// and whose proof covers 3 MiB.
func TestVerifySourceBeforeResuming(t *testing.T) {
	const size, sent, hashed = 4 << 20, 5 << 19, 3 << 20
	const nothing, changed, unknown = "nothing", "changed", "not comparable"
	edit := func(at int64) func(*testing.T, string) {
		return func(t *testing.T, path string) { t.Helper(); editAt(t, path, at) }
	}
	touch := func(t *testing.T, path string) {
		t.Helper()
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	none := func(*testing.T, string) {}
	for _, c := range []struct {
		name      string
		resume    func(*Config)
		change    func(t *testing.T, path string) // the modification time is restored afterwards
		wantReads bool
		wantFault string
	}{
		{"same change time", nil, nil, false, nothing},
		{"same change time, always compared", func(c *Config) { c.Settings.ResumeCheck = uploader.ResumeCheckAll }, nil, true, nothing},
		{"change time not saved", func(c *Config) { c.Transfer.ChangeTime = 0 }, nil, true, nothing},
		{"same change time with another identity", func(c *Config) { c.Transfer.Source.Identity.Index++ }, nil, true, nothing},
		{"same change time with unknown identity", func(c *Config) { c.Transfer.Source.Identity = source.Identity{} }, nil, true, nothing},
		{"same change time with another modification time", func(c *Config) { c.Transfer.Source.ModTime = time.Unix(1, 0) }, nil, true, nothing},
		{"touched with modification time restored", nil, none, true, nothing},
		{"touched", nil, touch, true, nothing},
		{"edited at the start", nil, edit(0), true, changed},
		{"edited in the middle", nil, edit(1 << 20), true, changed},
		{"edited just before the acknowledged offset", nil, edit(sent - 6), true, changed},
		{"edited beyond the proof", nil, edit(hashed), true, nothing},
		{"proof ends before what was sent, same change time", func(c *Config) { c.LoadProof = prefixOf(c.LoadProof, 2<<20) }, nil, false, nothing},
		{"proof ends before what was sent, touched", func(c *Config) { c.LoadProof = prefixOf(c.LoadProof, 2<<20) }, none, true, unknown},
		{"proof ends before what was sent, edited", func(c *Config) { c.LoadProof = prefixOf(c.LoadProof, 2<<20) }, edit(0), true, changed},
		{"proof ends before what was sent, touched, user continues", func(c *Config) { c.LoadProof, c.Continued = prefixOf(c.LoadProof, 2<<20), true }, none, true, nothing},
		{"proof ends before what was sent, edited, user continues", func(c *Config) { c.LoadProof, c.Continued = prefixOf(c.LoadProof, 2<<20), true }, edit(0), true, changed},
	} {
		for _, version := range []string{"", ", proof of an earlier version"} {
			t.Run(c.name+version, func(t *testing.T) {
				t.Parallel()
				path, file, seen, proof := hashedFile(t, size, hashed)
				if version != "" {
					proof = earlierProof(t, hashed)
				}
				before := reliableState(t, file, seen)
				config := Config{
					Transfer: uploader.Transfer{
						ID: 1, Source: seen, ChangeTime: before.ChangeTime, Fingerprint: "m1", Session: uploader.Session{URL: "u", Offset: sent},
					},
					LoadProof:   func(context.Context, uploader.TransferID) (source.Proof, error) { return proof, nil },
					Report:      func(uploader.TransferID, ...lifecycle.Input) {},
					Fingerprint: func(context.Context, source.File) (string, error) { return "m2", nil },
				}
				if c.resume != nil {
					c.resume(&config)
				}
				if c.change != nil {
					c.change(t, path)
					restoreModTime(t, path, file, before)
					reliableState(t, file, seen)
				}
				counted := &readCounter{OpenFile: file}
				w := New(config)
				w.file.handle, w.file.opened = counted, seen
				err := w.file.verify(t.Context(), whole(size, sent))
				got := nothing
				switch f := fault.Of(err); {
				case err == nil:
				case fault.Is(err, fault.SourceChanged) && f.Code == fault.CodeNotComparable:
					got = unknown
				case fault.Is(err, fault.SourceChanged):
					got = changed
				default:
					t.Fatal(err)
				}
				if got != c.wantFault {
					t.Errorf("fault: %s (%v), want %s", got, err, c.wantFault)
				}
				if read := counted.reads > 0; read != c.wantReads {
					t.Errorf("%d reads, want any: %v", counted.reads, c.wantReads)
				}
				if now := reliableState(t, file, seen); err == nil && w.transfer.ChangeTime != now.ChangeTime {
					t.Errorf("saved change time %d, want %d", w.transfer.ChangeTime, now.ChangeTime)
				}
			})
		}
	}
}

// TestMissingBlockIsNotBelieved resumes a file of whose proof a block in the middle is lost, as
// after a repair of the profile: what was sent of it cannot be compared, but the blocks behind
// it can.
func TestMissingBlockIsNotBelieved(t *testing.T) {
	const size, sent = 4 << 20, 5 << 19
	for name, c := range map[string]struct {
		edit      int64 // where the file is edited; 0 for nowhere
		continues bool  // the user decided so
		want      string
	}{
		"edited in it":                           {edit: 3 << 19, want: fault.CodeNotComparable},
		"touched":                                {want: fault.CodeNotComparable},
		"touched, the user continues":            {continues: true},
		"edited behind it, the user continues":   {edit: 9 << 18, continues: true, want: "changed"},
		"edited before it, the user continues":   {edit: 1 << 19, continues: true, want: "changed"},
		"edited in the rest, the user continues": {edit: 7 << 19, continues: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, file, seen, proof := hashedFile(t, size, 3<<20)
			before := reliableState(t, file, seen)
			saved := &savedTransfer{
				Transfer: uploader.Transfer{
					ID: 1, Source: seen, ChangeTime: before.ChangeTime, Fingerprint: "m1", Session: uploader.Session{URL: "u", Offset: sent},
				},
				proof: source.Proof{proof[0], proof[2]},
			}
			if c.edit > 0 {
				editAt(t, path, c.edit)
			}
			restoreModTime(t, path, file, before)
			reliableState(t, file, seen)
			w := New(Config{
				Transfer: saved.Transfer, Continued: c.continues, Report: saved.report,
				LoadProof:   func(context.Context, uploader.TransferID) (source.Proof, error) { return saved.proof, nil },
				Fingerprint: func(context.Context, source.File) (string, error) { return "m2", nil },
			})
			w.file.handle, w.file.opened = file, seen
			err := w.file.verify(t.Context(), whole(size, sent))
			code := codeOf(err)
			if code == "" && fault.Is(err, fault.SourceChanged) {
				code = "changed"
			}
			if code != c.want || (err == nil) != (c.want == "") {
				t.Fatalf("fault %q (%v), want %q", code, err, c.want)
			}
			if len(saved.proof) != 2 {
				t.Errorf("%d blocks are saved, want both that are intact", len(saved.proof))
			}
		})
	}
}

func codeOf(err error) string {
	if f := fault.Of(err); f != nil {
		return f.Code
	}
	return ""
}

// prefixOf returns a function that loads only the proof of the first n bytes.
func prefixOf(load func(context.Context, uploader.TransferID) (source.Proof, error), n int64) func(context.Context, uploader.TransferID) (source.Proof, error) {
	return func(ctx context.Context, id uploader.TransferID) (source.Proof, error) {
		proof, err := load(ctx, id)
		return proof.Of(source.Range{End: n}), err
	}
}

// reliableState waits until the state of a file is reliable, and returns it. It skips the
// test on a file system that has no change times.
func reliableState(t *testing.T, file source.OpenFile, seen source.File) source.State {
	t.Helper()
	for {
		state, err := source.StateOf(file, seen, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if state.Reliable {
			return state
		}
		if state.Settled {
			t.Skip("this file system has no change times of its own")
		}
		time.Sleep(50 * time.Millisecond) // a change time has a resolution that only time passes
	}
}

// restoreModTime restores the modification time of a file, until its change time,
// which has a resolution of a few milliseconds, differs from before.
func restoreModTime(t *testing.T, path string, file source.OpenFile, before source.State) {
	t.Helper()
	for {
		if err := os.Chtimes(path, time.Time{}, before.File.ModTime); err != nil {
			t.Fatal(err)
		}
		if changed := source.ChangeTimeOf(file); changed != before.ChangeTime {
			return
		}
	}
}

// savedTransfer is a transfer as the engine saves it.
type savedTransfer struct {
	uploader.Transfer

	proof source.Proof
}

// report is a Config.Report that saves.
func (s *savedTransfer) report(_ uploader.TransferID, inputs ...lifecycle.Input) {
	for _, in := range inputs {
		s.Transfer, _ = lifecycle.Step(s.Transfer, in, time.Now())
		if hashed, ok := in.(lifecycle.BlocksHashed); ok {
			s.proof = s.proof.Replace(hashed.Blocks)
		}
	}
}

// TestEditAfterOpening edits a file, or only its time, after it was opened and before anything
// is read to send it: what is sent is of the later state, and so is what is saved of the file.
func TestEditAfterOpening(t *testing.T) {
	const size = 3 << 20
	for _, c := range []struct {
		name string
		sent int64 // when the file was opened
		edit bool  // otherwise it is touched
	}{
		{"edited, nothing was sent", 0, true},
		{"touched, nothing was sent", 0, false},
		{"touched, a part was sent", 1 << 20, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path, file, seen, proof := hashedFile(t, size, c.sent)
			saved := &savedTransfer{Transfer: uploader.Transfer{ID: 1, Source: seen, Fingerprint: "before"}, proof: proof}
			if c.sent > 0 {
				saved.Session = uploader.Session{URL: "u", Offset: c.sent}
			}
			w := New(Config{
				Transfer: saved.Transfer, Report: saved.report,
				LoadProof:   func(context.Context, uploader.TransferID) (source.Proof, error) { return saved.proof, nil },
				Fingerprint: func(context.Context, source.File) (string, error) { return "after", nil },
			})
			w.file.handle, w.file.opened = file, seen
			if c.edit {
				if err := os.WriteFile(path, bytes.Repeat([]byte{1}, size), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			edited := seen.ModTime.Add(time.Second)
			if err := os.Chtimes(path, time.Time{}, edited); err != nil {
				t.Fatal(err)
			}
			if err := w.file.verify(t.Context(), []extent{{source.Range{End: size}, c.sent}}); err != nil {
				t.Fatal(err)
			}
			if err := w.file.finish(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !saved.Source.ModTime.Equal(edited) || saved.Fingerprint != "after" {
				t.Errorf("saved: changed at %v with fingerprint %q, want %v", saved.Source.ModTime, saved.Fingerprint, edited)
			}
		})
	}
}

// TestProofOfEarlierContentIsReplaced edits a file behind what was sent, where it was hashed
// already. The worker that compares what was sent ends before it hashes more, and the next
// one must not continue the proof of the content from before.
func TestProofOfEarlierContentIsReplaced(t *testing.T) {
	const size = 4 << 20
	for name, sent := range map[string]int64{"a part was sent": 3 << 19, "up to the end of a block": 2 << 20, "nothing was sent": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, file, seen, proof := hashedFile(t, size, size)
			before := reliableState(t, file, seen)
			saved := &savedTransfer{
				Transfer: uploader.Transfer{
					ID: 1, Source: seen, ChangeTime: before.ChangeTime, Fingerprint: "m1", Session: uploader.Session{URL: "u", Offset: sent},
				},
				proof: proof,
			}
			editAt(t, path, 7<<19)
			restoreModTime(t, path, file, before)
			reliableState(t, file, seen)
			var last *Worker
			for range 2 {
				last = New(Config{
					Transfer: saved.Transfer, Report: saved.report,
					LoadProof:   func(context.Context, uploader.TransferID) (source.Proof, error) { return saved.proof, nil },
					Fingerprint: func(context.Context, source.File) (string, error) { return "m2", nil },
				})
				last.file.handle, last.file.opened = file, seen
				if err := last.file.verify(t.Context(), whole(size, sent)); err != nil {
					t.Fatal(err)
				}
			}
			if err := last.file.hashTo(t.Context(), size); err != nil {
				t.Fatal(err)
			}
			if err := last.file.contentProof().Check(t.Context(), file); err != nil {
				t.Errorf("the proof is not of the file: %v", err)
			}
		})
	}
}

// TestPartsOfEarlierVersionResume resumes a file in two parts whose proof is that of an earlier
// version: of the beginning of the file, whatever the parts have.
func TestPartsOfEarlierVersionResume(t *testing.T) {
	const size, part = 4 << 20, 2 << 20
	sent := []source.Range{{Start: 0, End: 3 << 19}, {Start: part, End: part + 1<<20}}
	gaps := []source.Range{{Start: 1 << 20, End: 3 << 19}, sent[1]}
	for _, c := range []struct {
		name      string
		hashed    int64 // of the file, from its start
		touched   bool
		continues bool // the user decided so
		want      string
		gaps      []source.Range // of what was sent
	}{
		{"all of it is proven", 3 << 20, false, false, "", nil},
		{"all of it is proven, touched", 3 << 20, true, false, "", nil},
		{"the second part is not proven", 1 << 20, false, false, "", gaps},
		{"the second part is not proven, touched", 1 << 20, true, false, fault.CodeNotComparable, nil},
		{"the second part is not proven, touched, the user continues", 1 << 20, true, true, "", gaps},
		{"nothing is proven", 0, false, false, "", sent},
	} {
		for _, version := range []string{"", ", proof with SHA-256"} {
			t.Run(c.name+version, func(t *testing.T) {
				t.Parallel()
				path, file, seen, proof := hashedFile(t, size, c.hashed)
				if version != "" {
					proof = earlierProof(t, c.hashed)
				}
				before := reliableState(t, file, seen)
				saved := &savedTransfer{
					Transfer: uploader.Transfer{ID: 1, Source: seen, ChangeTime: before.ChangeTime, Fingerprint: "m1", Session: uploader.Session{Parts: 2}},
					proof:    proof,
				}
				if c.touched {
					restoreModTime(t, path, file, before)
					reliableState(t, file, seen)
				}
				w := New(Config{
					Transfer: saved.Transfer, Continued: c.continues, Report: saved.report,
					LoadProof:   func(context.Context, uploader.TransferID) (source.Proof, error) { return saved.proof, nil },
					Fingerprint: func(context.Context, source.File) (string, error) { return "m2", nil },
				})
				w.file.handle, w.file.opened = file, seen
				err := w.file.verify(t.Context(), []extent{
					{source.Range{End: part}, sent[0].End}, {source.Range{Start: part, End: size}, sent[1].End},
				})
				if code := codeOf(err); code != c.want || (err == nil) != (c.want == "") {
					t.Fatalf("fault %q (%v), want %q", code, err, c.want)
				}
				if err != nil {
					return
				}
				var got []source.Range
				for _, gap := range w.file.gaps {
					got = append(got, source.Range{Start: gap.start, End: gap.end})
				}
				if !slices.Equal(got, c.gaps) {
					t.Errorf("sent and not proven: %v, want %v", got, c.gaps)
				}
				if w.file.hasUnproven() != (len(c.gaps) > 0 && !c.continues) {
					t.Errorf("unproven: %v", w.file.hasUnproven())
				}
				if err := w.file.finish(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.file.reportProof()
				if left := saved.proof.Gaps(source.Range{End: size}); len(left) > 0 {
					t.Errorf("the saved proof has gaps: %v", left)
				}
			})
		}
	}
}
