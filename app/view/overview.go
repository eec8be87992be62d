package view

import (
	"path/filepath"
	"slices"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Subject is what the details pane shows: whole batches and single transfers. The zero
// Subject is nothing.
type Subject struct {
	Batches   []uploader.BatchID
	Transfers []uploader.TransferID
}

// SubjectOf returns the subject of a selection.
func SubjectOf(s Selection) Subject {
	return Subject{Batches: slices.Clone(s.Batches), Transfers: IDs(s.Transfers)}
}

// Empty reports whether the subject is nothing.
func (s Subject) Empty() bool { return len(s.Batches) == 0 && len(s.Transfers) == 0 }

// Transfer returns the only transfer of the subject; 0 if it is more or nothing.
func (s Subject) Transfer() uploader.TransferID {
	if len(s.Batches) == 0 && len(s.Transfers) == 1 {
		return s.Transfers[0]
	}
	return 0
}

// Equal reports whether both subjects are the same, in the same order.
func (s Subject) Equal(other Subject) bool {
	return slices.Equal(s.Batches, other.Batches) && slices.Equal(s.Transfers, other.Transfers)
}

// Find returns the transfers of the snapshot that belong to the subject.
func (s Subject) Find(snapshot *uploader.Snapshot) []*uploader.Transfer {
	batches, transfers := setOf(s.Batches), setOf(s.Transfers)
	var found []*uploader.Transfer
	for _, row := range snapshot.Transfers.Rows() {
		if batches[row.Batch()] || len(transfers) > 0 && transfers[row.ID()] {
			found = append(found, row.Transfer())
		}
	}
	return found
}

func setOf[T comparable](items []T) map[T]bool {
	set := make(map[T]bool, len(items))
	for _, item := range items {
		set[item] = true
	}
	return set
}

// Overview is the content of the details pane for a batch or for several rows, as text.
type Overview struct {
	Title    string
	State    string
	Progress Progress
	Tone     theme.Tone
	Lines    []Line
	Errors   []ErrorGroup // the largest first
	Rate     float64      // bytes per second
}

// OverviewOf returns the overview of a subject. It reports false if nothing of it exists
// any more. The transfers of batches are only visited if some need attention: the rest is in
// the totals of the snapshot.
func OverviewOf(s *uploader.Snapshot, subject Subject, now time.Time) (Overview, bool) {
	var o Overview
	batches := slices.DeleteFunc(slices.Clone(subject.Batches), func(id uploader.BatchID) bool { return s.Batches[id] == nil })
	var single []*uploader.Transfer
	if len(subject.Transfers) > 0 {
		single = Subject{Transfers: subject.Transfers}.Find(s)
	}
	if len(single) == 0 && len(batches) == 0 {
		return Overview{}, false
	}
	sum, acked, errors := sumOf(s, single)
	for _, id := range batches {
		totals := s.BatchTotals[id]
		sum, acked = plus(sum, totals), acked+totals.Sent
	}
	if attentionCount(sum) > 0 && len(batches) > 0 {
		errors = errorsIn(subject.Find(s))
	}
	var only *uploader.Batch
	if len(batches) == 1 && len(subject.Transfers) == 0 {
		only = s.Batches[batches[0]]
	}
	o.Rate, o.Errors = sum.Rate, errors.sorted()
	o.Title = words.Count("details.selected", sum.Files)
	if only != nil {
		o.Title = batchName(only, sum)
	}
	state := leadingState(&uploader.Batch{Scanned: !anyUnscanned(s, batches)}, sum)
	_, o.Tone = StateIcon(state)
	o.State = words.Join(words.State(state), words.Rate(sum.Rate), etaOf(s, sum))
	if sum.Bytes > 0 {
		o.Progress = Progress{Acked: float64(acked) / float64(sum.Bytes), Sent: float64(sum.Sent) / float64(sum.Bytes)}
	} else if sum.Files > 0 {
		done := float64(sum.Count[uploader.StateDone]) / float64(sum.Files)
		o.Progress = Progress{Acked: done, Sent: done}
	}
	o.Lines = overviewLines(s, sum, batches, single, only, now)
	return o, true
}

// sumOf returns the totals of transfers, how many of their bytes are acknowledged, and
// what needs attention.
func sumOf(s *uploader.Snapshot, transfers []*uploader.Transfer) (sum uploader.BatchTotals, acked int64, errors errorGroups) {
	sum.Files = len(transfers)
	errors = errorsIn(transfers)
	for _, t := range transfers {
		sum.Count[t.State()]++
		sum.Bytes += max(0, t.Source.Size)
		sum.Sent += s.Sent(t)
		sum.Rate += s.Progress[t.ID].Rate
		acked += max(0, t.Acknowledged())
	}
	return sum, acked, errors
}

// plus returns the sum of two totals.
func plus(a, b uploader.BatchTotals) uploader.BatchTotals {
	for state, n := range b.Count {
		a.Count[state] += n
	}
	a.Files, a.Bytes, a.Sent, a.Rate = a.Files+b.Files, a.Bytes+b.Bytes, a.Sent+b.Sent, a.Rate+b.Rate
	return a
}

// errorsIn returns what needs attention.
func errorsIn(transfers []*uploader.Transfer) errorGroups {
	errors := errorGroups{}
	for _, t := range transfers {
		errors.add(t)
	}
	return errors
}

func anyUnscanned(s *uploader.Snapshot, batches []uploader.BatchID) bool {
	return slices.ContainsFunc(batches, func(id uploader.BatchID) bool { return !s.Batches[id].Scanned })
}

// etaOf returns the time left; "" unless something is sent and the snapshot has an
// estimate.
func etaOf(s *uploader.Snapshot, sum uploader.BatchTotals) string {
	if sum.Rate < 1 || s.Totals.ETA == 0 {
		return ""
	}
	return words.ETA(time.Duration(float64(sum.Bytes-sum.Sent) / sum.Rate * float64(time.Second)))
}

// overviewLines returns the lines of the overview of batches and single transfers. Only is
// its only batch, or nil.
func overviewLines(s *uploader.Snapshot, sum uploader.BatchTotals, batches []uploader.BatchID, single []*uploader.Transfer, only *uploader.Batch, now time.Time) []Line {
	var lines []Line
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, Line{Name: words.Text("details." + name), Value: value})
		}
	}
	if only != nil {
		lines = append(lines, sourceLines(only.Roots)...)
	}
	add("to", serversText(s, batches, single))
	add("files", words.FilesOf(sum.Count[uploader.StateDone], sum.Files))
	add("size", words.SizeOf(sum.Sent, sum.Bytes))
	for _, state := range statePriority {
		if n := sum.Count[state]; n > 0 && state != uploader.StateDone {
			lines = append(lines, Line{Name: words.State(state), Value: words.Files(n)})
		}
	}
	if only != nil {
		add("skipped", skippedCount(only))
		if !only.Added.IsZero() {
			add("added", words.Clock(only.Added, now))
		}
	}
	return lines
}

