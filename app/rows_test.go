package app

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/transferlist"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// everyRow returns the row of a transfer in each state, and rows of batches.
func everyRow(now time.Time) []widgets.RowModel {
	s := apptest.Snapshot(apptest.EveryState(now)...)
	s.Progress[3] = uploader.Progress{Sent: 1_400_000_000, Rate: 12.4e6, ETA: 4 * time.Minute}
	rows := make([]widgets.RowModel, 0, s.Transfers.Len()+3)
	for i, t := range s.Transfers.All() {
		rows = append(rows, view.TransferRow(s, t, i+1, s.Sent(t), now))
	}
	for _, s := range []*uploader.Snapshot{
		apptest.Folders(),
		apptest.WithBatches(apptest.Snapshot(apptest.Transfer(1, apptest.InFolder(7, "Iceland/one"), apptest.Done), apptest.Transfer(2, apptest.InFolder(7, "Iceland/two"), apptest.Failed(fault.Refused))), apptest.Folder(7, "Iceland")),
		apptest.WithBatches(apptest.Snapshot(apptest.Transfer(1, apptest.InFolder(7, "Iceland/one"), apptest.Done), apptest.Transfer(2, apptest.InFolder(7, "Iceland/two"), apptest.Done)), apptest.Folder(7, "Iceland")),
	} {
		l := transferlist.NewList(widgets.NewTooltips(), transferlist.ListActions{Interrupted: func() *view.Interrupted { return nil }})
		l.Show(apptest.Summed(s))
		batch := 0
		for l.ID(batch) > 0 {
			batch++
		}
		rows = append(rows, l.Row(batch))
	}
	return rows
}

func TestRowsOfEveryState(t *testing.T) {
	apptest.LoadEnglish(t)
	now := time.Date(2026, 3, 1, 14, 0, 0, 0, time.Local)
	seen := map[uploader.State]bool{}
	for _, transfer := range apptest.EveryState(now) {
		seen[transfer.State()] = true
	}
	for _, state := range uploader.States() {
		if !seen[state] {
			t.Errorf("no transfer has state %s", state)
		}
	}
	for name, mode := range map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark} {
		t.Run(name, func(t *testing.T) {
			apptest.App(t).Settings().SetTheme(theme.New(mode, 1))
			column := container.NewVBox()
			for _, model := range everyRow(now) {
				row := widgets.NewRow()
				row.SetModel(model)
				column.Add(row)
			}
			background := canvas.NewRectangle(theme.Color(fynetheme.ColorNameBackground))
			window := test.NewTempWindow(t, container.NewStack(background, column))
			window.SetPadded(false)
			window.Resize(fyne.NewSize(960, column.MinSize().Height))
			test.AssertRendersToMarkup(t, fmt.Sprintf("rows-%s.xml", name), window.Canvas())
			test.AssertImageMatches(t, fmt.Sprintf("rows-%s.png", name), window.Canvas().Capture())
		})
	}
}

func TestWindowGolden(t *testing.T) {
	for name, mode := range map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark} {
		for sizeName, size := range map[string]fyne.Size{"wide": fyne.NewSize(960, 640), "narrow": minSize} {
			t.Run(name+" "+sizeName, func(t *testing.T) {
				next := apptest.Folders()
				next.Progress[2] = uploader.Progress{Sent: 3 * apptest.Gigabyte, Rate: 18.4e6, ETA: 4 * time.Minute}
				next.Totals.Active, next.Totals.Rate, next.Totals.ETA = 1, 18.4e6, 4*time.Minute
				s := startWindow(t, apptest.NewEngineAt(next))
				apptest.ApplyTheme(t, mode, 1)
				s.window.banner.Hide()
				s.window.window.Resize(size)
				s.publish(next)
				s.window.list.Activate(-7)
				s.window.list.Rows.Select(2)
				test.AssertImageMatches(t, fmt.Sprintf("window-%s-%s.png", sizeName, name), s.window.window.Canvas().Capture())
			})
		}
	}
}
