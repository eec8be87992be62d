package uploader_test

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

// anyRows returns a list with some of the transfers 1 to 700, which has chunks in common
// with the list before.
func anyRows(r *rapid.T, before uploader.Rows) uploader.Rows {
	transfers := slices.Collect(before.Values())
	if len(transfers) == 0 {
		for id := range uploader.TransferID(rapid.IntRange(0, 700).Draw(r, "transfers")) {
			transfers = append(transfers, &uploader.Transfer{ID: id + 1})
		}
	}
	for range rapid.IntRange(0, 3).Draw(r, "changes") {
		if len(transfers) == 0 {
			break
		}
		i := rapid.IntRange(0, len(transfers)-1).Draw(r, "row")
		switch rapid.IntRange(0, 2).Draw(r, "change") {
		case 0:
			transfers = slices.Delete(transfers, i, i+1)
		case 1:
			next := *transfers[i]
			next.Attempt++
			transfers[i] = &next
		case 2:
			moved := transfers[i]
			transfers = append(slices.Delete(transfers, i, i+1), moved)
		}
	}
	return uploader.RowsOf(transfers...)
}

func equal(a, b *uploader.Transfer) bool { return *a == *b }

func TestRowsEqualTheSlice(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		want := slices.Collect(anyRows(r, uploader.Rows{}).Values())
		rows := uploader.RowsOf(want...)
		if got := slices.Collect(rows.Values()); !slices.EqualFunc(want, got, equal) || rows.Len() != len(want) {
			r.Fatalf("%d rows, want the %d of the slice", len(got), len(want))
		}
		for i, got := range rows.All() {
			if *got != *want[i] || *rows.At(i) != *want[i] || rows.Row(i).ID() != want[i].ID || *rows.Find(want[i].ID) != *want[i] {
				r.Fatalf("row %d: %+v, want %+v", i, got, want[i])
			}
		}
		if rows.Find(9999) != nil {
			r.Fatal("found a transfer that is not in the list")
		}
	})
}

// TestChangesTurnOneListIntoTheOther applies what Changes and Differing visit to the list
// before.
func TestChangesTurnOneListIntoTheOther(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		before := anyRows(r, uploader.Rows{})
		after := anyRows(r, before)
		values := map[uploader.TransferID]uploader.Transfer{}
		for value := range before.Values() {
			values[value.ID] = *value
		}
		for was, is := range after.Changes(before) {
			switch {
			case was != nil && values[was.ID] != *was:
				r.Fatalf("the value before was %+v, not %+v", values[was.ID], *was)
			case is == nil:
				delete(values, was.ID)
			default:
				values[is.ID] = *is
			}
		}
		want := map[uploader.TransferID]uploader.Transfer{}
		for value := range after.Values() {
			want[value.ID] = *value
		}
		if !maps.Equal(values, want) {
			r.Fatal("the changes do not lead to the list")
		}
		places := slices.Collect(before.Values())
		places = slices.Grow(places, after.Len())[:max(len(places), after.Len())]
		for i := range after.Differing(before) {
			places[i] = nil
			if i < after.Len() {
				places[i] = after.At(i)
			}
		}
		if !slices.EqualFunc(slices.Collect(after.Values()), places[:after.Len()], equal) {
			r.Fatal("the rows at the differing places do not lead to the list")
		}
	})
}

// packedRows returns a list of many transfers with that intent.
func packedRows(intent uploader.Intent) uploader.Rows {
	var b uploader.RowsBuilder
	for id := range uploader.TransferID(20_000) {
		b.Add(uploader.Transfer{ID: id + 1, Intent: intent})
	}
	return b.Rows()
}

// TestComparingManyChangedRowsTakesLittleMemory: after a command for all transfers each of them
// differs from the snapshot before.
func TestComparingManyChangedRowsTakesLittleMemory(t *testing.T) {
	before, after := packedRows(uploader.IntentRun), packedRows(uploader.IntentPause)
	for _, test := range []struct {
		name  string
		visit func() (rows int)
	}{
		{"changed rows", func() (rows int) {
			for was, is := range after.ChangedRows(before) {
				if was.ID() == is.ID() && was.Intent() == uploader.IntentRun && is.Intent() == uploader.IntentPause {
					rows++
				}
			}
			return rows
		}},
		{"differing", func() (rows int) {
			for range after.Differing(before) {
				rows++
			}
			return rows
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if rows := test.visit(); rows != after.Len() {
				t.Fatalf("visits %d rows, want %d", rows, after.Len())
			}
			if allocated := testing.AllocsPerRun(1, func() { test.visit() }); allocated > 100 {
				t.Errorf("allocates %v times for %d rows, want at most 100", allocated, after.Len())
			}
		})
	}
}
