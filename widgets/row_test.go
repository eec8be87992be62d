package widgets_test

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/internal/widgettest"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

// uploading returns a model with all columns and a bar.
func uploading() widgets.RowModel {
	return widgets.RowModel{
		Icon: theme.IconVideo, Name: "interview-final.mov",
		Percent: "36 %", Size: "1.9 of 6.4 GB", Speed: "18.4 MB/s", ETA: "about 4 min",
		StatusIcon: theme.IconUploading, Status: "Uploading", Tone: theme.Active,
		ShowBar: true, BarTone: theme.Active, Acked: 0.3, Sent: 0.36,
		Actions: []widgets.Action{{ID: "pause", Icon: theme.IconPause}, {ID: "cancel", Icon: theme.IconCancel}},
	}
}

// changed returns a model with a prominent action.
func changed() widgets.RowModel {
	return widgets.RowModel{
		Icon: theme.IconVideo, Name: "b-roll.mov", Percent: "73 %", Size: "2.2 of 3.0 GB",
		StatusIcon: theme.IconChanged, Status: "Changed since the upload began", Tone: theme.Warning,
		ShowBar: true, BarTone: theme.Warning, Acked: 0.73, Sent: 0.73,
		Actions: []widgets.Action{{ID: "over", Label: "Start over", Prominent: true}},
	}
}

// done returns a model without a bar.
func done() widgets.RowModel {
	return widgets.RowModel{
		Icon: theme.IconDocument, Name: "invoice.pdf", Size: "84 KB",
		StatusIcon: theme.IconDone, Status: "84 KB in 1 s", Tone: theme.Success,
		Actions: []widgets.Action{{ID: "link", Icon: theme.IconLink}},
	}
}

// batch returns a model of an open row.
func batch() widgets.RowModel {
	return widgets.RowModel{
		Icon: theme.IconFolder, Name: "Iceland raws", Percent: "80 %", Size: "31.2 of 40.1 GB", Speed: "42.0 MB/s", ETA: "about 3 min",
		StatusIcon: theme.IconUploading, Status: "612 of 790 files · Studio server", Tone: theme.Active,
		ShowBar: true, BarTone: theme.Active, Acked: 0.78, Sent: 0.8, Fold: widgets.FoldOpen,
		Actions: []widgets.Action{{ID: "pause", Icon: theme.IconPause}, {ID: "cancel", Icon: theme.IconCancel}},
	}
}

// inside returns a model of a row in another row.
func inside() widgets.RowModel {
	model := done()
	model.Depth = 1
	return model
}

func newRow(t testing.TB, model widgets.RowModel, width float32) (*widgets.Row, fyne.Window) {
	row := widgets.NewRow()
	row.SetModel(model)
	window := widgettest.Show(t, row, width, row.MinSize().Height)
	return row, window
}

func TestRowGoldenMarkup(t *testing.T) {
	models := map[string]widgets.RowModel{"uploading": uploading(), "changed": changed(), "done": done(), "batch": batch(), "inside": inside()}
	for modeName, mode := range map[string]theme.Mode{"light": theme.Light, "dark": theme.Dark} {
		for widthName, width := range map[string]float32{"wide": 960, "narrow": 480} {
			for name, model := range models {
				golden := "row/" + name + "-" + widthName + "-" + modeName + ".xml"
				t.Run(golden, func(t *testing.T) {
					widgettest.SetTheme(t, mode)
					_, window := newRow(t, model, width)
					test.AssertRendersToMarkup(t, golden, window.Canvas())
				})
			}
		}
	}
}

func TestCompactRowGoldenMarkup(t *testing.T) {
	models := map[string]widgets.RowModel{"uploading": uploading(), "changed": changed(), "inside": inside()}
	for widthName, width := range map[string]float32{"wide": 960, "narrow": 480} {
		for name, model := range models {
			golden := "row/" + name + "-" + widthName + "-compact.xml"
			t.Run(golden, func(t *testing.T) {
				test.NewTempApp(t).Settings().SetTheme(theme.New(theme.Light, 1).Compact())
				row, window := newRow(t, model, width)
				if row.MinSize().Height != 30 {
					t.Errorf("height %g", row.MinSize().Height)
				}
				test.AssertRendersToMarkup(t, golden, window.Canvas())
			})
		}
	}
}

