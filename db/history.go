package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// historyRow is a row of table history.
type historyRow struct {
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
	URL          string
	Added        sql.NullInt64
	Started      sql.NullInt64
	Finished     int64
	Active       int64
	Resumed      int64
	Sha256       []byte
	ResultID     string
	ResultAnswer string
	OnExists     string
	NameNumber   int64
	Search       []byte
}

func (historyRow) TableName() string { return "history" }

// historyColumns are the columns of the table without search, in the order of fields. Table
// transfers has them as well.
var historyColumns = []string{
	"id", "batch", "server", "path", "rel_path", "size", "mod_seconds", "mod_nanos", "volume", "file_index", "fingerprint", "rank", "url",
	"added", "started", "finished", "active", "resumed", "sha256", "result_id", "result_answer", "on_exists", "name_number",
}

// fields returns pointers to the fields, for Scan.
func (r *historyRow) fields() []any {
	return []any{
		&r.ID, &r.Batch, &r.Server, &r.Path, &r.RelPath, &r.Size, &r.ModSeconds, &r.ModNanos, &r.Volume, &r.FileIndex, &r.Fingerprint, &r.Rank, &r.URL,
		&r.Added, &r.Started, &r.Finished, &r.Active, &r.Resumed, &r.Sha256, &r.ResultID, &r.ResultAnswer, &r.OnExists, &r.NameNumber,
	}
}

func newHistoryRow(t *uploader.Transfer) historyRow {
	r := newTransferRow(t)
	return historyRow{
		ID: r.ID, Batch: r.Batch, Server: r.Server, Path: r.Path, RelPath: r.RelPath, Size: r.Size, ModSeconds: r.ModSeconds, ModNanos: r.ModNanos,
		Volume: r.Volume, FileIndex: r.FileIndex, Fingerprint: r.Fingerprint, Rank: r.Rank, URL: r.URL, Added: r.Added, Started: r.Started,
		Finished: r.Finished.Int64, Active: r.Active, Resumed: r.Resumed, Sha256: r.Sha256, ResultID: r.ResultID, ResultAnswer: r.ResultAnswer,
		OnExists: r.OnExists, NameNumber: r.NameNumber, Search: foldedText(t.Source.Path),
	}
}

func (r *historyRow) transfer() (uploader.Transfer, error) {
	row := transferRow{
		ID: r.ID, Batch: r.Batch, Server: r.Server, Path: r.Path, RelPath: r.RelPath, Size: r.Size, ModSeconds: r.ModSeconds, ModNanos: r.ModNanos,
		Volume: r.Volume, FileIndex: r.FileIndex, Fingerprint: r.Fingerprint, Rank: r.Rank, URL: r.URL, Added: r.Added, Started: r.Started,
		Finished: sql.NullInt64{Int64: r.Finished, Valid: true}, Active: r.Active, Resumed: r.Resumed, Sha256: r.Sha256, ResultID: r.ResultID,
		ResultAnswer: r.ResultAnswer, OnExists: r.OnExists, NameNumber: r.NameNumber,
		Intent: uploader.IntentRun.String(), Phase: uploader.PhaseDone.String(),
	}
	t, err := row.transfer()
	return uploader.HistoryEntry(&t), err
}

// saveHistory inserts or replaces entries, as upsertTransfers does with transfers.
func saveHistory(ctx context.Context, tx *gorm.DB, entries []*uploader.Transfer) error {
	for chunk := range slices.Chunk(entries, upsertRows) {
		if err := ctx.Err(); err != nil {
			return err
		}
		fields := make([][]any, len(chunk))
		for i, t := range chunk {
			row := newHistoryRow(t)
			fields[i] = append(row.fields(), &row.Search)
		}
		columns := append(slices.Clone(historyColumns), "search")
		packed := newPackedRows(len(chunk))
		var selected []string
		var values []any
		for i := range columns {
			expression, data := packed.add(func(row int) any { return fields[row][i] })
			selected = append(selected, expression)
			if data != nil {
				values = append(values, data)
			}
		}
		text := "INSERT OR REPLACE INTO history (" + strings.Join(columns, ", ") + ") SELECT " + strings.Join(selected, ", ") + " FROM jsonb_each(?)"
		if _, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, text, append(values, packed.json())...); err != nil {
			return fmt.Errorf("save history: %w", err)
		}
	}
	return nil
}

// lastInHistory returns the highest ID of the table; 0 if it is empty. After a recovery it may
// be above those that table transfers ever had.
func lastInHistory(tx *gorm.DB) (uploader.TransferID, error) {
	var last sql.NullInt64
	if err := tx.Raw("SELECT max(id) FROM history").Row().Scan(&last); err != nil {
		return 0, fmt.Errorf("load last ID of the history: %w", err)
	}
	return uploader.TransferID(last.Int64), nil
}

// historySource is a table with entries of the history.
type historySource struct {
	table     string
	condition string // of the rows that are entries; "" if all are

	// hasText returns the condition that the path of a row has a text, ignoring case.
	hasText func(text string) (condition string, values []any)
}

var (
	// The list has the transfers that are done. The first condition is that of the partial
	// index transfers_done, literally, so that SQLite uses the index.
	listedHistory  = historySource{"transfers", "phase = 'done' AND finished IS NOT NULL", pathHasText}
	removedHistory = historySource{"history", "", searchHasText}
)

// pathHasText compares with the path: the list is not large enough for a column like search.
func pathHasText(text string) (condition string, values []any) {
	var conditions []string
	for _, variant := range uploader.CaseVariants(text) {
		conditions, values = append(conditions, `CAST(path AS TEXT) LIKE ? ESCAPE '\'`), append(values, "%"+escapeLike(variant)+"%")
	}
	return strings.Join(conditions, " OR "), values
}

