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
}

func (transferRow) TableName() string { return "transfers" }

// transferColumns are the columns in the order of fields.
var transferColumns = []string{
	"id", "batch", "server", "path", "rel_path", "size", "mod_seconds", "mod_nanos", "volume", "file_index",
	"fingerprint", "rank", "intent", "phase", "url", "parts", "upload_offset", "sent", "expires", "attempt", "next_try",
	"fault_kind", "fault_op", "fault_status", "fault_code", "fault_retry", "fault_detail",
	"added", "started", "finished", "active", "resumed", "sha256", "prior",
}

func (r *transferRow) fields() []any {
	return []any{
		&r.ID, &r.Batch, &r.Server, &r.Path, &r.RelPath, &r.Size, &r.ModSeconds, &r.ModNanos, &r.Volume, &r.FileIndex,
		&r.Fingerprint, &r.Rank, &r.Intent, &r.Phase, &r.URL, &r.Parts, &r.UploadOffset, &r.Sent, &r.Expires, &r.Attempt, &r.NextTry,
		&r.Fault.Kind, &r.Fault.Op, &r.Fault.Status, &r.Fault.Code, &r.Fault.Retry, &r.Fault.Detail,
		&r.Added, &r.Started, &r.Finished, &r.Active, &r.Resumed, &r.Sha256, &r.Prior,
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
		Volume:       int64(t.Source.Identity.Volume),
		FileIndex:    int64(t.Source.Identity.Index),
		Fingerprint:  blob(t.Fingerprint),
		Rank:         t.Rank,
		Intent:       t.Intent.String(),
		Phase:        t.Phase.String(),
		URL:          t.Session.URL,
		Parts:        int64(t.Session.Parts),
		UploadOffset: t.Session.Offset,
		Sent:         t.Session.Sent,
		Expires:      instant(t.Session.Expires),
		Attempt:      int64(t.Attempt),
		NextTry:      instant(t.NextTry),
		Added:        instant(t.Added),
		Started:      instant(t.Started),
		Finished:     instant(t.Finished),
		Active:       t.Active.Milliseconds(),
		Resumed:      t.Resumed,
		Prior:        int64(t.Prior),

		Fault: newFaultColumns(t.Fault),
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
			Identity: source.Identity{Volume: uint64(r.Volume), Index: uint64(r.FileIndex)},
		},
		Fingerprint: string(r.Fingerprint),
		Rank:        r.Rank,
		Intent:      intent,
		Phase:       phase,
		Session:     uploader.Session{URL: r.URL, Parts: int(r.Parts), Offset: r.UploadOffset, Sent: r.Sent, Expires: uploader.Moment(r.Expires.Int64)},
		Attempt:     int32(min(max(r.Attempt, math.MinInt32), math.MaxInt32)),
		NextTry:     uploader.Moment(r.NextTry.Int64),
		Fault:       r.Fault.fault(),
		Added:       uploader.Moment(r.Added.Int64),
		Started:     uploader.Moment(r.Started.Int64),
		Finished:    uploader.Moment(r.Finished.Int64),
		Active:      time.Duration(r.Active) * time.Millisecond,
		Resumed:     r.Resumed,
		SHA256:      sumOf(r.Sha256),
		Prior:       uploader.TransferID(r.Prior),
	}, nil
}

// sumOf is a whole digest or none: half of one would never be taken again.
func sumOf(digest []byte) string {
	if len(digest) != sha256.Size {
		return ""
	}
	return string(digest)
}

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
	Again       int64 // 0 or 1
}

func (batchRow) TableName() string { return "batches" }

