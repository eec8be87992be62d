package db

import (
	"database/sql"
	"math"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// repeatedColumns are the columns of [uploader.Repeated]. Count is 0 if there is none.
type repeatedColumns struct {
	Count  int64
	Since  sql.NullInt64
	Op     string
	Status int64
}

func newRepeatedColumns(r *uploader.Repeated) repeatedColumns {
	if r == nil {
		return repeatedColumns{}
	}
	return repeatedColumns{Count: int64(r.Count), Since: nullTimestamp(r.Since), Op: string(r.Op), Status: int64(r.Status)}
}

func (c *repeatedColumns) repeated() *uploader.Repeated {
	if c.Count <= 0 {
		return nil
	}
	return &uploader.Repeated{
		Op: fault.Op(c.Op), Status: int(c.Status), Count: int32(min(c.Count, math.MaxInt32)), Since: uploader.Timestamp(c.Since.Int64),
	}
}
