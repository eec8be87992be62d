//go:build !unix

package db_test

import "errors"

// openAsNobody needs users to change to.
func openAsNobody(string) error { return errors.ErrUnsupported }
