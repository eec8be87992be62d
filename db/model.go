package db

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/source"
)

// transferRow is a row of table transfers.
type transferRow struct {
	ID           int64 `gorm:"primaryKey;autoIncrement:false"`
	Batch        int64
	Server       int64
	Path         []byte
	RelPath      []byte
	Size         int64
	ModSeconds   int64
	ModNanos     int64
	Volume       int64
	FileIndex    int64
	Fingerprint  []byte
	Rank         int64
	Intent       string
	Phase        string
	URL          string
	Parts        int64
	UploadOffset int64
	Sent         int64
	Expires      sql.NullInt64
	Attempt      int64
	NextTry      sql.NullInt64
	Fault        faultColumns `gorm:"embedded;embeddedPrefix:fault_"`
	Added        sql.NullInt64
	Started      sql.NullInt64
	Finished     sql.NullInt64
	Active       int64
	Resumed      int64
	Sha256       []byte
	Prior        int64
	ChangeTime   int64
	Unconfirmed  sql.NullInt64
	AsIs         int64 // 0 or 1
	ResultID     string
	ResultAnswer string
	OnExists     string
	NameNumber   int64
	Repeated     repeatedColumns `gorm:"embedded;embeddedPrefix:repeated_"`

	Command int64 // of table commands; not in transferColumns
}

func (transferRow) TableName() string { return "transfers" }

// transferColumns are the columns of the table, in the order of fields.
var transferColumns = []string{
	"id", "batch", "server", "path", "rel_path", "size", "mod_seconds", "mod_nanos", "volume", "file_index",
	"fingerprint", "rank", "intent", "phase", "url", "parts", "upload_offset", "sent", "expires", "attempt", "next_try",
	"fault_kind", "fault_op", "fault_status", "fault_code", "fault_retry", "fault_detail",
	"added", "started", "finished", "active", "resumed", "sha256", "prior", "unconfirmed", "change_time", "as_is",
	"fault_message", "result_id", "result_answer",
	"on_exists", "name_number", "repeated_count", "repeated_since", "repeated_op", "repeated_status",
}

// fields returns pointers to the fields, for Scan.
func (r *transferRow) fields() []any {
	return []any{
		&r.ID, &r.Batch, &r.Server, &r.Path, &r.RelPath, &r.Size, &r.ModSeconds, &r.ModNanos, &r.Volume, &r.FileIndex,
		&r.Fingerprint, &r.Rank, &r.Intent, &r.Phase, &r.URL, &r.Parts, &r.UploadOffset, &r.Sent, &r.Expires, &r.Attempt, &r.NextTry,
		&r.Fault.Kind, &r.Fault.Op, &r.Fault.Status, &r.Fault.Code, &r.Fault.Retry, &r.Fault.Detail,
		&r.Added, &r.Started, &r.Finished, &r.Active, &r.Resumed, &r.Sha256, &r.Prior, &r.Unconfirmed, &r.ChangeTime, &r.AsIs,
		&r.Fault.Message, &r.ResultID, &r.ResultAnswer,
		&r.OnExists, &r.NameNumber, &r.Repeated.Count, &r.Repeated.Since, &r.Repeated.Op, &r.Repeated.Status,
	}
}

