package uploader

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// queuedFile returns a transfer as most of many are.
func queuedFile() Transfer {
	return Transfer{
		ID: 7, Batch: 2, Server: 3, Rank: 12, Added: 1_780_000_000_123,
		Fingerprint: "m1:Ujn-b-WtiFrv7xFzFCcKYdLO4AYaw6zPYxIMJdEFBgU",
		Source: source.File{
			Path: "/media/card/DCIM/100CANON/IMG_0007.CR3", RelPath: "100CANON/IMG_0007.CR3", Size: 25 << 20,
			ModTime: time.Unix(1_770_000_000, 123_456_789), Identity: source.Identity{Volume: 2049, Index: 1_234_567},
		}.Compact(),
	}
}

// roundTrip returns the transfer as a chunk returns it, and whether it is packed.
func roundTrip(t Transfer) (got Transfer, packed bool) {
	var c RowChunk
	c.Append(&Transfer{ID: 1, Source: source.File{Path: "/other/file"}, Added: 5})
	c.Append(&t)
	return *c.Transfer(1), c.rows[1].length > 0
}

// same reports whether two transfers have the same value, also in what they refer to.
func same(a, b Transfer) bool { return equal(&a, &b) }

func TestQueuedFileTakesFewBytes(t *testing.T) {
	file := queuedFile()
	got, packed := roundTrip(file)
	if !packed || got != file {
		t.Fatalf("packed: %t, got %+v, want %+v", packed, got, file)
	}
	var c RowChunk
	c.Append(&file)
	if n := len(c.records); n > 90 {
		t.Errorf("the record has %d bytes, want at most 90", n)
	}
}

// TestEveryFieldIsPacked sets each field of a transfer, also those of structures in it.
func TestEveryFieldIsPacked(t *testing.T) {
	var file Transfer
	for _, path := range fieldsOf(reflect.TypeOf(file), nil) {
		name := reflect.TypeOf(file).FieldByIndex(path).Name
		file := queuedFile()
		value := reflect.ValueOf(&file).Elem().FieldByIndex(path)
		setField(value)
		if name == "RelPath" {
			value.SetString("IMG_0007.CR3") // the end of the path
		}
		if name == "Path" {
			value.SetString("/x/" + file.Source.RelPath)
		}
		if got, packed := roundTrip(file); !same(got, file) || !packed {
			t.Errorf("%s: packed: %t, got %+v, want %+v", name, packed, got, file)
		}
	}
}

// fieldsOf returns the index paths of the fields of a structure that are no structures.
func fieldsOf(structure reflect.Type, prefix []int) [][]int {
	var paths [][]int
	for i := range structure.NumField() {
		field, path := structure.Field(i), append(slices.Clone(prefix), i)
		if field.Type.Kind() == reflect.Struct && field.Type != reflect.TypeFor[time.Time]() {
			paths = append(paths, fieldsOf(field.Type, path)...)
		} else {
			paths = append(paths, path)
		}
	}
	return paths
}

// setField gives a field another value, which a packed transfer can have.
func setField(field reflect.Value) {
	switch {
	case field.Type() == reflect.TypeFor[time.Time]():
		field.Set(reflect.ValueOf(time.Unix(1, 1).UTC()))
	case field.Type() == reflect.TypeFor[Phase]():
		field.SetUint(uint64(PhaseDone))
	case field.Kind() == reflect.Pointer:
		field.Set(reflect.New(field.Type().Elem()))
	case field.Kind() == reflect.Bool:
		field.SetBool(true)
	case field.Kind() == reflect.String:
		field.SetString(field.String() + "CR3")
	case field.CanInt():
		field.SetInt(field.Int() + 2)
	default:
		field.SetUint(field.Uint() + 2)
	}
}

func TestLongPathSurvives(t *testing.T) {
	file := queuedFile()
	file.Source.Path = "/" + strings.Repeat("long", 1<<15)
	if got, packed := roundTrip(file); packed || !same(got, file) {
		t.Errorf("packed: %t, or the value differs", packed)
	}
}

// TestEveryTransferSurvives packs transfers of any values: those that have no packed form
// stay whole.
func TestEveryTransferSurvives(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		file := anyTransfer(r)
		if got, _ := roundTrip(file); !same(got, file) {
			r.Fatalf("got %+v, want %+v", got, file)
		}
	})
}

