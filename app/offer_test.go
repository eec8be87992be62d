package app

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
)

// wantPast checks that nothing was done and that a message says so.
func (s *testWindow) wantPast() {
	s.t.Helper()
	if got := s.engine.Commands(); len(got) != 0 {
		s.t.Errorf("engine received %v", got)
	}
	if len(s.rows()) != 1 {
		s.t.Errorf("list has %d rows", len(s.rows()))
	}
	if message := s.message(); !strings.HasPrefix(message, "Nothing was done: ") {
		s.t.Errorf("message %q", message)
	}
}

func TestActionOfferedBeforeUploadWasDone(t *testing.T) {
	cancelItem := func(menu *fyne.Menu) *fyne.MenuItem {
		for _, item := range menu.Items {
			if item.Label == "Cancel" {
				return item
			}
		}
		return nil
	}
	cases := []struct {
		name  string
		offer func(s *testWindow) (do func())
	}{
		{"in the menu", func(s *testWindow) func() {
			s.window.list.Rows.Select(7)
			return cancelItem(s.window.list.Menu(s.window.list.Selected())).Action
		}},
		{"by a button that is held down", func(s *testWindow) func() {
			act := s.window.list.Offer(0)
			return func() { act(view.ActionCancel.String()) }
		}},
		{"by the question whether to cancel", func(s *testWindow) func() {
			s.window.list.Rows.Select(7)
			s.actions.removeSelected()
			return func() { s.press("Cancel upload") }
		}},
		{"by the question of the menu's item", func(s *testWindow) func() {
			s.actions.act(view.ActionCancel, view.SelectionOf(s.rows()...))
			return func() { s.press("Cancel upload") }
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := startWindow(t, apptest.NewEngine(apptest.Transfer(7, apptest.Sending, apptest.Acknowledged(apptest.Gigabyte))))
			do := c.offer(s)
			s.publish(apptest.Snapshot(apptest.Transfer(7, apptest.Done)))
			do()
			s.wantPast()
		})
	}
	t.Run("of a batch", func(t *testing.T) {
		in := apptest.InBatch(2)
		s := startWindow(t, apptest.NewEngineAt(apptest.WithBatches(apptest.Snapshot(apptest.Transfer(7, apptest.Sending, in), apptest.Transfer(8, in)), apptest.Folder(2, "raws"))))
		act := s.window.list.Offer(0)
		s.publish(apptest.WithBatches(apptest.Snapshot(apptest.Transfer(7, apptest.Done, in), apptest.Transfer(8, apptest.Done, in)), apptest.Folder(2, "raws")))
		act(view.ActionCancel.String())
		if got := s.engine.Commands(); len(got) != 0 || !strings.HasPrefix(s.message(), "Nothing was done: ") {
			t.Errorf("engine received %v, message %q", got, s.message())
		}
	})
}

