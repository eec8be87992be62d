package db_test

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// releaseFile is a database written by the release with schema version 2. That
// release saved what releaseChanges and releaseSettings return, then transfer 99
// and server 9, which it removed again, and closed the file. A file that a release
// wrote is never regenerated.
const releaseFile = "testdata/release-schema2.db"

// releaseTime returns a fixed time, minute minutes after the first.
func releaseTime(minute int) time.Time {
	return time.UnixMilli(1_788_000_000_123).Add(time.Duration(minute) * time.Minute)
}

// releaseContent is the content of the file that the saved proof is of.
func releaseContent() []byte { return bytes.Repeat([]byte("ferry\n"), (2<<20+1000)/6) }

func releaseServers() []uploader.Server {
	return []uploader.Server{
		{ID: uploader.BuiltinServer, Name: "This computer", Endpoint: "http://127.0.0.1:41234/x7f/", OriginalEndpoint: "this-computer"},
		{
			ID: 2, Name: "Studio 工作室", Endpoint: "https://studio.example/files/", OriginalEndpoint: "https://old.studio.example/files/",
			Options: uploader.ServerOptions{
				ChunkMin: 5 << 20, ChunkMax: 64 << 20, ChunkMultiple: 256 << 10, MaxBody: 100 << 20, MethodOverride: true, GivenURL: true,
				Connections: 4, MaxFiles: 2, Limit: 1 << 20, Metadata: "project Iceland", Checksums: true,
			},
			Access: uploader.Access{
				SignIn: uploader.SignInBasic, User: "ada", SecretName: "ferry-2", CA: "/etc/ca.pem", Certificate: "/home/ada/c.pem",
				Key: "/home/ada/k.pem", Proxy: "socks5://proxy.example:1080",
			},
		},
		{ID: 3, Name: "Archive", Endpoint: "https://archive.example/", OriginalEndpoint: "https://archive.example/", Access: uploader.Access{SignIn: uploader.SignInBearer, SecretName: "ferry-3"}},
		{ID: 4, Name: "Headers", Endpoint: "https://headers.example/", OriginalEndpoint: "https://headers.example/", Access: uploader.Access{SignIn: uploader.SignInHeaders, SecretName: "ferry-4", Proxy: "none"}},
	}
}

// releaseBatches returns the batches, which follow links as the settings do.
func releaseBatches() []uploader.Batch {
	return []uploader.Batch{
		{ID: 11, Server: 2, Roots: []string{"/home/ada/Iceland", "/home/ada/caf\xe9.mov", "/home/ada/中文"}, Added: releaseTime(0), Scanned: true, Rank: 1, Options: uploader.BatchOptions{FollowLinks: true}},
		{
			ID: 12, Server: 3, Roots: []string{"/home/ada/not scanned"}, Added: releaseTime(1), Intent: uploader.IntentPause, Rank: 2,
			Options: uploader.BatchOptions{Connections: 8, ChunkMax: 16 << 20, Limit: 3 << 20, UploadAgain: true, FollowLinks: true},
		},
		{ID: 1 << 60, Server: 1, Roots: []string{"/a"}, Added: releaseTime(2), Scanned: true, Intent: uploader.IntentCancel, Rank: 3, Options: uploader.BatchOptions{FollowLinks: true}},
	}
}

// releaseTransfer has what all of the saved transfers have.
func releaseTransfer(id uploader.TransferID, phase uploader.Phase, session uploader.Session) *uploader.Transfer {
	name := string(rune('a'+id)) + ".mov"
	return &uploader.Transfer{
		ID: id, Batch: 11, Server: 2,
		Source: source.File{
			Path: "/home/ada/Iceland/" + name, RelPath: "Iceland/" + name, Size: 10 << 20,
			ModTime: time.Unix(1_700_000_000+int64(id), 123_456_789), Identity: source.Identity{Volume: 66305, Index: uint64(id)},
		},
		Fingerprint: "m1:" + name, Rank: int64(id), Phase: phase, Session: session, Added: uploader.TimestampOf(releaseTime(0)),
	}
}

