package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// SQLite's driver searches all parameters for each one, so the cost of a statement
// grows with the square of their number. Transfers, of which there are very many, are
// saved by upsertTransfers.
const (
	insertRows  = 20  // rows of one INSERT
	maxInValues = 200 // values of one IN (…)
)

// Load implements [uploader.Store]. It reads one state of the file, even if others save
// at the same time.
func (d *DB) Load(ctx context.Context) (uploader.Saved, error) {
	return d.load(ctx, func(*gorm.DB) ([]uploader.TransferID, bool, error) { return nil, false, nil })
}

// LoadFirst implements [uploader.Store]. It reads one state of the file.
func (d *DB) LoadFirst(ctx context.Context, limit int) (uploader.Saved, error) {
	return d.load(ctx, func(tx *gorm.DB) ([]uploader.TransferID, bool, error) { return firstTransfers(tx, limit) })
}

// load loads everything saved. If selectIDs returns true, it loads only those transfers.
func (d *DB) load(ctx context.Context, selectIDs func(*gorm.DB) ([]uploader.TransferID, bool, error)) (uploader.Saved, error) {
	var saved uploader.Saved
	err := d.read(ctx, func(tx *gorm.DB) error {
		tx = tx.WithContext(ctx)
		ids, partial, err := selectIDs(tx)
		if err != nil {
			return err
		}
		saved.Partial = partial
		transfers := wholeTable
		if partial {
			transfers = rowsWith(ids)
		}
		if saved.Servers, err = loadServers(tx); err != nil {
			return err
		}
		if saved.Batches, err = loadBatches(tx); err != nil {
			return err
		}
		if saved.Transfers, err = loadTransfers(ctx, tx, transfers); err != nil {
			return err
		}
		if saved.Cookies, err = loadCookies(tx); err != nil {
			return err
		}
		if err = loadCommands(ctx, tx, transfers, &saved); err != nil {
			return err
		}
		if saved.NextID, err = nextID[uploader.TransferID](tx, "transfers"); err != nil {
			return err
		}
		last, err := lastInHistory(tx)
		if err != nil {
			return err
		}
		saved.NextID = max(saved.NextID, last+1)
		saved.NextServer, err = nextID[uploader.ServerID](tx, "servers")
		return err
	})
	if err != nil {
		return uploader.Saved{}, d.classify(fault.Load, err)
	}
	saved.Sort()
	return saved, nil
}

// Servers implements [uploader.Store].
func (d *DB) Servers(ctx context.Context) (servers []uploader.Server, err error) {
	err = d.read(ctx, func(tx *gorm.DB) error {
		servers, err = loadServers(tx)
		return err
	})
	return servers, d.classify(fault.Load, err)
}

func loadServers(tx *gorm.DB) ([]uploader.Server, error) {
	var rows []serverRow
	if err := tx.Order("id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("load servers: %w", err)
	}
	servers := make([]uploader.Server, len(rows))
	for i := range rows {
		var err error
		if servers[i], err = rows[i].server(); err != nil {
			return nil, err
		}
	}
	return servers, nil
}

func loadBatches(tx *gorm.DB) ([]uploader.Batch, error) {
	var rows []batchRow
	if err := tx.Order("id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("load batches: %w", err)
	}
	batches := make([]uploader.Batch, len(rows))
	for i := range rows {
		var err error
		if batches[i], err = rows[i].batch(); err != nil {
			return nil, err
		}
	}
	return batches, nil
}

// loadTransfers returns transfers by ID, which is the order of the file.
func loadTransfers(ctx context.Context, tx *gorm.DB, which rowSelection) (uploader.Rows, error) {
	var all uploader.RowsBuilder
	for part := range which.parts(tx) {
		if err := eachTransfer(ctx, part.Order("id"), all.Add); err != nil {
			return uploader.Rows{}, fmt.Errorf("load transfers: %w", err)
		}
	}
	return all.Rows(), nil
}

// nextID returns an ID above every one that was ever in the table: AUTOINCREMENT
// keeps the highest, also of removed rows.
func nextID[ID ~int64](tx *gorm.DB, table string) (ID, error) {
	var last sql.NullInt64
	if err := tx.Raw("SELECT max(seq) FROM sqlite_sequence WHERE name = ?", table).Row().Scan(&last); err != nil {
		return 0, fmt.Errorf("load next ID of %s: %w", table, err)
	}
	return ID(last.Int64) + 1, nil
}

// eachTransfer calls visit with each transfer of a query. It reads the columns of a row as one,
// see rowText.
func eachTransfer(ctx context.Context, query *gorm.DB, visit func(uploader.Transfer)) error {
	rows, err := query.Model(&transferRow{}).Select(rowText).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	var row transferRow
	var text sql.RawBytes
	reader := newRowReader(&row)
	for rows.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := rows.Scan(&text); err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if err := reader.read(text); err != nil { // the schema refuses values of other types
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		t, err := row.transfer()
		if err != nil {
			return err
		}
		visit(t)
	}
	return rows.Err()
}

