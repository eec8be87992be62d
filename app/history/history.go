// Package history is the dialog with the history: everything that finished, also what was
// removed from the list. It reads pages of it from the store as they are scrolled to, on
// background goroutines.
//
// Its types may only be used on the UI goroutine.
package history

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/list"
	"github.com/ferryapp/ferry/widgets/theme"
)

// Config configures a Dialog.
type Config struct {
	Bridge  *bridge.Bridge
	Dialogs *form.Dialogs
	Log     *slog.Logger

	// Find returns a page of the history. It is called on background goroutines.
	Find func(context.Context, uploader.HistoryQuery) ([]uploader.Transfer, error)

	Copy         func(text string, links int)
	Open, Reveal func(*uploader.Transfer)
	UploadAgain  func(server uploader.ServerID, transfers []*uploader.Transfer)

	// Export asks where to, and calls write on a background goroutine.
	Export func(write func(context.Context, io.Writer) error)
}

// pageSize is the number of entries that are read at a time.
const pageSize = 200

// Dialog shows the history.
type Dialog struct {
	config  Config
	box     *dialog.Dialog // nil if it was never opened
	search  *widgets.SearchField
	rows    *list.View
	empty   *widget.Label
	note    *widget.Label // beside undo
	undo    *form.DialogButton
	copy    *form.DialogButton
	servers []uploader.Server // of the filter, after "all servers"

	filter    view.HistoryFilter
	entries   []uploader.Transfer          // those read so far that are not forgotten
	last      uploader.HistoryPosition     // of the last entry that was read
	more      bool                         // there may be more entries
	loading   bool                         // a page is being read
	failed    bool                         // the last page could not be read
	cancel    context.CancelFunc           // cancels reading
	forgotten map[uploader.TransferID]bool // hidden, and forgotten when undo is no longer offered
}

// New returns a dialog that is not shown.
func New(config Config) *Dialog { return &Dialog{config: config, cancel: func() {}} }

// Open shows the newest entries.
func (d *Dialog) Open() {
	d.filter, d.forgotten = view.HistoryFilter{}, map[uploader.TransferID]bool{}
	hide := func() { d.box.Hide() }
	host := form.Host{Close: hide, Reveal: func(fyne.CanvasObject) {}}
	more := form.NewDialogButton(words.Text("history.more"), nil, hide)
	more.Icon, more.IconPlacement = theme.Icon(theme.IconChevronDown), widget.ButtonIconTrailingText
	more.OnTapped = func() {
		widget.ShowPopUpMenuAtRelativePosition(d.Menu(), d.config.Dialogs.Canvas(), fyne.NewPos(0, more.Size().Height), more)
	}
	d.copy = form.NewDialogButton(words.Text("history.copy"), func() { d.copyLinks(view.LinksPlain) }, hide)
	d.copy.Icon = theme.Icon(theme.IconLink)
	body := d.newBody(host, hide)
	d.box = dialog.New(d.config.Dialogs.Canvas(), words.Text("history.title"), body, d.copy, more, layout.NewSpacer(), form.NewDialogButton(words.Text("history.close"), hide, hide))
	d.box.OnClosed = d.closed
	d.search.OnLeave = func() { d.config.Dialogs.Canvas().Focus(d.rows) }
	d.search.OnEscape = hide
	d.box.SetSize(fyne.NewSize(theme.Grid(190), theme.Grid(150)))
	d.config.Dialogs.Present(d.box)
	d.config.Dialogs.Canvas().Focus(d.search)
	d.reload()
}

// newBody returns the filters above the list.
func (d *Dialog) newBody(host form.Host, hide func()) fyne.CanvasObject {
	d.search = widgets.NewSearchField(words.Text("search.placeholder"), nil, words.Text("search.clear"), func(text string) {
		d.filter.Text = text
		d.reload()
	})
	d.servers = slices.DeleteFunc(slices.Clone(d.config.Bridge.Snapshot().Servers), func(s uploader.Server) bool { return s.Options.RemoveUsed })
	names := []string{words.Text("history.all-servers")}
	for _, server := range d.servers {
		names = append(names, view.Shorten(words.Server(server), view.MaxNameLength))
	}
	server := form.NewSelect(host, names, func(i int) {
		d.filter.Server = 0
		if i > 0 {
			d.filter.Server = d.servers[i-1].ID
		}
		d.reload()
	})
	server.ShowIndex(0)
	var periods []string
	for p := range view.NumHistoryPeriods {
		periods = append(periods, words.Text("history.period."+p.String()))
	}
	period := form.NewSelect(host, periods, func(i int) {
		d.filter.Period = view.HistoryPeriod(max(i, 0)) //nolint:gosec // an index of the options
		d.reload()
	})
	period.ShowIndex(0)

	d.rows = list.New(d, func() fyne.CanvasObject { return widgets.NewEntryRow() })
	d.rows.OnActivate = func(int64) { d.reveal() }
	d.rows.OnSelect = d.selected
	d.rows.OnCopy, d.rows.OnDelete = func() { d.copyLinks(view.LinksPlain) }, d.forget
	d.rows.OnFind = func() { d.config.Dialogs.Canvas().Focus(d.search) }
	d.rows.OnMenu = func(at fyne.Position) { widget.ShowPopUpMenuAtPosition(d.Menu(), d.config.Dialogs.Canvas(), at) }
	d.empty = widget.NewLabel("")
	d.empty.Alignment, d.empty.Wrapping = fyne.TextAlignCenter, fyne.TextWrapWord
	d.note = widget.NewLabel("")
	d.note.Truncation = fyne.TextTruncateEllipsis
	d.undo = form.NewDialogButton(words.Text("undo"), d.restore, hide)
	offer := container.NewBorder(nil, nil, nil, d.undo, d.note)
	d.note.Hide()
	d.undo.Hide()
	filters := container.NewVBox(d.search, container.NewGridWithColumns(2, server, period))
	return container.NewBorder(filters, offer, nil, nil, container.NewStack(container.NewVBox(layout.NewSpacer(), d.empty, layout.NewSpacer()), d.rows))
}

