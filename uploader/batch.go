package uploader

import "time"

// BatchID identifies a batch.
type BatchID int64

// Batch is what one drop or command added. It is saved before its roots are scanned: a
// batch that is not Scanned is scanned again at the next start.
type Batch struct {
	ID      BatchID
	Server  ServerID
	Roots   []string // absolute paths as given
	Added   time.Time
	Scanned bool   // every file of it has a transfer
	Intent  Intent // of files that are still to be found
	Rank    int64  // place in the user's order; lower goes first
	Options BatchOptions
	Skipped Skipped // by the latest scan that is complete

	// Supersedes are the batches with the same files that were unfinished when this one
	// was added, and those that they supersede. What was uploaded with them is not
	// uploaded again with this one, nor the other way round. It is saved with the batch,
	// so that a scan after a restart decides the same.
	Supersedes []BatchID
}

// BatchOptions are the options of a batch, where it differs from the settings and the
// server options. They are saved with the batch.
type BatchOptions struct {
	Connections int   // maximum of parts of one file sent at the same time; 1: no parts; 0: as in Settings
	ChunkMax    int64 // maximum of bytes in one request; 0: none
	Limit       int64 // maximum of bytes per second of the batch; 0: none
	UploadAgain bool  // upload files again that were uploaded before, without asking
	FollowLinks bool  // follow links in folders; Add sets it if the settings do

	Exists ExistsPolicy // what to do with files whose name exists on the server

	Metadata string // template of additional metadata, which replaces that of the server by key; see ParseMetadata

	Folder string // folder on the server for all files, as CleanFolder returns it; "" for none; see ServerOptions.FolderUse

	SettleTime time.Duration // how long a file must be unchanged before it is sent; NoSettleTime: not at all; 0: as in Settings
}

// NoSettleTime is the BatchOptions.SettleTime with which files are sent as soon as they
// are found.
const NoSettleTime time.Duration = -1

// SettleTimeOr returns the settle time of the batch, given the one of the settings.
func (o BatchOptions) SettleTimeOr(settings time.Duration) time.Duration {
	switch {
	case o.SettleTime == 0:
		return settings
	case o.SettleTime < 0:
		return 0
	default:
		return min(o.SettleTime, MaxSettleTime)
	}
}

// Skipped is what a scan did not include of the folders of a batch.
type Skipped struct {
	Links   SkippedEntries // not followed, or leading to nothing that is not included already
	Special SkippedEntries // pipes, sockets and devices
}

// SkippedEntries are entries of folders that were skipped for the same reason.
type SkippedEntries struct {
	Count int
	Names []string // the first ones, at most MaxSkippedNames, like source.File.RelPath
}

// MaxSkippedNames is how many names of skipped entries are kept.
const MaxSkippedNames = 10

// Add adds an entry.
func (s *SkippedEntries) Add(name string) {
	s.Count++
	if len(s.Names) < MaxSkippedNames {
		s.Names = append(s.Names, name)
	}
}