func FuzzEveryTransferSurvives(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(r *rapid.T) {
		file := anyTransfer(r)
		if got, _ := roundTrip(file); !same(got, file) {
			r.Fatalf("got %+v, want %+v", got, file)
		}
	}))
}

// anyTransfer returns a transfer whose fields have any values, but mostly those of a queued
// file.
func anyTransfer(r *rapid.T) Transfer {
	file := queuedFile()
	value := reflect.ValueOf(&file).Elem()
	for _, path := range fieldsOf(value.Type(), nil) {
		if rapid.IntRange(0, 3).Draw(r, "change") > 0 {
			continue
		}
		field := value.FieldByIndex(path)
		switch {
		case field.Type() == reflect.TypeFor[time.Time]():
			at := time.Unix(rapid.Int64().Draw(r, "seconds")>>rapid.IntRange(0, 40).Draw(r, "shift"), rapid.Int64Range(0, 999_999_999).Draw(r, "nanoseconds"))
			field.Set(reflect.ValueOf(rapid.SampledFrom([]time.Time{{}, at, at.UTC(), at.In(time.FixedZone("x", 60)), time.Unix(0, 0)}).Draw(r, "time")))
		case field.Type() == reflect.TypeFor[*fault.Fault]():
			field.Set(reflect.ValueOf(anyFault(r, file.Source.Path)))
		case field.Type() == reflect.TypeFor[*Repeated]():
			field.Set(reflect.ValueOf(&Repeated{
				Op: fault.Op(rapid.SampledFrom([]string{"", "create"}).Draw(r, "op")), Status: rapid.Int().Draw(r, "status"),
				Count: rapid.Int32().Draw(r, "count"), Since: Timestamp(rapid.Int64().Draw(r, "since")),
			}))
		case field.Type() == reflect.TypeFor[*Result]():
			field.Set(reflect.ValueOf(&Result{ID: rapid.String().Draw(r, "ID"), Answer: rapid.String().Draw(r, "answer")}))
		case field.Kind() == reflect.Bool:
			field.SetBool(rapid.Bool().Draw(r, "bool"))
		case field.Kind() == reflect.String:
			field.SetString(rapid.SampledFrom([]string{
				"", "x", "/", "/a/b", `C:\a\b`, "b", "\xff/\xfe", "m1:" + strings.Repeat("A", 43), "m1:" + strings.Repeat("_", 43),
				"m1:" + strings.Repeat("*", 43), rapid.String().Draw(r, "text"),
			}).Draw(r, "string"))
		case field.CanInt():
			number := reflect.New(field.Type()).Elem()
			number.SetInt(rapid.Int64().Draw(r, "number") >> rapid.IntRange(0, 63).Draw(r, "shift") << (64 - number.Type().Bits()) >> (64 - number.Type().Bits()))
			field.Set(number)
		default:
			field.SetUint(rapid.Uint64().Draw(r, "number") >> (64 - field.Type().Bits()))
		}
	}
	return file
}

// anyFault returns a fault of a file with that path, or nil.
func anyFault(r *rapid.T, path string) *fault.Fault {
	f := fault.New(fault.Kind(rapid.IntRange(0, 3).Draw(r, "kind")), fault.Op(rapid.String().Draw(r, "operation")), rapid.SampledFrom([]error{
		nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}, errors.New(path + path), errors.New("a\x00b " + path),
	}).Draw(r, "error"))
	f.Status, f.RetryAfter = rapid.Int().Draw(r, "status"), time.Duration(rapid.Int64().Draw(r, "seconds"))
	f.Code, f.ServerMessage, f.Challenge = rapid.String().Draw(r, "code"), rapid.String().Draw(r, "message"), rapid.String().Draw(r, "challenge")
	return rapid.SampledFrom([]*fault.Fault{nil, f}).Draw(r, "fault")
}

