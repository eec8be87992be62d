package db

import (
	"fmt"
	"iter"
	"slices"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
)

// firstTransfers returns the transfers of [uploader.Store.LoadFirst], by ID, and whether there
// are others. It visits the whole table, without an index: for 1,000,000 rows that takes 1.1 s
// of processor time together with loading what it finds, a third of loading all.
func firstTransfers(tx *gorm.DB, limit int) (ids []uploader.TransferID, partial bool, err error) {
	if err := tx.Raw("SELECT EXISTS (SELECT 1 FROM transfers LIMIT 1 OFFSET ?)", limit).Scan(&partial).Error; err != nil || !partial {
		return nil, false, wrapFirst(err)
	}
	err = tx.Raw(`
		SELECT min(id) FROM transfers
			WHERE phase NOT IN ('done', 'cancelled') AND (phase = 'failed' AND intent <> 'remove' OR url <> '' OR parts > 0 OR upload_offset > 0)
			GROUP BY iif(url <> '' OR parts > 0 OR upload_offset > 0, id, 0), server, fault_kind, fault_code, fault_op, fault_status
		UNION
		SELECT id FROM (
			SELECT transfers.id FROM transfers LEFT JOIN batches ON batches.id = transfers.batch
			WHERE transfers.intent = 'run' AND phase NOT IN ('done', 'cancelled', 'failed') AND url = '' AND parts = 0 AND upload_offset = 0
			ORDER BY ifnull(batches.rank, 0), transfers.rank, transfers.id LIMIT ?)
		ORDER BY id`, limit).Scan(&ids).Error
	return ids, true, wrapFirst(err)
}

func wrapFirst(err error) error {
	if err != nil {
		return fmt.Errorf("find the first transfers: %w", err)
	}
	return nil
}

// rowSelection selects rows of table transfers: all, or those with some IDs.
type rowSelection struct {
	all bool
	ids []uploader.TransferID // ascending
}

var wholeTable = rowSelection{all: true}

func rowsWith(ids []uploader.TransferID) rowSelection { return rowSelection{ids: ids} }

// parts returns the queries that have the rows together, with ascending IDs.
func (s rowSelection) parts(tx *gorm.DB) iter.Seq[*gorm.DB] {
	return func(yield func(*gorm.DB) bool) {
		if s.all {
			yield(tx)
			return
		}
		for chunk := range slices.Chunk(s.ids, maxInValues) {
			if !yield(tx.Where("id IN ?", chunk)) {
				return
			}
		}
	}
}