// Len implements [list.Model].
func (d *Dialog) Len() int { return len(d.entries) }

// ID implements [list.Model].
func (d *Dialog) ID(i int) int64 { return int64(d.entries[i].ID) }

// Bind implements [list.Model]. Binding one of the last rows reads the next page.
func (d *Dialog) Bind(i int, row fyne.CanvasObject) {
	row.(*widgets.Row).SetModel(view.HistoryRow(d.config.Bridge.Snapshot(), &d.entries[i], time.Now()))
	if i >= len(d.entries)-pageSize/4 {
		d.load()
	}
}

// reload reads the first page of the chosen filter.
func (d *Dialog) reload() {
	d.cancel()
	d.loading, d.more, d.last = false, true, uploader.HistoryPosition{}
	d.load()
}

// query returns the query of the chosen filter.
func (d *Dialog) query() uploader.HistoryQuery {
	return d.filter.Query(d.config.Bridge.Snapshot().Servers, time.Now())
}

// load reads the next page, unless one is being read or there is none.
func (d *Dialog) load() {
	if d.loading || !d.more {
		return
	}
	query := d.query()
	query.After, query.Limit = d.last, pageSize
	d.loading = true
	wanted, cancel := context.WithCancel(context.Background())
	d.cancel = cancel
	d.config.Bridge.Run(func(ctx context.Context) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		defer context.AfterFunc(wanted, stop)()
		page, err := d.config.Find(ctx, query)
		d.config.Bridge.Post(func() {
			if wanted.Err() == nil {
				d.add(query, page, err)
			}
		})
	})
}

// add adds a page that was read.
func (d *Dialog) add(query uploader.HistoryQuery, page []uploader.Transfer, err error) {
	d.loading, d.failed, d.more = false, err != nil, err == nil && len(page) == query.PageSize()
	if err != nil && !fault.IsCanceled(err) {
		d.config.Log.Warn("read history failed", "err", err)
		d.config.Bridge.Report(err)
	}
	if query.After == (uploader.HistoryPosition{}) {
		d.entries = nil
	}
	if len(page) > 0 {
		d.last = uploader.PositionInHistory(&page[len(page)-1])
	}
	d.entries = append(d.entries, slices.DeleteFunc(page, d.isForgotten)...)
	d.refresh()
}

func (d *Dialog) isForgotten(t uploader.Transfer) bool { return d.forgotten[t.ID] }

// refresh shows the entries, or why there are none. If few are left, it reads the next page.
func (d *Dialog) refresh() {
	switch {
	case len(d.entries) > 0 || d.more || d.failed: // an error is reported
		d.empty.SetText("")
	case d.filter == view.HistoryFilter{}:
		d.empty.SetText(words.Text("history.empty"))
	default:
		d.empty.SetText(words.Text("search.empty"))
	}
	d.rows.Refresh()
	d.selected()
	if len(d.entries) < pageSize/4 {
		d.load()
	}
}

// Selected returns copies of the selected entries, newest first. They may be used on any
// goroutine.
func (d *Dialog) Selected() []*uploader.Transfer {
	chosen := map[uploader.TransferID]bool{}
	for _, id := range d.rows.Selected() {
		chosen[uploader.TransferID(id)] = true
	}
	var selected []*uploader.Transfer
	for _, entry := range d.entries {
		if chosen[entry.ID] {
			selected = append(selected, &entry)
		}
	}
	return selected
}

// selected enables the button that copies the links of the selection.
func (d *Dialog) selected() {
	if _, links := view.Links(d.config.Bridge.Snapshot(), d.Selected(), view.LinksPlain); links > 0 {
		d.copy.Enable()
	} else {
		d.copy.Disable()
	}
}