// texts returns the visible texts of a row.
func texts(row fyne.CanvasObject) []string {
	var all []string
	for _, object := range test.LaidOutObjects(row) {
		if text, ok := object.(*canvas.Text); ok && text.Visible() && text.Text != "" {
			all = append(all, text.Text)
		}
	}
	return all
}

func TestRowHidesColumnsWhenNarrow(t *testing.T) {
	cases := []struct {
		name  string
		width float32
		want  []string
	}{
		{"all columns", 960, []string{"interview-final.mov", "Uploading", "36 %", "1.9 of 6.4 GB", "18.4 MB/s", "about 4 min"}},
		{"ETA hidden", 560, []string{"interview-final.mov", "Uploading", "36 %", "1.9 of 6.4 GB", "18.4 MB/s"}},
		{"ETA and speed hidden", 480, []string{"interview-final.mov", "Uploading", "36 %", "1.9 of 6.4 GB"}},
		{"all but percent hidden", 360, []string{"interview-final.mov", "Uploading", "36 %"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			widgettest.SetTheme(t, theme.Light)
			row, _ := newRow(t, uploading(), c.width)
			if diff := cmp.Diff(c.want, texts(row)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRowColumnsDoNotMove(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	row, _ := newRow(t, uploading(), 960)
	before := rightEdges(row)
	model := uploading()
	model.Size, model.Speed, model.ETA = "11.1 of 11.1 GB", "1 KB/s", "5 s"
	row.SetModel(model)
	if diff := cmp.Diff(before, rightEdges(row)); diff != "" {
		t.Error(diff)
	}
}

// rightEdges returns the right edges of the right-aligned texts.
func rightEdges(row fyne.CanvasObject) []float32 {
	var edges []float32
	for _, object := range test.LaidOutObjects(row) {
		if text, ok := object.(*canvas.Text); ok && text.Alignment == fyne.TextAlignTrailing {
			edges = append(edges, text.Position().X+text.Size().Width)
		}
	}
	return edges
}

func TestRowActions(t *testing.T) {
	cases := []struct {
		name  string
		model widgets.RowModel
		state list.RowState
		at    fyne.Position
		want  []string
	}{
		{"hidden icon", uploading(), list.RowState{}, fyne.NewPos(932, 30), nil},
		{"last icon of a hovered row", uploading(), list.RowState{Hovered: true}, fyne.NewPos(932, 30), []string{"cancel"}},
		{"icon of a row that is only selected", uploading(), list.RowState{Selected: true}, fyne.NewPos(900, 30), nil},
		{"first icon of the cursor", uploading(), list.RowState{Cursor: true}, fyne.NewPos(900, 30), []string{"pause"}},
		{"prominent action", changed(), list.RowState{}, fyne.NewPos(920, 30), []string{"over"}},
		{"beside the buttons", changed(), list.RowState{Hovered: true}, fyne.NewPos(400, 30), nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			widgettest.SetTheme(t, theme.Light)
			row, window := newRow(t, c.model, 960)
			var chosen []string
			row.OnAction = func(id string) { chosen = append(chosen, id) }
			row.SetState(c.state)
			test.TapCanvas(window.Canvas(), c.at)
			if diff := cmp.Diff(c.want, chosen); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRowSetEqualModelDoesNotAllocate(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	row, _ := newRow(t, uploading(), 960)
	same := uploading()
	if allocations := testing.AllocsPerRun(100, func() { row.SetModel(same) }); allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}

func TestRowModelEqual(t *testing.T) {
	changes := map[string]func(*widgets.RowModel){
		"icon":    func(m *widgets.RowModel) { m.Icon = theme.IconAudio },
		"name":    func(m *widgets.RowModel) { m.Name = "x" },
		"percent": func(m *widgets.RowModel) { m.Percent = "x" },
		"size":    func(m *widgets.RowModel) { m.Size = "x" },
		"speed":   func(m *widgets.RowModel) { m.Speed = "x" },
		"eta":     func(m *widgets.RowModel) { m.ETA = "x" },
		"glyph":   func(m *widgets.RowModel) { m.StatusIcon = theme.IconBusy },
		"detail":  func(m *widgets.RowModel) { m.Status = "x" },
		"tone":    func(m *widgets.RowModel) { m.Tone = theme.Error },
		"bar":     func(m *widgets.RowModel) { m.ShowBar = false },
		"acked":   func(m *widgets.RowModel) { m.Acked = 0.31 },
		"sent":    func(m *widgets.RowModel) { m.Sent = 0.37 },
		"bartone": func(m *widgets.RowModel) { m.BarTone = theme.Error },
		"depth":   func(m *widgets.RowModel) { m.Depth = 1 },
		"fold":    func(m *widgets.RowModel) { m.Fold = widgets.FoldOpen },
		"actions": func(m *widgets.RowModel) { m.Actions = m.Actions[:1] },
	}
	if !uploading().Equal(uploading()) {
		t.Error("equal models are reported as different")
	}
	for name, change := range changes {
		other := uploading()
		change(&other)
		if other.Equal(uploading()) {
			t.Errorf("models with different %s are reported as equal", name)
		}
	}
}

func TestRowBarEndDoesNotDependOnButtons(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	end := func(actions ...widgets.Action) float32 {
		model := uploading()
		model.Actions = actions
		row, _ := newRow(t, model, 960)
		for _, object := range test.LaidOutObjects(row) {
			if bar, ok := object.(*widgets.Bar); ok {
				return bar.Position().X + bar.Size().Width
			}
		}
		return 0
	}
	none := end()
	for label, got := range map[string]float32{
		"icons":        end(widgets.Action{ID: "a", Icon: theme.IconPause}, widgets.Action{ID: "b", Icon: theme.IconCancel}),
		"short label":  end(widgets.Action{ID: "a", Label: "Sign in…", Prominent: true}),
		"longer label": end(widgets.Action{ID: "a", Icon: theme.IconCancel}, widgets.Action{ID: "b", Label: "Start over", Prominent: true}),
	} {
		if got != none || got == 0 {
			t.Errorf("%s: right edge of the bar %g, without buttons %g", label, got, none)
		}
	}
}

// TestRowPartsLineUp compares the columns of rows with different content at the widths of
// narrow and wide windows.
func TestRowPartsLineUp(t *testing.T) {
	deep := uploading()
	deep.Depth = 1
	for _, compact := range []bool{false, true} {
		for _, width := range []float32{480, 700, 960, 1920, 3840} {
			t.Run(fmt.Sprintf("compact %t, width %g", compact, width), func(t *testing.T) {
				look := theme.New(theme.Light, 1)
				if compact {
					look = look.Compact()
				}
				test.NewTempApp(t).Settings().SetTheme(look)
				edges := func(model widgets.RowModel) []float32 {
					row, _ := newRow(t, model, width)
					return rightEdges(row)
				}
				want := edges(uploading())
				if len(want) == 0 {
					t.Fatal("no columns")
				}
				for name, model := range map[string]widgets.RowModel{"batch": batch(), "in a batch": deep} {
					if diff := cmp.Diff(want, edges(model)); diff != "" {
						t.Errorf("%s: %s", name, diff)
					}
				}
				for _, edge := range edges(changed()) {
					if edge != 0 && !slices.Contains(want, edge) { // 0: an empty column
						t.Errorf("column of a row with a button ends at %g, others at %v", edge, want)
					}
				}
			})
		}
	}
}

// TestButtonsDoNotOverlapTexts checks every state of a row at several widths.
func TestButtonsDoNotOverlapTexts(t *testing.T) {
	for _, compact := range []bool{false, true} {
		look := theme.New(theme.Light, 1)
		if compact {
			look = look.Compact()
		}
		test.NewTempApp(t).Settings().SetTheme(look)
		for _, width := range []float32{480, 960} {
			for name, model := range map[string]widgets.RowModel{"uploading": uploading(), "changed": changed(), "done": done(), "batch": batch()} {
				row, _ := newRow(t, model, width)
				row.SetState(list.RowState{Hovered: true, Pointer: fyne.NewPos(200, 10)})
				end := width
				for _, object := range test.LaidOutObjects(row) {
					if b, ok := object.(button); ok && object.Visible() && b.(fyne.CanvasObject).Position().X > 100 {
						end = min(end, object.Position().X)
					}
				}
				for _, object := range test.LaidOutObjects(row) {
					text, ok := object.(*canvas.Text)
					if !ok || !text.Visible() || text.Text == "" || text.Position().X >= end || text.Position().X == 0 {
						continue
					}
					if right := text.Position().X + text.Size().Width; right > end {
						t.Errorf("compact %t, width %g, %s: %q ends at %g, buttons begin at %g", compact, width, name, text.Text, right, end)
					}
				}
			}
		}
	}
}

func TestRowFollowsTheme(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(theme.New(theme.Light, 1))
	row, window := newRow(t, uploading(), 960)
	app.Settings().SetTheme(theme.New(theme.Dark, 1))
	row.Refresh()
	test.AssertRendersToMarkup(t, "row/uploading-wide-dark.xml", window.Canvas())
}

func BenchmarkRowSetModel(b *testing.B) {
	widgettest.SetTheme(b, theme.Light)
	row, _ := newRow(b, uploading(), 960)
	models := [2]widgets.RowModel{uploading(), uploading()}
	models[1].Size, models[1].Sent = "2.0 of 6.4 GB", 0.37
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		row.SetModel(models[i%2])
	}
}

func TestRowShowsPictureInPlaceOfIcon(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	row, _ := newRow(t, done(), 960)
	shown := func() (icons, pictures int) {
		for _, object := range test.LaidOutObjects(row) {
			m, isImage := object.(*canvas.Image)
			switch inTile := isImage && m.Visible() && m.Position().X > 20 && m.Position().X < 60; {
			case inTile && m.Resource == nil:
				pictures++
			case inTile:
				icons++
			}
		}
		return icons, pictures
	}
	if icons, pictures := shown(); icons != 1 || pictures != 0 {
		t.Errorf("%d icons and %d pictures", icons, pictures)
	}
	model := done()
	model.Picture = image.NewRGBA(image.Rect(0, 0, 96, 96))
	row.SetModel(model)
	if icons, pictures := shown(); icons != 0 || pictures != 1 {
		t.Errorf("%d icons and %d pictures with a picture", icons, pictures)
	}
	row.SetModel(done())
	if icons, pictures := shown(); icons != 1 || pictures != 0 {
		t.Errorf("%d icons and %d pictures afterwards", icons, pictures)
	}
}

// TestSizeOfEntryIsAtTheEndOfTheRow compares rows of a list without progress in narrow and wide
// windows.
func TestSizeOfEntryIsAtTheEndOfTheRow(t *testing.T) {
	widgettest.SetTheme(t, theme.Light)
	for _, width := range []float32{400, 960, 3840} {
		row := widgets.NewEntryRow()
		row.SetModel(widgets.RowModel{Name: strings.Repeat("a long name ", 80) + ".mov", Size: "1,023.9 GB", Status: "13:05 · Studio"})
		widgettest.Show(t, row, width, row.MinSize().Height)
		var texts []string
		for _, object := range test.LaidOutObjects(row) {
			text, ok := object.(*canvas.Text)
			if !ok || !text.Visible() || text.Text == "" {
				continue
			}
			texts = append(texts, text.Text)
			if end := text.Position().X + text.Size().Width; text.Text == "1,023.9 GB" && end != width-theme.Grid(4) {
				t.Errorf("width %g: size ends at %g", width, end)
			}
		}
		if len(texts) != 3 {
			t.Errorf("width %g: row shows %q", width, texts)
		}
	}
}
