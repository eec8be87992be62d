package uploader

import (
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/ferryapp/ferry/uploader/source"
)

const (
	// maxListing is how many files a Listing keeps: some 20 MB. More are listed again.
	maxListing = 250_000

	// maxListingAge is how old a Listing may be to be used: files change.
	maxListingAge = time.Minute
)

// Listing is what [source.Disk.Scan] yields for the paths of an Add, so that files that were
// counted before are sent before the paths are listed again, for what came since. It is made
// by one goroutine and read by others after End.
type Listing struct {
	paths       []string
	options     source.ScanOptions
	followLinks bool
	adding      RowsBuilder // only Transfer.Source is set
	files       Rows        // the same after End
	count       int
	skipped     []skippedEntry
	incomplete  bool // there are more, or something could not be read
	ended       time.Time
}

type skippedEntry struct {
	file source.File
	err  error
}

// NewListing returns an empty Listing of a scan with those arguments.
func NewListing(paths []string, options source.ScanOptions, followLinks bool) *Listing {
	return &Listing{paths: paths, options: options, followLinks: followLinks}
}

// Add adds what the scan yields.
func (l *Listing) Add(file source.File, err error) {
	_, skipped := errors.AsType[*source.Skipped](err)
	switch {
	case l.incomplete:
	case err != nil && !skipped, l.count+len(l.skipped) == maxListing: // what cannot be read is tried again by the next scan
		l.incomplete, l.adding, l.skipped = true, RowsBuilder{}, nil
	case skipped:
		l.skipped = append(l.skipped, skippedEntry{file, err})
	default:
		l.count++
		l.adding.Add(Transfer{ID: TransferID(l.count), Source: file})
	}
}

// End records that the scan has ended, and when. Nothing may be added afterwards.
func (l *Listing) End(now time.Time) {
	l.files, l.adding, l.ended = l.adding.Rows(), RowsBuilder{}, now
}

// Fits reports whether a scan with those arguments would yield what the listing has. A nil
// Listing fits none.
func (l *Listing) Fits(paths []string, options source.ScanOptions, followLinks bool, now time.Time) bool {
	if l == nil || l.incomplete || l.ended.IsZero() {
		return false
	}
	age := now.Round(0).Sub(l.ended.Round(0)) // by the clock that goes on while the computer sleeps
	return age >= 0 && age < maxListingAge && followLinks == l.followLinks &&
		options.Hidden == l.options.Hidden && slices.Equal(options.Ignore, l.options.Ignore) && slices.Equal(paths, l.paths)
}

// Files returns the number of files; 0 if the listing does not have all of them.
func (l *Listing) Files() int {
	if l.incomplete || l.ended.IsZero() {
		return 0
	}
	return l.count
}

// All yields the files, and then what was skipped, as the scan did. It yields nothing before
// End.
func (l *Listing) All() iter.Seq2[source.File, error] {
	return func(yield func(source.File, error) bool) {
		for t := range l.files.Values() {
			if !yield(t.Source, nil) {
				return
			}
		}
		for _, entry := range l.skipped {
			if !yield(entry.file, entry.err) {
				return
			}
		}
	}
}