func newTransferRow(t *uploader.Transfer) transferRow {
	row := transferRow{
		ID:           int64(t.ID),
		Batch:        int64(t.Batch),
		Server:       int64(t.Server),
		Path:         blob(t.Source.Path),
		RelPath:      blob(t.Source.RelPath),
		Size:         t.Source.Size,
		ModSeconds:   t.Source.ModTime.Unix(),
		ModNanos:     int64(t.Source.ModTime.Nanosecond()),
		Volume:       int64(t.Source.Identity.Volume), //nolint:gosec // the same 64 bits
		FileIndex:    int64(t.Source.Identity.Index),  //nolint:gosec // the same 64 bits
		Fingerprint:  blob(t.Fingerprint),
		Rank:         t.Rank,
		Intent:       t.Intent.String(),
		Phase:        t.Phase.String(),
		URL:          t.Session.URL,
		Parts:        int64(t.Session.Parts),
		UploadOffset: t.Session.Offset,
		Sent:         t.Session.Sent,
		Expires:      nullTimestamp(t.Session.Expires),
		Attempt:      int64(t.Attempt),
		NextTry:      nullTimestamp(t.NextTry),
		Added:        nullTimestamp(t.Added),
		Started:      nullTimestamp(t.Started),
		Finished:     nullTimestamp(t.Finished),
		Active:       t.ActiveTime.Milliseconds(),
		Resumed:      t.ResumedFrom,
		Prior:        int64(t.EarlierUpload),
		ChangeTime:   int64(t.ChangeTime),
		Unconfirmed:  nullTimestamp(t.Session.Unconfirmed),
		AsIs:         boolInt(t.AsIs),
		OnExists:     t.Exists.String(),
		NameNumber:   int64(t.NameNumber),
		Repeated:     newRepeatedColumns(t.Repeated),

		Fault: newFaultColumns(t.Fault),
	}
	if t.Result != nil {
		row.ResultID, row.ResultAnswer = t.Result.ID, t.Result.Answer
	}
	if t.SHA256 != "" {
		row.Sha256 = []byte(t.SHA256)
	}
	return row
}

func (r *transferRow) transfer() (uploader.Transfer, error) {
	intent, err := uploader.ParseIntent(r.Intent)
	if err != nil {
		return uploader.Transfer{}, fmt.Errorf("%w: transfer %d: %w", ErrDamaged, r.ID, err)
	}
	phase, err := uploader.ParsePhase(r.Phase)
	if err != nil {
		return uploader.Transfer{}, fmt.Errorf("%w: transfer %d: %w", ErrDamaged, r.ID, err)
	}
	return uploader.Transfer{
		ID:     uploader.TransferID(r.ID),
		Batch:  uploader.BatchID(r.Batch),
		Server: uploader.ServerID(r.Server),
		Source: source.File{
			Path:     string(r.Path),
			RelPath:  string(r.RelPath),
			Size:     r.Size,
			ModTime:  modTime(r.ModSeconds, r.ModNanos),
			Identity: source.Identity{Volume: uint64(r.Volume), Index: uint64(r.FileIndex)}, //nolint:gosec // the same 64 bits
		}.Compact(),
		ChangeTime:  source.ChangeTime(r.ChangeTime),
		Fingerprint: string(r.Fingerprint),
		Rank:        r.Rank,
		Intent:      intent,
		Phase:       phase,
		Session: uploader.Session{
			URL: r.URL, Parts: int(r.Parts), Offset: r.UploadOffset, Sent: r.Sent,
			Expires: uploader.Timestamp(r.Expires.Int64), Unconfirmed: uploader.Timestamp(r.Unconfirmed.Int64),
		},
		Attempt:       int32(min(max(r.Attempt, math.MinInt32), math.MaxInt32)),
		NextTry:       uploader.Timestamp(r.NextTry.Int64),
		Fault:         r.Fault.fault(),
		Added:         uploader.Timestamp(r.Added.Int64),
		Started:       uploader.Timestamp(r.Started.Int64),
		Finished:      uploader.Timestamp(r.Finished.Int64),
		ActiveTime:    time.Duration(r.Active) * time.Millisecond,
		ResumedFrom:   r.Resumed,
		SHA256:        digestOf(r.Sha256),
		EarlierUpload: uploader.TransferID(r.Prior),
		AsIs:          r.AsIs != 0,
		Result:        uploader.NewResult(r.ResultID, r.ResultAnswer),
		Exists:        existsPolicy(r.OnExists),
		NameNumber:    int32(min(max(r.NameNumber, 0), uploader.MaxNameNumber)),
		Repeated:      r.Repeated.repeated(),
	}, nil
}

// existsPolicy returns the policy with a name. If it is unknown, the user is asked.
func existsPolicy(name string) uploader.ExistsPolicy {
	policy, err := uploader.ParseExistsPolicy(name)
	if err != nil {
		return uploader.ExistsAsk
	}
	return policy
}