// searchHasText compares with column search. instr takes a quarter of the time of LIKE.
func searchHasText(text string) (condition string, values []any) {
	return "instr(search, ?) > 0", []any{foldedText(text)}
}

// foldedText returns a text in lower case and in Unicode's composed form.
func foldedText(text string) []byte { return blob(norm.NFC.String(strings.ToLower(text))) }

// FindHistory implements [uploader.Store].
func (d *DB) FindHistory(ctx context.Context, query uploader.HistoryQuery) ([]uploader.Transfer, error) {
	sources := []historySource{removedHistory, listedHistory}
	if query.Removed {
		sources = sources[:1]
	}
	var entries []uploader.Transfer
	err := d.read(ctx, func(tx *gorm.DB) error {
		for _, from := range sources {
			found, err := findHistory(ctx, tx.WithContext(ctx), from, query)
			if err != nil {
				return fmt.Errorf("find history: %w", err)
			}
			entries = append(entries, found...)
		}
		return nil
	})
	if err != nil {
		return nil, d.classify(fault.Load, err)
	}
	slices.SortFunc(entries, func(a, b uploader.Transfer) int {
		return query.Compare(uploader.PositionInHistory(&a), uploader.PositionInHistory(&b))
	})
	return entries[:min(len(entries), query.PageSize())], nil
}

// findHistory returns the first page of a query on one table. The rows are found by the
// columns of an index alone, and only those of the page are read: rows are several times
// as large as what is searched.
func findHistory(ctx context.Context, tx *gorm.DB, from historySource, query uploader.HistoryQuery) ([]uploader.Transfer, error) {
	order := "finished DESC, id DESC"
	if query.ByID {
		order = "id DESC"
	}
	found := tx.Table(from.table).Select("id").Order(order).Limit(query.PageSize())
	if from.condition != "" {
		found = found.Where(from.condition)
	}
	found = whereHistory(found, from, query)
	rows, err := tx.Table(from.table).Select(historyColumns).Where("id IN (?)", found).Order(order).Rows()
	if err != nil {
		return nil, err
	}
	return scanHistory(ctx, rows)
}

// whereHistory adds the conditions of a query.
func whereHistory(tx *gorm.DB, from historySource, query uploader.HistoryQuery) *gorm.DB {
	if query.IDs != nil {
		tx = tx.Where("id IN (SELECT value FROM json_each(?))", mustJSON(query.IDs))
	}
	if query.Server != 0 {
		tx = tx.Where("server = ?", query.Server)
	}
	if query.Since != 0 {
		tx = tx.Where("finished >= ?", query.Since)
	}
	switch after := query.After; {
	case after == uploader.HistoryPosition{}:
	case query.ByID:
		tx = tx.Where("id < ?", after.ID)
	default:
		tx = tx.Where("(finished, id) < (?, ?)", after.Finished, after.ID)
	}
	for _, text := range query.Texts {
		condition, values := from.hasText(text.Text)
		if len(text.Servers) > 0 {
			condition, values = condition+" OR server IN (SELECT value FROM json_each(?))", append(values, mustJSON(text.Servers))
		}
		tx = tx.Where("("+condition+")", values...)
	}
	return tx
}

// escapeLike returns the pattern of LIKE that matches a text literally.
func escapeLike(text string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text)
}

func scanHistory(ctx context.Context, rows *sql.Rows) (entries []uploader.Transfer, err error) {
	defer rows.Close()
	for rows.Next() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var row historyRow
		if err := rows.Scan(row.fields()...); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		entry, err := row.transfer()
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, rows.Err()
}

// HistorySurplus implements [uploader.Store].
func (d *DB) HistorySurplus(ctx context.Context, keep int, before uploader.Timestamp, limit int) (surplus []uploader.TransferID, err error) {
	err = d.read(ctx, func(tx *gorm.DB) error {
		tx = tx.WithContext(ctx)
		var count int64
		if err := tx.Table("history").Count(&count).Error; err != nil {
			return fmt.Errorf("count history: %w", err)
		}
		beyond := 0
		if keep >= 0 {
			beyond = max(0, int(count)-keep)
		}
		var rows []struct {
			ID       uploader.TransferID
			Finished uploader.Timestamp
		}
		if err := tx.Table("history").Select("id", "finished").Order("finished, id").Limit(limit).Find(&rows).Error; err != nil {
			return fmt.Errorf("find history beyond the limits: %w", err)
		}
		for i, row := range rows {
			if i < beyond || row.Finished != 0 && row.Finished < before {
				surplus = append(surplus, row.ID)
			}
		}
		return nil
	})
	return surplus, d.classify(fault.Load, err)
}

// findPreviousInHistory finds the entries with some fingerprints, by fingerprint, oldest
// first.
func findPreviousInHistory(ctx context.Context, tx *gorm.DB, fingerprints [][]byte, found map[string][]uploader.Transfer) error {
	var entries int
	if err := tx.WithContext(ctx).Raw("SELECT EXISTS (SELECT 1 FROM history)").Scan(&entries).Error; err != nil || entries == 0 {
		return err // while many files are added, mostly this one
	}
	packed := newPackedRows(len(fingerprints))
	key, data := packed.add(func(row int) any { return &fingerprints[row] })
	parameter := sql.Null[[]byte]{V: data, Valid: true} // GORM makes a list of a []byte after a parenthesis
	rows, err := tx.WithContext(ctx).Table("history").Select(historyColumns).
		Where("fingerprint IN (SELECT "+key+" FROM jsonb_each(?))", parameter, packed.json()).Order("id").Rows()
	if err != nil {
		return err
	}
	previous, err := scanHistory(ctx, rows)
	for _, t := range previous {
		found[t.Fingerprint] = append(found[t.Fingerprint], t)
	}
	return err
}