// TestFailedFilesTakeFewBytes: a drive that is unplugged fails all of its files.
func TestFailedFilesTakeFewBytes(t *testing.T) {
	var c RowChunk
	for i := range ChunkRows {
		file := failedFile(i)
		c.Append(&file)
		if got := *c.Transfer(i); !same(got, file) || c.whole != nil {
			t.Fatalf("packed: %t, got %+v, want %+v", c.whole == nil, got, file)
		}
		row := Row{&c, i}
		kind, code := row.FaultCode()
		if !row.HasFault() || row.State() != file.State() || !row.Fault().Same(file.Fault) || kind != file.Fault.Kind || code != file.Fault.Code {
			t.Fatalf("the row has the state %s and the fault %v, want %s and %v", row.State(), row.Fault(), file.State(), file.Fault)
		}
	}
	if len(c.groups) != 1 || len(c.records) > 100*ChunkRows {
		t.Errorf("%d groups, and records of %d bytes", len(c.groups), len(c.records))
	}
}

// TestManyFaultsOfOneFolder: a chunk has a limited number of groups, and further rows stay whole.
func TestManyFaultsOfOneFolder(t *testing.T) {
	var c RowChunk
	var want []Transfer
	for i := range 2 * ChunkRows {
		file := failedFile(i)
		file.Fault.Detail = fmt.Sprint("request ", i)
		want = append(want, file)
		if i < ChunkRows {
			c.Append(&file)
		} else {
			file.ID -= ChunkRows
			c.Set(i-ChunkRows, &file)
			want[i-ChunkRows] = file
		}
	}
	for i := range ChunkRows {
		if got := *c.Transfer(i); !same(got, want[i]) {
			t.Errorf("row %d is %+v, want %+v", i, got, want[i])
		}
	}
}

// failedFile returns the i-th of a folder of files that cannot be opened.
func failedFile(i int) Transfer {
	file := queuedFile()
	file.ID += TransferID(i)
	file.Source.Path = fmt.Sprintf("/media/card/DCIM/100CANON/IMG_%04d.CR3", i)
	file.Source.RelPath = file.Source.Path[len("/media/card/DCIM/"):]
	file.Phase, file.Finished = PhaseFailed, 1_780_000_000_123
	file.Fault = fault.New(fault.SourceMissing, fault.Read, &fs.PathError{Op: "open", Path: file.Source.Path, Err: fs.ErrNotExist})
	return file
}

// someTransfer returns a transfer of a few kinds.
func someTransfer(r *rapid.T) Transfer {
	file := queuedFile()
	file.Batch, file.Rank = BatchID(rapid.IntRange(1, 3).Draw(r, "batch")), rapid.Int64Range(1, 3).Draw(r, "rank")
	switch rapid.IntRange(0, 4).Draw(r, "kind") {
	case 0:
		file.Phase, file.Session.Offset = PhaseSending, 5
	case 1:
		file.Phase, file.Fault = PhaseFailed, fault.Newf(fault.Bug, fault.Load, "x")
	case 2:
		file.Phase, file.Session = PhaseDone, Session{URL: "https://tus.example/files/1", Offset: file.Source.Size}
	case 3:
		file.Phase, file.Fault = PhaseWaiting, fault.Newf(fault.Transient, fault.Patch, "PATCH of %s failed", file.Source.Path)
		file.Repeated = &Repeated{Op: fault.Patch, Status: 500, Count: rapid.Int32Range(1, 3).Draw(r, "count"), Since: 1}
	}
	return file
}