func releaseTransfers() []*uploader.Transfer {
	url := func(name string) uploader.Session {
		return uploader.Session{
			URL: "https://studio.example/files/" + name, Offset: 4 << 20, Sent: 4<<20 + 1000, Expires: uploader.TimestampOf(releaseTime(60)),
		}
	}
	queued := releaseTransfer(1, uploader.PhaseQueued, uploader.Session{})
	preparing := releaseTransfer(2, uploader.PhasePreparing, uploader.Session{})
	creating := releaseTransfer(3, uploader.PhaseCreating, uploader.Session{})
	checking := releaseTransfer(4, uploader.PhaseChecking, url("four"))
	sending := releaseTransfer(5, uploader.PhaseSending, url("five"))
	sending.Started, sending.ActiveTime, sending.ResumedFrom = uploader.TimestampOf(releaseTime(3)), 90*time.Second+7*time.Millisecond, 2<<20
	sending.Source.Size = int64(len(releaseContent()))
	verifying := releaseTransfer(6, uploader.PhaseVerifying, url("six"))
	waiting := releaseTransfer(7, uploader.PhaseWaiting, url("seven"))
	waiting.Attempt, waiting.NextTry = 4, uploader.TimestampOf(releaseTime(9))
	waiting.Fault = &fault.Fault{
		Kind: fault.Busy, Op: fault.Patch, Status: 429, Code: "ERR_UPLOAD_STOPPED", RetryAfter: 90 * time.Second, Detail: "too many requests",
	}
	done := releaseTransfer(8, uploader.PhaseDone, url("eight"))
	done.Started, done.Finished = uploader.TimestampOf(releaseTime(3)), uploader.TimestampOf(releaseTime(5))
	done.SHA256 = string(bytes.Repeat([]byte{0xab}, 32))
	failed := releaseTransfer(9, uploader.PhaseFailed, uploader.Session{})
	failed.Intent, failed.EarlierUpload = uploader.IntentPause, 8
	failed.Fault = &fault.Fault{Kind: fault.AlreadyUploaded, Op: fault.Stat}
	cancelled := releaseTransfer(10, uploader.PhaseCancelled, uploader.Session{})
	cancelled.Intent, cancelled.Finished = uploader.IntentCancel, uploader.TimestampOf(releaseTime(6))
	removing := releaseTransfer(11, uploader.PhaseQueued, url("eleven"))
	removing.Intent = uploader.IntentRemove
	inParts := releaseTransfer(12, uploader.PhaseSending, uploader.Session{Parts: 3, Offset: 5 << 20, Sent: 6 << 20})
	dropped := releaseTransfer(13, uploader.PhaseQueued, uploader.Session{}) // a single file, with a name that is not UTF-8
	dropped.Batch, dropped.Source.Path, dropped.Source.RelPath = 1<<60, "/home/ada/caf\xe9\n.mov", ""
	dropped.Source.Identity, dropped.Source.ModTime = source.Identity{Volume: 1<<64 - 1, Index: 1 << 63}, time.Time{}
	return []*uploader.Transfer{
		queued, preparing, creating, checking, sending, verifying, waiting, done, failed, cancelled, removing, inParts, dropped,
	}
}

// releaseProof returns the proof of the release: the states of one SHA-256 of the content
// at the end of each block of 1 MiB and at its end.
func releaseProof(t *testing.T) source.Proof {
	t.Helper()
	var proof source.Proof
	hash, end := sha256.New(), int64(0)
	for block := range slices.Chunk(releaseContent(), 1<<20) {
		hash.Write(block)
		end += int64(len(block))
		state, err := hash.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		proof = append(proof, source.Block{End: end, Digest: state})
	}
	return proof
}

func releaseParts() []uploader.Part {
	return []uploader.Part{
		{Index: 0, URL: "https://studio.example/files/12-0", Length: 4 << 20, Offset: 4 << 20, Expires: releaseTime(60)},
		{Index: 1, URL: "https://studio.example/files/12-1", Start: 4 << 20, Length: 4 << 20, Offset: 1 << 20},
		{Index: 2, Start: 8 << 20, Length: 2 << 20},
	}
}

