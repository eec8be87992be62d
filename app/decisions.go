package app

import (
	"cmp"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/frame"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

// decisions is the dialog that lists everything that waits for the user's decision, with one
// answer for each upload and one for all with the same question. It is updated while it is
// open. It must be used on the UI goroutine.
type decisions struct {
	bridge  *bridge.Bridge
	dialogs *form.Dialogs
	banner  *frame.Banner
	prompt  *resumePrompt
	act     func(view.Action, view.Selection)
	visible func(*uploader.Snapshot) *uploader.Snapshot // removes what is hidden

	open *decisionsDialog // nil for none
}

// decisionsDialog is the open dialog. It is the model of its list.
type decisionsDialog struct {
	*decisions
	box                  *dialog.Dialog
	body                 *fyne.Container // summary and list
	summary              *dialog.Paragraph
	list                 *list.View
	later, resume, close *form.DialogButton

	snapshot *uploader.Snapshot
	found    view.Decisions
	rows     []view.Decision
}

// show opens the dialog, unless it is open, with the row of a transfer in view; 0 for the
// first row.
func (d *decisions) show(first uploader.TransferID) {
	if d.open == nil {
		d.open = d.newDialog()
		d.update(d.visible(d.bridge.Snapshot()))
		if d.open == nil {
			return // nothing waits any more
		}
		d.dialogs.Present(d.open.box)
		d.dialogs.Canvas().Focus(d.open.list)
	}
	if first != 0 {
		d.open.list.ScrollTo(int64(first))
	}
}

func (d *decisions) newDialog() *decisionsDialog {
	o := &decisionsDialog{decisions: d, summary: dialog.NewParagraph("")}
	hide := func() { o.box.Hide() }
	o.list = list.New(o, func() fyne.CanvasObject { return widgets.NewRow() })
	o.list.OnMenu = o.openMenu
	o.later = form.NewDialogButton(words.Text("greeting.not-now"), d.prompt.notNow, hide)
	o.resume = form.NewDialogButton(words.Text("greeting.resume-all"), d.prompt.resumeAll, hide)
	o.resume.Importance = widget.HighImportance
	o.close = form.NewDialogButton(words.Text("decide.close"), hide, hide)
	title := "decide.title"
	if view.FindDecisions(d.visible(d.bridge.Snapshot()), d.prompt.interrupted).Only(view.QuestionInterrupted) {
		title = "review.title"
	}
	o.body = container.New(decisionsLayout{o.summary}, o.summary, o.list)
	o.box = dialog.New(d.dialogs.Canvas(), words.Text(title), o.body, layout.NewSpacer(), o.later, o.resume, o.close)
	o.box.OnClosed = func() {
		if d.open == o {
			d.open = nil
		}
	}
	o.box.SetSize(fyne.NewSize(theme.Grid(190), theme.Grid(115)))
	return o
}

// decisionsLayout places the list below the summary.
type decisionsLayout struct{ summary *dialog.Paragraph }

// MinSize is part of fyne.Layout. The list scrolls, so its size does not count.
func (decisionsLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(theme.Grid(60), theme.Grid(40))
}

// Layout is part of fyne.Layout.
func (u decisionsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	height := u.summary.HeightAt(size.Width)
	form.Place(objects[0], 0, 0, size.Width, height)
	height += theme.Grid(3)
	form.Place(objects[1], 0, height, size.Width, size.Height-height)
}

// minUndecided is how many uploads must wait for a decision to be reported together.
const minUndecided = 2

// update shows a snapshot in the dialog, if it is open, and in the banner. The dialog is
// closed when nothing is left to decide.
func (d *decisions) update(s *uploader.Snapshot) {
	n := view.Undecided(s)
	text := ""
	if n >= minUndecided {
		text = words.Count("decide.text", n)
	}
	d.banner.ShowUndecided(n, text, func() { d.show(0) })
	o := d.open
	if o == nil {
		return
	}
	interrupted := d.prompt.interrupted
	o.snapshot, o.found = s, view.FindDecisions(s, interrupted)
	o.rows = o.found.Rows()
	if len(o.rows) == 0 && interrupted == nil {
		if o.box.Visible() {
			o.box.Hide()
		}
		d.open = nil
		return
	}
	o.showSummary(interrupted)
	o.list.Refresh()
}

// showSummary shows how much there is to decide, and the buttons for all of it.
func (o *decisionsDialog) showSummary(interrupted *view.Interrupted) {
	only := o.found.Only(view.QuestionInterrupted)
	text := words.Count("decide.text", o.found.Count())
	if only && interrupted != nil {
		text = interrupted.Question(o.snapshot)
	}
	if text != o.summary.Text() {
		o.summary.SetText(text)
		o.body.Refresh() // its height is different
	}
	if only != o.resume.Visible() || only == o.close.Visible() {
		form.SetVisible(only, o.later, o.resume)
		form.SetVisible(!only, o.close)
		o.box.Refresh()
	}
}

// Len is part of list.Model.
func (o *decisionsDialog) Len() int { return len(o.rows) }

// ID is part of list.Model.
func (o *decisionsDialog) ID(i int) int64 { return o.rows[i].ID() }

// Bind is part of list.Model.
func (o *decisionsDialog) Bind(i int, object fyne.CanvasObject) {
	decision := o.rows[i]
	row := object.(*widgets.Row)
	row.Tooltips = o.box.Tooltips()
	row.OnAction = func(name string) { o.do(decision, name) }
	row.SetModel(o.found.Row(o.snapshot, decision, time.Now()))
}

// openMenu shows the buttons of the selected row as a menu, for the keyboard: Enter opens it.
// With several rows it has the buttons that all of them have.
func (o *decisionsDialog) openMenu(at fyne.Position) {
	if menu := o.menu(o.list.Selected()); len(menu.Items) > 0 {
		widget.ShowPopUpMenuAtPosition(menu, o.dialogs.Canvas(), at)
	}
}

func (o *decisionsDialog) menu(selected []int64) *fyne.Menu {
	var rows []view.Decision
	var actions []widgets.Action
	for _, row := range o.rows {
		ofSelectedKind := row.Transfer != nil && slices.Contains(selected, view.Decision{Question: row.Question}.ID())
		if !slices.Contains(selected, row.ID()) || ofSelectedKind { // the row of a kind answers for all of it
			continue
		}
		offered := o.found.Row(o.snapshot, row, time.Now()).Actions
		if len(rows) == 0 {
			actions = offered
		}
		actions = slices.DeleteFunc(slices.Clone(actions), func(a widgets.Action) bool {
			return !slices.ContainsFunc(offered, func(other widgets.Action) bool { return other.ID == a.ID })
		})
		rows = append(rows, row)
	}
	slices.SortStableFunc(actions, func(a, b widgets.Action) int { return cmp.Compare(order(a), order(b)) })
	menu := fyne.NewMenu("")
	for _, action := range actions {
		menu.Items = append(menu.Items, fyne.NewMenuItem(action.Label, func() {
			for _, row := range rows {
				o.do(row, action.ID)
			}
		}))
	}
	return menu
}

// order sorts the answers before other buttons, such as the one that removes a row.
func order(a widgets.Action) int {
	if a.Prominent {
		return 0
	}
	return 1
}

// do applies a button of a row.
func (o *decisionsDialog) do(decision view.Decision, name string) {
	transfers := []*uploader.Transfer{decision.Transfer}
	if decision.Transfer == nil {
		transfers = slices.Clone(o.found.Of(decision.Question))
	}
	if policy, ok := view.ExistsPolicyOf(name); ok {
		o.bridge.Send(uploader.ResolveExists{Target: uploader.TargetTransfers(view.IDs(transfers)...), Policy: policy}, nil)
		return
	}
	switch {
	case name == view.ChoiceResumeAll:
		o.prompt.resumeAll()
	case name == view.ChoiceNotNow:
		o.prompt.notNow()
	case name == view.ActionResume.String():
		o.prompt.resumeOne(decision.Transfer.ID)
	default:
		if a, known := view.ActionNamed(name); known {
			o.act(a, view.SelectionOf(transfers...))
		}
	}
}
