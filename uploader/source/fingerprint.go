package source

import "context"

// Strategy derives the fingerprint of a file for one destination: the key by
// which an earlier upload of the same file is found again. destination is the
// server's stable name (its creation URL, or "this-computer").
type Strategy func(ctx context.Context, file File, destination string) (string, error)