func releaseEvents() []uploader.Event {
	refused := &fault.Fault{Kind: fault.Refused, Op: fault.Create, Status: 403, Code: "ERR", Detail: "no"}
	return []uploader.Event{
		{At: releaseTime(1), Kind: uploader.EventStarted},
		{At: releaseTime(2), Kind: uploader.EventCreated},
		{At: releaseTime(3), Kind: uploader.EventResumed, Offset: 4 << 20},
		{At: releaseTime(4), Kind: uploader.EventWaiting, Until: releaseTime(9), Fault: &fault.Fault{Kind: fault.Offline, Op: fault.Head, RetryAfter: time.Second}},
		{At: releaseTime(5), Kind: uploader.EventPaused},
		{At: releaseTime(6), Kind: uploader.EventFailed, Fault: refused},
		{At: releaseTime(7), Kind: uploader.EventRelocated},
		{At: releaseTime(8), Kind: uploader.EventRestarted},
		{At: releaseTime(9), Kind: uploader.EventKept, Fault: refused},
		{At: releaseTime(10), Kind: uploader.EventDone, Offset: 10 << 20},
		{At: releaseTime(11), Kind: uploader.EventCancelled},
	}
}

// releaseSettings returns the text of each setting.
func releaseSettings() map[string]string {
	return map[string]string{
		"settings": `{"transfers":{"simultaneous":4,"connections":6,"limit":1048576,` +
			`"schedule":[{"days":[false,true,true,true,true,true,false],"from":28800000000000,"until":64800000000000,"limit":-1}],` +
			`"metered":"hold","fingerprint":"content","proof":"whole","sum":true,"ignore":["*.tmp"],"hidden":true,"links":true,` +
			`"settle":5000000000,"history":{"most":500,"age":86400000000000}}}`,
		"window": `{"width":900.5}`,
		"中文":     `null`,
	}
}

func releaseEngineSettings() uploader.Settings {
	return uploader.Settings{
		MaxFiles: 4, Connections: 6, Limit: 1 << 20, Metered: uploader.MeteredHold, Fingerprint: "content", ResumeCheck: uploader.ResumeCheckAll, SendSHA256: true,
		Schedule: uploader.Schedule{{Days: [7]bool{false, true, true, true, true, true, false}, From: 8 * time.Hour, Until: 18 * time.Hour, Limit: uploader.SendNothing}},
		Ignore:   []string{"*.tmp"}, IncludeHidden: true, FollowLinks: true, SettleTime: 5 * time.Second, History: uploader.History{MaxCount: 500, MaxAge: 24 * time.Hour},
	}
}

func releaseChanges(t *testing.T) uploader.Changes {
	t.Helper()
	return uploader.Changes{
		Servers: releaseServers(), Batches: releaseBatches(), Transfers: releaseTransfers(),
		Proofs: map[uploader.TransferID]source.Proof{5: releaseProof(t)},
		Parts:  map[uploader.TransferID][]uploader.Part{12: releaseParts()},
		Events: map[uploader.TransferID][]uploader.Event{7: releaseEvents()},
	}
}

func TestOpenDatabaseOfPreviousRelease(t *testing.T) {
	t.Parallel()
	t.Run("with the current schema", func(t *testing.T) {
		t.Parallel()
		path := releaseCopy(t)
		store := openDB(t, path)
		checkRelease(t, store)
		closeDB(t, store)
		store = openDB(t, path)
		defer closeDB(t, store)
		checkRelease(t, store)
	})
	t.Run("with a further migration", func(t *testing.T) {
		t.Parallel()
		path := releaseCopy(t)
		store := openWith(t, path, withMigrations("ALTER TABLE transfers ADD COLUMN later TEXT NOT NULL DEFAULT ''"))
		defer closeDB(t, store)
		checkRelease(t, store)
		if backups := migrationBackups(t, path); len(backups) != 1 {
			t.Errorf("%d backups from before the migration, want 1", len(backups))
		}
	})
}

