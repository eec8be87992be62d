//go:build !unix

package db_test

import "errors"

// openAsNobody is not supported: it needs Unix user IDs.
func openAsNobody(string) error { return errors.ErrUnsupported }