// maxSources is how many of the folders that a batch is from are listed.
const maxSources = 4

// sourceLines returns the lines that say where the files of a batch are: the folder or file that
// was added, or the folders of several. Only the first line has a name.
func sourceLines(roots []string) []Line {
	sources := roots
	if len(roots) > 1 {
		sources = foldersOf(roots)
	}
	var lines []Line
	for i, source := range sources {
		if i == maxSources {
			lines = append(lines, Line{Value: words.Count("details.more", len(sources)-maxSources)})
			break
		}
		lines = append(lines, Line{Value: words.Path(source), Copy: source})
	}
	if len(lines) > 0 {
		lines[0].Name = words.Text("details.from")
	}
	return lines
}

// foldersOf returns the folders of paths, in order. Paths of one folder mostly follow each other,
// and there may be very many.
func foldersOf(paths []string) []string {
	var folders []string
	for _, path := range paths {
		if folder := filepath.Dir(path); len(folders) == 0 || folders[len(folders)-1] != folder {
			folders = append(folders, folder)
		}
	}
	slices.Sort(folders)
	return slices.Compact(folders)
}

// serversText returns the names of the servers of batches and single transfers.
func serversText(s *uploader.Snapshot, batches []uploader.BatchID, single []*uploader.Transfer) string {
	seen := map[uploader.ServerID]bool{}
	var names []string
	add := func(id uploader.ServerID) {
		if seen[id] {
			return
		}
		seen[id] = true
		server, _ := s.ServerInUse(id)
		names = append(names, words.Server(server))
	}
	for _, id := range batches {
		add(s.Batches[id].Server)
	}
	for _, t := range single {
		add(t.Server)
	}
	return words.Join(names...)
}