func TestSaveToDatabaseOfPreviousRelease(t *testing.T) {
	t.Parallel()
	path := releaseCopy(t)
	want := releaseChanges(t)
	for _, test := range []struct {
		name   string
		change func(*uploader.Transfer)
	}{
		{"whole rows", nil},
		{"progress columns", func(c *uploader.Transfer) { c.Session.Sent, c.ChangeTime = c.Session.Sent+1, 1_700_000_000_123_456_789 }},
		{"status columns", func(c *uploader.Transfer) {
			c.Intent, c.Phase, c.Attempt, c.NextTry, c.Fault = uploader.IntentCancel, uploader.PhaseCancelled, 0, 0, nil
			c.Finished, c.ActiveTime, c.EarlierUpload = uploader.TimestampOf(releaseTime(70)), 0, 0
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			changes := want
			changes.Events = nil // would be appended
			if test.change != nil {
				changes = uploader.Changes{Before: map[uploader.TransferID]*uploader.Transfer{}}
				for i, before := range want.Transfers {
					after := *before
					test.change(&after)
					changes.Before[after.ID], want.Transfers[i] = before, &after
				}
				changes.Transfers = want.Transfers
			}
			store := openDB(t, path)
			save(t, store, changes)
			closeDB(t, store)
			store = openDB(t, path)
			defer closeDB(t, store)
			checkSaved(t, store, want)
		})
	}
	store := openDB(t, path)
	for key := range releaseSettings() {
		if err := store.SaveSetting(t.Context(), key, []byte(`"changed"`)); err != nil {
			t.Fatal(err)
		}
		if got, err := store.Setting(t.Context(), key); err != nil || string(got) != `"changed"` {
			t.Errorf("setting %s = %q, %v", key, got, err)
		}
	}
	save(t, store, uploader.Changes{
		RemovedTransfers: []uploader.TransferID{5, 7, 12}, RemovedBatches: []uploader.BatchID{11}, RemovedServers: []uploader.ServerID{2},
	})
	for _, table := range []string{"marks", "parts", "events"} {
		if n, err := db.QueryValue[int](store, "SELECT count(*) FROM "+table); err != nil || n != 0 {
			t.Errorf("%d rows left in %s, %v", n, table, err)
		}
	}
	closeDB(t, store)
	if got, want := countTransfers(t, path), len(want.Transfers)-3; got != want {
		t.Errorf("%d transfers left, want %d", got, want)
	}
}

// releaseCopy returns the path of a copy that the test may change.
func releaseCopy(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ferry.db")
	copyTestFile(t, path, releaseFile)
	return path
}

// checkRelease compares everything in store with what the release saved.
func checkRelease(t *testing.T, store *db.DB) {
	t.Helper()
	if store.Recovery().Happened() {
		t.Errorf("recovered: %+v", store.Recovery())
	}
	if answer, err := db.QueryValue[string](store, "PRAGMA integrity_check"); err != nil || answer != "ok" {
		t.Errorf("integrity check: %s, %v", answer, err)
	}
	checkSaved(t, store, releaseChanges(t))
	for key, want := range releaseSettings() {
		if got, err := store.Setting(t.Context(), key); err != nil || string(got) != want {
			t.Errorf("setting %s = %q, %v; want %q", key, got, err, want)
		}
	}
	text, err := store.Setting(t.Context(), "settings")
	if err != nil {
		t.Fatal(err)
	}
	var settings struct{ Transfers uploader.Settings }
	if err := json.Unmarshal(text, &settings); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(releaseEngineSettings(), settings.Transfers); diff != "" {
		t.Errorf("settings differ (-want +got):\n%s", diff)
	}
	proof, err := store.Proof(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	if err := proof.Check(t.Context(), bytes.NewReader(releaseContent())); err != nil {
		t.Errorf("check proof: %v", err)
	}
}

// checkSaved compares store with want, but for the settings.
func checkSaved(t *testing.T, store *db.DB, want uploader.Changes) {
	t.Helper()
	asSaved := cmp.Options{
		cmpopts.IgnoreUnexported(fault.Fault{}), cmpopts.EquateEmpty(),
		cmp.Transformer("rows", func(r uploader.Rows) []*uploader.Transfer { return slices.Collect(r.Values()) }),
	}
	got, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	saved := uploader.Saved{
		Transfers: uploader.RowsOf(want.Transfers...), Batches: want.Batches, Servers: want.Servers, NextID: 100, NextServer: 10, NextRank: 14,
	}
	if diff := cmp.Diff(saved, got, asSaved); diff != "" {
		t.Errorf("loaded values differ (-want +got):\n%s", diff)
	}
	for _, transfer := range want.Transfers {
		proof, err1 := store.Proof(t.Context(), transfer.ID)
		parts, err2 := store.Parts(t.Context(), transfer.ID)
		events, err3 := store.Events(t.Context(), transfer.ID)
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(err1, err2, err3)
		}
		diff := cmp.Diff(want.Proofs[transfer.ID], proof, asSaved) +
			cmp.Diff(want.Parts[transfer.ID], parts, asSaved) +
			cmp.Diff(want.Events[transfer.ID], events, asSaved)
		if diff != "" {
			t.Errorf("transfer %d: proof, parts or events differ (-want +got):\n%s", transfer.ID, diff)
		}
	}
}
