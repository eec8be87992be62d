package app

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"

	"fyne.io/fyne/v2/test"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// everyState is a transfer in each state there is, to a server elsewhere, and how
// it stood at that moment.
func everyState(now time.Time) []*uploader.Transfer {
	begun := holding(1_200_000_000)
	phase := func(p uploader.Phase) func(*uploader.Transfer) { return func(t *uploader.Transfer) { t.Phase = p } }
	tried := func(t *uploader.Transfer) { t.Attempt, t.NextTry = 4, uploader.MomentOf(now.Add(12*time.Second)) }
	at := func(t *uploader.Transfer) { t.NextTry = uploader.MomentOf(now.Add(5 * time.Minute)) }
	took := func(t *uploader.Transfer) { t.Active = 320 * time.Second }
	states := [][]func(*uploader.Transfer){
		{},
		{phase(uploader.PhasePreparing)},
		{sending, begun},
		{phase(uploader.PhaseVerifying), holding(4 * gigabyte)},
		{paused, begun},
		{waiting(fault.Offline), begun},
		{waiting(fault.Transient), begun, tried},
		{waiting(fault.Busy), begun, at},
		{failed(fault.SourceChanged), begun},
		{failed(fault.SourceMissing), begun},
		{failed(fault.Auth), begun},
		{failed(fault.Gone), begun},
		{failed(fault.Uploaded)},
		{failed(fault.Several)},
		{failed(fault.TooLarge), begun},
		{done, holding(4 * gigabyte), took},
		{phase(uploader.PhaseCancelled)},
	}
	transfers := make([]*uploader.Transfer, len(states))
	for i, how := range states {
		transfers[i] = transfer(uploader.TransferID(i+1), append(how, func(t *uploader.Transfer) { t.Server = 2 })...)
	}
	return transfers
}

// everyRow is the row of each of them, and of batches.
func everyRow(now time.Time) []widgets.RowModel {
	s := snapshotOf(everyState(now)...)
	s.Live[3] = uploader.Live{Sent: 1_400_000_000, Rate: 12.4e6, ETA: 4 * time.Minute}
	rows := make([]widgets.RowModel, 0, len(s.Transfers)+3)
	for i, t := range s.Transfers {
		rows = append(rows, rowOf(s, t, i+1, s.Sent(t), now))
	}
	for _, s := range []*uploader.Snapshot{
		iceland(),
		with(snapshotOf(transfer(1, of(7, "Iceland/one"), done), transfer(2, of(7, "Iceland/two"), failed(fault.Refused))), folder(7, "Iceland")),
		with(snapshotOf(transfer(1, of(7, "Iceland/one"), done), transfer(2, of(7, "Iceland/two"), done)), folder(7, "Iceland")),
	} {
		l := &listing{s: summed(s), outline: newOutline(), heights: batchHighWater{}}
		l.outline.follow(s)
		rows = append(rows, l.model(0))
	}
	return rows
}

func TestEveryStateHasItsLook(t *testing.T) {
	speak(t)
	now := time.Date(2026, 3, 1, 14, 0, 0, 0, time.Local)
	seen := map[uploader.State]bool{}
	for _, transfer := range everyState(now) {
		seen[transfer.State()] = true
	}
	for _, state := range uploader.States() {
		if !seen[state] {
			t.Errorf("nothing is %s", state)
		}
	}
	for name, mode := range map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark} {
		t.Run(name, func(t *testing.T) {
			test.NewTempApp(t).Settings().SetTheme(theme.New(mode, 1))
			column := container.NewVBox()
			for _, model := range everyRow(now) {
				row := widgets.NewRow()
				row.SetModel(model)
				column.Add(row)
			}
			ground := canvas.NewRectangle(theme.Color(fynetheme.ColorNameBackground))
			window := test.NewTempWindow(t, container.NewStack(ground, column))
			window.SetPadded(false)
			window.Resize(fyne.NewSize(960, column.MinSize().Height))
			test.AssertRendersToMarkup(t, fmt.Sprintf("rows-%s.xml", name), window.Canvas())
			test.AssertImageMatches(t, fmt.Sprintf("rows-%s.png", name), window.Canvas().Capture())
		})
	}
}

func TestWindowLooksAsItShould(t *testing.T) {
	for name, mode := range map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark} {
		for size, room := range map[string]fyne.Size{"wide": fyne.NewSize(960, 640), "narrow": leastSize} {
			t.Run(name+" "+size, func(t *testing.T) {
				next := iceland()
				next.Live[2] = uploader.Live{Sent: 3 * gigabyte, Rate: 18.4e6, ETA: 4 * time.Minute}
				next.Totals.Active, next.Totals.Rate, next.Totals.ETA = 1, 18.4e6, 4*time.Minute
				s := raise(t, newFakeEngineAt(next))
				s.toolkit.Settings().SetTheme(theme.New(mode, 1))
				s.window.banner.hide()
				s.window.window.Resize(room)
				s.publish(next)
				s.window.list.activate(-7)
				s.window.list.rows.Select(2)
				test.AssertImageMatches(t, fmt.Sprintf("window-%s-%s.png", size, name), s.window.window.Canvas().Capture())
			})
		}
	}
}
