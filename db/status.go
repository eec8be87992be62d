package db

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// minStatusRows is the number of transfers with the same status from which one
// statement for all of them is faster than saving their rows.
const minStatusRows = 5

// status is what a user's command changes. A command for all transfers gives many of
// them the same status, and one statement updates them.
type status struct {
	intent   uploader.Intent
	phase    uploader.Phase
	attempt  int32
	nextTry  uploader.Timestamp
	fault    *fault.Fault
	finished uploader.Timestamp
	active   time.Duration
	prior    uploader.TransferID
	exists   uploader.ExistsPolicy
	name     int32
	repeated *uploader.Repeated
}

func statusOf(t *uploader.Transfer) status {
	return status{t.Intent, t.Phase, t.Attempt, t.NextTry, t.Fault, t.Finished, t.ActiveTime, t.EarlierUpload, t.Exists, t.NameNumber, t.Repeated}
}

// statusSQL has the columns in the order of statusValues. The IDs are one parameter:
// see insertRows for the cost of parameters.
const statusSQL = `UPDATE transfers SET
	intent = ?, phase = ?, attempt = ?, next_try = ?, finished = ?, active = ?, prior = ?,
	fault_kind = ?, fault_op = ?, fault_status = ?, fault_code = ?, fault_retry = ?, fault_detail = ?, fault_message = ?,
	on_exists = ?, name_number = ?, repeated_count = ?, repeated_since = ?, repeated_op = ?, repeated_status = ?,
	command = ?
	WHERE id IN (SELECT value FROM json_each(?))`

func statusValues(t *uploader.Transfer) []any {
	r := newTransferRow(t)
	f := r.Fault
	return []any{
		r.Intent, r.Phase, r.Attempt, r.NextTry, r.Finished, r.Active, r.Prior,
		f.Kind, f.Op, f.Status, f.Code, f.Retry, f.Detail, f.Message,
		r.OnExists, r.NameNumber, r.Repeated.Count, r.Repeated.Since, r.Repeated.Op, r.Repeated.Status,
	}
}

// updateStatus updates the status of transfers that have the same. It reports false if
// they are fewer than minStatusRows or if some have no row.
func updateStatus(tx *gorm.DB, transfers []*uploader.Transfer, applied uploader.CommandID) (bool, error) {
	if len(transfers) < minStatusRows {
		return false, nil
	}
	values := append(statusValues(transfers[0]), int64(applied), jsonIDs(transfers))
	result, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, statusSQL, values...)
	if err != nil {
		return false, fmt.Errorf("update status: %w", err)
	}
	updated, err := result.RowsAffected()
	return updated == int64(len(transfers)), err
}

// jsonIDs returns the transfers' IDs as a JSON array.
func jsonIDs(transfers []*uploader.Transfer) string {
	var list strings.Builder
	for i, t := range transfers {
		list.WriteByte("[,"[min(i, 1)])
		list.WriteString(strconv.FormatInt(int64(t.ID), 10))
	}
	list.WriteByte(']')
	return list.String()
}
