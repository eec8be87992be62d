package db

import (
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// standingLeast is from how many transfers on one statement for all that stand alike
// is worth it.
const standingLeast = 5

// standing is what a command of the user changes. One for everything changes many
// transfers to the same, and one statement says so for all of them.
type standing struct {
	intent   uploader.Intent
	phase    uploader.Phase
	attempt  int32
	nextTry  uploader.Moment
	fault    *fault.Fault
	finished uploader.Moment
	active   time.Duration
	prior    uploader.TransferID
}

func standingOf(t *uploader.Transfer) standing {
	return standing{t.Intent, t.Phase, t.Attempt, t.NextTry, t.Fault, t.Finished, t.Active, t.Prior}
}

// onlyStands reports whether nothing but the standing differs.
func onlyStands(before, after uploader.Transfer) bool {
	before.Intent, before.Phase, before.Attempt, before.NextTry = after.Intent, after.Phase, after.Attempt, after.NextTry
	before.Fault, before.Finished, before.Active, before.Prior = after.Fault, after.Finished, after.Active, after.Prior
	return before == after
}

// standingSQL names its columns in the order of standingValues. The IDs are one
// parameter: the price of a statement grows with the square of their number.
const standingSQL = `UPDATE transfers SET
	intent = ?, phase = ?, attempt = ?, next_try = ?, finished = ?, active = ?, prior = ?,
	fault_kind = ?, fault_op = ?, fault_status = ?, fault_code = ?, fault_retry = ?, fault_detail = ?
	WHERE id IN (SELECT value FROM json_each(?))`

func standingValues(t *uploader.Transfer) []any {
	r := newTransferRow(t)
	f := r.Fault
	return []any{
		r.Intent, r.Phase, r.Attempt, r.NextTry, r.Finished, r.Active, r.Prior,
		f.Kind, f.Op, f.Status, f.Code, f.Retry, f.Detail,
	}
}

// stand saves how transfers stand that stand alike, and reports whether all of them
// were there.
func stand(tx *gorm.DB, alike []*uploader.Transfer) (bool, error) {
	if len(alike) < standingLeast {
		return false, nil
	}
	values := append(standingValues(alike[0]), idsOf(alike))
	result, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, standingSQL, values...)
	if err != nil {
		return false, err
	}
	saved, err := result.RowsAffected()
	return saved == int64(len(alike)), err
}

// idsOf lists IDs as JSON.
func idsOf(transfers []*uploader.Transfer) string {
	var list strings.Builder
	for i, t := range transfers {
		list.WriteByte("[,"[min(i, 1)])
		list.WriteString(strconv.FormatInt(int64(t.ID), 10))
	}
	list.WriteByte(']')
	return list.String()
}
