package db

import (
	"database/sql"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
)

// faultColumns are the columns of a fault, embedded in other rows. All are NULL if there
// is no fault.
type faultColumns struct {
	Kind    sql.NullString
	Op      sql.NullString
	Status  sql.NullInt64
	Code    sql.NullString
	Retry   sql.NullInt64
	Detail  sql.NullString
	Message sql.NullString
}

func newFaultColumns(f *fault.Fault) faultColumns {
	if f == nil {
		return faultColumns{}
	}
	return faultColumns{
		Kind:    sql.NullString{String: f.Kind.String(), Valid: true},
		Op:      sql.NullString{String: string(f.Op), Valid: true},
		Status:  sql.NullInt64{Int64: int64(f.Status), Valid: true},
		Code:    sql.NullString{String: f.Code, Valid: true},
		Retry:   sql.NullInt64{Int64: f.RetryAfter.Milliseconds(), Valid: true},
		Detail:  sql.NullString{String: f.Detail, Valid: true},
		Message: sql.NullString{String: f.ServerMessage, Valid: true},
	}
}

func (c *faultColumns) fault() *fault.Fault {
	if !c.Kind.Valid {
		return nil
	}
	return &fault.Fault{
		Kind:       fault.ParseKind(c.Kind.String),
		Op:         fault.Op(c.Op.String),
		Status:     int(c.Status.Int64),
		Code:       c.Code.String,
		RetryAfter: time.Duration(c.Retry.Int64) * time.Millisecond,
		Detail:     c.Detail.String,

		ServerMessage: c.Message.String,
	}
}
