package db

import (
	"database/sql"
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ferryapp/ferry/uploader/fault"
)

// compareRead ignores the error that a fault wraps, which is not saved.
var compareRead = cmp.Options{cmpopts.IgnoreUnexported(fault.Fault{}), cmpopts.EquateEmpty()}

// A row with any values is either damaged or converted to a value that is saved and read
// unchanged.

func FuzzTransferRow(f *testing.F) {
	f.Add("run", "queued", "", "", []byte("/a"), []byte(nil), []byte("m1:x"), int64(1), int64(0), int64(0), false)
	f.Add("hold", "failed", "http://s/1", "busy", []byte("/\xff"), make([]byte, 32), []byte{}, int64(math.MaxInt64), int64(-1), int64(math.MinInt64), true)
	f.Add("remove", "cancelled", "\x00", "no such kind", []byte{}, make([]byte, 31), []byte{0}, int64(-1), int64(999_999_999), int64(1<<62), true)
	f.Add("run", "rename", "", "", []byte("/a"), []byte(nil), []byte("m1:x"), int64(1<<40), int64(0), int64(7), true)
	f.Add("", "sent", "u", "bug", []byte("x"), []byte{1}, []byte("x"), int64(0), int64(1e9), int64(1), true)
	f.Fuzz(func(t *testing.T, intent, phase, url, kind string, path, sum, fingerprint []byte, number, nanos, when int64, known bool) {
		moment := sql.NullInt64{Int64: when, Valid: known}
		row := transferRow{
			ID: number, Batch: when, Server: number, Path: path, RelPath: path, Size: number, ModSeconds: when, ModNanos: nanos,
			Volume: number, FileIndex: when, Fingerprint: fingerprint, Rank: number, Intent: intent, Phase: phase, URL: url, Parts: number,
			UploadOffset: number, Sent: when, Expires: moment, Attempt: number, NextTry: moment,
			Fault: faultColumns{Kind: sql.NullString{String: kind, Valid: known}, Retry: moment, Status: moment, Message: sql.NullString{String: url, Valid: known}},
			Added: moment, Started: moment, Finished: moment, Active: number, Resumed: when, Sha256: sum, Prior: number, AsIs: boolInt(known),
			ResultID: phase, ResultAnswer: url,
			OnExists: phase, NameNumber: when, Repeated: repeatedColumns{Count: number, Since: moment, Op: kind, Status: when},
		}
		transfer, err := row.transfer()
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("got %v, want ErrDamaged", err)
			}
			return
		}
		copied := newTransferRow(&transfer)
		same, err := copied.transfer()
		if diff := cmp.Diff(transfer, same, compareRead); diff != "" || err != nil {
			t.Errorf("values read from the row and from its copy differ, %v:\n%s", err, diff)
		}
	})
}

func FuzzBatchRow(f *testing.F) {
	f.Add("run", []byte{}, int64(1), true, `{"links":{"count":2,"names":["/w==","YQ=="]}}`)
	f.Add("hold", []byte{2, '/', 'a', 0}, int64(-1), false, "{}")
	f.Add("cancel", []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, int64(math.MaxInt64), true, "")
	f.Add("walk", []byte{200}, int64(0), true, "[]")
	f.Fuzz(func(t *testing.T, intent string, roots []byte, number int64, flag bool, skipped string) {
		row := batchRow{
			ID: number, Server: number, Roots: roots, Added: sql.NullInt64{Int64: number, Valid: flag}, Expanded: boolInt(flag), Intent: intent, Rank: number,
			Connections: int(number), Chunk: number, Pace: number, Again: boolInt(flag), Settle: number, Links: boolInt(flag), Skipped: skipped, OnExists: intent, Metadata: skipped,
		}
		batch, err := row.batch()
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("got %v, want ErrDamaged", err)
			}
			return
		}
		copied := newBatchRow(batch)
		same, err := copied.batch()
		if diff := cmp.Diff(batch, same, compareRead); diff != "" || err != nil {
			t.Errorf("values read from the row and from its copy differ, %v:\n%s", err, diff)
		}
	})
}

func FuzzServerRow(f *testing.F) {
	f.Add("studio", "https://s/", "{}", "{}")
	f.Add("", "", `{"chunkMax":6291456,"given":true}`, `{"signIn":"basic","user":"ñ"}`)
	f.Add("x", "\x00", `{"chunkMax":-1e400}`, `null`)
	f.Add("x", "y", `[]`, ``)
	f.Fuzz(func(t *testing.T, name, endpoint, profile, access string) {
		row := serverRow{ID: 2, Name: name, Endpoint: endpoint, Profile: profile, Access: access}
		server, err := row.server()
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("got %v, want ErrDamaged", err)
			}
			return
		}
		copied := newServerRow(server)
		if same, err := copied.server(); same != server || err != nil {
			t.Errorf("got %+v, then %+v, %v", server, same, err)
		}
	})
}

func FuzzEventRow(f *testing.F) {
	f.Add("waiting", "busy", int64(1), int64(2), true)
	f.Add("", "", int64(math.MinInt64), int64(math.MaxInt64), false)
	f.Fuzz(func(t *testing.T, kind, faultKind string, at, until int64, known bool) {
		row := eventRow{
			Transfer: 1, Seq: 1, At: at, Kind: kind, UploadOffset: until, Until: sql.NullInt64{Int64: until, Valid: known},
			Fault: faultColumns{Kind: sql.NullString{String: faultKind, Valid: known}},
		}
		event := row.event()
		if string(event.Kind) != kind || (event.Fault != nil) != known {
			t.Errorf("got %+v for %+v", event, row)
		}
	})
}