// Menu returns the menu of the actions that the selection allows.
func (d *Dialog) Menu() *fyne.Menu {
	selected := d.Selected()
	menu := fyne.NewMenu("")
	add := func(icon theme.IconName, key string, do func()) *fyne.MenuItem {
		item := fyne.NewMenuItem(words.Text(key), do)
		item.Icon = theme.Icon(icon)
		menu.Items = append(menu.Items, item)
		return item
	}
	if _, links := view.Links(d.config.Bridge.Snapshot(), selected, view.LinksPlain); links > 0 {
		add(theme.IconLink, "history.copy", func() { d.copyLinks(view.LinksPlain) })
		add(theme.IconLink, "history.copy.markdown", func() { d.copyLinks(view.LinksMarkdown) })
		add(theme.IconLink, "history.copy.html", func() { d.copyLinks(view.LinksHTML) })
		menu.Items = append(menu.Items, fyne.NewMenuItemSeparator())
	}
	if len(selected) == 1 {
		add(theme.IconView, "action.open", func() { d.config.Open(selected[0]) })
		add(theme.IconFolderOpen, "action.reveal", d.reveal)
	}
	if len(selected) > 0 {
		again := add(theme.IconUploading, "history.again", nil)
		again.ChildMenu = d.serverMenu(selected)
		add(theme.IconRemove, "history.forget", d.forget)
		menu.Items = append(menu.Items, fyne.NewMenuItemSeparator())
	}
	add(theme.IconDocument, "history.export", d.export)
	return menu
}

// serverMenu returns the servers to which entries can be uploaded again.
func (d *Dialog) serverMenu(selected []*uploader.Transfer) *fyne.Menu {
	menu := fyne.NewMenu("")
	for _, server := range d.servers {
		if server.Options.GivenURL {
			continue // an address for one file
		}
		item := fyne.NewMenuItem(view.Shorten(words.Server(server), view.MaxNameLength), func() {
			d.box.Hide()
			d.config.UploadAgain(server.ID, selected)
		})
		item.Icon = theme.Icon(view.ServerIcon(server))
		menu.Items = append(menu.Items, item)
	}
	return menu
}

func (d *Dialog) copyLinks(format view.LinkFormat) {
	if text, links := view.Links(d.config.Bridge.Snapshot(), d.Selected(), format); links > 0 {
		d.config.Copy(text, links)
		d.offer(words.Count("link.copied", links), false)
	}
}

func (d *Dialog) reveal() {
	if selected := d.Selected(); len(selected) > 0 {
		d.config.Reveal(selected[0])
	}
}

// export writes all entries of the chosen filter, page by page.
func (d *Dialog) export() {
	query, snapshot, hidden := d.query(), d.config.Bridge.Snapshot(), d.forgotten
	d.config.Export(func(ctx context.Context, to io.Writer) error {
		out, err := view.NewHistoryCSV(to)
		for query.Limit = uploader.MaxHistoryPage; err == nil; {
			var page []uploader.Transfer
			if page, err = d.config.Find(ctx, query); err != nil || len(page) == 0 {
				break
			}
			query.After = uploader.PositionInHistory(&page[len(page)-1])
			err = out.Write(snapshot, slices.DeleteFunc(page, func(t uploader.Transfer) bool { return hidden[t.ID] }))
		}
		return err
	})
}

// forget hides the selected entries, and offers to undo that. They are forgotten when
// others are, or when the dialog is closed.
func (d *Dialog) forget() {
	selected := d.Selected()
	if len(selected) == 0 {
		return
	}
	d.commit()
	forgotten := map[uploader.TransferID]bool{}
	for _, t := range selected {
		forgotten[t.ID] = true
	}
	d.forgotten = forgotten
	d.entries = slices.DeleteFunc(d.entries, d.isForgotten)
	d.rows.ClearSelection()
	d.offer(words.Count("history.forgotten", len(selected)), true)
	d.refresh()
}

// restore undoes forget.
func (d *Dialog) restore() {
	d.forgotten = map[uploader.TransferID]bool{}
	d.offer("", false)
	d.reload()
}

// commit makes the engine forget what is hidden.
func (d *Dialog) commit() {
	if len(d.forgotten) == 0 {
		return
	}
	ids := make([]uploader.TransferID, 0, len(d.forgotten))
	for id := range d.forgotten {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	d.forgotten = map[uploader.TransferID]bool{}
	d.config.Bridge.Send(uploader.Forget{IDs: ids}, nil)
}

// offer shows a message below the list, with the button that undoes forget or without it.
func (d *Dialog) offer(text string, undo bool) {
	d.note.SetText(text)
	draw.SetVisible(d.note, text != "")
	draw.SetVisible(d.undo, undo)
	d.box.Refresh()
}

func (d *Dialog) closed() {
	d.cancel()
	d.commit()
	d.entries = nil
}
