package view

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// faulty returns n transfers to server 2 that failed with a fault of that kind.
func faulty(from uploader.TransferID, n int, kind fault.Kind, options ...func(*uploader.Transfer)) []*uploader.Transfer {
	transfers := make([]*uploader.Transfer, n)
	for i := range transfers {
		all := append([]func(*uploader.Transfer){apptest.Failed(kind), func(t *uploader.Transfer) { t.Server = 2 }}, options...)
		transfers[i] = apptest.Transfer(from+uploader.TransferID(i), all...)
	}
	return transfers
}

func TestOverviewOfBatch(t *testing.T) {
	apptest.LoadEnglish(t)
	now := time.Date(2026, 3, 1, 14, 0, 0, 0, time.Local)
	s := apptest.Folders()
	s.Batches[7].Added = now.Add(-time.Hour)
	s.Batches[7].Skipped.Links.Count = 2
	s.Progress[2] = uploader.Progress{Sent: 2 * apptest.Gigabyte, Rate: 10e6}
	s = apptest.Summed(s)
	s.Totals.ETA = time.Hour
	got, exists := OverviewOf(s, Subject{Batches: []uploader.BatchID{7}}, now)
	if !exists {
		t.Fatal("batch does not exist")
	}
	if got.Title != "Iceland" || got.State != "Uploading · 10.0 MB/s · about 10 min" || got.Rate != 10e6 || len(got.Errors) != 0 {
		t.Errorf("got %q, %q, rate %v, errors %v", got.Title, got.State, got.Rate, got.Errors)
	}
	if diff := cmp.Diff(Progress{Acked: 0.5, Sent: 0.5}, got.Progress); diff != "" {
		t.Error(diff)
	}
	want := []Line{
		{"From", "/home/ada/Iceland", "/home/ada/Iceland"},
		{"To", "This computer", ""},
		{"Files", "1 of 3 files", ""},
		{"Sent", "6.0 of 12.0 GB", ""},
		{"Uploading", "1 file", ""},
		{"Waiting", "1 file", ""},
		{"Skipped", "2 skipped", ""},
		{"Added", "13:00", ""},
	}
	if diff := cmp.Diff(want, got.Lines); diff != "" {
		t.Error(diff)
	}
}

func TestOverviewOfSeveralRows(t *testing.T) {
	apptest.LoadEnglish(t)
	s := apptest.Summed(apptest.Folders())
	s.Transfers.At(3).Server = 2
	got, _ := OverviewOf(s, Subject{Batches: []uploader.BatchID{8}, Transfers: []uploader.TransferID{4}}, time.Now())
	if got.Title != "3 files selected" {
		t.Errorf("title is %q", got.Title)
	}
	want := []Line{{"To", "This computer · Studio", ""}, {"Files", "2 of 3 files", ""}, {"Sent", "8.0 of 12.0 GB", ""}, {"Failed", "1 file", ""}}
	if diff := cmp.Diff(want, got.Lines); diff != "" {
		t.Error(diff)
	}
}

func TestOverviewOfWhatWasRemoved(t *testing.T) {
	s := apptest.Summed(apptest.Folders())
	for name, subject := range map[string]Subject{
		"batch": {Batches: []uploader.BatchID{99}}, "transfers": {Transfers: []uploader.TransferID{98, 99}},
	} {
		if _, exists := OverviewOf(s, subject, time.Now()); exists {
			t.Errorf("%s exists", name)
		}
	}
	if _, exists := OverviewOf(s, Subject{Transfers: []uploader.TransferID{99, 1}}, time.Now()); !exists {
		t.Error("subject does not exist although one of its transfers does")
	}
}