// TestChunkMatchesModel applies random changes to a chunk and to a slice, and compares the
// chunks that were shared with what they were then.
func TestChunkMatchesModel(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := &RowChunk{}
		var model []Transfer
		type version struct {
			chunk *RowChunk
			rows  []Transfer
		}
		var shared []version
		next := TransferID(0)
		check := func(r *rapid.T, c *RowChunk, want []Transfer) {
			if c.Len() != len(want) {
				r.Fatalf("%d rows, want %d", c.Len(), len(want))
			}
			for i, t := range want {
				row := Row{c, i}
				if !same(*c.Transfer(i), t) || c.Find(t.ID) != i || c.ID(i) != t.ID {
					r.Fatalf("row %d is %+v, want %+v", i, c.Transfer(i), t)
				}
				if row.Batch() != t.Batch || row.Server() != t.Server || row.State() != t.State() || row.Rank() != t.Rank || row.Size() != t.Source.Size || row.Path() != t.Source.Path ||
					row.HasFault() != (t.Fault != nil) || !row.Fault().Same(t.Fault) {
					r.Fatalf("single fields of row %d differ from %+v", i, t)
				}
			}
			if c.Find(next+1) >= 0 || c.unused > len(c.records) {
				r.Fatalf("found an ID that is not there, or %d unused bytes of %d", c.unused, len(c.records))
			}
		}
		r.Repeat(map[string]func(*rapid.T){
			"append": func(r *rapid.T) {
				if c.Len() == ChunkRows {
					r.Skip()
				}
				next++
				value := someTransfer(r)
				value.ID = next
				c = c.Writable()
				c.Append(&value)
				model = append(slices.Clip(model), value)
			},
			"append a row of another chunk": func(r *rapid.T) {
				var other RowChunk
				next++
				value := someTransfer(r)
				value.ID = next
				other.Append(&value)
				c = c.Writable()
				c.appendRow(Row{&other, 0})
				model = append(slices.Clip(model), value)
			},
			"set": func(r *rapid.T) {
				if len(model) == 0 {
					r.Skip()
				}
				i := rapid.IntRange(0, len(model)-1).Draw(r, "row")
				value := someTransfer(r)
				value.ID = model[i].ID
				c = c.Writable()
				c.Set(i, &value)
				model = slices.Clone(model)
				model[i] = value
			},
			"delete": func(r *rapid.T) {
				if len(model) == 0 {
					r.Skip()
				}
				i := rapid.IntRange(0, len(model)-1).Draw(r, "row")
				c = c.Writable()
				c.Delete(i)
				model = slices.Delete(slices.Clone(model), i, i+1)
			},
			"share": func(r *rapid.T) {
				if len(shared) > 5 {
					r.Skip()
				}
				c.Share()
				shared = append(shared, version{c, model})
			},
			"": func(r *rapid.T) {
				check(r, c, model)
				for _, v := range shared {
					check(r, v.chunk, v.rows)
				}
			},
		})
	})
}

// TestChangeOfStatusCopiesNoRecord: a command for very many transfers would take the memory of
// all records a second time, as long as an earlier snapshot is shown.
func TestChangeOfStatusCopiesNoRecord(t *testing.T) {
	file := queuedFile()
	paused, resized := file, file
	paused.Intent = IntentPause
	resized.Source.Size++
	for _, test := range []struct {
		name   string
		value  Transfer
		copies bool
	}{
		{"the status", paused, false},
		{"another field", resized, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var c RowChunk
			c.Append(&file)
			c.Share()
			next := c.Writable()
			next.Set(0, &test.value)
			if copies := &next.records[0] != &c.records[0]; copies != test.copies || *next.Transfer(0) != test.value || *c.Transfer(0) != file {
				t.Errorf("the records are copied: %t, want %t; the value is %+v", copies, test.copies, next.Transfer(0))
			}
		})
	}
}

// TestChangeIsSet changes rows by Change and by Set: both give the same value and the same form.
func TestChangeIsSet(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Transfer)
	}{
		{"nothing", func(*Transfer) {}},
		{"paused", func(t *Transfer) { t.Intent = IntentPause }},
		{"cancelled", func(t *Transfer) { t.Intent, t.Phase, t.Finished = IntentCancel, PhaseCancelled, 1_780_000_000_123 }},
		{"cancelled, as one session", func(t *Transfer) { t.Intent, t.Phase = IntentCancel, PhaseCancelled }},
		{"done", func(t *Transfer) { t.Phase, t.ActiveTime = PhaseDone, -5 }},
		{"all numbers of the status", func(t *Transfer) {
			t.Attempt, t.NextTry, t.EarlierUpload, t.Exists, t.NameNumber = 3, 1<<62, 9, 1, 200
		}},
		{"being sent", func(t *Transfer) { t.Phase = PhaseSending }},
		{"waits", func(t *Transfer) { t.Phase, t.NextTry = PhaseWaiting, 17 }},
		{"failed", func(t *Transfer) { t.Phase, t.Fault = PhaseFailed, &fault.Fault{Kind: fault.Transient} }},
		{"another size", func(t *Transfer) { t.Source.Size++ }},
		{"an upload", func(t *Transfer) { t.Session.URL = "https://example.org/files/1" }},
		{"another folder", func(t *Transfer) { t.Source = source.File{Path: "/elsewhere/file", RelPath: "file"}.Compact() }},
	} {
		for name, change := range map[string]func(*Transfer){"packed": func(*Transfer) {}, "not packed": func(t *Transfer) { t.Phase = PhaseSending }} {
			t.Run(test.name+", "+name, func(t *testing.T) {
				before := queuedFile()
				change(&before)
				after := before
				test.change(&after)
				var set, changed RowChunk
				set.Append(&before)
				changed.Append(&before)
				set.SetValue(0, &after)
				given := after
				changed.Change(0, &before, &given)
				given = Transfer{} // the chunk does not refer to it
				if got := *changed.Transfer(0); !same(got, after) {
					t.Errorf("the value is %+v, want %+v", got, after)
				}
				if (changed.rows[0].length > 0) != (set.rows[0].length > 0) || changed.rows[0].status != set.rows[0].status {
					t.Errorf("the row is %+v, want %+v", changed.rows[0], set.rows[0])
				}
			})
		}
	}
}