// FindPreviousInHistory implements [uploader.Store]. An empty fingerprint finds nothing.
func (d *DB) FindPreviousInHistory(ctx context.Context, fingerprints []string) (map[string][]uploader.Transfer, error) {
	found := map[string][]uploader.Transfer{}
	keys := fingerprintKeys(fingerprints)
	if len(keys) == 0 {
		return found, ctx.Err()
	}
	err := d.read(ctx, func(tx *gorm.DB) error {
		if err := findPreviousInHistory(ctx, tx, keys, found); err != nil {
			return fmt.Errorf("find previous transfers: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, d.classify(fault.Load, err)
	}
	return found, nil
}

// fingerprintKeys returns each fingerprint once, as a BLOB.
func fingerprintKeys(fingerprints []string) [][]byte {
	var keys [][]byte
	for _, f := range slices.Compact(slices.Sorted(slices.Values(fingerprints))) {
		if f != "" {
			keys = append(keys, []byte(f))
		}
	}
	return keys
}

// Save implements [uploader.Store].
func (d *DB) Save(ctx context.Context, changes uploader.Changes) error {
	if changes.Empty() {
		return ctx.Err()
	}
	usage := uploader.UsageOf(changes, uploader.DayOf(d.file.now()))
	err := d.write(ctx, func(tx *gorm.DB) error {
		if err := apply(ctx, tx, changes); err != nil {
			return err
		}
		return addUsage(ctx, tx, usage)
	})
	return d.classify(fault.Save, err)
}

// apply stops at the first error: SQLite may have rolled back the transaction, and
// each further statement would be committed separately.
func apply(ctx context.Context, tx *gorm.DB, changes uploader.Changes) error {
	if err := upsert(ctx, tx, changes.Servers, newServerRow); err != nil {
		return err
	}
	if err := saveCookies(ctx, tx, changes.Cookies); err != nil {
		return err
	}
	if err := upsert(ctx, tx, changes.Batches, newBatchRow); err != nil {
		return err
	}
	if err := saveProofs(ctx, tx, changes.Proofs, changes.Before); err != nil { // before the transfers, whose triggers remove proofs and parts no longer needed
		return err
	}
	for id, parts := range changes.Parts {
		if err := saveParts(ctx, tx, id, parts); err != nil {
			return err
		}
	}
	if err := appendEvents(ctx, tx, changes.Events); err != nil {
		return err
	}
	if err := saveCommands(ctx, tx, changes.Commands, changes.DoneCommands); err != nil {
		return err
	}
	if err := saveTransfers(ctx, tx, changes); err != nil {
		return err
	}
	if err := saveHistory(ctx, tx, changes.History); err != nil {
		return err
	}
	if err := remove(ctx, tx, &historyRow{}, changes.Forgotten); err != nil {
		return err
	}
	if err := remove(ctx, tx, &transferRow{}, changes.RemovedTransfers); err != nil {
		return err
	}
	if err := remove(ctx, tx, &batchRow{}, changes.RemovedBatches); err != nil {
		return err
	}
	return remove(ctx, tx, &serverRow{}, changes.RemovedServers)
}

// saveTransfers saves transfers. Of those that differ from before only in their
// progress or their status it updates only that.
func saveTransfers(ctx context.Context, tx *gorm.DB, changes uploader.Changes) error {
	var whole []*uploader.Transfer
	progressed := map[columnSet][]*uploader.Transfer{}
	byStatus := map[status][]*uploader.Transfer{}
	for _, t := range changes.Statuses {
		byStatus[statusOf(t)] = append(byStatus[statusOf(t)], t)
	}
	for _, t := range changes.Transfers {
		switch previous := changes.Before[t.ID]; {
		case previous != nil && onlyProgressDiffers(*previous, *t):
			columns := changedProgress(previous, t)
			progressed[columns] = append(progressed[columns], t)
		case previous != nil && uploader.OnlyStatusDiffers(previous, t):
			byStatus[statusOf(t)] = append(byStatus[statusOf(t)], t)
		default:
			whole = append(whole, t)
		}
	}
	for columns, transfers := range progressed {
		for chunk := range slices.Chunk(transfers, progressRows) {
			if err := ctx.Err(); err != nil {
				return err
			}
			saved, err := updateProgress(tx, columns, chunk, changes.Applied)
			if err != nil {
				return err
			}
			if !saved { // some rows were removed
				whole = append(whole, chunk...)
			}
		}
	}
	for _, same := range byStatus {
		if err := ctx.Err(); err != nil {
			return err
		}
		saved, err := updateStatus(tx, same, changes.Applied)
		if err != nil {
			return err
		}
		if !saved {
			whole = append(whole, same...)
		}
	}
	return upsertTransfers(ctx, tx, whole, changes.Applied)
}

// upsert inserts or replaces one row for each item.
func upsert[Item, Row any](ctx context.Context, tx *gorm.DB, items []Item, newRow func(Item) Row) error {
	for chunk := range slices.Chunk(items, insertRows) {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := make([]Row, len(chunk))
		for i, item := range chunk {
			rows[i] = newRow(item)
		}
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&rows).Error; err != nil {
			return fmt.Errorf("save %T: %w", rows[0], err)
		}
	}
	return nil
}

func remove[ID ~int64](ctx context.Context, tx *gorm.DB, model any, ids []ID) error {
	for chunk := range slices.Chunk(ids, maxInValues) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := tx.Delete(model, "id IN ?", chunk).Error; err != nil {
			return fmt.Errorf("remove %T: %w", model, err)
		}
	}
	return nil
}