func newBatchRow(b uploader.Batch) batchRow {
	return batchRow{
		ID:       int64(b.ID),
		Server:   int64(b.Server),
		Roots:    packRoots(b.Roots),
		Added:    millis(b.Added),
		Expanded: digit(b.Expanded),
		Intent:   b.Intent.String(),
		Rank:     b.Rank,

		Connections: b.Options.Connections,
		Chunk:       b.Options.Chunk,
		Pace:        b.Options.Limit,
		Again:       digit(b.Options.Again),
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
	return uploader.Batch{
		ID:       uploader.BatchID(r.ID),
		Server:   uploader.ServerID(r.Server),
		Roots:    roots,
		Added:    moment(r.Added),
		Expanded: r.Expanded != 0,
		Intent:   intent,
		Rank:     r.Rank,
		Options:  uploader.Options{Connections: r.Connections, Chunk: r.Chunk, Limit: r.Pace, Again: r.Again != 0},
	}, nil
}

type markRow struct {
	Transfer int64 `gorm:"primaryKey;autoIncrement:false"`
	At       int64 `gorm:"primaryKey;autoIncrement:false"`
	State    []byte
}

func (markRow) TableName() string { return "marks" }

type partRow struct {
	Transfer   int64 `gorm:"primaryKey;autoIncrement:false"`
	Part       int   `gorm:"primaryKey;autoIncrement:false"`
	URL        string
	Start      int64
	Length     int64
	PartOffset int64
	Expires    sql.NullInt64
}

func (partRow) TableName() string { return "parts" }

func newPartRow(id uploader.TransferID, p uploader.Part) partRow {
	return partRow{
		Transfer: int64(id), Part: p.Index, URL: p.URL, Start: p.Start, Length: p.Length, PartOffset: p.Offset, Expires: millis(p.Expires),
	}
}

func (r *partRow) part() uploader.Part {
	return uploader.Part{Index: r.Part, URL: r.URL, Start: r.Start, Length: r.Length, Offset: r.PartOffset, Expires: moment(r.Expires)}
}

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
	return serverRow{ID: int64(s.ID), Name: s.Name, Endpoint: s.Endpoint, Identity: s.Identity, Profile: pack(s.Profile), Access: pack(s.Access)}
}

func (r *serverRow) server() (uploader.Server, error) {
	server := uploader.Server{ID: uploader.ServerID(r.ID), Name: r.Name, Endpoint: r.Endpoint, Identity: r.Identity}
	err := errors.Join(json.Unmarshal([]byte(r.Profile), &server.Profile), json.Unmarshal([]byte(r.Access), &server.Access))
	if err != nil {
		return uploader.Server{}, fmt.Errorf("%w: server %d: %w", ErrDamaged, r.ID, err)
	}
	return server, nil
}

// pack makes JSON of plain values, for columns that are only ever read as a whole.
func pack(plain any) string {
	text, err := json.Marshal(plain)
	if err != nil {
		panic(err) // of a type that is no plain value
	}
	return string(text)
}

// packRoots puts paths behind one another, each after its length. It is one
// column and not a table of its own so that a drop of 200,000 loose files is
// one write.
func packRoots(roots []string) []byte {
	packed := []byte{}
	for _, root := range roots {
		packed = binary.AppendUvarint(packed, uint64(len(root)))
		packed = append(packed, root...)
	}
	return packed
}

var errRoots = errors.New("its list of paths is cut off")

func unpackRoots(packed []byte) ([]string, error) {
	var roots []string
	for len(packed) > 0 {
		size, n := binary.Uvarint(packed)
		if n <= 0 || size > uint64(len(packed)-n) {
			return nil, errRoots
		}
		end := n + int(size)
		roots = append(roots, string(packed[n:end]))
		packed = packed[end:]
	}
	return roots, nil
}

func digit(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// blob is never nil, which the driver would bind as NULL.
func blob(s string) []byte { return append(make([]byte, 0, len(s)), s...) }

func instant(m uploader.Moment) sql.NullInt64 {
	return sql.NullInt64{Int64: int64(m), Valid: !m.IsZero()}
}

func millis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

func moment(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMilli(n.Int64)
}

// modTime keeps the zero time as it is; every other one is local, as os.Stat
// gives it.
func modTime(seconds, nanos int64) time.Time {
	t := time.Unix(seconds, nanos)
	if t.IsZero() {
		return time.Time{}
	}
	return t
}