// TestChangedRecordsLeaveLittleUnusedMemory: cancelling very many transfers gives all of them another
// record.
func TestChangedRecordsLeaveLittleUnusedMemory(t *testing.T) {
	var c RowChunk
	for i := range ChunkRows {
		file := queuedFile()
		file.ID += TransferID(i)
		c.Append(&file)
	}
	c.trim()
	c.Share()
	next := c.Writable()
	for i := range ChunkRows {
		cancelled := next.Transfer(i)
		cancelled.Phase, cancelled.Finished = PhaseCancelled, 1_780_000_000_123
		next.Set(i, cancelled)
	}
	used := func() int { return len(next.records) - next.unused }
	if reserved := cap(next.records); reserved > 2*used() {
		t.Errorf("while they change, %d bytes are reserved for %d bytes of records", reserved, used())
	}
	next.Share()
	if reserved := cap(next.records); reserved > used()/2*3 {
		t.Errorf("%d bytes are reserved for %d bytes of records", reserved, used())
	}
	for i := range ChunkRows {
		want := queuedFile()
		want.ID += TransferID(i)
		if *c.Transfer(i) != want {
			t.Errorf("the earlier value of row %d is %+v", i, c.Transfer(i))
		}
		want.Phase, want.Finished = PhaseCancelled, 1_780_000_000_123
		if *next.Transfer(i) != want {
			t.Errorf("row %d is %+v", i, next.Transfer(i))
		}
	}
}

func TestSameRows(t *testing.T) {
	file := queuedFile()
	other := file
	other.Attempt++
	paused := file
	paused.Intent = IntentPause
	failed := file
	failed.Phase, failed.Fault = PhaseFailed, fault.Newf(fault.Bug, fault.Load, "x")
	for _, test := range []struct {
		name string
		a, b Transfer
		want bool
	}{
		{"packed", file, file, true},
		{"packed, another value", file, other, false},
		{"packed, another status", file, paused, false},
		{"whole", failed, failed, true},
		{"packed and whole", file, failed, false},
	} {
		a, b := RowsOf(&Transfer{ID: 1, Added: 1}, &test.a), RowsOf(&test.b)
		if got := a.Row(1).Same(b.Row(0)); got != test.want {
			t.Errorf("%s: same: %t, want %t", test.name, got, test.want)
		}
	}
}

// TestSameFile compares with the fields of the values.
func TestSameFile(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a := anyTransfer(r)
		b := rapid.SampledFrom([]Transfer{a, anyTransfer(r)}).Draw(r, "other")
		b.ID = rapid.SampledFrom([]TransferID{a.ID, b.ID}).Draw(r, "ID")
		if rapid.Bool().Draw(r, "whole") {
			b.Phase = PhaseSending
		}
		var c, d RowChunk
		c.Append(&a)
		d.Append(&b)
		x, y := Row{&c, 0}, Row{&d, 0}
		if want := a.ID == b.ID && a.Batch == b.Batch && a.Server == b.Server && a.Source.Path == b.Source.Path; x.SameFile(y) != want {
			r.Fatalf("the same file: %t, want %t: %+v and %+v", !want, want, a, b)
		}
		if got := string(x.AppendPath([]byte("before "))); got != "before "+a.Source.Path {
			r.Fatalf("the path is %q, want %q", got, a.Source.Path)
		}
	})
}