func TestErrorsAreGroupedByKindAndServer(t *testing.T) {
	apptest.LoadEnglish(t)
	transfers := faulty(1, 1200, fault.Refused)
	transfers = append(transfers, faulty(2001, 3, fault.SourceChanged)...)
	transfers = append(transfers, faulty(2101, 2, fault.Refused, func(t *uploader.Transfer) { t.Server = uploader.BuiltinServer })...)
	transfers = append(transfers, faulty(2201, 1, fault.SourceMissing)...)
	transfers = append(transfers, apptest.Transfer(3001, apptest.Done), apptest.Transfer(3002, apptest.Waiting(fault.Transient)))
	s := apptest.Snapshot(transfers...)
	subject := SubjectOf(SelectionOf(transfers...))
	got, _ := OverviewOf(s, subject, time.Now())
	want := []struct {
		text, label string
		action      Action
		members     int
	}{
		{"1,200 files: The server rejected the upload", "Retry all 1,200", ActionRetry, 1200},
		{"3 files: The file changed", "Start all 3 over", ActionRetry, 3},
		{"2 files: The server rejected the upload", "Retry all 2", ActionRetry, 2},
		{"1 file: The file can't be found", "Locate…", ActionLocate, 1},
	}
	if len(got.Errors) != len(want) {
		t.Fatalf("got %d groups, want %d", len(got.Errors), len(want))
	}
	for i, g := range got.Errors {
		members := g.Selection(subject.Find(s)).All
		if g.Text() != want[i].text || g.Label() != want[i].label || g.Action() != want[i].action || len(members) != want[i].members {
			t.Errorf("group %d is %q, %q, %s with %d members, want %+v", i, g.Text(), g.Label(), g.Action(), len(members), want[i])
		}
	}
	diagnostics := SubjectDiagnostics(s, subject)
	if !strings.Contains(diagnostics, "1200 at https://studio.example.com: refused") || strings.Contains(diagnostics, "interview") {
		t.Errorf("diagnostics are\n%s", diagnostics)
	}
}

// TestErrorGroupLabels checks that every group has a button that resolves it.
func TestErrorGroupLabels(t *testing.T) {
	apptest.LoadEnglish(t)
	for _, c := range []struct {
		name      string
		one       *uploader.Transfer
		want, all string
	}{
		{"ambiguous", apptest.Transfer(1, apptest.Failed(fault.AmbiguousMatch)), "Resume earlier upload", "Resume earlier upload"},
		{"already uploaded", apptest.Transfer(1, apptest.Failed(fault.AlreadyUploaded)), "Upload again", "Upload all 2 again"},
		{"name exists", apptest.Transfer(1, apptest.Failed(fault.Exists)), "Decide…", "Decide…"},
		{"sign-in", apptest.Transfer(1, apptest.Failed(fault.Auth)), "Sign in…", "Sign in…"},
		{"expired", apptest.Transfer(1, apptest.Failed(fault.Gone)), "Start over", "Start all 2 over"},
		{"missing", apptest.Transfer(1, apptest.Failed(fault.SourceMissing)), "Locate…", "Retry all 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			groups := errorGroups{}
			groups.add(c.one)
			if got := groups.sorted()[0].Label(); got != c.want {
				t.Errorf("label of one is %q, want %q", got, c.want)
			}
			groups.add(c.one)
			if got := groups.sorted()[0].Label(); got != c.all {
				t.Errorf("label of two is %q, want %q", got, c.all)
			}
		})
	}
}

// folderLine returns a line with a folder, with the separators of the system.
func folderLine(name, folder string) Line {
	folder = filepath.FromSlash(folder)
	return Line{Name: name, Value: folder, Copy: folder}
}

func TestOverviewNamesTheFoldersOfItsFilesOnce(t *testing.T) {
	apptest.LoadEnglish(t)
	many := []string{"/b/1", "/b/2", "/a/1", "/c/1", "/d/1", "/e/1", "/f/1"}
	for name, c := range map[string]struct {
		roots []string
		want  []Line
	}{
		"one folder":           {[]string{"/home/raws"}, []Line{{"From", "/home/raws", "/home/raws"}}},
		"files of one folder":  {[]string{"/home/raws/2.raw", "/home/raws/1.raw"}, []Line{folderLine("From", "/home/raws")}},
		"files of two folders": {[]string{"/b/1", "/a/1"}, []Line{folderLine("From", "/a"), folderLine("", "/b")}},
		"of many folders":      {many, []Line{folderLine("From", "/a"), folderLine("", "/b"), folderLine("", "/c"), folderLine("", "/d"), {"", "2 more", ""}}},
		"not known":            {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, sourceLines(c.roots)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