// TestRowThatTheUserAddsIsScrolledIntoView adds a file while the list keeps a row at its place.
func TestRowThatTheUserAddsIsScrolledIntoView(t *testing.T) {
	for _, c := range []struct {
		name string
		hold func(*testWindow)
	}{
		{"the pointer is over a row, as after a drop", func(s *testWindow) { s.pointAt(2) }},
		{"a row has the keyboard focus", func(s *testWindow) { s.window.focusList(); s.window.list.Rows.Select(1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			transfers := moreThanFit()
			s := startWindow(t, apptest.NewEngine(transfers...))
			c.hold(s)
			if !s.window.list.Rows.Held() {
				t.Fatal("no row is held")
			}
			s.adder.drop(apptest.URIs(apptest.File(t, "new.mov")))
			s.until("the file is sent", func() bool { return len(s.engine.Commands()) > 0 })
			batch := s.engine.Commands()[0].(uploader.Add).Batch
			s.publish(apptest.WithBatches(apptest.Snapshot(append(transfers, apptest.Transfer(99, apptest.InBatch(batch)))...), apptest.Folder(batch, "new")))
			rows := s.window.list.Rows
			s.until("the row is visible", func() bool { return rows.RowVisible(99) || rows.RowVisible(-int64(batch)) })
			if s.window.newRows.content.Visible() {
				t.Error("a button offers the row")
			}
		})
	}
}

// TestRowOfARequestIsOffered hands a file over while the pointer is over a row.
func TestRowOfARequestIsOffered(t *testing.T) {
	for _, c := range []struct {
		name  string
		serve func(*testWindow, Request)
	}{
		{"no dialog is open", func(s *testWindow, request Request) { s.serve(request) }},
		{"a dialog is open, and closed afterwards", func(s *testWindow, request Request) {
			s.preferences.Open()
			s.serve(request)
			s.closeOverlays()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			transfers := moreThanFit()
			s := startWindow(t, apptest.NewEngine(transfers...))
			c.serve(s, Request{Paths: []string{apptest.File(t, "new.mov")}})
			s.pointAt(2)
			s.until("the file is sent", func() bool { return len(s.engine.Commands()) > 0 })
			batch := s.engine.Commands()[0].(uploader.Add).Batch
			s.publish(apptest.WithBatches(apptest.Snapshot(append(transfers, apptest.Transfer(99, apptest.InBatch(batch)))...), apptest.Folder(batch, "new")))
			s.until("a button offers the row", func() bool { return s.window.newRows.content.Visible() })
			if rows := s.window.list.Rows; rows.RowVisible(99) || rows.RowVisible(-int64(batch)) {
				t.Error("the list has moved")
			}
		})
	}
}

// TestOfferOfRowThatIsHidden: a row that a filter hides is neither above nor below.
func TestOfferOfRowThatIsHidden(t *testing.T) {
	transfers := moreThanFit()
	s := startWindow(t, apptest.NewEngine(transfers...))
	s.window.focusList()
	s.window.list.Rows.Select(1)
	s.adder.unseen[9] = fromProgram
	s.publish(apptest.WithBatches(apptest.Snapshot(append(transfers, apptest.Transfer(99, apptest.InBatch(9)))...), apptest.Folder(9, "new")))
	for _, c := range []struct {
		filter view.Filter
		want   string
	}{{view.FilterAll, "1 new ↓"}, {view.FilterDone, "Show 1 new upload"}, {view.FilterAll, "1 new ↓"}} {
		s.window.setFilter(c.filter)
		s.until("the filter is shown", func() bool { return s.window.newRows.button.Text() == c.want })
	}
	s.window.setFilter(view.FilterDone)
	s.window.revealNew()
	if rows := s.window.list.Rows; s.window.filter.Chosen != view.FilterAll || !rows.RowVisible(-9) && !rows.RowVisible(99) {
		t.Errorf("filter is %s, the row is not shown", s.window.filter.Chosen)
	}
}

func TestRowThatAProgramAddsIsOfferedWhileARowIsHeld(t *testing.T) {
	transfers := moreThanFit()
	s := startWindow(t, apptest.NewEngine(transfers...))
	rows := s.window.list.Rows
	s.window.focusList()
	rows.Select(1)
	added := apptest.Transfer(99, apptest.InBatch(9))
	s.adder.unseen[9] = fromProgram
	s.publish(apptest.WithBatches(apptest.Snapshot(append(transfers, added)...), apptest.Folder(9, "new")))
	if !rows.RowVisible(1) || rows.RowVisible(99) {
		t.Error("list has scrolled away from the cursor")
	}
	button := s.window.newRows
	if !button.content.Visible() || button.button.Text() != "1 new ↓" {
		t.Fatalf("button is visible: %t, text %q", button.content.Visible(), button.button.Text())
	}
	s.window.showMessage("Link copied") // covers nothing of it
	driver := fyne.CurrentApp().Driver()
	message := visibleTexts(s.window.toasts)["Link copied"]
	bottom := driver.AbsolutePositionForObject(button.button).Y + button.button.Size().Height
	if message == nil || bottom > driver.AbsolutePositionForObject(message).Y {
		t.Errorf("a message covers the button, which ends at %g", bottom)
	}
	canvas := s.window.window.Canvas()
	canvas.Focus(button.button)
	button.button.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !rows.RowVisible(99) && !rows.RowVisible(-9) || button.content.Visible() {
		t.Error("button does not scroll to the row that was added")
	}
	received := false
	canvas.SetOnTypedKey(func(*fyne.KeyEvent) { received = true })
	if button.button.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}); !received {
		t.Error("the hidden button keeps Enter from the window")
	}
}

// visibleTexts returns the texts of an object by what they say.
func visibleTexts(object fyne.CanvasObject) map[string]*canvas.Text {
	texts := map[string]*canvas.Text{}
	for _, o := range test.LaidOutObjects(object) {
		if text, ok := o.(*canvas.Text); ok && text.Visible() {
			texts[text.Text] = text
		}
	}
	return texts
}

// moreThanFit returns more transfers than the window has room for.
func moreThanFit() []*uploader.Transfer {
	transfers := make([]*uploader.Transfer, 40)
	for i := range transfers {
		transfers[i] = apptest.Transfer(uploader.TransferID(i + 1))
	}
	return transfers
}