// digestOf returns a SHA-256 digest, or "" if it has another length.
func digestOf(digest []byte) string {
	if len(digest) != sha256.Size {
		return ""
	}
	return string(digest)
}

// batchRow is a row of table batches.
type batchRow struct {
	ID       int64 `gorm:"primaryKey;autoIncrement:false"`
	Server   int64
	Roots    []byte
	Added    sql.NullInt64
	Expanded int64 // 0 or 1
	Intent   string
	Rank     int64

	Connections int
	Chunk       int64
	Pace        int64
	Again       int64  // 0 or 1
	Supersedes  string // JSON
	Settle      int64  // milliseconds; -1: none; 0: as in the settings
	Links       int64  // 0 or 1
	Skipped     string // JSON
	OnExists    string
	Metadata    string
	Folder      string
}

func (batchRow) TableName() string { return "batches" }

func newBatchRow(b uploader.Batch) batchRow {
	return batchRow{
		ID:       int64(b.ID),
		Server:   int64(b.Server),
		Roots:    packRoots(b.Roots),
		Added:    nullTime(b.Added),
		Expanded: boolInt(b.Scanned),
		Intent:   b.Intent.String(),
		Rank:     b.Rank,

		Connections: b.Options.Connections,
		Chunk:       b.Options.ChunkMax,
		Pace:        b.Options.Limit,
		Again:       boolInt(b.Options.UploadAgain),
		Links:       boolInt(b.Options.FollowLinks),
		Skipped:     mustJSON(packSkipped(b.Skipped)),
		Supersedes:  mustJSON(append([]uploader.BatchID{}, b.Supersedes...)),
		Settle:      settleMillis(b.Options.SettleTime),
		OnExists:    b.Options.Exists.String(),
		Metadata:    b.Options.Metadata,
		Folder:      b.Options.Folder,
	}
}

func (r *batchRow) batch() (uploader.Batch, error) {
	roots, err := unpackRoots(r.Roots)
	if err != nil {
		return uploader.Batch{}, fmt.Errorf("%w: batch %d: %w", ErrDamaged, r.ID, err)
	}
	intent, err := uploader.ParseIntent(r.Intent)
	if err != nil {
		return uploader.Batch{}, fmt.Errorf("%w: batch %d: %w", ErrDamaged, r.ID, err)
	}
	var supersedes []uploader.BatchID
	if json.Unmarshal([]byte(r.Supersedes), &supersedes) != nil || len(supersedes) == 0 {
		supersedes = nil // unreadable, or of a file of an older version: the user is asked instead
	}
	return uploader.Batch{
		ID:      uploader.BatchID(r.ID),
		Server:  uploader.ServerID(r.Server),
		Roots:   roots,
		Added:   timeOf(r.Added),
		Scanned: r.Expanded != 0,
		Intent:  intent,
		Rank:    r.Rank,
		Options: uploader.BatchOptions{
			Connections: r.Connections, ChunkMax: r.Chunk, Limit: r.Pace, UploadAgain: r.Again != 0, SettleTime: settleTime(r.Settle), FollowLinks: r.Links != 0,
			Exists: existsPolicy(r.OnExists), Metadata: r.Metadata, Folder: savedFolder(r.Folder),
		},
		Skipped: unpackSkipped(r.Skipped),

		Supersedes: supersedes,
	}, nil
}

// savedFolder returns a saved folder, "" for one that is not valid.
func savedFolder(text string) string {
	folder, err := uploader.CleanFolder(text)
	if err != nil {
		return ""
	}
	return folder
}

// skippedJSON is the JSON of [uploader.Skipped]. Names are base64, since they need not be
// UTF-8.
type skippedJSON struct {
	Links   skippedEntriesJSON `json:"links,omitzero"`
	Special skippedEntriesJSON `json:"special,omitzero"`
}

type skippedEntriesJSON struct {
	Count int      `json:"count,omitempty"`
	Names [][]byte `json:"names,omitempty"`
}

func packSkipped(s uploader.Skipped) skippedJSON {
	return skippedJSON{Links: packEntries(s.Links), Special: packEntries(s.Special)}
}

