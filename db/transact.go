package db

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// transact calls fn with a transaction, which is committed when fn returns nil. The
// transaction has ended when its connection goes back to the pool: a COMMIT or ROLLBACK
// that fails, as on a full disk, may leave it open, and the next statement of another
// caller would become part of it.
func transact(pool *gorm.DB, fn func(*gorm.DB) error, options ...*sql.TxOptions) error {
	return pool.Connection(func(connection *gorm.DB) (err error) {
		connection = connection.Session(&gorm.Session{NewDB: true}) // each statement starts without the clauses of the one before
		committed := false
		defer func() { // also if fn panics
			if !committed {
				endTransaction(connection)
			}
		}()
		err = connection.Transaction(fn, options...)
		committed = err == nil
		return err
	})
}

// endTransaction rolls back the transaction that a connection may still have open. If
// that is not certain, the pool closes the connection.
func endTransaction(connection *gorm.DB) {
	err := connection.Exec("ROLLBACK").Error
	if err == nil || strings.Contains(err.Error(), "no transaction is active") {
		return
	}
	if pinned, ok := connection.Statement.ConnPool.(*sql.Conn); ok {
		_ = pinned.Raw(func(any) error { return fmt.Errorf("%w: %w", driver.ErrBadConn, err) })
	}
}