func packEntries(s uploader.SkippedEntries) skippedEntriesJSON {
	packed := skippedEntriesJSON{Count: s.Count}
	for _, name := range s.Names {
		packed.Names = append(packed.Names, []byte(name))
	}
	return packed
}

// unpackSkipped returns nothing for a text that cannot be read: it is only shown.
func unpackSkipped(text string) uploader.Skipped {
	var s skippedJSON
	if json.Unmarshal([]byte(text), &s) != nil {
		return uploader.Skipped{}
	}
	return uploader.Skipped{Links: s.Links.unpack(), Special: s.Special.unpack()}
}

func (s skippedEntriesJSON) unpack() uploader.SkippedEntries {
	entries := uploader.SkippedEntries{Count: s.Count}
	for _, name := range s.Names {
		entries.Names = append(entries.Names, string(name))
	}
	return entries
}

// settleMillis returns the column of a batch's settle time. It is never rounded to 0,
// which has another meaning.
func settleMillis(d time.Duration) int64 {
	switch {
	case d < 0:
		return -1
	case d > 0:
		return max(d.Milliseconds(), 1)
	default:
		return 0
	}
}

// settleTime is the inverse of settleMillis.
func settleTime(millis int64) time.Duration {
	if millis < 0 {
		return uploader.NoSettleTime
	}
	return time.Duration(min(millis, uploader.MaxSettleTime.Milliseconds())) * time.Millisecond
}

// serverRow is a row of table servers. Profile and Access are JSON.
type serverRow struct {
	ID       int64 `gorm:"primaryKey;autoIncrement:false"`
	Name     string
	Endpoint string
	Identity string
	Profile  string
	Access   string
}

func (serverRow) TableName() string { return "servers" }

func newServerRow(s uploader.Server) serverRow {
	return serverRow{ID: int64(s.ID), Name: s.Name, Endpoint: s.Endpoint, Identity: s.OriginalEndpoint, Profile: mustJSON(s.Options), Access: mustJSON(s.Access)}
}

func (r *serverRow) server() (uploader.Server, error) {
	server := uploader.Server{ID: uploader.ServerID(r.ID), Name: r.Name, Endpoint: r.Endpoint, OriginalEndpoint: r.Identity}
	err := errors.Join(json.Unmarshal([]byte(r.Profile), &server.Options), json.Unmarshal([]byte(r.Access), &server.Access))
	if err != nil {
		return uploader.Server{}, fmt.Errorf("%w: server %d: %w", ErrDamaged, r.ID, err)
	}
	return server, nil
}

// mustJSON returns the JSON of a value that can always be marshaled.
func mustJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// packRoots concatenates paths, each preceded by its length. They are one column
// rather than a table so that adding 200,000 files is one write.
func packRoots(roots []string) []byte {
	packed := []byte{}
	for _, root := range roots {
		packed = binary.AppendUvarint(packed, uint64(len(root)))
		packed = append(packed, root...)
	}
	return packed
}

var errRoots = errors.New("list of paths is truncated")

func unpackRoots(packed []byte) ([]string, error) {
	var roots []string
	for len(packed) > 0 {
		size, n := binary.Uvarint(packed)
		if n <= 0 || size > uint64(len(packed)-n) { //nolint:gosec // n is at most the length
			return nil, errRoots
		}
		end := n + int(size) //nolint:gosec // at most the length
		roots = append(roots, string(packed[n:end]))
		packed = packed[end:]
	}
	return roots, nil
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// blob returns a non-nil slice: the driver binds nil as NULL.
func blob(s string) []byte { return append(make([]byte, 0, len(s)), s...) }

func nullTimestamp(m uploader.Timestamp) sql.NullInt64 {
	return sql.NullInt64{Int64: int64(m), Valid: !m.IsZero()}
}

func nullTime(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

func timeOf(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMilli(n.Int64)
}

// modTime returns a time in local time, like os.Stat. The zero time stays zero.
func modTime(seconds, nanos int64) time.Time {
	t := time.Unix(seconds, nanos)
	if t.IsZero() {
		return time.Time{}
	}
	return t
}
